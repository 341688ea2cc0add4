"""The reading functions: query, readByQuery, readMore, read, readByName, lookup, inspect, get_list."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.intacct.conditions import (
    Dialect,
    check_fields,
    sort_key,
)
from intacct_pipelines.sandbox.intacct.dataset import Dataset, dataset, kind_of, visible_fields
from intacct_pipelines.sandbox.intacct.elements import child, child_text, is_true
from intacct_pipelines.sandbox.intacct.fields import DECIMAL, ENUMS, OBJECTS, READ_ONLY, RELATIONS
from intacct_pipelines.sandbox.intacct.objects.attachments import FILE_FIELDS
from intacct_pipelines.sandbox.intacct.questions import (
    LEGACY_NAMES,
    fields_of,
    of_definition,
    read_count,
    read_filter,
    read_legacy_filter,
    read_order,
    read_selection,
    read_whole,
    refuse_formats,
    refuse_others,
)
from intacct_pipelines.sandbox.intacct.refusals import no_permission, refusal
from intacct_pipelines.sandbox.intacct.rendering import reader, render_rows, render_values
from intacct_pipelines.sandbox.intacct.search import Search
from intacct_pipelines.sandbox.intacct.sql import parse_sql
from intacct_pipelines.sandbox.intacct.values import escape_attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from lxml import etree

    from intacct_pipelines.sandbox.intacct.state import State

QUERY_PAGE: Final = 2000
READ_BY_QUERY_PAGE: Final = 1000
DEFAULT_PAGE: Final = 100
_RESULT_SETS: Final = 500
_TYPES: Final = {
    "i": "INTEGER",
    "d": "DECIMAL",
    "D": "DATE",
    "T": "TIMESTAMP",
    "b": "BOOLEAN",
    "s": "TEXT",
    "x": "TEXT",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function gives back: the inner XML of its result, and how many records it holds."""

    xml: str
    rows: int = 0


@dataclass(slots=True)
class _ResultSet:
    object_name: str
    fields: tuple[str, ...]
    numbers: list[int]
    position: int
    page_size: int
    expires: datetime


