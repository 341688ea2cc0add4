"""The ``query`` function: what to select, from which object, under which conditions. Values in, XML out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from lxml import etree

from intacct_pipelines.clients.intacct.functions import child

MAX_IN_VALUES: Final = 1000
_FIELD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,119}")


class Operator(StrEnum):
    """The comparisons that the gateway knows."""

    EQUAL = "equalto"
    NOT_EQUAL = "notequalto"
    LESS = "lessthan"
    LESS_OR_EQUAL = "lessthanorequalto"
    GREATER = "greaterthan"
    GREATER_OR_EQUAL = "greaterthanorequalto"
    BETWEEN = "between"
    """Two values, the lower first; both ends belong to it."""
    IN = "in"
    NOT_IN = "notin"
    LIKE = "like"
    """``%`` stands for any text, ``_`` for one character."""
    NOT_LIKE = "notlike"
    IS_NULL = "isnull"
    IS_NOT_NULL = "isnotnull"


_VALUES: Final = {
    Operator.BETWEEN: (2, 2),
    Operator.IN: (1, MAX_IN_VALUES),
    Operator.NOT_IN: (1, MAX_IN_VALUES),
    Operator.IS_NULL: (0, 0),
    Operator.IS_NOT_NULL: (0, 0),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of one field.

    Raises:
        ValueError: The operator does not take that many values.
    """

    field: str
    operator: Operator
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_field(self.field)
        least, most = _VALUES.get(self.operator, (1, 1))
        if not least <= len(self.values) <= most:
            msg = f"{self.operator} on {self.field} takes {least} to {most} values, not {len(self.values)}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts hold."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts holds."""

    parts: tuple[Filter, ...]


Filter: TypeAlias = Condition | And | Or


def all_of(*parts: Filter | None) -> Filter | None:
    """Join the parts that are there by ``and``; none: no filter."""
    present = tuple(part for part in parts if part is not None)
    return _joined(And, present) if present else None


def any_of(*parts: Filter | None) -> Filter | None:
    """Join the parts that are there by ``or``; none: no filter."""
    present = tuple(part for part in parts if part is not None)
    return _joined(Or, present) if present else None


def _joined(kind: type[And | Or], parts: tuple[Filter, ...]) -> Filter:
    # the gateway wants at least two children in and/or
    return parts[0] if len(parts) == 1 else kind(parts)


@dataclass(frozen=True, slots=True)
class Query:
    """What to read.

    Args:
        object: The object's name, upper case.
        fields: The fields, in the order in which they are wanted.
        filter: Which rows; None for all that the session sees.
        page_size: Rows a page, 1 to 2,000; 0 for the client's own.
        show_private: From the top level, also show rows that belong to one entity alone.
        key: The numeric field by which pages are cut; unique, and never given anew.

    Raises:
        ValueError: A name is not a field name, or there is no field.
    """

    object: str
    fields: tuple[str, ...]
    filter: Filter | None = None
    page_size: int = 0
    show_private: bool = False
    key: str = "RECORDNO"

    def __post_init__(self) -> None:
        if not self.fields or len(set(self.fields)) != len(self.fields):
            msg = f"a query of {self.object} needs fields, each once"
            raise ValueError(msg)
        for name in (self.object, self.key, *self.fields):
            _check_field(name)


def _check_field(name: str) -> None:
    if not _FIELD.fullmatch(name):
        msg = f"{name[:120]!r} is not the name of an object or field"
        raise ValueError(msg)


def query_element(
    query: Query,
    *,
    bounds: Filter | None,
    page_size: int,
    descending: bool = False,
) -> etree._Element:
    """Build one ``query``.

    Args:
        query: What to read.
        bounds: A further condition that cuts out one page.
        page_size: Rows at most.
        descending: Largest key first.
    """
    root = etree.Element("query")
    child(root, "object", query.object)
    select = etree.SubElement(root, "select")
    for field in query.fields:
        child(select, "field", field)
    condition = all_of(bounds, query.filter)
    if condition is not None:
        _append(etree.SubElement(root, "filter"), condition)
    order = etree.SubElement(etree.SubElement(root, "orderby"), "order")
    child(order, "field", query.key)
    etree.SubElement(order, "descending" if descending else "ascending")
    if query.show_private:
        child(etree.SubElement(root, "options"), "showprivate", "true")
    child(root, "pagesize", str(page_size))
    child(root, "offset", "0")
    return root


def _append(parent: etree._Element, condition: Filter) -> None:
    if isinstance(condition, Condition):
        element = etree.SubElement(parent, condition.operator.value)
        child(element, "field", condition.field)
        for value in condition.values:
            child(element, "value", value)
        return
    element = etree.SubElement(parent, "and" if isinstance(condition, And) else "or")
    for part in condition.parts:
        _append(element, part)
