"""Why an item keeps a clearing account from zero, what it waits for, and whether it has waited too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import first_cause
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import mapped
from intacct_pipelines.reconcile.objects.ap_funds_groups import BACK
from intacct_pipelines.reconcile.objects.ar_funds_groups import RETURNED
from intacct_pipelines.reconcile.objects.clearing_postings import (
    DEPOSIT,
    GAP,
    PAYMENT,
    RECEIPT,
    TRANSFER,
    Known,
)

if TYPE_CHECKING:
    from datetime import date

_YOUNG: Final = "clearing_young"
_WAITS_FOR: Final = {
    "clearing_payment_under_way": "BILL's process date, then a funds transfer",
    "clearing_payment_undone": "a void in Intacct",
    "clearing_payment_elsewhere": "the account that paid it",
    "clearing_payment_alone": "a funds transfer from the bank",
    "clearing_void_alone": "money back from BILL",
    "clearing_transfer_alone": "the payments or receipts behind it",
    "clearing_receipt_without_deposit": "BILL's transfer to the bank",
    "clearing_receipt_undone": "a reversal in Intacct",
    "clearing_receipt_alone": "a deposit",
    "clearing_reversal_alone": "a void in BILL",
    "clearing_journal": "a decision",
}
"""Cause of a posting that nothing brings back → what it waits for."""
_OVERDUE_AT_ONCE: Final = frozenset({"clearing_payment_under_way", "clearing_fee_missing"})
"""Causes whose verdict does not depend on age."""


def explain_open(lines: pd.DataFrame, known: Known, today: date, days: int) -> tuple[pd.Series, pd.Series]:
    """Return of each posting why it stays if nothing clears it, and what it waits for.

    Args:
        lines: Postings.
        known: What BILL knows of their numbers.
        today: The day of the reconciliation.
        days: How long money may rest.
    """
    of_payment, of_receipt = mapped(lines["number"], known.payments), mapped(lines["number"], known.receipts)
    is_debit = (lines["amount"] > NO_MONEY).astype(bool)
    is_payment, is_receipt = lines["what"] == PAYMENT, lines["what"] == RECEIPT
    is_transfer = lines["what"].isin([TRANSFER, DEPOSIT])
    cause = first_cause(
        lines,
        otherwise="clearing_journal",
        clearing_payment_under_way=is_payment & ~is_debit & (of_payment == "under way"),
        clearing_payment_undone=is_payment & ~is_debit & (of_payment == "undone"),
        clearing_payment_elsewhere=is_payment & ~is_debit & (of_payment == "elsewhere"),
        clearing_payment_alone=is_payment & ~is_debit,
        clearing_void_alone=is_payment,
        clearing_transfer_alone=is_transfer,
        # A receipt's fee is a journal entry with the receipt's number (S-FEE-01).
        clearing_receipt_without_deposit=is_debit & (of_receipt == "live"),
        clearing_receipt_undone=is_debit & (of_receipt == "undone"),
        clearing_receipt_alone=is_receipt & is_debit,
        clearing_reversal_alone=is_receipt,
    )
    return _aged(cause, lines["day"], today, days), cause.map(_WAITS_FOR).astype(object)


def explain_absent(expected: pd.DataFrame, today: date, days: int) -> pd.Series:
    """Return of each expectation why the account lacks it if it is not posted.

    Args:
        expected: Expectations.
        today: The day of the reconciliation.
        days: How long money may rest.
    """
    what, is_back = expected["what"], expected["way"].isin([BACK, RETURNED])
    cause = first_cause(
        expected,
        otherwise="clearing_fee_missing",
        clearing_gap=what == GAP,
        clearing_transfer_unconfirmed=(what == TRANSFER) & expected["is_sent"],
        clearing_transfer_untold=(what == TRANSFER) & expected["is_computed"],
        clearing_transfer_missing=what == TRANSFER,
        clearing_deposit_unconfirmed=(what == DEPOSIT) & expected["is_sent"],
        clearing_deposit_missing=what == DEPOSIT,
        clearing_void_missing=(what == PAYMENT) & is_back,
        clearing_payment_missing=what == PAYMENT,
        clearing_receipt_void_missing=is_back,
        clearing_receipt_missing=what == RECEIPT,
    )
    is_settled = cause.isin(["clearing_transfer_unconfirmed", "clearing_deposit_unconfirmed"])
    return _aged(cause, expected["day"], today, days).where(~is_settled, cause)


def _aged(cause: pd.Series, day: pd.Series, today: date, days: int) -> pd.Series:
    is_young = np.array([(today - on).days < days for on in day], dtype=bool)
    return cause.where(~is_young | cause.isin(_OVERDUE_AT_ONCE).to_numpy(dtype=bool), _YOUNG)
