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
                msg = f"id {part!r} has characters that a partition key cannot hold; allowed: letters, digits, space _ . @ -"
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


def item_key(*, link: str, source_system: str, object_name: str, source_id: str, operation: str, revision: str) -> ItemKey:
    """Return the deterministic key of one push operation (rule S-IDM-01).

    ``revision`` is the hash of what is to be written, so that the same content has the same key for ever and a
    changed content has another one.
    """
    parts = (link, source_system, object_name, source_id, operation, revision)
    return ItemKey(str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts))))
