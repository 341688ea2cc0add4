"""Functions that the gateway runs: plain values in, XML out. No request is sent from here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from lxml import etree

if TYPE_CHECKING:
    from intacct_pipelines.domain.push import Fields

Value: TypeAlias = (
    "str | int | bool | Decimal | date | datetime | Mapping[str, Value] | Sequence[Mapping[str, Value]] | None"
)
"""What a field may hold: None leaves it out, an empty text clears it; a mapping nests, a sequence repeats.

A name in a mapping that begins with ``@`` is an attribute of the element around it.
"""

MAX_CONTROL_ID: Final = 256
# what XML 1.0 cannot carry, not even escaped
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,119}")


@dataclass(frozen=True, slots=True)
class Function:
    """One function of a request.

    Args:
        control_id: The function's id, 1 to 256 characters; for writes the item key, never random.
        element: The function's XML.

    Raises:
        ValueError: The control id is empty, too long or not expressible in XML.
    """

    control_id: str
    element: etree._Element = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.control_id) <= MAX_CONTROL_ID or _NOT_XML.search(self.control_id):
            msg = f"a control id has 1 to {MAX_CONTROL_ID} characters: {self.control_id[:40]!r}"
            raise ValueError(msg)

    @property
    def name(self) -> str:
        """Name of the function, such as ``create``."""
        return str(self.element.tag)

    def xml(self) -> str:
        """The function as it is sent, for a plan to show and for tests to compare."""
        return etree.tostring(self.element, encoding="unicode")


def create(control_id: str, object_name: str, fields: Mapping[str, Value]) -> Function:
    """Create one object, such as ``APBILL``, by the generic function.

    Args:
        control_id: The function's id.
        object_name: Upper-case object name.
        fields: Upper-case field names → values, in the order in which they are sent.

    Raises:
        ValueError: A value has characters that XML cannot carry, or is not finite.
        TypeError: A value is of another type, a float for example.
    """
    return _write("create", control_id, object_name, fields)


def update(control_id: str, object_name: str, fields: Mapping[str, Value]) -> Function:
    """Update one object; ``fields`` has ``RECORDNO`` or the business id. Lines that are sent replace all lines.

    Raises:
        ValueError: As ``create``; or no field names the record.
        TypeError: As ``create``.
    """
    if not {"RECORDNO", f"{object_name}ID"} & set(fields):
        msg = f"an update of {object_name} needs RECORDNO or its business id"
        raise ValueError(msg)
    return _write("update", control_id, object_name, fields)


def call(control_id: str, name: str, fields: Mapping[str, Value], *, record_no: str = "") -> Function:
    """Run a function of an object's own, such as ``create_apadjustment``; the gateway wants its arguments in order.

    Args:
        control_id: The function's id.
        name: Name of the function.
        fields: Lower-case argument names → values, in the order of the function's own sequence.
        record_no: Attribute ``key``: the record that is changed; empty for a new one.

    Raises:
        ValueError: As ``create``.
        TypeError: As ``create``.
    """
    root = etree.Element("function")
    _append(root, name, fields)
    element = root[0]
    if record_no:
        element.set("key", record_no)
    root.remove(element)
    return Function(control_id, element)


def date_parts(day: date) -> Fields:
    """Return a day as the functions of an object's own take it: ``year``, ``month``, ``day``."""
    return {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}


def read_entity_details(control_id: str = "entities") -> Function:
    """List the entities that the user may enter."""
    return Function(control_id, etree.Element("readEntityDetails"))


def get_closed_books_date(control_id: str = "closed-books-date") -> Function:
    """Ask for the last closed date."""
    return Function(control_id, etree.Element("get_closedbooksdate"))


def get_user_permissions(user_id: str, control_id: str = "permissions") -> Function:
    """Ask what a user may do."""
    element = etree.Element("getUserPermissions")
    child(element, "userId", user_id)
    return Function(control_id, element)


