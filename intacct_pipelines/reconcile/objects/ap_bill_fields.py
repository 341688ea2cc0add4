"""Comparing paired AP bills field by field, and finding the rule that explains why an edit did not travel."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.locations import entity_of_location
from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.documents import amount_fields, due_cause, touched
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import coding_of, flag, select_rows, text
from intacct_pipelines.reconcile.line_coding import add_coding, coded_lines, intacct_lines, platform_lines
from intacct_pipelines.reconcile.sides import pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.sides import Sides

_DIFFERS: Final = "bill_differs"
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

    @property
    def touched(self) -> pd.Series:
        """The larger of the two amounts of each pair: the money that a difference without amount touches."""
        return self.rows["touched"]

    def unlike(self, column: str) -> pd.Series:
        """Say which pairs differ in a column that both sides have."""
        return unlike(self.platform[column], self.intacct[column])


def closed_days(frames: Frames, sides: Sides, pairs: pd.DataFrame, moment: Moment) -> pd.Series:
    """Return for each pair the last closed day of the books in which Intacct's bill stands; None if all is open.

    A bill of the top level stands in the books of the entities that its lines' locations belong to (S-CFG-23).
    """
    numbers = sides.intacct["key"].take(pairs["intacct"].to_numpy())
    if not moment.closed_later:
        return pd.Series([moment.closed_through] * len(numbers), dtype=object)
    entities = set(text(select_rows(frames["intacct.entity"], "entity_id", deleted=False), "entity_id"))
    rows = select_rows(frames["intacct.location"], "location_id", deleted=False)
    columns = [text(rows, name) for name in ("location_id", "parent_id", "owner_entity_id")]
    locations = {
        one: {"parent_id": parent, "owner_entity_id": owner} for one, parent, owner in zip(*columns, strict=True)
    }
    lines = frames["intacct.ap_bill_line"]
    lines = lines[lines["bill_record_no"].isin(numbers) & ~flag(lines, "_deleted")]
    places: dict[object, set[str]] = defaultdict(set)
    for number, place in zip(lines["bill_record_no"], text(lines, "location_id"), strict=True):
        places[number].add(entity_of_location(place, locations, entities))
    found = [moment.closed.of(places.get(number, ())) for number in numbers]
    return pd.Series([one.through if one else None for one in found], dtype=object)


def paired_bills(sides: Sides, pairs: pd.DataFrame, link: Link, closed: pd.Series) -> PairedBills:
    """Put the partners side by side.

    Args:
        sides: Both sides, paired.
        pairs: From ``Sides.pairs``.
        link: For its excluded vendors.
        closed: From ``closed_days``.
    """
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs, touched=touched(platform, intacct))
    edit = _edit_cause(link, platform, intacct, closed)
    is_zeroed = (platform["amount"] > LARGEST_CARRIED).astype(bool) & (intacct["amount"] == NO_MONEY).astype(bool)
    return PairedBills(rows, platform, intacct, edit, is_zeroed)


def compare_pairs(differences: Differences, frames: Frames, bills: PairedBills) -> None:
    """Compare every pair in amount, number, vendor, dates, state, payment and coding.

    Args:
        differences: Takes the differences.
        frames: For lines and lists.
        bills: The pairs.

    Raises:
        DataContractError: A line repeats a key or lacks what the comparison needs.
    """
    currency, amount = amount_fields(
        differences.link,
        bills.platform,
        bills.intacct,
        cause=bills.edit,
        amount_cause=bills.edit.where(~bills.is_zeroed, "over_ten_million"),
        otherwise=_DIFFERS,
    )
    headers = _header_fields(
        bills, due_cause(differences.link, frames, bills.platform, bills.intacct, date="bill_date", edit=bills.edit)
    )
    add_fields(differences, bills.rows, (currency, amount, *headers, _use_field(bills), _payment_field(bills)))
    add_coding(
        differences,
        bills.rows,
        _lines(differences.link, frames, bills.rows),
        totals_differ=currency.differs | amount.differs,
        is_skipped=bills.is_zeroed,
        cause=bills.edit,
        otherwise=_DIFFERS,
    )


def _edit_cause(link: Link, platform: pd.DataFrame, intacct: pd.DataFrame, closed: pd.Series) -> pd.Series:
    """Return the rule that explains why an edit on one side did not travel; only evidence of an edit counts."""
    edited_in_bill = platform["changed_at"] > intacct["changed_at"]
    is_settled = intacct["state"].isin(["Partially Paid", "Selected"]) | (intacct["paid"] != NO_MONEY)
    is_closed = pd.Series(
        [
            day is not None and last is not None and day <= last
            for day, last in zip(intacct["gl_date"], closed, strict=True)
        ],
        index=intacct.index,
        dtype=bool,
    )
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
        edited_too_late=is_settled & edited_in_bill,
        edited_in_closed_books=is_closed & edited_in_bill,
        travels_one_way=edited_in_intacct & link.one_way,
        edited_after_approval=platform["approval"].isin(["APPROVED", "APPROVING"]) & edited_in_intacct,
    )


def _header_fields(bills: PairedBills, due_cause: pd.Series) -> list[Field]:
    """Return number, vendor, dates and, for bills from a purchase order, its number (S-PUR-04)."""
    platform, intacct, edit = bills.platform, bills.intacct, bills.edit
    vendor_differs = (platform["vendor_no"] != "") & (platform["vendor_no"] != intacct["vendor"])
    reference_differs = intacct["is_purchase"] & (platform["reference"] != intacct["reference"])
    no_reference = first_cause(platform, no_purchase_reference=intacct["reference"] == "")
    reference_cause = edit.where(edit == "excluded_vendor", no_reference).where(intacct["reference"] == "", edit)
    return [
        Field(
            name,
            kind,
            platform[one],
            intacct[other],
            differs & ~bills.is_zeroed,
            cause,
            _DIFFERS,
            money_at_stake=bills.touched,
        )
        for name, kind, one, other, differs, cause in (
            ("document_no", Kind.CODING, "id", "id", platform["number"] != intacct["number"], edit),
            ("vendor_id", Kind.CODING, "vendor_no", "vendor", vendor_differs, edit),
            ("bill_date", Kind.DATE, "bill_date", "bill_date", bills.unlike("bill_date"), edit),
            ("due_date", Kind.DATE, "due_date", "due_date", bills.unlike("due_date"), due_cause),
            ("reference_no", Kind.CODING, "reference", "reference", reference_differs, reference_cause),
        )
    ]


def _use_field(bills: PairedBills) -> Field:
    """Return whether a bill is undone, which may be so on one side only."""
    platform, intacct = bills.platform, bills.intacct
    otherwise = first_cause(platform, otherwise="reversed_but_live", archived_but_standing=platform["is_archived"])
    return Field(
        "state",
        Kind.STATE,
        platform["is_archived"].map({True: "archived", False: "live"}).astype(object),
        intacct["state"],
        (platform["is_archived"] != intacct["is_undone"]) & ~bills.is_zeroed,
        _excluded(bills),
        otherwise,
        money_at_stake=bills.touched,
    )


def _excluded(bills: PairedBills) -> pd.Series:
    return bills.edit.where(bills.edit == "excluded_vendor", NO_CAUSE)


def _payment_field(bills: PairedBills) -> Field:
    """Return what each side has paid of the bill, unless it is undone on one side."""
    platform, intacct = bills.platform, bills.intacct
    unpaid = platform["paid"] - intacct["paid"]
    is_comparable = (platform["currency"] == intacct["currency"]) & (platform["is_archived"] == intacct["is_undone"])
    excluded = _excluded(bills)
    outside = first_cause(platform, paid_outside_bill=(unpaid < NO_MONEY).astype(bool))
    return Field(
        "paid_amount",
        Kind.STATE,
        platform["paid"],
        intacct["paid"],
        (unpaid != NO_MONEY).astype(bool) & is_comparable & ~bills.is_zeroed,
        excluded.where(excluded != NO_CAUSE, outside),
        "unpaid_in_intacct",
        amount_difference=unpaid,
        money_at_stake=unpaid.map(abs),
    )


def _lines(link: Link, frames: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
    ours = platform_lines(frames, coding_of(link, frames), ("bill.ap_bill_line", "bill_id"), pairs["platform_id"])
    theirs = intacct_lines(frames, ("intacct.ap_bill_line", "bill_record_no"), pairs["intacct_record_no"])
    return coded_lines(link, ours, theirs)
