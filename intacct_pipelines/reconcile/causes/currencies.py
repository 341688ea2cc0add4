"""Why a currency is on one side only, or may not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

CURRENCIES: Final[dict[str, Cause]] = {
    "currency_not_enabled": broken(
        "BILL's account is in a currency that is not among Intacct's, so its documents cannot be posted (S-CUR-04).",
        "Add the currency in Intacct, or correct the currency in BILL.",
        turn=Turn.INTACCT,
    ),
    "currency_inactive": broken(
        "BILL has documents in a currency that is inactive in Intacct, so they cannot be posted (S-CUR-04).",
        "Activate the currency in Intacct.",
        turn=Turn.INTACCT,
    ),
    "currency_not_stated": broken(
        "BILL has documents in a currency that the link does not state as one of its account's (S-CUR-02).",
        "Correct the vendor's or customer's currency in BILL, or add it to the link's currencies.",
    ),
    "currency_is_not_the_dollar": broken(
        "Intacct has several base currencies, with which the vendor's sync works in US dollars only (S-CUR-03).",
        "Set BILL's currency to USD, or sync with this product; newer versions want multi-currency on in both systems "
        "(S-CON-05).",
        turn=Turn.SETTINGS,
    ),
    "currency_unknown_to_bill": expected(
        "S-CUR-01", "Intacct takes documents in this currency, and BILL's account has none.", "Nothing."
    ),
    "currency_only_in_intacct": expected(
        "S-CUR-01", "A BILL account has its own currency; documents of Intacct in another stay there.", "Nothing."
    ),
    # Of documents.
    "document_in_another_currency": expected(
        "S-CUR-01",
        "The document is in a currency that is none of the BILL account's, so it does not travel.",
        "Nothing; add the currency to the link's currencies if BILL's account takes it.",
    ),
}
"""Causes of currencies."""
