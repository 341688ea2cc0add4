"""Credit memos: BILL's against Intacct's adjustments of receivables; they do not travel (S-CRM-01).

A link may take Intacct's into BILL, and is then told what BILL lacks of them. The
sign of an adjustment is flipped, so that a credit is positive on both sides; a debit memo is negative then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    UNDONE,
    amount_fields,
    confirmed_pairs,
    is_of_other_currency,
    known_documents,
    money,
    pair_by_number,
    platform_parties,
    touched,
    with_natural_key,
)
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import changed_at, coding_of, flag, folded, require, select_rows, text, value
from intacct_pipelines.reconcile.line_coding import add_coding, coded_lines, intacct_lines, platform_lines
from intacct_pipelines.reconcile.objects.ar_invoice import pair_invoices
from intacct_pipelines.reconcile.objects.customer import pair_customers
from intacct_pipelines.reconcile.objects.receipts import (
    add_applications,
    applications,
    compare_applications,
    intacct_targets,
    invoice_words,
    left_over,
    positions,
    standing_details,
)
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.routed import is_of_another_account, routing_causes
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "credit_memo"
_STAYS: Final = "memo_does_not_travel"
_DIFFERS: Final = "memo_differs"


def reconcile_credit_memos(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the credit memos of one link.

    They pair as invoices do: by confirmed crosswalk, by the source named in Intacct's description, by customer and
    number, then by customer, number, date and amount; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    customers = pair_customers(link, frames, crosswalk)
    invoices = pair_invoices(link, frames, crosswalk, customers)
    sides = _pair(link, frames, crosswalk, customers)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, frames, invoices)
    add_alone(sides, differences, _explain(link, frames, sides))
    return conclude(sides, differences, pairs)


def _pair(link: Link, frames: Frames, crosswalk: pd.DataFrame, customers: Sides) -> Sides:
    platform = _platform(frames, customers)
    every = _intacct(frames)
    others = is_of_another_account(link, every, frames["bill.credit_memo"], confirmed_pairs(link, OBJECT, crosswalk))
    stands = ~every["is_undone"]
    sides = known_documents(link, OBJECT, crosswalk, platform, every, stands, date="day", of_others=others)
    pair_by_number(sides, is_live=~platform["is_archived"], stands=~sides.intacct["is_undone"])
    return sides


def _platform(frames: Frames, customers: Sides) -> pd.DataFrame:
    rows = select_rows(frames["bill.credit_memo"], "id", deleted=False)
    require(rows, ["customer_id", "currency", "amount"], "id")
    amount = rows["amount"].astype(object)
    memo = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "reference_no"),
            "shown": text(rows, "reference_no"),
            "number": folded(text(rows, "reference_no")),
            "customer_no": platform_parties(customers, text(rows, "customer_id"))["partner"],
            "day": value(rows, "credit_date"),
            "is_archived": flag(rows, "is_archived"),
            "unapplied": amount - money(rows, "applied_amount"),
            "amount": amount,
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(memo, "customer_no")


def _intacct(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["intacct.ar_adjustment"], "record_no", deleted=False)
    require(rows, ["state", "currency", "trx_total_entered"], "record_no")
    amount = -rows["trx_total_entered"].astype(object)
    state = text(rows, "state")
    memo = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "customer": text(rows, "customer_id"),
            "day": value(rows, "adjustment_date"),
            "state": state,
            "is_undone": state.isin(UNDONE),
            "unapplied": amount - money(rows, "trx_total_paid").map(abs),
            "amount": amount,
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(memo, "customer")


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, frames: Frames, invoices: Sides) -> None:
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs)
    currency, amount = amount_fields(
        differences.link, platform, intacct, cause=NO_CAUSE, amount_cause=NO_CAUSE, otherwise=_DIFFERS
    )
    customer_differs = (platform["customer_no"] != "") & (platform["customer_no"] != intacct["customer"])
    use_differs = platform["is_archived"] != intacct["is_undone"]
    use = platform["is_archived"].map({True: "archived", False: "live"}).astype(object)
    at_stake = touched(platform, intacct)
    headers = [
        Field(name, kind, ours, theirs, differs, NO_CAUSE, _DIFFERS, money_at_stake=at_stake)
        for name, kind, ours, theirs, differs in (
            ("document_no", Kind.CODING, platform["id"], intacct["id"], platform["number"] != intacct["number"]),
            ("customer_id", Kind.CODING, platform["customer_no"], intacct["customer"], customer_differs),
            ("credit_date", Kind.DATE, platform["day"], intacct["day"], unlike(platform["day"], intacct["day"])),
            ("state", Kind.STATE, use, intacct["state"], use_differs),
        )
    ]
    add_fields(differences, rows, (currency, amount, *headers))
    coding = coding_of(differences.link, frames)
    ours = platform_lines(frames, coding, ("bill.credit_memo_line", "credit_memo_id"), rows["platform_id"])
    theirs = intacct_lines(frames, ("intacct.ar_adjustment_line", "adjustment_record_no"), rows["intacct_record_no"])
    add_coding(
        differences,
        rows,
        coded_lines(differences.link, ours, theirs.assign(trx_amount=-theirs["trx_amount"].astype(object))),
        totals_differ=currency.differs | amount.differs,
        is_skipped=currency.differs,
        cause=pd.Series(NO_CAUSE, index=rows.index, dtype=object),
        otherwise=_DIFFERS,
    )
    told = compare_applications(
        pairs.index, *_applied(frames, pairs, platform, intacct, invoices, whole=~amount.differs)
    )
    told = told[~(use_differs | currency.differs)[told.index].to_numpy(dtype=bool)]
    cause = pd.Series("memo_applied_otherwise", index=told.index, dtype=object)
    add_applications(differences, rows, told, cause=cause, otherwise=_DIFFERS)


def _applied(
    frames: Frames,
    pairs: pd.DataFrame,
    platform: pd.DataFrame,
    intacct: pd.DataFrame,
    invoices: Sides,
    whole: pd.Series,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return to what both sides applied their credits; what is left over too, where the amounts agree."""
    our_words, their_words = invoice_words(invoices)
    ours = select_rows(frames["bill.credit_memo_usage"], "id", deleted=False)
    theirs = standing_details(frames)
    words = pd.Series([our_words.get(key, f"?{key}") for key in ours["invoice_id"]], index=ours.index, dtype=object)
    return (
        pd.concat(
            [
                applications(ours["credit_memo_id"].map(positions(pairs["p_key"])), words, money(ours, "amount")),
                left_over(platform, whole),
            ]
        ),
        pd.concat(
            [
                applications(
                    theirs["credit_record_no"].astype(object).map(positions(pairs["i_key"])),
                    intacct_targets(theirs, their_words),
                    money(theirs, "trx_credit_amount").map(abs),
                ),
                left_over(intacct, whole),
            ]
        ),
    )


def _explain(link: Link, frames: Frames, sides: Sides) -> Explanations:
    """Say of every credit memo without partner that none is expected, but in BILL what the link takes there."""
    intacct = sides.intacct
    is_taken = (intacct["amount"] > NO_MONEY) & (intacct["unapplied"] == intacct["amount"])
    is_taken &= (intacct["state"] == "Posted") & ("bill_credit_memo" in link.also_pushed)
    return Explanations(
        platform_cause=first_cause(sides.platform, _STAYS),
        platform_otherwise=first_cause(sides.platform, _DIFFERS),
        intacct_cause=first_cause(
            intacct,
            memo_does_not_travel=~is_taken,
            **routing_causes(
                link,
                frames,
                intacct,
                {"intacct.ar_adjustment_line": "adjustment_record_no"},
                made_here=is_taken,
            ),
            document_in_another_currency=is_of_other_currency(link, intacct),
        ),
        intacct_otherwise=first_cause(intacct, "memo_missing_in_platform"),
        group_cause=NO_CAUSE,
        group_otherwise="double_memo",
    )
