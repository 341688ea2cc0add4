"""Identities: partition keys of entities, and the key of an outbox item."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final, NewType

ItemKey = NewType("ItemKey", str)
"""UUIDv5 of one operation on one record; it is also Intacct's function control id."""

_NAMESPACE: Final = uuid.UUID("6f0c6d0e-6a2b-5d0b-9f2f-3a1f6a4f0c11")
# A partition key travels through Dagster's range ('...') and multi-partition ('|') syntax and through shells.
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.@-]{0,79}")
TOP: Final = "top"


@dataclass(frozen=True, slots=True, order=True)
class EntityKey:
    """One entity of one company, or its top level (``entity_id`` empty)."""

    company_id: str
    entity_id: str = ""

    def __post_init__(self) -> None:
        for part in (self.company_id, self.entity_id or TOP):
            if not _SAFE.fullmatch(part) or ".." in part:
                allowed = "letters, digits, space _ . @ -"
                msg = f"id {part!r} has characters that a partition key cannot hold; allowed: {allowed}"
                raise ValueError(msg)

    def __str__(self) -> str:
        return f"{self.company_id}:{self.entity_id or TOP}"

    @classmethod
    def parse(cls, text: str) -> EntityKey:
        """Read a partition key such as ``acme:100`` or ``acme:top``.

        Raises:
            ValueError: The text is not ``<company>:<entity>``.
        """
        company_id, separator, entity_id = text.partition(":")
        if not separator or not entity_id:
            msg = f"{text!r} is not a partition key; write <company>:<entity id> or <company>:{TOP}"
            raise ValueError(msg)
        return cls(company_id, "" if entity_id == TOP else entity_id)


def item_key(
    *, link: str, source_system: str, object_name: str, source_id: str, operation: str, revision: str
) -> ItemKey:
    """Return the deterministic key of one push operation (rule S-IDM-01).

    ``revision`` is the hash of what is to be written, so that the same content has the same key for ever and a
    changed content has another one.
    """
    parts = (link, source_system, object_name, source_id, operation, revision)
    return ItemKey(str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts))))


# An id ends where no letter, digit, hyphen or underscore follows: no shorter id is read out of a longer one.
SOURCE_MARK: Final = r"(?<![A-Za-z0-9_])(BILL|SPEND|BUSINESS_CENTER):([A-Za-z0-9_-]{1,64})(?![A-Za-z0-9_-])"
"""How a mark looks, for Python and for Postgres."""
_SOURCE_MARK: Final = re.compile(SOURCE_MARK)


def source_mark(system: str, record_id: str) -> str:
    """Return the words that name a record's source, such as ``BILL:00n01ABC``, to be kept in the record (S-IDM-04).

    Raises:
        ValueError: The id could not be read back.
    """
    mark = f"{system.upper()}:{record_id}"
    if not _SOURCE_MARK.fullmatch(mark):
        msg = f"cannot mark a record as coming from {system!r} with the id {record_id[:80]!r}"
        raise ValueError(msg)
    return mark


def read_source_mark(text: str | None) -> tuple[str, str] | None:
    """Return system (lower case) and id of the record that a text field names as its source.

    None if it names none, or more than one.
    """
    found = set(_SOURCE_MARK.findall(text or ""))
    if len(found) != 1:
        return None
    system, record_id = found.pop()
    return system.lower(), record_id


INTACCT_MARK: Final = re.compile(r"(?<![A-Za-z0-9_])INTACCT:([0-9]+) [0-9a-f]{8}-[0-9a-f-]{27}(?![0-9a-f-])")
"""How a text in BILL names the record of Intacct that it stands for, and the item that wrote it (S-IDM-04)."""


def read_intacct_mark(text: str) -> str:
    """Return the record number of Intacct that a text of BILL names; empty if it names none."""
    found = INTACCT_MARK.search(text)
    return found[1] if found else ""


def without_intacct_mark(text: str) -> str:
    """Return a text of BILL without the record and key of Intacct that it names."""
    return INTACCT_MARK.sub("", text).strip()
