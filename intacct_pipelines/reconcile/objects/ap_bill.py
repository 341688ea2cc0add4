"""AP bills: BILL's against Intacct's, from rows to matches, explained differences and totals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, first_cause
from intacct_pipelines.reconcile.frames import changed_at, flag, folded, instants, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.ap_bill_fields import compare_pairs, paired_bills
from intacct_pipelines.reconcile.objects.vendor import pair_vendors
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, joined, marked_ids, pair_known
from intacct_pipelines.reconcile.reconciliation import (
    Differences,
    Explanations,
    Reconciliation,
    Sides,
    add_alone,
    conclude,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "ap_bill"
_ZERO: Final = Decimal(0)


def reconcile_ap_bills(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the AP bills of one link.

    Bills pair by confirmed crosswalk, by the source named in Intacct's description, by vendor and number, then by
    vendor, number, date and amount; each only where it is unambiguous.

    Args:
        link: The link, with maps, grace and tolerances.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        moment: When ages are taken, and which books are closed.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, the crosswalk contradicts itself, or the
            classes do not add up.
    """
    vendors = pair_vendors(link, frames, crosswalk)
    sides = _pair(link, frames, crosswalk, vendors)
    gone = _gone(frames)
    confirmed = _confirmed(link, crosswalk)
    differences = Differences(link, OBJECT, moment.now)
    pairs = _with_predecessors(sides, gone, confirmed)
    compare_pairs(differences, frames, paired_bills(sides, pairs, link, moment.closed_through))
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
            "paid": _money(rows, "paid_amount") + _money(rows, "credit_amount"),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    at = pd.Series(vendors.platform.index, index=vendors.platform["key"].to_numpy(dtype=object))
    position = bill["vendor"].map(at).fillna(ALONE).astype("int64").to_numpy()
    partner = _looked_up(vendors.pairing.intacct_of, position, ALONE)
    bill["vendor_no"] = _looked_up(vendors.intacct["id"].to_numpy(dtype=object), partner, "")
    bill["is_vendor_ambiguous"] = _looked_up(vendors.pairing.platform_group, position, "") != ""
    bill["term"] = _looked_up(vendors.platform["term"].to_numpy(dtype=object), position, "")
    bill["root"] = bill["vendor"]
    bill["root_name"] = _looked_up(vendors.platform["shown"].to_numpy(dtype=object), position, "")
    return _with_natural_key(bill, "vendor_no")


def _intacct(frames: Frames, vendors: Sides) -> pd.DataFrame:
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
            "is_undone": state.isin(["Reversed", "Reversal"]),
            "is_purchase": text(rows, "module_key").str.startswith("9.").astype(bool),
            "paid": _money(rows, "trx_total_paid"),
            "amount": rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "created_at": instants(rows, "created_at"),
            "changed_at": changed_at(rows),
        }
    )
    # A deleted vendor may leave its id to a new one; live vendors alone are asked.
    at = pd.Series(vendors.intacct.index, index=vendors.intacct["id"].to_numpy(dtype=object))
    at = at[~at.index.duplicated()]
    position = bill["vendor"].map(at).fillna(ALONE).astype("int64").to_numpy()
    partner = _looked_up(vendors.pairing.platform_of, position, ALONE)
    bill["platform_vendor"] = _looked_up(vendors.platform["key"].to_numpy(dtype=object), partner, "")
    bill["is_vendor_ambiguous"] = _looked_up(vendors.pairing.intacct_group, position, "") != ""
    own_term = text(rows, "term_name")
    vendor_term = _looked_up(vendors.intacct["term"].to_numpy(dtype=object), position, "")
    bill["term"] = own_term.where(own_term != "", vendor_term)
    return _with_natural_key(bill, "vendor")


def _with_natural_key(bill: pd.DataFrame, vendor: str) -> pd.DataFrame:
    """Add the vendor in Intacct's words, and vendor and number as one key, empty without either."""
    is_known = (bill[vendor] != "") & (bill["number"] != "")
    return bill.assign(known_vendor=bill[vendor], natural=joined(is_known, bill[vendor], bill["number"]))


def _money(rows: pd.DataFrame, column: str) -> pd.Series:
    series = rows[column].astype(object)
    return series.where(series.notna(), _ZERO)


def _looked_up(values: npt.ArrayLike, positions: npt.NDArray[Any], absent: object) -> npt.NDArray[np.object_]:
    """Return the value at each position, and ``absent`` where the position is ``ALONE``."""
    at = positions.astype(np.int64)
    found = np.full(len(at), absent, dtype=object)
    is_there = at != ALONE
    found[is_there] = np.asarray(values, dtype=object)[at[is_there]]
    return found


