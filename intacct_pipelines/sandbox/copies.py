"""What every document of the business has: its copies in Intacct and in BILL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A document whose own fields hold the truth.

    `intacct_changes` and `bill_changes` are names of its fields with the value that one system's copy has instead
    (`lines` included).
    """

    in_intacct: bool
    in_bill: bool
    intacct_changes: dict[str, object]
    bill_changes: dict[str, object]
    created_at: datetime
    intacct_modified_at: datetime
    bill_modified_at: datetime
    bill_id: str
    difference: str = ""
    """The planted kind, as the document's maker names it; empty for one that agrees."""
