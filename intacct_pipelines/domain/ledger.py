"""What Intacct's general ledger codes its lines with, as far as clearing accounts need it."""

from __future__ import annotations

from typing import Final

ACCRUAL: Final = "ACCRUAL"
"""The book that counts."""
POSTED: Final = "P"
"""State of a line that takes effect."""
PAYABLES, RECEIVABLES, CASH = "3.AP", "4.AR", "11.CM"
"""Modules that post documents of their own; what every other one posts is a journal entry."""
SUBLEDGERS: Final = frozenset({PAYABLES, RECEIVABLES, CASH})
