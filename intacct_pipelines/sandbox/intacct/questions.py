"""What a read asks for: fields, filter, order and page of its XML as values, refused where the gateway would.

Nothing is looked up here; that is the reader's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.conditions import (
    OPERATORS,
    Condition,
    Filter,
    Group,
)
from intacct_pipelines.sandbox.intacct.dataset import Dataset
from intacct_pipelines.sandbox.intacct.elements import child, child_text, children, text_of
from intacct_pipelines.sandbox.intacct.refusals import refusal

if TYPE_CHECKING:
    from lxml import etree


_DEEPEST: Final = 40

_MOST_DIGITS: Final = 18
_AGGREGATES: Final = ("count", "sum", "min", "max", "avg")

LEGACY_NAMES: Final = {
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
    "supdocfolder": "SUPDOCFOLDER",
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


def refuse_others(element: etree._Element, names: set[str]) -> None:
    """Refuse an element that has children of other names."""
    for one in children(element):
        if one.tag not in names:
            raise refusal("SANDBOX-QUERY", f"The element '{one.tag}' is not allowed in {element.tag}.")


def of_definition(data: Dataset, element: etree._Element, part: Filter | None) -> Filter | None:
    """The filter, narrowed to the transaction definition that `docparid` names, if it names one."""
    name = child_text(element, "docparid")
    if not name or "DOCPARID" not in data.spec.kinds:
        return part
    chosen = Condition("equalto", "DOCPARID", (name,))
    return Group("and", (part, chosen)) if part else chosen


def read_count(element: etree._Element, name: str, default: int) -> int:
    """Return a whole number from a child, or the default."""
    return read_whole(name, child_text(element, name), default)


def read_whole(name: str, text: str, default: int) -> int:
    """Return a whole number, or the default for an empty text."""
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise refusal("SANDBOX-QUERY", f"The {name} '{text[:40]}' is not a number.")
    return int(text)


def refuse_formats(text: str) -> None:
    """Refuse a return format that the sandbox lacks."""
    if text.lower() not in {"", "xml"}:
        raise refusal("SANDBOX-NOT-IMPLEMENTED", f"The return format '{text[:40]}' is not available in the sandbox.")


def read_selection(element: etree._Element) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Return the fields and the aggregates that a query selects."""
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


def fields_of(part: Filter | None) -> list[str]:
    """Return the fields that a filter names."""
    if part is None:
        return []
    if isinstance(part, Condition):
        return [part.field]
    return [field for inner in part.parts for field in fields_of(inner)]


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


def read_order(element: etree._Element | None) -> list[tuple[str, bool]]:
    """Field and whether it descends."""
    order: list[tuple[str, bool]] = []
    for one in () if element is None else children(element):
        tags = [inner.tag for inner in children(one)]
        if one.tag != "order" or not tags or tags[0] != "field" or tags[1:] not in ([], ["ascending"], ["descending"]):
            raise refusal("SANDBOX-QUERY", "An order has a field and then ascending or descending.")
        order.append((child_text(one, "field").upper(), "descending" in tags))
    return order


def read_legacy_filter(element: etree._Element | None, data: Dataset) -> Filter | None:
    """Return the filter of `get_list`."""
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
