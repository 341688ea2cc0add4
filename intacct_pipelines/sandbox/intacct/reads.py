"""The reading functions: query, readByQuery, readMore, read, readByName, lookup, inspect, get_list."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.intacct.conditions import (
    OPERATORS,
    Condition,
    Dialect,
    Filter,
    Group,
    check_fields,
    sort_key,
)
from intacct_pipelines.sandbox.intacct.dataset import Dataset, dataset, kind_of, visible_fields
from intacct_pipelines.sandbox.intacct.elements import child, child_text, children, is_true, text_of
from intacct_pipelines.sandbox.intacct.fields import DECIMAL, ENUMS, OBJECTS, READ_ONLY, RELATIONS
from intacct_pipelines.sandbox.intacct.objects.attachments import FILE_FIELDS
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
_DEEPEST: Final = 40
_RESULT_SETS: Final = 500
_MOST_DIGITS: Final = 18
_AGGREGATES: Final = ("count", "sum", "min", "max", "avg")
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
        _only(element, {"object", "select", "filter", "orderby", "options", "pagesize", "offset", "docparid"})
        data = self._open(child_text(element, "object").upper(), "READ_BY_QUERY")
        name = data.spec.name
        fields, aggregates = _selection(element)
        page_size = _count(element, "pagesize", DEFAULT_PAGE)
        if not 1 <= page_size <= QUERY_PAGE:
            raise refusal("SANDBOX-PAGESIZE", f"The pagesize {page_size} is not between 1 and {QUERY_PAGE}.")
        offset = _count(element, "offset", 0)
        options = child(element, "options")
        private = options is not None and is_true(child_text(options, "showprivate"))
        dialect = Dialect(ignores_case=options is not None and is_true(child_text(options, "caseinsensitive")))
        _refuse_formats("" if options is None else child_text(options, "returnformat"))
        part = _of_definition(data, element, read_filter(child(element, "filter")))
        order = _order(child(element, "orderby"))
        named = [*fields, *(field for _, field in aggregates), *_named(part), *(field for field, _ in order)]
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
        if order and order[0] == (data.spec.key, False):
            return numbers
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
        _only(element, {"object", "fields", "query", "pagesize", "returnFormat", "docparid"})
        data = self._open(child_text(element, "object").upper(), "READ_BY_QUERY")
        _refuse_formats(child_text(element, "returnFormat"))
        page_size = _count(element, "pagesize", DEFAULT_PAGE)
        if not 1 <= page_size <= READ_BY_QUERY_PAGE:
            raise refusal("SANDBOX-PAGESIZE", f"The pagesize {page_size} is not between 1 and {READ_BY_QUERY_PAGE}.")
        fields = self._field_list(data, child_text(element, "fields"))
        part = _of_definition(data, element, parse_sql(child_text(element, "query")))
        check_fields(self._state, data.spec.name, _named(part))
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
        _only(element, {"object", "keys", "fields", "returnFormat", "docparid"})
        _refuse_formats(child_text(element, "returnFormat"))
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
        name = _LEGACY_NAMES.get(element.get("object", ""), "")
        data = self._open(name or element.get("object", ""), "READ")
        owners = self._state.owners_seen(entity_id, private=is_true(element.get("showprivate", "")))
        part = _legacy_filter(child(element, "filter"), data)
        numbers = self._search.numbers(data, owners, part, Dialect())
        start = _whole("start", element.get("start", ""), 0)
        most = _whole("maxitems", element.get("maxitems", ""), DEFAULT_PAGE)
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


_LEGACY_NAMES: Final = {
    "vendor": "VENDOR",
    "bill": "APBILL",
    "glaccount": "GLACCOUNT",
    "department": "DEPARTMENT",
    "location": "LOCATION",
    "locationentity": "LOCATIONENTITY",
    "class": "CLASS",
    "contact": "CONTACT",
    "apterm": "APTERM",
    "supdoc": "SUPDOC",
}
_LEGACY_OPERATORS: Final = {
    "=": "equalto",
    "!=": "notequalto",
    "<": "lessthan",
    "<=": "lessthanorequalto",
    ">": "greaterthan",
    ">=": "greaterthanorequalto",
    "like": "like",
    "is null": "isnull",
}


def _group_page(name: str, groups: list[dict[str, str]], offset: int, page_size: int) -> Answer:
    page = groups[offset : offset + page_size]
    rows = "".join(render_values(name, tuple(group), tuple(group.values())) for group in page)
    remaining = max(len(groups) - offset - len(page), 0)
    return Answer(
        f'<data listtype="{name}" totalcount="{len(groups)}" offset="{offset}" count="{len(page)}"'
        f' numremaining="{remaining}">{rows}</data>',
        len(page),
    )


def _only(element: etree._Element, names: set[str]) -> None:
    for one in children(element):
        if one.tag not in names:
            raise refusal("SANDBOX-QUERY", f"The element '{one.tag}' is not allowed in {element.tag}.")


def _listed(data: Dataset, tag: str, fields: Sequence[str], number: int) -> str:
    """One row of `get_list`; an attachment's file stands in elements of its own inside."""
    own = [field for field in fields if data.spec.name != "SUPDOC" or field not in FILE_FIELDS]
    record = data.record(number)
    row = render_values(tag, tuple(field.lower() for field in own), reader(data, own)(record))
    if len(own) == len(fields):
        return row
    file = render_values("attachment", tuple(field.lower() for field in FILE_FIELDS), reader(data, FILE_FIELDS)(record))
    end = f"</{tag}>"
    return f"{row.removesuffix(end)}<attachments>{file}</attachments>{end}"