def _pair(link: Link, frames: Frames, crosswalk: pd.DataFrame, vendors: Sides) -> Sides:
    platform = _platform(frames, vendors)
    every = _intacct(frames, vendors)
    confirmed = _confirmed(link, crosswalk)
    # A record that is known to be ours is ours wherever it is owned.
    known = every["key"].isin(set(confirmed["intacct_record_no"])) | marked_ids(every["description"]).isin(
        set(platform["key"])
    )
    is_inside = known | (every["owner"] == link.entity.entity_id)
    intacct = every[is_inside].reset_index(drop=True)
    stands = ~intacct["is_undone"]
    pairing = pair_known(
        link,
        OBJECT,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["description"],
        intacct_stands=stands,
    )
    is_live = ~(platform["is_draft"] | platform["is_archived"])
    # Live and standing bills find each other first, so that an undone twin does not make them ambiguous.
    for ours, theirs in ((is_live, stands), (is_live | True, stands | True)):
        for depth in ("number", "amount"):
            platform_key = _natural_key(platform, ours & pairing.platform_open, depth)
            intacct_key = _natural_key(intacct, theirs & pairing.intacct_open, depth)
            pairing.pair_unique(platform_key, intacct_key, NATURAL_KEY)
    pairing.mark_ambiguous(
        _natural_key(platform, is_live & pairing.platform_open, "number"),
        _natural_key(intacct, stands & pairing.intacct_open, "number"),
    )
    # The same invoice once more: posting it, or paying it, would be the second time.
    is_due = is_live & ((platform["approval"] == "APPROVED") | (not link.approved_only))
    is_posted = intacct["state"].isin(["Posted", "Selected", "Partially Paid", "Paid"])
    paired_platform = pd.Series(pairing.intacct_of != ALONE, index=platform.index)
    paired_intacct = pd.Series(pairing.platform_of != ALONE, index=intacct.index)
    pairing.mark_doubles(
        _natural_key(platform, is_due | paired_platform, "amount"),
        _natural_key(intacct, is_posted | paired_intacct, "amount"),
    )
    return Sides(platform, intacct, every[~is_inside], pairing)


def _natural_key(rows: pd.DataFrame, chosen: pd.Series, depth: str) -> pd.Series:
    """Return vendor and number, and with depth ``amount`` also date and amount, of rows that can be known by them."""
    if depth == "number":
        return rows["natural"].where(chosen, "")
    few = rows[chosen & (rows["known_vendor"] != "")]
    amounts = few["amount"].map(Decimal.normalize)
    always = pd.Series(data=True, index=few.index, dtype=bool)
    keys = joined(always, few["known_vendor"], few["number"], few["bill_date"], few["currency"], amounts)
    return keys.reindex(rows.index, fill_value="")


def _confirmed(link: Link, crosswalk: pd.DataFrame) -> pd.DataFrame:
    is_ours = (crosswalk["link"] == link.name) & (crosswalk["object"] == OBJECT) & (crosswalk["status"] == "confirmed")
    return crosswalk.loc[is_ours, ["platform_id", "intacct_record_no"]]


def _gone(frames: Frames) -> pd.DataFrame:
    """Return Intacct's deleted bills, newest last."""
    rows = select_rows(frames["intacct.ap_bill"], "record_no", deleted=True)
    numbers = folded(text(rows, "document_no"))
    return pd.DataFrame(
        {
            "record_no": rows["record_no"].astype(object),
            "platform_id": marked_ids(text(rows, "description")),
            "natural": joined(numbers != "", text(rows, "vendor_id"), numbers),
        }
    )


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
    once_there = set(confirmed["platform_id"][confirmed["intacct_record_no"].isin(set(gone["record_no"]))])
    was_deleted = platform["key"].isin(once_there | set(gone["platform_id"])) | (
        (platform["natural"] != "") & platform["natural"].isin(set(gone["natural"]))
    )
    deleted_in_bill = set(select_rows(frames["bill.ap_bill"], "id", deleted=True)["id"])
    source_gone = marked_ids(intacct["description"]).isin(deleted_in_bill) | intacct["key"].isin(
        set(confirmed["intacct_record_no"][confirmed["platform_id"].isin(deleted_in_bill)])
    )
    is_paid = intacct["state"].isin(["Paid", "Partially Paid"]) | (intacct["paid"] != _ZERO)
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
            deleted_in_intacct=was_deleted,
            vendor_missing=platform["vendor_no"] == "",
        ),
        intacct_cause=first_cause(
            intacct,
            paid_in_intacct=is_paid & ~intacct["is_undone"],
            not_posted=intacct["state"] != "Posted",
            negative_in_intacct=intacct["amount"] < _ZERO,
            excluded_vendor=intacct["platform_vendor"].isin(link.excluded_vendors),
            ambiguous_vendor=intacct["is_vendor_ambiguous"],
        ),
        intacct_otherwise=first_cause(intacct, otherwise="missing_in_platform", deleted_in_bill=source_gone),
        group_cause=NO_CAUSE,
        group_otherwise="double_bill",
    )
