"""Receipts from customers: BILL's against Intacct's, with the invoices that each pays.

An advance of Intacct is evidence here and no row: what BILL has received and applied, Intacct should hold as a receipt.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.keys import read_intacct_mark
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    amount_fields,
    confirmed_pairs,
    deleted_in_intacct,
    deleted_on_platform,
    gone_documents,
    intacct_parties,
    known_documents,
    money,
    pair_by_number,
    platform_parties,
    touched,
    with_natural_key,
)
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import changed_at, folded, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.ar_invoice import pair_invoices
from intacct_pipelines.reconcile.objects.customer import pair_customers
from intacct_pipelines.reconcile.objects.receipts import (
    add_applications,
    applications,
    compare_applications,
    intacct_targets,
    invoice_words,
    is_to_come,
    is_undone_in_bill,
    is_undone_in_intacct,
    left_over,
    positions,
)
from intacct_pipelines.reconcile.pairing import MARK, NATURAL_KEY, joined
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.routed import is_of_another_account
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "ar_payment"
_DIFFERS: Final = "receipt_differs"


def reconcile_ar_payments(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the receipts of one link.

    Receipts pair by confirmed crosswalk, by the source named in Intacct's description or by Intacct's receipt that
    BILL's records, by customer and reference, by customer, reference, date and amount, and where one side has no
    reference by customer, date and amount; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    customers = pair_customers(link, frames, crosswalk)
    invoices = pair_invoices(link, frames, crosswalk, customers)
    confirmed = confirmed_pairs(link, OBJECT, crosswalk)
    sides = _pair(link, frames, crosswalk, customers)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, frames, invoices)
    add_alone(sides, differences, _explain(frames, sides, confirmed))
    return conclude(sides, differences, pairs)


def _pair(link: Link, frames: Frames, crosswalk: pd.DataFrame, customers: Sides) -> Sides:
    platform = _platform(frames, customers)
    every = _intacct(frames, customers)
    # What applies credit memos names the memo.
    others = ~every["is_application"] & is_of_another_account(
        link, every, frames["bill.ar_payment"], confirmed_pairs(link, OBJECT, crosswalk)
    )
    stands = ~every["is_undone"]
    sides = known_documents(link, OBJECT, crosswalk, platform, every, stands, date="day", of_others=others)
    is_live, stands = ~platform["is_undone"], ~(sides.intacct["is_undone"] | sides.intacct["is_application"])
    sides.pairing.pair_unique(platform["records"], sides.intacct["key"].astype(str), MARK)
    pair_by_number(sides, is_live=is_live, stands=stands)
    _pair_without_reference(sides, is_live, stands)
    return sides


def _pair_without_reference(sides: Sides, is_live: pd.Series, stands: pd.Series) -> None:
    """Pair by customer, date and amount where at least one side says no reference."""
    pairing, platform, intacct = sides.pairing, sides.platform, sides.intacct
    ours, theirs = _money_key(platform, is_live), _money_key(intacct, stands)
    pairing.pair_unique(ours.where(platform["number"] == "", ""), theirs, NATURAL_KEY)
    pairing.pair_unique(ours, theirs.where(intacct["number"] == "", ""), NATURAL_KEY)


def _money_key(rows: pd.DataFrame, chosen: pd.Series) -> pd.Series:
    amounts = rows["amount"].map(Decimal.normalize)
    is_known = chosen & (rows["known_party"] != "")
    return joined(is_known, rows["known_party"], rows["day"], rows["currency"], amounts)


def _platform(frames: Frames, customers: Sides) -> pd.DataFrame:
    rows = select_rows(frames["bill.ar_payment"], "id", deleted=False)
    require(rows, ["customer_id", "currency", "amount"], "id")
    known = platform_parties(customers, text(rows, "customer_id"), "shown")
    reference = text(rows, "reference_no")
    receipt = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": reference,
            "shown": reference.where(reference != "", text(rows, "id")),
            "number": folded(reference),
            "customer": text(rows, "customer_id"),
            "root": text(rows, "customer_id"),
            "root_name": known["shown"],
            "customer_no": known["partner"],
            "is_customer_ambiguous": known["is_ambiguous"].astype(bool),
            "day": value(rows, "payment_date"),
            "records": text(rows, "description").map(read_intacct_mark),
            "status": text(rows, "status"),
            "is_undone": is_undone_in_bill(rows),
            "is_to_come": is_to_come(rows),
            "unapplied": money(rows, "unapplied_amount"),
            "fee": money(rows, "convenience_fee_amount"),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(receipt, "customer_no")


def _intacct(frames: Frames, customers: Sides) -> pd.DataFrame:
    rows = select_rows(frames["intacct.ar_payment"], "record_no", deleted=False)
    require(rows, ["currency", "trx_total_entered"], "record_no")
    known = intacct_parties(customers, text(rows, "customer_id"))
    own = text(rows, "reference_no")
    reference = own.where(own != "", text(rows, "document_no"))
    amount = rows["trx_total_entered"].astype(object)
    details = select_rows(frames["intacct.ar_payment_detail"], "record_no", deleted=False)
    with_credit = set(details["payment_record_no"][(money(details, "trx_credit_amount") != NO_MONEY).astype(bool)])
    receipt = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": reference,
            "shown": reference.where(reference != "", rows["record_no"].astype(str)),
            "number": folded(reference),
            "customer": text(rows, "customer_id"),
            "is_customer_ambiguous": known["is_ambiguous"].astype(bool),
            "day": value(rows, "receipt_date"),
            "state": text(rows, "state"),
            "is_undone": is_undone_in_intacct(rows),
            "is_application": (amount == NO_MONEY).astype(bool) & rows["record_no"].isin(with_credit),
            "unapplied": money(rows, "trx_total_due"),
            "amount": amount,
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(receipt, "customer")


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, frames: Frames, invoices: Sides) -> None:
    platform, intacct = sides.side_by_side(pairs)
    at_stake = touched(platform, intacct)
    rows = pair_rows(pairs)
    has_fee = (platform["fee"] != NO_MONEY).astype(bool)
    is_with_fee = has_fee & (intacct["amount"] == platform["amount"] + platform["fee"]).astype(bool)
    is_part = (platform["records"] != "") & (platform["amount"] < intacct["amount"]).astype(bool)
    currency, amount = amount_fields(
        differences.link,
        platform,
        intacct,
        cause=NO_CAUSE,
        amount_cause=first_cause(platform, fee_in_receipt=is_with_fee, receipt_recorded_in_part=is_part),
        otherwise=_DIFFERS,
    )
    customer_differs = (platform["customer_no"] != "") & (platform["customer_no"] != intacct["customer"])
    # BILL gives what it only records no reference of ours.
    both_numbered = (platform["number"] != "") & (intacct["number"] != "") & (platform["records"] == "")
    headers = [
        Field(name, kind, platform[one], intacct[other], differs, NO_CAUSE, _DIFFERS, money_at_stake=at_stake)
        for name, kind, one, other, differs in (
            ("reference_no", Kind.CODING, "id", "id", both_numbered & (platform["number"] != intacct["number"])),
            ("customer_id", Kind.CODING, "customer_no", "customer", customer_differs),
            ("payment_date", Kind.DATE, "day", "day", unlike(platform["day"], intacct["day"])),
        )
    ]
    use_differs = platform["is_undone"] != intacct["is_undone"]
    use = Field(
        "state",
        Kind.STATE,
        platform["status"],
        intacct["state"],
        use_differs,
        NO_CAUSE,
        first_cause(platform, otherwise="receipt_reversed_but_live", receipt_void_but_standing=platform["is_undone"]),
        money_at_stake=at_stake,
    )
    add_fields(differences, rows, (currency, amount, *headers, use))
    ours, theirs = _applied(frames, pairs, platform, intacct, invoices, whole=~amount.differs)
    told = compare_applications(pairs.index, ours, theirs)
    told = told[~(use_differs | platform["is_undone"] | currency.differs)[told.index].to_numpy(dtype=bool)]
    add_applications(
        differences,
        rows,
        told,
        cause=first_cause(told, applied_in_intacct=~told["is_more_in_bill"]),
        otherwise=first_cause(told, otherwise="applied_otherwise", applied_invoice_missing=told["unknown"] != ""),
    )


def _applied(
    frames: Frames,
    pairs: pd.DataFrame,
    platform: pd.DataFrame,
    intacct: pd.DataFrame,
    invoices: Sides,
    whole: pd.Series,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return to what both sides applied their receipts; what is left over too, where the amounts agree."""
    our_words, their_words = invoice_words(invoices)
    our_pair, their_pair = positions(pairs["p_key"]), positions(pairs["i_key"])
    ours = select_rows(frames["bill.ar_payment_detail"], "id", deleted=False)
    details = select_rows(frames["intacct.ar_payment_detail"], "record_no", deleted=False)
    target = intacct_targets(details, their_words)
    words = pd.Series([our_words.get(key, f"?{key}") for key in ours["invoice_id"]], index=ours.index, dtype=object)
    return (
        pd.concat(
            [applications(ours["payment_id"].map(our_pair), words, money(ours, "amount")), left_over(platform, whole)]
        ),
        pd.concat(
            [
                applications(
                    details["payment_record_no"].map(their_pair), target, money(details, "trx_payment_amount")
                ),
                # what was left over of one receipt and applied by another record later
                applications(
                    details["overpayment_record_no"].astype(object).map(their_pair),
                    target,
                    money(details, "trx_overpayment_amount"),
                ),
                left_over(intacct, whole),
            ]
        ),
    )


