"""The words with which an object is described: its fields and their kinds, keys, codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

INTEGER: Final = "i"
DECIMAL: Final = "d"
DATE: Final = "D"
INSTANT: Final = "T"
FLAG: Final = "b"
TEXT: Final = "s"
NESTED: Final = "x"


def words(text: str) -> frozenset[str]:
    """The words of a text as a set: a readable way to write many names."""
    return frozenset(text.split())


Relations: TypeAlias = "Mapping[str, Mapping[str, tuple[str, str, str]]]"
"""Related records that a dotted field may reach: object → relation → (other object, own field, the other's field)."""


@dataclass(frozen=True, slots=True)
class ObjectSpec:
    """One object: its fields and how people name its records.

    Args:
        name: Upper-case object name.
        kinds: Field → kind letter, in order.
        business_key: The field with the id that people use; empty for transactions.
        label: The word in error texts.
        indexed: Fields that are often compared for equality.
        required: Fields that a generic create needs.
        audited: Whether changes leave rows in AUDITHISTORY.
        references: Field → the object that it must name.
        links: Field of a request → the object that it names and the field that keeps that one's record number.
        defaults: What a new record holds where nothing was sent.
        writes: By which functions it is written: ``generic``, ``legacy`` (only), or empty for documents and for what
            cannot be written.
        module: The subscription without which the company has no such object; empty if none is needed.
    """

    name: str
    kinds: Mapping[str, str]
    business_key: str = ""
    label: str = ""
    indexed: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    audited: bool = True
    references: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    writes: str = ""
    module: str = ""

    @property
    def key(self) -> str:
        """The field with the number by which rows are ordered."""
        return "RECORDNO" if "RECORDNO" in self.kinds else "ID"

    @property
    def queryable(self) -> tuple[str, ...]:
        """The fields that a query may name."""
        return tuple(name for name, kind in self.kinds.items() if kind != NESTED)


def describe(
    name: str,
    fields: str,
    business_key: str = "",
    label: str = "",
    indexed: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
    *,
    audited: bool = True,
    **more: Any,
) -> ObjectSpec:
    """Describe an object; ``fields`` are ``FIELD:kind`` in the order in which `read` with all fields shows them.

    ``more`` are further words of ``ObjectSpec``.
    """
    pairs = (pair.rpartition(":") for pair in fields.split())
    return ObjectSpec(
        name,
        MappingProxyType({name_: kind for name_, _, kind in pairs}),
        business_key,
        label,
        indexed,
        required,
        audited,
        **more,
    )
