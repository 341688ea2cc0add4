"""Comparing paired AP bills field by field, and finding the rule that explains why an edit did not travel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.reconcile.bill_coding import compare_coding
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.frames import coding_of, text, value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.reconciliation import Findings, Sides

_ZERO: Final = Decimal(0)
_NOT_EDITED_FOR: Final = pd.Timedelta(minutes=1)
"""Creating a record may stamp its modification a little later; anything within this is no edit."""


@dataclass(frozen=True)
class PairedBills:
    """The bills that have a partner, side by side and in the same order.

    Args:
        rows: What a difference shows of each pair, and ``touched``, the larger of the two amounts.
        platform: BILL's bills.
        intacct: Intacct's bills.
        edit: The cause that explains a difference by an edit that could not travel.
        is_zeroed: Whether the vendor sync lost the amount (S-BIL-07); lines and state went with it.
    """

    rows: pd.DataFrame
    platform: pd.DataFrame
    intacct: pd.DataFrame
    edit: pd.Series
    is_zeroed: pd.Series


def paired_bills(sides: Sides, pairs: pd.DataFrame, link: Link, closed_through: date | None) -> PairedBills:
    """Put the partners side by side.

    Args:
        sides: Both sides, paired.
        pairs: From ``Sides.pairs``.
        link: For its excluded vendors.
        closed_through: Last day of the entity's closed books.
    """
    platform = sides.platform.take(pairs["platform"].to_numpy()).reset_index(drop=True)
    intacct = sides.intacct.take(pairs["intacct"].to_numpy()).reset_index(drop=True)
    ours, theirs = platform["amount"].map(abs), intacct["amount"].map(abs)
    rows = pd.DataFrame(
        {
            "platform_id": pairs["p_key"],
            "intacct_record_no": pairs["i_key"],
            "intacct_id": pairs["i_id"],
            "currency": pairs["p_currency"],
            "changed_at": pairs["changed_at"],
            "touched": ours.where((ours >= theirs).astype(bool), theirs),
        }
    )
    edit = _edit_cause(link, platform, intacct, closed_through)
    is_zeroed = (platform["amount"] > LARGEST_CARRIED).astype(bool) & (intacct["amount"] == _ZERO).astype(bool)
    return PairedBills(rows, platform, intacct, edit, is_zeroed)


def compare_pairs(findings: Findings, frames: Frames, bills: PairedBills) -> None:
    """Compare every pair in amount, number, vendor, dates, state, payment and coding.

    Args:
        findings: Takes the differences.
        frames: For lines and lists.
        bills: The pairs.

    Raises:
        DataContractError: A line repeats a key or lacks what the comparison needs.
    """
    amount_differs = _compare_amounts(findings, bills)
    _compare_headers(findings, bills, _due_cause(findings.link, frames, bills))
    _compare_use(findings, bills)
    _compare_payment(findings, bills)
    _compare_lines(findings, frames, bills, amount_differs)


def _edit_cause(link: Link, platform: pd.DataFrame, intacct: pd.DataFrame, closed_through: date | None) -> pd.Series:
    """Return the rule that explains why an edit on one side did not travel; only evidence of an edit counts."""
    edited_in_bill = platform["changed_at"] > intacct["changed_at"]
    is_settled = intacct["state"].isin(["Partially Paid", "Selected"]) | (intacct["paid"] != _ZERO)
    is_closed = pd.Series(data=False, index=intacct.index)
    if closed_through is not None:
        is_closed = intacct["gl_date"].map(lambda day: day is not None and day <= closed_through).astype(bool)
    # A payment changes the record too, so only an unpaid bill shows that it was edited in Intacct.
    edited_in_intacct = (
        (intacct["changed_at"] > platform["changed_at"])
        & (intacct["changed_at"] - intacct["created_at"] > _NOT_EDITED_FOR)
        & (intacct["state"] == "Posted")
        & ~is_settled
    )
    return first_cause(
        platform,
        excluded_vendor=platform["vendor"].isin(link.excluded_vendors),
        edited_purchase=intacct["is_purchase"] & edited_in_bill,
        edited_after_payment=(intacct["state"] == "Paid") & edited_in_bill,
        edited_too_late=(is_settled | is_closed) & edited_in_bill,
        edited_after_approval=platform["approval"].isin(["APPROVED", "APPROVING"]) & edited_in_intacct,
    )


def _due_cause(link: Link, frames: Frames, bills: PairedBills) -> pd.Series:
    """Return the cause of a different due date: an edit, or terms where they differ and BILL's date follows its own."""
    platform, intacct = bills.platform, bills.intacct
    coding = coding_of(link, frames)
    terms = frames["bill.ap_term"]
    days = dict(zip(text(terms, "id"), value(terms, "due_days"), strict=True))
    name = platform["term"].map({term: coding.term_name(term) or "" for term in platform["term"].unique()})
    # Row by row, but only where it matters.
    few = platform[_unlike(bills, "due_date")]
    dates = zip(few["term"], few["bill_date"], few["due_date"], strict=True)
    follows_term = pd.Series([_follows(days, *row) for row in dates], index=few.index, dtype=bool)
    follows_term = follows_term.reindex(platform.index, fill_value=False)
    # Where the bill's own date differs, the due date does too, whatever the terms.
    same_date = platform["bill_date"] == intacct["bill_date"]
    drift = first_cause(platform, term_drift=(name != intacct["term"]) & follows_term & same_date)
    return bills.edit.where(bills.edit != NO_CAUSE, drift)


