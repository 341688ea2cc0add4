"""Bills of Business Center against Intacct's: two-way, but from Business Center only those ready to pay (S-PMT-05).

Its export tells no times, no class and no amount paid; what an export does not fill is not compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    amount_fields,
    confirmed_pairs,
    deleted_in_intacct,
    deleted_on_platform,
    gone_documents,
    known_documents,
    pair_by_number,
    platform_parties,
    touched,
    with_natural_key,
)
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import Frames, changed_at, folded, require, select_rows, text, value
from intacct_pipelines.reconcile.line_coding import add_coding, coded_lines, intacct_lines, of_pairs
from intacct_pipelines.reconcile.objects.ap_bill import intacct_bills
from intacct_pipelines.reconcile.objects.vendor import BUSINESS_CENTER_VENDOR
from intacct_pipelines.reconcile.party import pair_parties
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "business_center_bill"
_TABLE: Final = "business_center.ap_bill"
_LINES: Final = "business_center.ap_bill_line"
_DIFFERS: Final = "bill_differs"
_CODED: Final = {
    "account": ("gl_account_no", "account_no"),
    "department": ("department_id", "department_id"),
    "location": ("location_id", "location_id"),
}
"""By dimension, Business Center's column and Intacct's; both hold Intacct's ids."""


