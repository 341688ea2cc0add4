"""The object-specific functions: their sequences as in the 2019 schema, and what their elements mean.

The sequences are content models: ``?`` optional, ``*`` any, ``+`` one or more, ``|`` choice; behind ``&`` in any order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.elements import child_text, children, is_true, line_of, text_of
from intacct_pipelines.sandbox.intacct.fields import OBJECTS
from intacct_pipelines.sandbox.intacct.legacy_shapes import (
    CONTACTS,
    DATES,
    IGNORED,
    INSIDE,
    KEY_LISTS,
    KEYS,
    LINE_LISTS,
    LINES,
    NAMES,
    OBJECT_NAMES,
    SEQUENCES,
)
from intacct_pipelines.sandbox.intacct.refusals import refusal, schema_error

if TYPE_CHECKING:
    from lxml import etree


@dataclass(slots=True)
class LegacyWrite:
    """An object-specific function in generic words."""

    verb: str
    name: str
    key: str = ""
    values: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] | None = None
    keys: list[str] = field(default_factory=list)
    ignores_duplicates: bool = False


_ANY_ORDER: Final = "& "


@lru_cache(maxsize=256)
def _pattern(model: str) -> re.Pattern[str]:
    spaced = re.sub(r"([a-z_0-9]+)", r"(?:\1;)", model.lower())
    return re.compile(spaced.replace(" ", ""))


@lru_cache(maxsize=256)
def _names(model: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_0-9]+", model.lower()))


def check_sequence(element: etree._Element) -> None:
    """Check a legacy function against the schema.

    Raises:
        RequestRefusedError: XL03000003; an element is unknown, missing or in the wrong place.
    """
    _check(element, SEQUENCES[str(element.tag)])
    verb, _, name = str(element.tag).partition("_")
    key = "" if verb in {"create", "record", "approve", "void", "apply"} else KEYS.get(name, "")
    if key and element.get(key) is None:
        raise schema_error(f"Element '{element.tag}': The attribute '{key}' is required but missing.", line_of(element))


def _check(element: etree._Element, model: str) -> None:
    inside = list(children(element))
    tags = [str(one.tag) for one in inside]
    for one in inside:
        if one.tag not in _names(model):
            raise schema_error(f"Element '{one.tag}': This element is not expected.", line_of(one))
    if model.startswith(_ANY_ORDER):
        model = model.removeprefix(_ANY_ORDER)
        places = model.replace("?", "").split()
        tags.sort(key=places.index)
    if not _pattern(model).fullmatch("".join(f"{tag};" for tag in tags)):
        raise schema_error(
            f"Element '{element.tag}': The children ({', '.join(tags)}) do not follow the sequence ({model}).",
            line_of(element),
        )
    for one in inside:
        _check(one, INSIDE.get(str(one.tag), ""))


def read_legacy(element: etree._Element) -> LegacyWrite:
    """Translate a checked legacy function into fields.

    Raises:
        FunctionRefusedError: It holds custom fields, which this company does not have.
    """
    verb, _, short = str(element.tag).partition("_")
    name = OBJECT_NAMES[short]
    write = LegacyWrite("create" if verb == "record" else verb, name, element.get(KEYS.get(short, "key"), ""))
    write.ignores_duplicates = is_true(element.get("ignoreduplicates", ""))
    for one in children(element):
        if one.tag in LINE_LISTS:
            write.lines = [_line(LINES[name], line) for line in children(one)]
        elif one.tag == "arpaymentitem":
            write.lines = [*(write.lines or []), _line(LINES[name], one)]
        elif one.tag == "arpaymentkey":
            write.key = text_of(one)
        elif one.tag in KEY_LISTS:
            write.keys = [text_of(key) for key in children(one)]
        else:
            write.values.update(_values(name, one, ""))
    write.values = {path: value for path, value in write.values.items() if _has_place(name, path)}
    return write


def _has_place(name: str, path: str) -> bool:
    return (
        path in OBJECTS[name].kinds
        or path in {"ACTION", "PAYMENTDATE", "PAYMENTAMOUNT"}
        or path.startswith(("DISPLAYCONTACT.", "PERSONALINFO."))
    )


def _line(name: str, element: etree._Element) -> dict[str, str]:
    values: dict[str, str] = {}
    if element.get("line_num"):
        values["LINE_NO"] = element.get("line_num", "")
    for one in children(element):
        values.update(_values(name, one, ""))
    if name != "APPYMTDETAIL":
        values.pop("KEY", None)
    return values


def _values(name: str, element: etree._Element, above: str) -> dict[str, str]:
    tag = str(element.tag)
    path = f"{above}{tag}"
    if tag == "customfields" and list(children(element)):
        raise refusal("SANDBOX-UNKNOWN-FIELD", "This company has no custom fields.")
    if tag in IGNORED:
        return {}
    names = NAMES.get(name, {})
    if tag in DATES:
        parts = (child_text(element, part) for part in ("month", "day", "year"))
        return {names.get(tag, tag.upper()): "/".join(parts)}
    inside = list(children(element))
    if tag in CONTACTS:
        return _named_contact(name, element)
    if not inside:
        return {names.get(path, path.upper()): text_of(element)}
    values: dict[str, str] = {}
    for one in inside:
        values.update(_values(name, one, f"{path}."))
    return values


def _named_contact(name: str, element: etree._Element) -> dict[str, str]:
    """A contact that is spelled out becomes a vendor's display contact; elsewhere its name is what counts."""
    tag = str(element.tag)
    if tag in {"contactinfo", "primary"} and name == "VENDOR" and element.find("contact") is not None:
        return _contact(element.find("contact"))
    field_name = NAMES.get(name, {}).get(tag)
    return {field_name: text_of(next(element.iter("contactname"), None))} if field_name else {}


def _contact(element: etree._Element | None) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in () if element is None else children(element):
        inside = list(children(one))
        for inner in inside:
            field_name = {"isocountrycode": "COUNTRYCODE"}.get(str(inner.tag), str(inner.tag).upper())
            if f"MAILADDRESS.{field_name}" in OBJECTS["CONTACT"].kinds:
                values[f"DISPLAYCONTACT.MAILADDRESS.{field_name}"] = text_of(inner)
        if str(one.tag).upper() in OBJECTS["CONTACT"].kinds and not inside:
            values[f"DISPLAYCONTACT.{str(one.tag).upper()}"] = text_of(one)
    return values