class Reader:
    """Answers the reading functions over one company.

    Args:
        state: The company; its lock is held by the caller.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._search = Search(state)
        self._results: OrderedDict[str, _ResultSet] = OrderedDict()
        self._next_result = 7_765_000_001

    # --- query ----------------------------------------------------------------------------------------------------

    def query(self, element: etree._Element, entity_id: str) -> Answer:
        """`query`: a structured filter over live data."""
        refuse_others(element, {"object", "select", "filter", "orderby", "options", "pagesize", "offset", "docparid"})
        data = self._open(child_text(element, "object").upper(), "READ_BY_QUERY")
        name = data.spec.name
        fields, aggregates = read_selection(element)
        page_size = read_count(element, "pagesize", DEFAULT_PAGE)
        if not 1 <= page_size <= QUERY_PAGE:
            raise refusal("SANDBOX-PAGESIZE", f"The pagesize {page_size} is not between 1 and {QUERY_PAGE}.")
        offset = read_count(element, "offset", 0)
        options = child(element, "options")
        private = options is not None and is_true(child_text(options, "showprivate"))
        dialect = Dialect(ignores_case=options is not None and is_true(child_text(options, "caseinsensitive")))
        refuse_formats("" if options is None else child_text(options, "returnformat"))
        part = of_definition(data, element, read_filter(child(element, "filter")))
        order = read_order(child(element, "orderby"))
        named = [*fields, *(field for _, field in aggregates), *fields_of(part), *(field for field, _ in order)]
        check_fields(self._state, name, named)
        numbers = self._search.numbers(data, self._state.owners_seen(entity_id, private=private), part, dialect)
        if aggregates:
            groups = self._aggregate(data, numbers, fields, aggregates)
            return _group_page(name, self._ordered_groups(data, groups, order), offset, page_size)
        numbers = self._ordered(data, numbers, order)
        page = numbers[offset : offset + page_size]
        remaining = max(len(numbers) - offset - len(page), 0)
        rows = render_rows(data, page, fields, name)
        return Answer(
            f'<data listtype="{name}" totalcount="{len(numbers)}" offset="{offset}" count="{len(page)}"'
            f' numremaining="{remaining}">{rows}</data>',
            len(page),
        )

    def _ordered(self, data: Dataset, numbers: list[int], order: list[tuple[str, bool]]) -> list[int]:
        """Sort by several fields; nulls come last in either direction."""
        if order and order[0][0] == data.spec.key:
            _, descending = order[0]
            return numbers[::-1] if descending else numbers
        for field, descending in reversed(order):
            key = sort_key(kind_of(self._state, data.spec, field))
            read = data.getter(field)
            keyed = [(key(read(data.record(number))), number) for number in numbers]
            with_value = [pair for pair in keyed if pair[0] is not None]
            # Python's sort is stable, also in reverse.
            with_value.sort(key=lambda pair: pair[0], reverse=descending)
            numbers = [number for _, number in with_value] + [number for value, number in keyed if value is None]
        return numbers

    def _aggregate(
        self, data: Dataset, numbers: list[int], fields: tuple[str, ...], aggregates: list[tuple[str, str]]
    ) -> list[dict[str, str]]:
        """One row for each combination of the plain fields."""
        read = reader(data, (*fields, *(field for _, field in aggregates)))
        kinds = [kind_of(self._state, data.spec, field) for _, field in aggregates]
        groups: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for number in numbers:
            values = read(data.record(number))
            groups.setdefault(values[: len(fields)], []).append(values[len(fields) :])
        if not fields and not groups:
            groups[()] = []
        tags = (*fields, *(f"{word.upper()}.{field}" for word, field in aggregates))
        return [
            dict(
                zip(
                    tags,
                    (
                        *group,
                        *(
                            _summarise(word, kinds[at], [line[at] for line in lines if line[at]])
                            for at, (word, _) in enumerate(aggregates)
                        ),
                    ),
                    strict=True,
                )
            )
            for group, lines in groups.items()
        ]

    def _ordered_groups(
        self, data: Dataset, groups: list[dict[str, str]], order: list[tuple[str, bool]]
    ) -> list[dict[str, str]]:
        """Sort by the plain fields among the order's; groups without a value come last in either direction."""
        for field, descending in reversed(order):
            if not all(field in group for group in groups):
                raise refusal("SANDBOX-QUERY", f"The order by {field} needs the field in select.")
            key = sort_key(kind_of(self._state, data.spec, field))
            with_value = [group for group in groups if key(group[field]) is not None]
            without = [group for group in groups if key(group[field]) is None]
            groups = [*sorted(with_value, key=lambda group: key(group[field]), reverse=descending), *without]
        return groups

    # --- readByQuery ----------------------------------------------------------------------------------------------

    def read_by_query(self, element: etree._Element, entity_id: str) -> Answer:
        """`readByQuery`: an SQL-like filter; the server keeps the result."""
        refuse_others(element, {"object", "fields", "query", "pagesize", "returnFormat", "docparid"})
        data = self._open(child_text(element, "object").upper(), "READ_BY_QUERY")
        refuse_formats(child_text(element, "returnFormat"))
        page_size = read_count(element, "pagesize", DEFAULT_PAGE)
        if not 1 <= page_size <= READ_BY_QUERY_PAGE:
            raise refusal("SANDBOX-PAGESIZE", f"The pagesize {page_size} is not between 1 and {READ_BY_QUERY_PAGE}.")
        fields = self._field_list(data, child_text(element, "fields"))
        part = of_definition(data, element, parse_sql(child_text(element, "query")))
        check_fields(self._state, data.spec.name, fields_of(part))
        owners = self._state.owners_seen(entity_id, private=False)
        numbers = self._search.numbers(data, owners, part, Dialect(uses_codes=True))
        result = _ResultSet(data.spec.name, fields, list(numbers), 0, page_size, self._state.clock.now())
        return self._page(result, str(self._next_result) if numbers else "")

    def read_more(self, element: etree._Element) -> Answer:
        """`readMore`: the next page of a kept result."""
        result_id = child_text(element, "resultId")
        result = self._results.get(result_id)
        if result is None or result.expires <= self._state.clock.now():
            self._results.pop(result_id, None)
            raise refusal("SANDBOX-RESULT-EXPIRED", f"The resultId '{result_id[:60]}' is unknown or has expired.")
        return self._page(result, result_id)

    def _page(self, result: _ResultSet, result_id: str) -> Answer:
        data = dataset(self._state, result.object_name)
        numbers = result.numbers[result.position : result.position + result.page_size]
        result.position += len(numbers)
        remaining = len(result.numbers) - result.position
        if result_id and result_id not in self._results:
            self._next_result += 1
            self._results[result_id] = result
            while len(self._results) > _RESULT_SETS:
                self._results.popitem(last=False)
        result.expires = self._state.clock.now() + timedelta(seconds=self._state.options.result_set_seconds)
        present = [number for number in numbers if data.record(number) is not None]
        tag = result.object_name.lower()
        rows = render_rows(data, present, result.fields, tag)
        return Answer(
            f'<data listtype="{tag}" count="{len(present)}" totalcount="{len(result.numbers)}"'
            f' numremaining="{remaining}" resultId="{result_id}">{rows}</data>',
            len(present),
        )

    # --- read -----------------------------------------------------------------------------------------------------

    def read(self, element: etree._Element, entity_id: str) -> Answer:
        """`read`: whole records by RECORDNO, with the lines they own. A missing key is left out."""
        data = self._open(child_text(element, "object").upper(), "READ")
        keys = [key.strip() for key in child_text(element, "keys").split(",")]
        return self._read(element, entity_id, data, [int(key) for key in keys if key.isdecimal()])

    def read_by_name(self, element: etree._Element, entity_id: str) -> Answer:
        """`readByName`: the same by the ids that people use."""
        data = self._open(child_text(element, "object").upper(), "READ")
        keys = [key.strip() for key in child_text(element, "keys").split(",")]
        field = data.spec.business_key or data.spec.key
        found = [number for key in keys for number in (data.equal(field, key) or ())]
        if not data.spec.business_key:
            found = [int(key) for key in keys if key.isdecimal()]
        return self._read(element, entity_id, data, found)

    def _read(self, element: etree._Element, entity_id: str, data: Dataset, numbers: Sequence[int]) -> Answer:
        refuse_others(element, {"object", "keys", "fields", "returnFormat", "docparid"})
        refuse_formats(child_text(element, "returnFormat"))
        wanted = child_text(element, "fields")
        fields = self._field_list(data, wanted, number="Invalid fields list")
        owners = self._state.owners_seen(entity_id, private=True)
        rows: list[str] = []
        for number in numbers:
            record = data.record(number)
            if record is None or (owners is not None and data.owner(record) not in owners):
                continue
            whole = render_values(data.spec.name, fields, reader(data, fields)(record))
            if data.spec.name == "APBILL" and wanted in {"", "*"}:
                end = len("</APBILL>")
                whole = f"{whole[:-end]}<APBILLITEMS>{self._lines(number)}</APBILLITEMS></APBILL>"
            rows.append(whole)
        return Answer(f'<data listtype="{data.spec.name}" count="{len(rows)}">{"".join(rows)}</data>', len(rows))

    def _lines(self, bill_no: int) -> str:
        lines = dataset(self._state, "APBILLITEM")
        numbers = lines.equal("RECORDKEY", str(bill_no)) or ()
        return render_rows(lines, numbers, visible_fields(self._state, lines.spec), "apbillitem")

    def _field_list(self, data: Dataset, text: str, number: str = "") -> tuple[str, ...]:
        if text in {"", "*"}:
            return tuple(visible_fields(self._state, data.spec))
        fields = tuple(field.strip().upper() for field in text.split(",") if field.strip())
        if number:
            unknown = [
                field for field in fields if field not in visible_fields(self._state, data.spec) and "." not in field
            ]
            if unknown:
                raise refusal(f"{number} {','.join(unknown)}", f"Invalid fields list {','.join(unknown)}")
        check_fields(self._state, data.spec.name, list(fields))
        return fields

    # --- metadata -------------------------------------------------------------------------------------------------

    def lookup(self, element: etree._Element) -> Answer:
        """`lookup`: an object's fields, types, choices and relations."""
        data = self._open(child_text(element, "object").upper(), "READ")
        name = data.spec.name
        fields = "".join(self._lookup_field(data, field) for field in visible_fields(self._state, data.spec))
        relations = "".join(
            f"<Relationship><OBJECTPATH>{path}</OBJECTPATH><OBJECTNAME>{target}</OBJECTNAME><LABEL>{path}</LABEL>"
            f"<RELATIONSHIPTYPE>MANY2ONE</RELATIONSHIPTYPE><RELATEDBY>{own}</RELATEDBY></Relationship>"
            for path, (target, own, _) in RELATIONS.get(name, {}).items()
        )
        return Answer(
            f'<data listtype="All" count="1"><Type Name="{name}" DocumentType=""><Fields>{fields}</Fields>'
            f"<Relationships>{relations}</Relationships></Type></data>"
        )

    def _lookup_field(self, data: Dataset, field: str) -> str:
        choices = ENUMS.get(f"{data.spec.name}.{field}") or (() if field == "STATE" else ENUMS.get(field, ()))
        values = "".join(f"<VALIDVALUE>{choice}</VALIDVALUE>" for choice in choices)
        is_custom = str(field in self._state.custom_fields(data.spec.name)).lower()
        return (
            f"<Field><ID>{field}</ID><LABEL>{field.title()}</LABEL><DESCRIPTION></DESCRIPTION>"
            f"<REQUIRED>{str(field in data.spec.required).lower()}</REQUIRED>"
            f"<READONLY>{str(field in READ_ONLY and field != 'RECORDNO').lower()}</READONLY>"
            f"<DATATYPE>{'ENUM' if choices else _TYPES[kind_of(self._state, data.spec, field)]}</DATATYPE>"
            f"{f'<VALIDVALUES>{values}</VALIDVALUES>' if values else ''}<ISCUSTOM>{is_custom}</ISCUSTOM></Field>"
        )

    def inspect(self, element: etree._Element) -> Answer:
        """`inspect`: an object's fields in the older form; ``*`` lists the objects."""
        name = (child_text(element, "object") or child_text(element, "name")).upper()
        if name == "*":
            types = "".join(f'<type typename="{spec.label}">{spec.name}</type>' for spec in OBJECTS.values())
            return Answer(f'<data listtype="All" count="{len(OBJECTS)}">{types}</data>')
        data = self._open(name, "READ")
        show = _inspect_whole if element.get("detail") == "1" else _inspect_short
        fields = "".join(
            show(field, kind_of(self._state, data.spec, field)) for field in visible_fields(self._state, data.spec)
        )
        return Answer(f'<data listtype="All" count="1"><Type Name="{name}"><Fields>{fields}</Fields></Type></data>')

    def get_list(self, element: etree._Element, entity_id: str) -> Answer:
        """`get_list`: a page of records in lower case, with the simple filters of its schema."""
        name = LEGACY_NAMES.get(element.get("object", ""), "")
        data = self._open(name or element.get("object", ""), "READ")
        owners = self._state.owners_seen(entity_id, private=is_true(element.get("showprivate", "")))
        part = read_legacy_filter(child(element, "filter"), data)
        numbers = self._search.numbers(data, owners, part, Dialect())
        start = read_whole("start", element.get("start", ""), 0)
        most = read_whole("maxitems", element.get("maxitems", ""), DEFAULT_PAGE)
        page = numbers[start : start + most]
        fields = visible_fields(self._state, data.spec)
        tag = escape_attribute(element.get("object", ""))
        rows = "".join(_listed(data, tag, fields, number) for number in page)
        end = max(start + len(page) - 1, 0)
        head = f'<listtype start="{start}" end="{end}" total="{len(numbers)}">{tag}</listtype>'
        return Answer(f"{head}<data>{rows}</data>", len(page))

    def _open(self, name: str, operation: str) -> Dataset:
        data = dataset(self._state, name)
        options = self._state.options
        if (name, "read") in options.denied or (name == "AUDITHISTORY" and not options.audit_permitted):
            raise no_permission(name, operation)
        return data


