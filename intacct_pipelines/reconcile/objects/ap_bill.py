"""AP bills: BILL's against Intacct's, from rows to matches, explained differences and totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    UNDONE,
    confirmed_pairs,
    deleted_in_intacct,
    deleted_on_platform,
    gone_documents,
    intacct_parties,
    is_of_other_currency,
    known_documents,
    money,
    pair_by_number,
    platform_parties,
    with_natural_key,
)
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, flag, folded, instants, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.ap_bill_fields import closed_days, compare_pairs, paired_bills
from intacct_pipelines.reconcile.objects.vendor import pair_vendors
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.routed import is_of_another_account, routing_causes
from intacct_pipelines.reconcile.sides import Sides

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "ap_bill"
_LONGEST_ORDER_NO: Final = 100
"""BILL refuses a bill whose purchase order's number has more characters (S-PUR-06)."""


def reconcile_ap_bills(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the AP bills of one link.

    Bills pair by confirmed crosswalk, by the source named in Intacct's description, by vendor and number, then by
    vendor, number, date and amount; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    vendors = pair_vendors(link, frames, crosswalk)
    sides = pair_bills(link, frames, crosswalk, vendors)
    gone = gone_documents(frames, "intacct.ap_bill")
    confirmed = confirmed_pairs(link, OBJECT, crosswalk)
    differences = Differences(link, OBJECT, moment.now)
    pairs = _with_predecessors(sides, gone, confirmed)
    compare_pairs(differences, frames, paired_bills(sides, pairs, link, closed_days(frames, sides, pairs, moment)))
    add_alone(sides, differences, _explain(link, frames, sides, gone, confirmed))
    return conclude(sides, differences, pairs)


def _platform(frames: Frames, vendors: Sides) -> pd.DataFrame:
    rows = select_rows(frames["bill.ap_bill"], "id", deleted=False)
    require(rows, ["vendor_id", "currency", "amount", "approval_status"], "id")
    status = text(rows, "record_status")
    bill = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "vendor": text(rows, "vendor_id"),
            "bill_date": value(rows, "bill_date"),
            "due_date": value(rows, "due_date"),
            "reference": text(rows, "purchase_order_no"),
            "approval": text(rows, "approval_status"),
            "is_draft": status.isin(["DRAFT", "DRAFT_DELETED"]),
            "is_archived": flag(rows, "is_archived") | (status == "INACTIVE"),
            "paid": money(rows, "paid_amount") + money(rows, "credit_amount"),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    known = platform_parties(vendors, bill["vendor"], "term", "shown")
    bill = bill.assign(
        vendor_no=known["partner"],
        is_vendor_ambiguous=known["is_ambiguous"].astype(bool),
        term=known["term"],
        root=bill["vendor"],
        root_name=known["shown"],
    )
    return with_natural_key(bill, "vendor_no")


def intacct_bills(frames: Frames, vendors: Sides) -> pd.DataFrame:
    """Return Intacct's bills with what is known of their vendors.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs.
    """
    rows = select_rows(frames["intacct.ap_bill"], "record_no", deleted=False)
    require(rows, ["state", "vendor_id", "currency", "trx_total_entered"], "record_no")
    state = text(rows, "state")
    bill = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "vendor": text(rows, "vendor_id"),
            "bill_date": value(rows, "bill_date"),
            "due_date": value(rows, "due_date"),
            "gl_date": value(rows, "gl_posting_date").where(rows["gl_posting_date"].notna(), value(rows, "bill_date")),
            "reference": text(rows, "reference_no"),
            "state": state,
            "is_undone": state.isin(UNDONE),
            "is_purchase": text(rows, "module_key").str.startswith("9.").astype(bool),
            "paid": money(rows, "trx_total_paid"),
            "amount": rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "created_at": instants(rows, "created_at"),
            "changed_at": changed_at(rows),
        }
    )
    known = intacct_parties(vendors, bill["vendor"], "term", "shown")
    own_term = text(rows, "term_name")
    bill = bill.assign(
        platform_vendor=known["partner"],
        is_vendor_ambiguous=known["is_ambiguous"].astype(bool),
        term=own_term.where(own_term != "", known["term"]),
        root=bill["vendor"],
        root_name=known["shown"],
    )
    return with_natural_key(bill, "vendor")