def _explain(frames: Frames, sides: Sides, confirmed: pd.DataFrame) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    gone = gone_documents(frames, "intacct.ar_payment", party="customer_id", number="reference_no")
    source_gone = deleted_on_platform(intacct, frames["bill.ar_payment"], confirmed)
    is_advance = _is_advance(frames, platform)
    return Explanations(
        platform_cause=first_cause(
            platform,
            # Both copies may be there, and nobody knows it: so this goes before what a lone one would explain.
            ambiguous_customer=platform["is_customer_ambiguous"],
            receipt_voided_in_bill=platform["is_undone"],
            receipt_to_come=platform["is_to_come"],
            receipt_paid_ahead=is_advance & (platform["unapplied"] == platform["amount"]),
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="receipt_missing_in_intacct",
            receipt_deleted_in_intacct=deleted_in_intacct(platform, gone, confirmed),
            receipt_is_an_advance=is_advance,
            receipt_customer_missing=platform["customer_no"] == "",
        ),
        intacct_cause=first_cause(
            intacct,
            reversal_in_intacct=intacct["is_undone"],
            memo_applied_in_intacct=intacct["is_application"],
            ambiguous_customer=intacct["is_customer_ambiguous"],
            made_in_intacct=~source_gone,
        ),
        intacct_otherwise=first_cause(intacct, otherwise="receipt_deleted_in_bill"),
        group_cause=NO_CAUSE,
        group_otherwise="double_receipt",
    )


def _is_advance(frames: Frames, platform: pd.DataFrame) -> pd.Series:
    """Say of which receipts Intacct has an advance of the same customer, reference and amount."""
    rows = select_rows(frames["intacct.ar_advance"], "record_no", deleted=False)
    rows = rows[~is_undone_in_intacct(rows)]
    own = text(rows, "reference_no")
    number = folded(own.where(own != "", text(rows, "document_no")))
    amounts = rows["trx_total_entered"].astype(object).map(Decimal.normalize)
    held = joined(number != "", text(rows, "customer_id"), number, text(rows, "currency"), amounts)
    ours = joined(
        platform["natural"] != "",
        platform["known_party"],
        platform["number"],
        platform["currency"],
        platform["amount"].map(Decimal.normalize),
    )
    return (ours != "") & ours.isin(set(held))