def _group_page(name: str, groups: list[dict[str, str]], offset: int, page_size: int) -> Answer:
    page = groups[offset : offset + page_size]
    rows = "".join(render_values(name, tuple(group), tuple(group.values())) for group in page)
    remaining = max(len(groups) - offset - len(page), 0)
    return Answer(
        f'<data listtype="{name}" totalcount="{len(groups)}" offset="{offset}" count="{len(page)}"'
        f' numremaining="{remaining}">{rows}</data>',
        len(page),
    )


def _listed(data: Dataset, tag: str, fields: Sequence[str], number: int) -> str:
    """One row of `get_list`; an attachment's files stand in elements of their own inside."""
    own = [field for field in fields if data.spec.name != "SUPDOC" or field not in FILE_FIELDS]
    record = data.record(number)
    row = render_values(tag, tuple(field.lower() for field in own), reader(data, own)(record))
    if len(own) == len(fields):
        return row
    tags = tuple(field.lower() for field in FILE_FIELDS)
    held = [text.split("\n") for text in reader(data, FILE_FIELDS)(record) if text]
    files = "".join(render_values("attachment", tags, file) for file in zip(*held, strict=True))
    end = f"</{tag}>"
    return f"{row.removesuffix(end)}<attachments>{files}</attachments>{end}"