def read(object_name: str, record_no: int, control_id: str = "read") -> Function:
    """Read all fields of one record, for objects that `query` does not read."""
    element = etree.Element("read")
    child(element, "object", object_name)
    child(element, "keys", str(record_no))
    child(element, "fields", "*")
    return Function(control_id, element)


def lookup(object_name: str, control_id: str = "lookup") -> Function:
    """Ask which fields an object has in this company; unlike `inspect`, it says which the company made itself."""
    element = etree.Element("lookup")
    child(element, "object", object_name)
    return Function(control_id, element)


def read_list(
    name: str,
    argument: str = "",
    value: str = "",
    *,
    control_id: str,
    page: tuple[int, int] | None = None,
    only: tuple[str, str, str] | None = None,
    further: Sequence[tuple[str, str]] = (),
) -> Function:
    """Run a function that lists something.

    Args:
        name: Name of the function, such as ``get_companyprefs``.
        argument: What it is told: a child element, or an attribute if it begins with ``@``; empty for nothing.
        value: The argument's value.
        control_id: The function's id.
        page: First row, from 0, and rows at most, for ``get_list``.
        only: Field, operator (``=``, ``>``) and value that all wanted rows have, for ``get_list``.
        further: Child elements behind the argument.
    """
    element = etree.Element(name)
    if argument.startswith("@"):
        element.set(argument[1:], value)
    elif argument:
        child(element, argument, value)
    for inner, told in further:
        child(element, inner, told)
    if page is not None:
        element.set("start", str(page[0]))
        element.set("maxitems", str(page[1]))
    if only is not None:
        expression = etree.SubElement(etree.SubElement(element, "filter"), "expression")
        for part, told in zip(("field", "operator", "value"), only, strict=True):
            child(expression, part, told)
    return Function(control_id, element)


def get_api_session(entity_id: str, control_id: str = "session") -> Function:
    """Ask for a session at an entity, or at the top level (``entity_id`` empty)."""
    element = etree.Element("getAPISession")
    if entity_id:
        child(element, "locationid", entity_id)
    return Function(control_id, element)


def child(parent: etree._Element, name: str, text: str) -> etree._Element:
    """Append an element with text.

    Raises:
        ValueError: The text has characters that XML cannot carry.
    """
    found = _NOT_XML.search(text)
    if found:
        msg = f"{name} holds U+{ord(found.group()):04X} at position {found.start()}, which XML cannot carry"
        raise ValueError(msg)
    element = etree.SubElement(parent, name)
    element.text = text
    return element


def _write(verb: str, control_id: str, object_name: str, fields: Mapping[str, Value]) -> Function:
    root = etree.Element(verb)
    _append(root, object_name, fields)
    return Function(control_id, root)


def _append(parent: etree._Element, name: str, value: Value) -> None:
    if not _NAME.fullmatch(name):
        msg = f"{name[:120]!r} is not the name of an object or field"
        raise ValueError(msg)
    if value is None:
        return
    if isinstance(value, Mapping):
        element = etree.SubElement(parent, name)
        for inner, held in value.items():
            if inner.startswith("@"):
                element.set(inner[1:], _text(inner, held))
            else:
                _append(element, inner, held)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for held in value:
            _append(parent, name, held)
    else:
        child(parent, name, _text(name, value))


def _text(name: str, value: object) -> str:
    # bool before int and datetime before date: they are subclasses
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            msg = f"{name} is not a finite amount"
            raise ValueError(msg)
        return format(value, "f")
    msg = f"{name} is a {type(value).__name__}; amounts are Decimal, never float"
    raise TypeError(msg)


def format_date(day: date) -> str:
    """Write a day as ``mm/dd/yyyy``."""
    return f"{day.month:02}/{day.day:02}/{day.year:04}"


def format_timestamp(moment: datetime) -> str:
    """Write a local timestamp as ``mm/dd/yyyy hh:mm:ss``; the gateway knows no zones."""
    return f"{format_date(moment)} {moment.hour:02}:{moment.minute:02}:{moment.second:02}"
