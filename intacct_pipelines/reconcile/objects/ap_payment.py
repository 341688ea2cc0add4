"""AP payments: BILL's against Intacct's, whichever way was paid, with the bills that they pay and with their voids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.keys import read_intacct_mark, without_intacct_mark
from intacct_pipelines.reconcile.causes import NO_CAUSE, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    confirmed_pairs,
    deleted_in_intacct,
    gone_documents,
    intacct_parties,
    known_documents,
    platform_parties,
)
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import (
    changed_at,
    coding_of,
    flag,
    folded,
    instants,
    mapped,
    require,
    select_rows,
    text,
    value,
)
from intacct_pipelines.reconcile.objects.ap_bill import pair_bills
from intacct_pipelines.reconcile.objects.ap_funds_groups import is_from_bank
from intacct_pipelines.reconcile.objects.ap_payment_fields import compare_payments
from intacct_pipelines.reconcile.objects.ap_payment_shares import Shares, shares_of
from intacct_pipelines.reconcile.objects.bank_accounts import ledger_account_of_bank
from intacct_pipelines.reconcile.objects.payment_states import (
    is_posted,
    is_standing,
    is_under_way,
    is_undone_in_bill,
    is_void_asked,
    is_waiting,
    status_in_bill,
)
from intacct_pipelines.reconcile.objects.vendor import pair_vendors
from intacct_pipelines.reconcile.pairing import MARK, NATURAL_KEY, Pairing, joined, marked_ids
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.routed import is_of_another_account
from intacct_pipelines.reconcile.sides import Sides

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "ap_payment"


def reconcile_payments(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the AP payments of one link.

    Payments pair by confirmed crosswalk, by the source named in Intacct's description or by Intacct's payment that
    BILL's memo records, by vendor and BILL's transaction, check or confirmation number, then by vendor, amount and the
    bills that they pay, with the date and without; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    vendors = pair_vendors(link, frames, crosswalk)
    bills = pair_bills(link, frames, crosswalk, vendors)
    shares = shares_of(frames, bills)
    sides = _pair(link, frames, crosswalk, _platform(link, frames, vendors, shares), _intacct(frames, vendors, shares))
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    compare_payments(sides, differences, pairs, shares)
    add_alone(sides, differences, _explain(link, frames, sides, crosswalk, shares, moment))
    return conclude(sides, differences, pairs)


def _platform(link: Link, frames: Frames, vendors: Sides, shares: Shares) -> pd.DataFrame:
    rows = select_rows(frames["bill.ap_payment"], "id", deleted=False)
    require(rows, ["vendor_id", "currency", "amount"], "id")
    known = platform_parties(vendors, text(rows, "vendor_id"))
    key = text(rows, "id")
    transaction = folded(text(rows, "transaction_no"))
    return pd.DataFrame(
        {
            "key": key,
            "id": text(rows, "transaction_no"),
            "shown": _shown(
                text(rows, "transaction_no"), value(rows, "process_date"), mapped(key, shares.platform_text)
            ),
            "transaction": transaction,
            "check": folded(text(rows, "check_no")),
            "confirmation": folded(text(rows, "confirmation_no")),
            "vendor": text(rows, "vendor_id"),
            "vendor_no": known["partner"],
            "is_vendor_ambiguous": known["is_ambiguous"].astype(bool),
            "natural": joined((known["partner"] != "") & (transaction != ""), known["partner"], transaction),
            "day": value(rows, "process_date"),
            "bills": mapped(key, shares.platform_bills),
            "status": status_in_bill(rows),
            "is_undone": is_undone_in_bill(rows),
            "is_under_way": is_under_way(rows),
            "is_void_asked": is_void_asked(rows),
            "voided_on": mapped(key, _voided_on(frames)),
            "is_offline": ~flag(rows, "is_online"),
            "is_check_to_print": flag(rows, "is_check_to_print"),
            "drawn_on": _drawn_on(link, frames, rows),
            "memo": text(rows, "description").map(without_intacct_mark),
            "records": text(rows, "description").map(read_intacct_mark),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )


def _drawn_on(link: Link, frames: Frames, rows: pd.DataFrame) -> pd.Series:
    """Return the ledger account on which each payment should be drawn in Intacct; empty if it is not known.

    What BILL pays itself stands on the link's clearing account, whichever bank it debits, but for what cards pay.
    """
    coding = coding_of(link, frames)
    accounts = text(rows, "gl_account_id")
    named = mapped(accounts, {account: coding.account_no(account) or "" for account in accounts.unique()})
    clears = pd.Series(link.clearing.money_out, index=rows.index, dtype=object).where(is_from_bank(rows), "")
    return named.where(~flag(rows, "is_online"), clears)


def _voided_on(frames: Frames) -> dict[str, str]:
    """Return the day on which BILL granted a request to void, by payment."""
    voids = select_rows(frames["bill.ap_payment_void"], "id", deleted=False)
    granted = voids[text(voids, "status") == "ACCEPTED"]
    days = instants(granted, "modified_at").dt.strftime("%Y-%m-%d").fillna("")
    return dict(sorted(zip(text(granted, "payment_id"), days, strict=True)))


def _intacct(frames: Frames, vendors: Sides, shares: Shares) -> pd.DataFrame:
    rows = select_rows(frames["intacct.ap_payment"], "record_no", deleted=False)
    require(rows, ["state", "vendor_id", "currency", "trx_total_entered"], "record_no")
    known = intacct_parties(vendors, text(rows, "vendor_id"))
    key, number = rows["record_no"].astype(object), text(rows, "document_no")
    return pd.DataFrame(
        {
            "key": key,
            "id": number,
            "shown": _shown(number, value(rows, "payment_date"), mapped(key, shares.intacct_text)),
            "number": folded(number),
            "vendor": text(rows, "vendor_id"),
            "platform_vendor": known["partner"],
            "day": value(rows, "payment_date"),
            "bills": mapped(key, shares.intacct_bills),
            "state": text(rows, "state"),
            "stands": is_standing(rows),
            "is_posted": is_posted(rows),
            "is_waiting": is_waiting(rows),
            "method": text(rows, "payment_method"),
            "drawn_on": mapped(text(rows, "financial_account_id"), ledger_account_of_bank(frames)),
            "amount": rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "changed_at": changed_at(rows),
        }
    )


def _shown(number: pd.Series, day: pd.Series, bills: pd.Series) -> list[str]:
    """Tell a payment in one line: its number, date and bills with their amounts (S-PAY-01)."""
    told = zip(number, day, bills, strict=True)
    return [f"{name or 'payment'} of {on}" + (f": {paid}" if paid else "") for name, on, paid in told]


def _pair(link: Link, frames: Frames, crosswalk: pd.DataFrame, platform: pd.DataFrame, every: pd.DataFrame) -> Sides:
    # What uses credits alone names the credit.
    others = (every["amount"] != NO_MONEY).astype(bool) & is_of_another_account(
        link, every, frames["bill.ap_payment"], confirmed_pairs(link, OBJECT, crosswalk)
    )
    sides = known_documents(link, OBJECT, crosswalk, platform, every, every["stands"], date="day", of_others=others)
    pairing, intacct = sides.pairing, sides.intacct
    pairing.pair_unique(platform["records"], intacct["key"].astype(str), MARK)
    _pair_by_number(pairing, platform, intacct)
    is_live = ~platform["is_undone"]
    # A live payment finds a standing one first, so that a void one does not make it ambiguous.
    for ours, theirs in ((is_live, intacct["stands"]), (is_live | True, intacct["stands"] | True)):
        for is_dated in (True, False):
            pairing.pair_unique(
                _natural_key(platform, "vendor_no", ours & pairing.platform_open, is_dated=is_dated),
                _natural_key(intacct, "vendor", theirs & pairing.intacct_open, is_dated=is_dated),
                NATURAL_KEY,
            )
    live_key = _natural_key(platform, "vendor_no", is_live, is_dated=True)
    standing_key = _natural_key(intacct, "vendor", intacct["stands"], is_dated=True)
    pairing.mark_ambiguous(live_key, standing_key)
    pairing.mark_doubles(live_key, standing_key)
    return sides


def _pair_by_number(pairing: Pairing, platform: pd.DataFrame, intacct: pd.DataFrame) -> None:
    """Pair by BILL's unique transaction number; by other numbers only what has the same amount too."""
    for number, more in (
        ("transaction", ()),
        ("check", ("currency", "amount")),
        ("confirmation", ("currency", "amount")),
    ):
        ours, theirs = (
            [rows[column].map(lambda cell: cell.normalize()) if column == "amount" else rows[column] for column in more]
            for rows in (platform, intacct)
        )
        pairing.pair_unique(
            joined(
                (platform["vendor_no"] != "") & (platform[number] != ""), platform["vendor_no"], platform[number], *ours
            ),
            joined(intacct["number"] != "", intacct["vendor"], intacct["number"], *theirs),
            NATURAL_KEY,
        )