def reconcile_business_center_bills(
    link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment
) -> Reconciliation:
    """Match and compare the bills of one Business Center company; they pair as BILL's bills do.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    vendors = pair_parties(BUSINESS_CENTER_VENDOR, link, frames, crosswalk)
    confirmed = confirmed_pairs(link, OBJECT, crosswalk)
    sides = _pair(link, frames, crosswalk, vendors)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, frames)
    add_alone(sides, differences, _explain(frames, sides, confirmed))
    return conclude(sides, differences, pairs)


def _platform(link: Link, frames: Frames, vendors: Sides) -> pd.DataFrame:
    rows = select_rows(frames[_TABLE], "id", deleted=False)
    require(rows, ["vendor_id", "currency", "amount", "status"], "id")
    status = folded(text(rows, "status"))
    known = platform_parties(vendors, text(rows, "vendor_id"), "shown")
    bill = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "vendor": text(rows, "vendor_id"),
            "vendor_no": known["partner"],
            "is_vendor_ambiguous": known["is_ambiguous"].astype(bool),
            "root": text(rows, "vendor_id"),
            "root_name": known["shown"],
            "bill_date": value(rows, "bill_date"),
            "due_date": value(rows, "due_date"),
            "status": text(rows, "status"),
            "is_ready": status.isin(set(folded(pd.Series(sorted(link.ready_statuses), dtype=object)))),
            "is_paid": status.isin(set(folded(pd.Series(sorted(link.paid_statuses), dtype=object)))),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    bill["is_due"] = bill["is_ready"] | bill["is_paid"]
    return with_natural_key(bill, "vendor_no")


def _pair(link: Link, frames: Frames, crosswalk: pd.DataFrame, vendors: Sides) -> Sides:
    platform = _platform(link, frames, vendors)
    every = intacct_bills(frames, vendors)
    sides = known_documents(link, OBJECT, crosswalk, platform, every, ~every["is_undone"], date="bill_date")
    pair_by_number(
        sides,
        is_live=pd.Series(data=True, index=platform.index, dtype=bool),
        stands=~sides.intacct["is_undone"],
        is_due=platform["is_due"],
        is_posted=sides.intacct["state"].isin(["Posted", "Selected", "Partially Paid", "Paid"]),
    )
    return sides


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, frames: Frames) -> None:
    platform, intacct = sides.side_by_side(pairs)
    rows, at_stake = pair_rows(pairs), touched(platform, intacct)
    # Nothing is sent before it is ready, so what is changed till then stays where it was changed.
    cause = first_cause(platform, edited_before_ready=~platform["is_due"])
    currency, amount = amount_fields(
        differences.link, platform, intacct, cause=cause, amount_cause=cause, otherwise=_DIFFERS
    )
    vendor_differs = (platform["vendor_no"] != "") & (platform["vendor_no"] != intacct["vendor"])
    due_differs = platform["due_date"].notna() & unlike(platform["due_date"], intacct["due_date"])
    headers = [
        Field(name, kind, platform[one], intacct[other], differs, cause, _DIFFERS, money_at_stake=at_stake)
        for name, kind, one, other, differs in (
            ("document_no", Kind.CODING, "id", "id", platform["number"] != intacct["number"]),
            ("vendor_id", Kind.CODING, "vendor_no", "vendor", vendor_differs),
            ("bill_date", Kind.DATE, "bill_date", "bill_date", unlike(platform["bill_date"], intacct["bill_date"])),
            ("due_date", Kind.DATE, "due_date", "due_date", due_differs),
        )
    ]
    add_fields(differences, rows, (currency, amount, *headers, *_state_fields(platform, intacct, at_stake)))
    add_coding(
        differences,
        rows,
        _lines(differences.link, frames, pairs),
        totals_differ=currency.differs | amount.differs,
        is_skipped=pd.Series(data=False, index=rows.index, dtype=bool),
        cause=cause,
        otherwise=_DIFFERS,
    )


def _state_fields(platform: pd.DataFrame, intacct: pd.DataFrame, at_stake: pd.Series) -> tuple[Field, Field]:
    """Return whether a bill is undone, and whether it is paid, on one side only."""
    is_paid = (intacct["paid"] != NO_MONEY).astype(bool) | intacct["state"].isin(["Paid", "Partially Paid"])
    # A part that is paid leaves a rest to pay; only a bill that is paid whole must not be paid again.
    is_settled = (intacct["state"] == "Paid") | (is_paid & (intacct["paid"] == intacct["amount"]).astype(bool))
    paid_otherwise = ~intacct["is_undone"] & (platform["is_paid"] != is_paid)
    twice = platform["is_ready"] & is_settled
    undone = platform["is_due"] & intacct["is_undone"]
    travels_not = first_cause(platform, payment_does_not_travel=~twice)
    state, paid = (
        Field(
            name, Kind.STATE, platform["status"], intacct["state"], differs, cause, otherwise, money_at_stake=at_stake
        )
        for name, differs, cause, otherwise in (
            ("state", undone, NO_CAUSE, "undone_but_ready"),
            ("paid", paid_otherwise, travels_not, "may_be_paid_twice"),
        )
    )
    return state, paid


def _lines(link: Link, frames: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
    rows = frames[_LINES]
    positions = [f"{bill}/{number}" for bill, number in zip(rows["bill_id"], rows["line_no"], strict=True)]
    keyed = Frames({_LINES: rows.assign(id=pd.Series(positions, index=rows.index, dtype=object))})
    ours = of_pairs(keyed, (_LINES, "bill_id"), "id", "amount", pairs["p_key"])
    theirs = intacct_lines(frames, ("intacct.ap_bill_line", "bill_record_no"), pairs["i_key"])
    ours = ours.assign(**{word: text(ours, column) for word, (column, _) in _CODED.items()}, **{"class": ""})
    # An export need not carry every column; one that no line fills says nothing.
    unsaid = [other for column, other in _CODED.values() if not (text(rows, column) != "").any()]
    return coded_lines(link, ours, theirs.assign(**dict.fromkeys((*unsaid, "class_id"), "")))


def _explain(frames: Frames, sides: Sides, confirmed: pd.DataFrame) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    gone = gone_documents(frames, "intacct.ap_bill")
    is_paid = intacct["state"].isin(["Paid", "Partially Paid"]) | (intacct["paid"] != NO_MONEY)
    return Explanations(
        platform_cause=first_cause(platform, not_ready_to_pay=~platform["is_due"]),
        platform_otherwise=first_cause(
            platform,
            otherwise="ready_but_missing",
            ready_but_deleted=deleted_in_intacct(platform, gone, confirmed),
            vendor_not_known=platform["is_vendor_ambiguous"],
            ready_without_vendor=platform["vendor_no"] == "",
        ),
        intacct_cause=first_cause(
            intacct,
            settled_in_intacct=is_paid & ~intacct["is_undone"],
            not_yet_posted=intacct["state"] != "Posted",
            credit_in_intacct=intacct["amount"] < NO_MONEY,
        ),
        intacct_otherwise=first_cause(
            intacct,
            otherwise="open_but_missing",
            deleted_in_business_center=deleted_on_platform(intacct, frames[_TABLE], confirmed),
            vendor_not_known=intacct["is_vendor_ambiguous"],
        ),
        group_cause=NO_CAUSE,
        group_otherwise="double_bill",
    )