def _of_definition(data: Dataset, element: etree._Element, part: Filter | None) -> Filter | None:
    """The filter, narrowed to the transaction definition that `docparid` names, if it names one."""
    name = child_text(element, "docparid")
    if not name or "DOCPARID" not in data.spec.kinds:
        return part
    chosen = Condition("equalto", "DOCPARID", (name,))
    return Group("and", (part, chosen)) if part else chosen


def _count(element: etree._Element, name: str, default: int) -> int:
    return _whole(name, child_text(element, name), default)


def _whole(name: str, text: str, default: int) -> int:
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise refusal("SANDBOX-QUERY", f"The {name} '{text[:40]}' is not a number.")
    return int(text)


def _refuse_formats(text: str) -> None:
    if text.lower() not in {"", "xml"}:
        raise refusal("SANDBOX-NOT-IMPLEMENTED", f"The return format '{text[:40]}' is not available in the sandbox.")


def _selection(element: etree._Element) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    select = child(element, "select")
    fields: list[str] = []
    aggregates: list[tuple[str, str]] = []
    for one in () if select is None else children(select):
        if one.tag == "field":
            fields.append(text_of(one).upper())
        elif one.tag in _AGGREGATES:
            aggregates.append((str(one.tag), text_of(one).upper()))
        else:
            raise refusal("SANDBOX-QUERY", f"The element '{one.tag}' is not allowed in select.")
    if not fields and not aggregates:
        raise refusal("SANDBOX-QUERY", "A query needs a select with at least one field.")
    return tuple(fields), aggregates


def _named(part: Filter | None) -> list[str]:
    if part is None:
        return []
    if isinstance(part, Condition):
        return [part.field]
    return [field for inner in part.parts for field in _named(inner)]


def read_filter(element: etree._Element | None) -> Filter | None:
    """The filter of a `query`; None when there is none.

    Raises:
        FunctionRefusedError: Not exactly one top operator, or an operator with the wrong parts.
    """
    parts = [] if element is None else [_read_operator(one, 0) for one in children(element)]
    if not parts:
        return None
    if len(parts) > 1:
        raise refusal("SANDBOX-QUERY", "A filter has exactly one operator at the top.")
    return parts[0]


def _read_operator(element: etree._Element, depth: int) -> Filter:
    name = str(element.tag)
    if depth > _DEEPEST:
        raise refusal("SANDBOX-QUERY", "The filter is nested too deeply.")
    if name in {"and", "or"}:
        parts = tuple(_read_operator(one, depth + 1) for one in children(element))
        if len(parts) < 2:  # noqa: PLR2004  # the schema's minimum
            raise refusal("SANDBOX-QUERY", f"'{name}' needs at least two conditions.")
        return Group(name, parts)
    if name not in OPERATORS:
        raise refusal("SANDBOX-QUERY", f"The operator '{name}' is not known.")
    inside = list(children(element))
    tags = [one.tag for one in inside]
    fewest, most = OPERATORS[name]
    if not inside or tags != ["field"] + ["value"] * (len(inside) - 1) or not fewest <= len(inside) - 1 <= most:
        raise refusal("SANDBOX-QUERY", f"'{name}' needs a field and then {fewest} to {most} values.")
    return Condition(name, text_of(inside[0]).upper(), tuple(text_of(one) for one in inside[1:]))


def _order(element: etree._Element | None) -> list[tuple[str, bool]]:
    """Field and whether it descends."""
    order: list[tuple[str, bool]] = []
    for one in () if element is None else children(element):
        tags = [inner.tag for inner in children(one)]
        if one.tag != "order" or not tags or tags[0] != "field" or tags[1:] not in ([], ["ascending"], ["descending"]):
            raise refusal("SANDBOX-QUERY", "An order has a field and then ascending or descending.")
        order.append((child_text(one, "field").upper(), "descending" in tags))
    return order


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


def _legacy_filter(element: etree._Element | None, data: Dataset) -> Filter | None:
    if element is None:
        return None
    parts: list[Filter] = []
    for one in element.iter("expression"):
        word = child_text(one, "operator").lower()
        field = child_text(one, "field").upper()
        if word not in _LEGACY_OPERATORS or field not in data.spec.kinds:
            raise refusal("SANDBOX-QUERY", f"The expression on '{field[:40]}' is not known.")
        operator = _LEGACY_OPERATORS[word]
        parts.append(Condition(operator, field, () if operator == "isnull" else (child_text(one, "value"),)))
    if not parts:
        return None
    joined = "or" if any(one.get("logical_operator") == "or" for one in element.iter("logical")) else "and"
    return parts[0] if len(parts) == 1 else Group(joined, tuple(parts))


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