def pair_bills(link: Link, frames: Frames, crosswalk: pd.DataFrame, vendors: Sides) -> Sides:
    """Return the bills of both sides with their pairs; credits and payments need them to know what they settle.

    Args:
        link: The link.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        vendors: From ``pair_vendors``.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    platform = _platform(frames, vendors)
    every = intacct_bills(frames, vendors)
    others = is_of_another_account(link, every, frames["bill.ap_bill"], confirmed_pairs(link, OBJECT, crosswalk))
    stands = ~every["is_undone"]
    sides = known_documents(link, OBJECT, crosswalk, platform, every, stands, date="bill_date", of_others=others)
    is_live = ~(platform["is_draft"] | platform["is_archived"])
    pair_by_number(
        sides,
        is_live=is_live,
        stands=~sides.intacct["is_undone"],
        is_due=is_live & ((platform["approval"] == "APPROVED") | (not link.approved_only)),
        is_posted=sides.intacct["state"].isin(["Posted", "Selected", "Partially Paid", "Paid"]),
    )
    return sides


def bills_of(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the same for an object that needs no vendors; see ``pair_bills``."""
    return pair_bills(link, frames, crosswalk, pair_vendors(link, frames, crosswalk))


def _with_predecessors(sides: Sides, gone: pd.DataFrame, confirmed: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs; where Intacct's bill replaces a deleted one, with that one's record number (S-BIL-08)."""
    pairs = sides.pairs()
    natural = sides.intacct["natural"].take(pairs["intacct"].to_numpy())
    by_number = _last(gone["natural"], gone["record_no"])
    was_confirmed = confirmed[confirmed["intacct_record_no"].isin(set(gone["record_no"]))]
    by_pair = _last(was_confirmed["platform_id"], was_confirmed["intacct_record_no"])
    # Not by Series.map: with absent values it would make floats of record numbers.
    before = [by_pair.get(key, by_number.get(words)) for key, words in zip(pairs["p_key"], natural, strict=True)]
    predecessor = [
        record_no if record_no is not None and record_no < present else None
        for record_no, present in zip(before, pairs["i_key"], strict=True)
    ]
    pairs["predecessor_record_no"] = pd.Series(predecessor, index=pairs.index, dtype=object)
    pairs["pair_rule"] = np.where(pairs["predecessor_record_no"].notna(), "S-BIL-08", "")
    return pairs


def _last(keys: pd.Series, values: pd.Series) -> dict[str, int]:
    return {key: int(value) for key, value in zip(keys, values, strict=True) if key}


def _explain(link: Link, frames: Frames, sides: Sides, gone: pd.DataFrame, confirmed: pd.DataFrame) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    source_gone = deleted_on_platform(intacct, frames["bill.ap_bill"], confirmed)
    is_paid = intacct["state"].isin(["Paid", "Partially Paid"]) | (intacct["paid"] != NO_MONEY)
    return Explanations(
        platform_cause=first_cause(
            platform,
            draft_in_bill=platform["is_draft"],
            archived_in_bill=platform["is_archived"],
            excluded_vendor=platform["vendor"].isin(link.excluded_vendors),
            not_approved=(platform["approval"] != "APPROVED") & link.approved_only,
            ambiguous_vendor=platform["is_vendor_ambiguous"],
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="missing_in_intacct",
            deleted_in_intacct=deleted_in_intacct(platform, gone, confirmed),
            vendor_missing=platform["vendor_no"] == "",
        ),
        intacct_cause=first_cause(
            intacct,
            paid_in_intacct=is_paid & ~intacct["is_undone"],
            not_posted=intacct["state"] != "Posted",
            negative_in_intacct=intacct["amount"] < NO_MONEY,
            excluded_vendor=intacct["platform_vendor"].isin(link.excluded_vendors),
            ambiguous_vendor=intacct["is_vendor_ambiguous"],
            **routing_causes(link, frames, intacct, {"intacct.ap_bill_line": "bill_record_no"}, made_here=~source_gone),
            document_in_another_currency=is_of_other_currency(link, intacct) & ~source_gone,
        ),
        intacct_otherwise=first_cause(
            intacct,
            otherwise="missing_in_platform",
            deleted_in_bill=source_gone,
            order_number_too_long=intacct["is_purchase"] & (intacct["reference"].str.len() > _LONGEST_ORDER_NO),
        ),
        group_cause=NO_CAUSE,
        group_otherwise="double_bill",
    )