def _follows(days: Mapping[str, object], term: str, bill_date: date | None, due_date: date | None) -> bool:
    due_days = days.get(term)
    if due_days is None or bill_date is None or due_date is None:
        return True
    return (due_date - bill_date).days == int(str(due_days))


def _compare_amounts(findings: Findings, bills: PairedBills) -> pd.Series:
    """Add differences of amount and of currency; return which pairs have one."""
    platform, intacct = bills.platform, bills.intacct
    other_currency = platform["currency"] != intacct["currency"]
    findings.add(
        bills.rows[other_currency],
        Kind.AMOUNT,
        cause=bills.edit[other_currency],
        otherwise="bill_differs",
        field="currency",
        platform_value=platform["currency"][other_currency],
        intacct_value=intacct["currency"][other_currency],
        # Amounts of different currencies are never subtracted (S-CUR-01).
        amount_difference=_ZERO,
        money_at_stake=bills.rows["touched"][other_currency],
    )
    delta = platform["amount"] - intacct["amount"]
    tolerances = {code: findings.link.tolerance.get(code, _ZERO) for code in platform["currency"].unique()}
    differs = ~other_currency & (delta.map(abs) > platform["currency"].map(tolerances)).astype(bool)
    cause = bills.edit.where(~bills.is_zeroed, "over_ten_million")
    findings.add(
        bills.rows[differs],
        Kind.AMOUNT,
        cause=cause[differs],
        otherwise="bill_differs",
        field="amount",
        platform_value=_spoken(platform["amount"][differs]),
        intacct_value=_spoken(intacct["amount"][differs]),
        amount_difference=delta[differs],
        money_at_stake=delta[differs].map(abs),
    )
    return differs | other_currency


def _spoken(values: pd.Series) -> pd.Series:
    """Write values as people and Postgres read them; amounts without exponent."""
    return values.map(_word).astype(object)


def _word(cell: object) -> str:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return "" if cell is None else str(cell)


