"""Coding: what BILL's accounts, dimensions and terms are called in Intacct, by the maps of one link.

Reconciling and pushing both need the same answer, so it is given here, once, from plain values. No frames, no I/O.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from intacct_pipelines.domain.names import fold
from intacct_pipelines.errors import DataContractError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intacct_pipelines.domain.link import Link

NOT_CODED: Final = ""
"""The answer for a line that names nothing; None instead says that something is named that has no counterpart."""


class ListRecord(NamedTuple):
    """One record of a list in BILL, reduced to what a translation needs.

    Args:
        id: BILL's id.
        name: Name that people see.
        code: Account number; for dimensions the short name, which holds Intacct's id when a sync made the record.
    """

    id: str
    name: str
    code: str = ""


class Coding:
    """Translates the coding of BILL's records into Intacct's words.

    Every method takes BILL's id. It returns ``""`` when the id is empty (nothing is coded), and None when the id is
    unknown or has no counterpart in Intacct, so that a caller can tell "no department" from "a department we cannot
    name".

    Args:
        link: Holds the maps, which win over what the lists say.
        accounts: BILL's chart of accounts, ``code`` being the account number.
        departments: BILL's departments, ``code`` being the short name; likewise the next two.
        locations: BILL's locations.
        classes: BILL's accounting classes.
        terms: BILL's payment terms; they need no code, for Intacct knows terms by name.
    """

    def __init__(
        self,
        link: Link,
        *,
        accounts: Iterable[ListRecord] = (),
        departments: Iterable[ListRecord] = (),
        locations: Iterable[ListRecord] = (),
        classes: Iterable[ListRecord] = (),
        terms: Iterable[ListRecord] = (),
    ) -> None:
        self._default_location = link.default_location
        self._accounts = _translations(accounts, link.account_map)
        self._departments = _translations(departments, link.department_map)
        self._locations = _translations(locations, link.location_map)
        self._classes = _translations(classes, link.class_map)
        named_terms = (ListRecord(term.id, term.name, term.name) for term in terms)
        self._terms = _translations(named_terms, link.term_map)

    def account_no(self, bill_account_id: str | None) -> str | None:
        """Return Intacct's account number for an account of BILL."""
        return _look_up(self._accounts, bill_account_id)

    def department_id(self, bill_department_id: str | None) -> str | None:
        """Return Intacct's department id for a department of BILL."""
        return _look_up(self._departments, bill_department_id)

    def location_id(self, bill_location_id: str | None) -> str | None:
        """Return Intacct's location id for a location of BILL; for none, the link's default location (S-CFG-20)."""
        if not bill_location_id:
            return self._default_location
        return _look_up(self._locations, bill_location_id)

    def class_id(self, bill_class_id: str | None) -> str | None:
        """Return Intacct's class id for an accounting class of BILL."""
        return _look_up(self._classes, bill_class_id)

    def term_name(self, bill_term_id: str | None) -> str | None:
        """Return the name of Intacct's term for a payment term of BILL; terms do not sync by themselves (S-TRM-01)."""
        return _look_up(self._terms, bill_term_id)


def _translations(records: Iterable[ListRecord], chosen: Mapping[str, str]) -> dict[str, str | None]:
    """Map each BILL id to Intacct's word; a link's map is asked by id, then by code, then by name."""
    # A map may name an id that BILL's list does not show (an archived record that was not read).
    translations: dict[str, str | None] = dict(chosen)
    for record in records:
        asked = (record.id, record.code, record.name)
        translations[record.id] = next((chosen[word] for word in asked if word in chosen), record.code or None)
    return translations


def _look_up(translations: Mapping[str, str | None], bill_id: str | None) -> str | None:
    return translations.get(bill_id) if bill_id else NOT_CODED


_USUAL_FIELDS: Final = {"account": "GL Account", "department": "Department", "location": "Location", "class": "Class"}


def card_fields(link: Link, fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the id of the custom field by which a card platform carries each dimension that it carries.

    Which is which cannot be read from its API: the link names them, or they have their usual names.

    Args:
        link: The link.
        fields: Id and name of each custom field.

    Raises:
        DataContractError: A field that the link names does not exist.
    """
    by_name: dict[str, str] = {}
    for field_id, name in fields:
        by_name.setdefault(fold(name), field_id)
        by_name[fold(field_id)] = field_id
    found = {}
    for dimension, usual in _USUAL_FIELDS.items():
        named = link.cards.fields.get(dimension)
        carrier = by_name.get(fold(named or usual))
        if carrier is not None:
            found[dimension] = carrier
        elif named:
            msg = f"link {link.name} names the custom field {named!r} for the {dimension}, which the platform lacks"
            raise DataContractError(msg)
    return found


class CustomField(NamedTuple):
    """One custom field of a card platform.

    Args:
        id: Its id.
        name: Name that people see.
        field_type: The platform's word for what it takes.
        is_retired: Whether it is out of use.
    """

    id: str
    name: str
    field_type: str = ""
    is_retired: bool = False


_FREE_TEXT: Final = "NOTE"
"""Type of a field without values (bill v3, custom fields)."""


def value_field(link: Link, dimension: str, fields: Iterable[CustomField]) -> tuple[CustomField | None, str]:
    """Return the field whose values are to name Intacct's records of a dimension; what is wrong with it, in words.

    Args:
        link: The link.
        dimension: ``account``, ``department``, ``location`` or ``class``.
        fields: Every custom field.
    """
    every = list(fields)
    called = link.cards.fields.get(dimension) or _USUAL_FIELDS[dimension]
    alike = [one for one in every if fold(called) in {fold(one.name), fold(one.id)}]
    if len(alike) != 1:
        there = ", ".join(sorted(one.name for one in every)) or "none"
        return None, f"{len(alike)} custom fields are called {called!r}; there are: {there}"
    (found,) = alike
    if found.field_type == _FREE_TEXT:
        return None, f"the custom field {found.name!r} takes free text, not values"
    return (None, f"the custom field {found.name!r} is retired") if found.is_retired else (found, "")


class CardWords:
    """Translates the answers to one custom field of a card platform into Intacct's ids.

    Args:
        link: Holds the map, which wins, and the pattern by which an id is read out of a value such as ``6400 Travel``.
        dimension: ``account``, ``department``, ``location`` or ``class``.
    """

    def __init__(self, link: Link, dimension: str) -> None:
        maps = {
            "account": link.account_map,
            "department": link.department_map,
            "location": link.location_map,
            "class": link.class_map,
        }
        self._chosen, self._pattern = maps[dimension], re.compile(link.cards.code_pattern)

    def word(self, value_id: str, said: str) -> str | None:
        """Return Intacct's id for one answer; None if it has no counterpart."""
        found = self._pattern.search(said)
        return self._chosen.get(value_id) or self._chosen.get(said) or (found.group(1) if found else None)
