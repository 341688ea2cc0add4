"""What BILL's words for the state and the source of a payment mean; a word that is not named here pays."""

from __future__ import annotations

from typing import Final

UNDONE_IN_BILL: Final = frozenset({"VOIDED", "CANCELED", "FUNDING_FAILED_VOIDED", "VOID", "CANCELLED"})
"""Words of ``singleStatus`` and, where that is empty, of ``status``, which spells one of them with another L."""
UNDER_WAY: Final = frozenset({"SCHEDULED", "APPROVING"})
VOID_ASKED: Final = "VOID_PENDING"
CAME_BACK: Final = frozenset({"DISBURSEMENT_FAILED_ACTION_NEEDED", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED"})
"""The money left the bank and did not reach the vendor; somebody has to void or reissue the payment."""
UNKNOWN: Final = frozenset({"", "UNDEFINED"})
NOT_FROM_BANK: Final = ("CARD_ACCOUNT", "WALLET", "AP_CARD")
"""Types of funding accounts that are no bank, and so do not move through clearing."""
