"""What receipts are on both sides, and what they tell of the invoices that they settle."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import Kind
from intacct_pipelines.reconcile.documents import money
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, select_rows, text
from intacct_pipelines.reconcile.line_coding import compare_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.sides import Sides

NOT_APPLIED: Final = "not applied"
"""Stands where an invoice's number would, for what has found no invoice."""
_UNDONE_IN_BILL: Final = frozenset({"VOID", "VOIDED", "CANCELED", "CANCELLED"})
_UNDONE_IN_INTACCT: Final = frozenset({"Reversed", "Reversal", "Voided"})


def is_undone_in_bill(rows: pd.DataFrame) -> pd.Series:
    """Say which of BILL's receipts count no more."""
    return text(rows, "status").isin(_UNDONE_IN_BILL)


def is_to_come(rows: pd.DataFrame) -> pd.Series:
    """Say which of BILL's receipts are still to be made."""
    return text(rows, "status") == "SCHEDULED"


def is_undone_in_intacct(rows: pd.DataFrame) -> pd.Series:
    """Say which of Intacct's receipts count no more, reversals among them."""
    return text(rows, "state").isin(_UNDONE_IN_INTACCT)


def standing_details(frames: Frames) -> pd.DataFrame:
    """Return what Intacct's receipts settle, of those that count."""
    receipts = select_rows(frames["intacct.ar_payment"], "record_no", deleted=False)
    standing = set(receipts["record_no"][~is_undone_in_intacct(receipts)])
    details = select_rows(frames["intacct.ar_payment_detail"], "record_no", deleted=False)
    return details[details["payment_record_no"].isin(standing)].reset_index(drop=True)


def credited_by_invoice(frames: Frames) -> dict[int, Decimal]:
    """Return how much of each of Intacct's invoices was settled by credit memos."""
    details = standing_details(frames)
    sums = _sums(details["invoice_record_no"], money(details, "trx_credit_amount"))
    return {key: abs(amount) for key, amount in sums.items()}


def voided_by_invoice(frames: Frames) -> dict[str, Decimal]:
    """Return how much of each of BILL's invoices was received by receipts that are void now."""
    receipts = select_rows(frames["bill.ar_payment"], "id", deleted=False)
    void = set(receipts["id"][is_undone_in_bill(receipts)])
    details = select_rows(frames["bill.ar_payment_detail"], "id", deleted=False)
    details = details[details["payment_id"].isin(void)]
    return _sums(details["invoice_id"], money(details, "amount"))


def last_received_at(frames: Frames) -> dict[str, pd.Timestamp]:
    """Return when the latest of the receipts of each of BILL's invoices changed."""
    receipts = select_rows(frames["bill.ar_payment"], "id", deleted=False)
    at = dict(zip(receipts["id"], changed_at(receipts), strict=True))
    details = select_rows(frames["bill.ar_payment_detail"], "id", deleted=False)
    last: dict[str, pd.Timestamp] = {}
    for invoice, payment in zip(details["invoice_id"], details["payment_id"], strict=True):
        when = at.get(payment)
        if when is not None and pd.notna(when):
            last[invoice] = max(when, last.get(invoice, when))
    return last


def _sums(keys: pd.Series, amounts: pd.Series) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for key, amount in zip(keys, amounts, strict=True):
        if key is not None and pd.notna(key):
            sums[key] += amount
    return dict(sums)


def invoice_words(invoices: Sides) -> tuple[Mapping[object, str], Mapping[object, str]]:
    """Return by what word an application names an invoice, for BILL's ids and for Intacct's record numbers.

    Partners have one word; BILL's invoices without partner stand behind ``line_coding.UNKNOWN``.
    """
    known = pd.concat([invoices.intacct[["key", "id"]], invoices.outside[["key", "id"]]])
    theirs = {key: f"{number} ({key})" for key, number in zip(known["key"], known["id"], strict=True)}
    partners = invoices.partners()
    ours = {
        key: theirs.get(partners.get(key), f"?{number or key}")
        for key, number in zip(invoices.platform["key"], invoices.platform["id"], strict=True)
    }
    return ours, theirs


def compare_applications(pairs: pd.Index, ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that are applied to other invoices, or in other amounts.

    Args:
        pairs: Positions of all pairs.
        ours: BILL's applications: ``pair``, ``document`` (the invoice's word, or ``NOT_APPLIED``) and ``amount``.
        theirs: Intacct's.

    Returns:
        What ``compare_lines`` returns, and ``is_more_in_bill``: whether BILL applied more to at least one invoice.
    """
    sides = (
        ours.assign(signed=ours["amount"], side="platform"),
        theirs.assign(signed=-theirs["amount"], side="intacct"),
    )
    lines = pd.concat(sides, ignore_index=True)
    lines["pair"] = lines["pair"].astype("int64")
    told = compare_lines(lines, pd.Series(data=False, index=pairs), ("document",))
    net = lines[lines["document"] != NOT_APPLIED].groupby(["pair", "document"])["signed"].sum()
    more = set(net.index.get_level_values("pair")[(net > NO_MONEY).to_numpy(dtype=bool)])
    return told.assign(is_more_in_bill=told.index.isin(more))


def add_applications(
    differences: Differences, rows: pd.DataFrame, told: pd.DataFrame, *, cause: pd.Series, otherwise: pd.Series | str
) -> None:
    """Add the pairs that are applied unlike, as one difference each.

    Args:
        differences: Takes the differences.
        rows: One row for each pair, as ``Differences.add`` asks for.
        told: From ``compare_applications``.
        cause: What explains each row of ``told``.
        otherwise: The break that it is otherwise.
    """
    differences.add(
        rows.loc[told.index],
        Kind.APPLICATION,
        cause=cause,
        otherwise=otherwise,
        field="applications",
        platform_value=told["platform_value"],
        intacct_value=told["intacct_value"],
        amount_difference=NO_MONEY,
        money_at_stake=told["money_at_stake"],
    )


def applications(pair: pd.Series, document: pd.Series, amount: pd.Series) -> pd.DataFrame:
    """Return applications as ``compare_applications`` takes them, without those of documents that have no pair."""
    rows = pd.DataFrame({"pair": pair, "document": document, "amount": amount.astype(object)})
    return rows[rows["pair"].notna()]


def positions(keys: pd.Series) -> dict[object, int]:
    """Return the position of each pair by one side's key."""
    return {key: int(at) for at, key in keys.items()}  # type: ignore[call-overload]  # numbered from 0


def left_over(rows: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return what the chosen pairs' documents of one side have not applied, as applications to nothing."""
    few = rows[chosen]
    words = pd.Series(NOT_APPLIED, index=few.index, dtype=object)
    return applications(few.index.to_series(), words, few["unapplied"])


def intacct_targets(details: pd.DataFrame, words: Mapping[object, str]) -> pd.Series:
    """Return the word of what each of Intacct's details settles, an invoice or a debit memo."""
    keys = zip(details["invoice_record_no"].astype(object), details["adjustment_record_no"].astype(object), strict=True)
    named = [
        words.get(invoice, f"({invoice})") if pd.notna(invoice) else f"adjustment ({adjustment})"
        for invoice, adjustment in keys
    ]
    return pd.Series(named, index=details.index, dtype=object)