def _summarise(word: str, kind: str, values: list[str]) -> str:
    if word == "count":
        return str(len(values))
    if not values:
        return ""
    if word in {"min", "max"}:
        key: Callable[[str], Any] = sort_key(kind)
        usable = [value for value in values if key(value) is not None]
        chosen = (min if word == "min" else max)(usable, key=key, default="")
        return str(chosen)
    if kind not in {DECIMAL, "i"}:
        raise refusal("SANDBOX-QUERY", f"'{word}' needs a field with numbers.")
    total = sum((Decimal(value) for value in values), Decimal(0))
    return format(total if word == "sum" else total / len(values), "f")


def _inspect_short(field: str, kind: str) -> str:
    del kind
    return f"<Field>{field}</Field>"


def _inspect_whole(field: str, kind: str) -> str:
    return (
        f"<Field><Name>{field}</Name><GroupName></GroupName><dataName>{_TYPES[kind]}</dataName>"
        f"<externalDataName>{_TYPES[kind].lower()}</externalDataName><isRequired>false</isRequired>"
        f"<isReadOnly>{str(field in READ_ONLY).lower()}</isReadOnly><maxLength>0</maxLength>"
        f"<DisplayLabel>{field.title()}</DisplayLabel><Description></Description><id>{field}</id></Field>"
    )