def _natural_key(rows: pd.DataFrame, vendor: str, chosen: pd.Series, *, is_dated: bool) -> pd.Series:
    is_known = chosen & (rows[vendor] != "") & (rows["bills"] != "")
    amounts = rows["amount"].map(lambda amount: amount.normalize())
    dates = [rows["day"]] if is_dated else []
    return joined(is_known, rows[vendor], rows["currency"], amounts, rows["bills"], *dates)


def _explain(
    link: Link, frames: Frames, sides: Sides, crosswalk: pd.DataFrame, shares: Shares, moment: Moment
) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    gone = gone_documents(frames, "intacct.ap_payment")
    earliest = (moment.now - link.grace).date()
    is_to_come = platform["is_under_way"] & platform["day"].map(lambda day: day is None or day >= earliest).astype(bool)
    return Explanations(
        platform_cause=first_cause(
            platform,
            undone_in_bill=platform["is_undone"],
            excluded_vendor=platform["vendor"].isin(link.excluded_vendors),
            payment_to_come=is_to_come,
            ambiguous_vendor=platform["is_vendor_ambiguous"],
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="payment_missing_in_intacct",
            payment_deleted_in_intacct=deleted_in_intacct(platform, gone, confirmed_pairs(link, OBJECT, crosswalk)),
            paid_bill_missing=platform["key"].isin(shares.with_unknown_bill),
            already_paid_in_intacct=platform["key"].isin(shares.over_what_is_due),
            offline_missing_in_intacct=platform["is_offline"],
        ),
        intacct_cause=first_cause(
            intacct,
            undone_in_intacct=~intacct["stands"],
            excluded_vendor=intacct["platform_vendor"].isin(link.excluded_vendors),
            only_credits=(intacct["amount"] == NO_MONEY).astype(bool),
            paid_outside_bill=marked_ids(intacct["description"]) == "",
        ),
        intacct_otherwise=first_cause(intacct, otherwise="payment_source_gone"),
        group_cause=NO_CAUSE,
        group_otherwise="double_payment",
    )