def _compare_headers(findings: Findings, bills: PairedBills, due_cause: pd.Series) -> None:
    """Add differences of number, vendor, dates and, for bills from a purchase order, its number (S-PUR-04)."""
    platform, intacct, edit = bills.platform, bills.intacct, bills.edit
    vendor_differs = (platform["vendor_no"] != "") & (platform["vendor_no"] != intacct["vendor"])
    reference_differs = intacct["is_purchase"] & (platform["reference"] != intacct["reference"])
    no_reference = first_cause(platform, no_purchase_reference=intacct["reference"] == "")
    reference_cause = edit.where(edit == "excluded_vendor", no_reference).where(intacct["reference"] == "", edit)
    for field, kind, one, other, differs, cause in (
        ("document_no", Kind.CODING, "id", "id", platform["number"] != intacct["number"], edit),
        ("vendor_id", Kind.CODING, "vendor_no", "vendor", vendor_differs, edit),
        ("bill_date", Kind.DATE, "bill_date", "bill_date", _unlike(bills, "bill_date"), edit),
        ("due_date", Kind.DATE, "due_date", "due_date", _unlike(bills, "due_date"), due_cause),
        ("reference_no", Kind.CODING, "reference", "reference", reference_differs, reference_cause),
    ):
        chosen = differs & ~bills.is_zeroed
        findings.add(
            bills.rows[chosen],
            kind,
            cause=cause[chosen],
            otherwise="bill_differs",
            field=field,
            platform_value=_spoken(platform[one][chosen]),
            intacct_value=_spoken(intacct[other][chosen]),
            amount_difference=_ZERO,
            money_at_stake=bills.rows["touched"][chosen],
        )


def _unlike(bills: PairedBills, column: str) -> pd.Series:
    one, other = bills.platform[column], bills.intacct[column]
    return (one != other).astype(bool) & ~(one.isna() & other.isna())


def _compare_use(findings: Findings, bills: PairedBills) -> None:
    """Add bills that are undone on one side only."""
    platform, intacct = bills.platform, bills.intacct
    differs = (platform["is_archived"] != intacct["is_undone"]) & ~bills.is_zeroed
    chosen = bills.rows[differs]
    findings.add(
        chosen,
        Kind.STATE,
        cause=_excluded(bills)[differs],
        otherwise=first_cause(
            chosen, otherwise="reversed_but_live", archived_but_standing=platform["is_archived"][differs]
        ),
        field="state",
        platform_value=platform["is_archived"][differs].map({True: "archived", False: "live"}).astype(object),
        intacct_value=intacct["state"][differs],
        amount_difference=_ZERO,
        money_at_stake=chosen["touched"],
    )


def _excluded(bills: PairedBills) -> pd.Series:
    return bills.edit.where(bills.edit == "excluded_vendor", NO_CAUSE)


def _compare_payment(findings: Findings, bills: PairedBills) -> None:
    """Add bills of which one side has paid more than the other, unless they are undone on one side."""
    platform, intacct = bills.platform, bills.intacct
    unpaid = platform["paid"] - intacct["paid"]
    is_comparable = (platform["currency"] == intacct["currency"]) & (platform["is_archived"] == intacct["is_undone"])
    differs = (unpaid != _ZERO).astype(bool) & is_comparable & ~bills.is_zeroed
    excluded = _excluded(bills)
    outside = first_cause(platform, paid_outside_bill=(unpaid < _ZERO).astype(bool))
    findings.add(
        bills.rows[differs],
        Kind.STATE,
        cause=excluded.where(excluded != NO_CAUSE, outside)[differs],
        otherwise="unpaid_in_intacct",
        field="paid_amount",
        platform_value=_spoken(platform["paid"][differs]),
        intacct_value=_spoken(intacct["paid"][differs]),
        amount_difference=unpaid[differs],
        money_at_stake=unpaid[differs].map(abs),
    )


def _compare_lines(findings: Findings, frames: Frames, bills: PairedBills, amount_differs: pd.Series) -> None:
    """Add bills whose lines are coded otherwise."""
    coding = compare_coding(frames, coding_of(findings.link, frames), bills.rows, amount_differs)
    coding = coding[~bills.is_zeroed[coding.index]]
    chosen = bills.rows.loc[coding.index]
    findings.add(
        chosen,
        Kind.CODING,
        cause=bills.edit[coding.index],
        otherwise=first_cause(chosen, otherwise="bill_differs", unknown_coding=coding["is_unknown"]),
        field="lines",
        platform_value=coding["platform_value"],
        intacct_value=coding["intacct_value"],
        amount_difference=_ZERO,
        money_at_stake=coding["money_at_stake"],
    )
