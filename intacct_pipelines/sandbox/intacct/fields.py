"""All objects of the areas together, and the codes and known values of their fields."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.objects import (
    attachments,
    bank,
    cash,
    company,
    dimensions,
    ledger,
    lists,
    orders,
    own_dimensions,
    payables,
    receivables,
)
from intacct_pipelines.sandbox.intacct.objects.spec import (
    DATE,
    DECIMAL,
    FLAG,
    INSTANT,
    INTEGER,
    NESTED,
    TEXT,
    ObjectSpec,
    Relations,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_AREAS: Final = (
    company,
    lists,
    dimensions,
    bank,
    payables,
    receivables,
    orders,
    cash,
    attachments,
    own_dimensions,
    ledger,
)

OBJECTS: Final[Mapping[str, ObjectSpec]] = MappingProxyType(
    {spec.name: spec for area in _AREAS for spec in area.OBJECTS}
)
RELATIONS: Final[Relations] = MappingProxyType(
    {name: relations for area in _AREAS for name, relations in area.RELATIONS.items()}
)
OWN_DIMENSIONS: Final[Mapping[str, ObjectSpec]] = MappingProxyType({spec.name: spec for spec in own_dimensions.OBJECTS})
"""Objects that a company may have made as dimensions of its own."""

DERIVED: Final = frozenset(("GLDETAIL", "GLBATCH", "GLENTRY"))
"""Objects that are not stored: they are the ledger's postings and lines."""

# What `readByQuery` wants instead of labels: field → code → labels. Codes of paid and reversed bills are our guess.
CODES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "STATUS": {"T": ("active",), "F": ("inactive",)},
        "ACCOUNTTYPE": {"I": ("incomestatement",), "N": ("balancesheet",)},
        "APBILL.STATE": {
            "D": ("Draft",),
            "S": ("Submitted",),
            "PA": ("Partially Approved",),
            "U": ("Declined",),
            "A": ("Posted", "Selected", "Partially Paid", "Paid"),
            "R": ("Reversed", "Reversal"),
        },
        "APPYMT.STATE": {"D": ("Draft",), "S": ("Submitted",), "A": ("Approved",), "C": ("Posted",), "V": ("Voided",)},
    }
)
RAW_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {label: code for code, labels in CODES["APBILL.STATE"].items() for label in labels}
)
PAYMENT_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {label: code for code, labels in CODES["APPYMT.STATE"].items() for label in labels}
)
LEDGER_STATES: Final = ("Posted", "Selected", "Partially Paid", "Paid", "Reversed", "Reversal")
"""Documents in these states stand in the ledger."""
AUDIT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"A": "Access", "M": "Modify", "C": "Create", "D": "Delete", "W": "Workflow", "T": "Activity", "U": "User action"}
)
ENUMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "STATUS": ("active", "active non-posting", "inactive"),
        "ACCOUNTTYPE": ("balancesheet", "incomestatement"),
        "NORMALBALANCE": ("debit", "credit"),
        "APBILL.STATE": (*RAW_STATES, "No Value"),
        "APPYMT.STATE": tuple(PAYMENT_STATES),
    }
)
READ_ONLY: Final = words(
    "RECORDNO WHENMODIFIED AUWHENCREATED CREATEDBY MODIFIEDBY MEGAENTITYKEY MEGAENTITYID MEGAENTITYNAME RECORD_URL"
)

__all__ = [
    "AUDIT_WORDS",
    "CODES",
    "DATE",
    "DECIMAL",
    "DERIVED",
    "ENUMS",
    "FLAG",
    "INSTANT",
    "INTEGER",
    "LEDGER_STATES",
    "NESTED",
    "OBJECTS",
    "OWN_DIMENSIONS",
    "PAYMENT_STATES",
    "RAW_STATES",
    "READ_ONLY",
    "RELATIONS",
    "TEXT",
    "ObjectSpec",
    "words",
]
