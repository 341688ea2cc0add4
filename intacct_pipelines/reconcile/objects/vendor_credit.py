"""Vendor credits: BILL's against Intacct's negative bills and adjustments.

Intacct has no such object: BILL's sync keeps a vendor credit as a negative bill (S-VCR-06), people also make negative
adjustments, which do not travel (S-VCR-05) unless a link takes them into BILL. Their signs are flipped here, so that a
credit is positive on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.money import LARGEST_CARRIED
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    UNDONE,
    amount_fields,
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
    touched,
    with_natural_key,
)
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields, unlike
from intacct_pipelines.reconcile.frames import changed_at, coding_of, flag, folded, require, select_rows, text, value
from intacct_pipelines.reconcile.line_coding import add_coding, coded_lines, intacct_lines, platform_lines
from intacct_pipelines.reconcile.objects.vendor import pair_vendors
from intacct_pipelines.reconcile.pairing import marked_ids
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.routed import is_of_another_account, routing_causes
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "vendor_credit"
BILL: Final = "ap_bill"
ADJUSTMENT: Final = "ap_adjustment"
_FORMS: Final = {BILL: ("bill_date", "bill_record_no"), ADJUSTMENT: ("adjustment_date", "adjustment_record_no")}
"""How Intacct keeps a credit: the table's column with the date, and its lines' column with the document's key."""
_DIFFERS: Final = "credit_differs"


def reconcile_vendor_credits(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the vendor credits of one link.

    Credits pair as bills do: by confirmed crosswalk, by the source named in Intacct's description, by vendor and
    number, then by vendor, number, date and amount; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    sides = pair_credits(link, frames, crosswalk, pair_vendors(link, frames, crosswalk))
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, frames)
    add_alone(sides, differences, _explain(link, frames, sides, crosswalk))
    return conclude(sides, differences, pairs)


def pair_credits(link: Link, frames: Frames, crosswalk: pd.DataFrame, vendors: Sides) -> Sides:
    """Return the vendor credits of both sides with their pairs; Intacct's have ``form``, the table that holds them.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    platform = _platform(frames, vendors)
    confirmed = confirmed_pairs(link, OBJECT, crosswalk)
    every = _intacct(frames, vendors, platform, confirmed)
    others = is_of_another_account(link, every, frames["bill.vendor_credit"], confirmed)
    stands = ~every["is_undone"]
    sides = known_documents(link, OBJECT, crosswalk, platform, every, stands, date="day", of_others=others)
    pair_by_number(sides, is_live=~platform["is_archived"], stands=~sides.intacct["is_undone"])
    return sides


def _platform(frames: Frames, vendors: Sides) -> pd.DataFrame:
    rows = select_rows(frames["bill.vendor_credit"], "id", deleted=False)
    require(rows, ["vendor_id", "currency", "amount"], "id")
    known = platform_parties(vendors, text(rows, "vendor_id"), "shown")
    credit = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "reference_no"),
            "shown": text(rows, "reference_no"),
            "number": folded(text(rows, "reference_no")),
            "vendor": text(rows, "vendor_id"),
            "vendor_no": known["partner"],
            "is_vendor_ambiguous": known["is_ambiguous"].astype(bool),
            "root": text(rows, "vendor_id"),
            "root_name": known["shown"],
            "day": value(rows, "credit_date"),
            "is_archived": flag(rows, "is_archived"),
            "used": money(rows, "applied_amount"),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(credit, "vendor_no")


def _intacct(frames: Frames, vendors: Sides, platform: pd.DataFrame, confirmed: pd.DataFrame) -> pd.DataFrame:
    every = pd.concat([_of_form(frames, form) for form in _FORMS], ignore_index=True)
    known = intacct_parties(vendors, every["vendor"])
    every = with_natural_key(
        every.assign(platform_vendor=known["partner"], is_vendor_ambiguous=known["is_ambiguous"].astype(bool)),
        "vendor",
    )
    # A bill of 0 is no credit, unless it is what the vendor sync made of a large one (S-BIL-07).
    large = set(platform["natural"][(platform["amount"] > LARGEST_CARRIED).astype(bool)]) - {""}
    is_ours = every["key"].isin(set(confirmed["intacct_record_no"])) | every["natural"].isin(large)
    is_ours |= marked_ids(every["description"]).isin(set(platform["key"]))
    is_credit = (every["form"] == ADJUSTMENT) | (every["amount"] > NO_MONEY).astype(bool)
    is_credit |= (every["amount"] == NO_MONEY).astype(bool) & is_ours
    every = every[is_credit].sort_values("key", kind="stable").reset_index(drop=True)
    repeated = every["key"][every["key"].duplicated()]
    if len(repeated):
        msg = f"{len(repeated)} record numbers stand for a bill and for an adjustment, such as {min(repeated)}"
        raise DataContractError(msg)
    return every


def _of_form(frames: Frames, form: str) -> pd.DataFrame:
    rows = select_rows(frames[f"intacct.{form}"], "record_no", deleted=False)
    require(rows, ["state", "vendor_id", "currency", "trx_total_entered"], "record_no")
    if form == BILL:
        is_payable = (rows["trx_total_entered"] > NO_MONEY).astype(bool)
        rows = rows[~is_payable].reset_index(drop=True)
    state = text(rows, "state")
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "form": form,
            "vendor": text(rows, "vendor_id"),
            "day": value(rows, _FORMS[form][0]),
            "state": state,
            "is_undone": state.isin(UNDONE),
            "used": money(rows, "trx_total_paid").map(abs),
            "amount": -rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "changed_at": changed_at(rows),
        }
    )


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, frames: Frames) -> None:
    link = differences.link
    platform, intacct = sides.side_by_side(pairs)
    rows = pair_rows(pairs)
    cause = first_cause(platform, excluded_vendor=platform["vendor"].isin(link.excluded_vendors))
    is_zeroed = (platform["amount"] > LARGEST_CARRIED).astype(bool) & (intacct["amount"] == NO_MONEY).astype(bool)
    currency, amount = amount_fields(
        link,
        platform,
        intacct,
        cause=cause,
        amount_cause=cause.where(~is_zeroed, "over_ten_million"),
        otherwise=_DIFFERS,
    )
    at_stake = touched(platform, intacct)
    vendor_differs = (platform["vendor_no"] != "") & (platform["vendor_no"] != intacct["vendor"])
    headers = [
        Field(name, kind, platform[one], intacct[other], differs & ~is_zeroed, cause, _DIFFERS, money_at_stake=at_stake)
        for name, kind, one, other, differs in (
            ("document_no", Kind.CODING, "id", "id", platform["number"] != intacct["number"]),
            ("vendor_id", Kind.CODING, "vendor_no", "vendor", vendor_differs),
            ("credit_date", Kind.DATE, "day", "day", unlike(platform["day"], intacct["day"])),
        )
    ]
    use = Field(
        "state",
        Kind.STATE,
        platform["is_archived"].map({True: "archived", False: "live"}).astype(object),
        intacct["state"],
        (platform["is_archived"] != intacct["is_undone"]) & ~is_zeroed,
        cause,
        first_cause(
            platform,
            otherwise="credit_reversed_but_live",
            credit_archived_but_standing=platform["is_archived"],
        ),
        money_at_stake=at_stake,
    )
    add_fields(differences, rows, (currency, amount, *headers, use, _used_field(platform, intacct, cause)))
    add_coding(
        differences,
        rows,
        _lines(link, frames, rows, intacct["form"]),
        totals_differ=currency.differs | amount.differs,
        is_skipped=is_zeroed,
        cause=cause,
        otherwise=_DIFFERS,
    )


def _used_field(platform: pd.DataFrame, intacct: pd.DataFrame, cause: pd.Series) -> Field:
    """Return what Intacct used more of a credit; what BILL used more is told bill by bill, as an application."""
    more = intacct["used"] - platform["used"]
    return Field(
        "applied_amount",
        Kind.STATE,
        platform["used"],
        intacct["used"],
        (more > NO_MONEY).astype(bool) & (platform["currency"] == intacct["currency"]),
        cause.where(cause != NO_CAUSE, "used_in_intacct"),
        _DIFFERS,
        amount_difference=-more,
        money_at_stake=more.map(abs),
    )


def _lines(link: Link, frames: Frames, pairs: pd.DataFrame, form: pd.Series) -> pd.DataFrame:
    ours = platform_lines(
        frames,
        coding_of(link, frames),
        ("bill.vendor_credit_line", "vendor_credit_id"),
        pairs["platform_id"],
    )
    theirs = pd.concat(
        [
            intacct_lines(frames, (f"intacct.{name}_line", parent), pairs["intacct_record_no"][form == name])
            for name, (_, parent) in _FORMS.items()
        ],
        ignore_index=True,
    )
    return coded_lines(link, ours, theirs.assign(trx_amount=-theirs["trx_amount"].astype(object)))


def _explain(link: Link, frames: Frames, sides: Sides, crosswalk: pd.DataFrame) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    confirmed = confirmed_pairs(link, OBJECT, crosswalk)
    gone = gone_documents(frames, *(f"intacct.{form}" for form in _FORMS))
    source_gone = deleted_on_platform(intacct, frames["bill.vendor_credit"], confirmed)
    is_adjustment, is_lifted = intacct["form"] == ADJUSTMENT, "bill_ap_adjustment" in link.also_pushed
    return Explanations(
        platform_cause=first_cause(
            platform,
            archived_credit=platform["is_archived"],
            excluded_vendor=platform["vendor"].isin(link.excluded_vendors),
            ambiguous_vendor=platform["is_vendor_ambiguous"],
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="credit_missing_in_intacct",
            credit_deleted_in_intacct=deleted_in_intacct(platform, gone, confirmed),
            credit_vendor_missing=platform["vendor_no"] == "",
            unfiltered_credit_missing=pd.Series(not link.approved_only, index=platform.index),
        ),
        intacct_cause=first_cause(
            intacct,
            excluded_vendor=intacct["platform_vendor"].isin(link.excluded_vendors),
            excluded_adjustment=is_adjustment & ~source_gone & ~(is_lifted & (intacct["amount"] > NO_MONEY)),
            used_credit=(intacct["used"] != NO_MONEY).astype(bool) & ~intacct["is_undone"],
            unposted_credit=intacct["state"] != "Posted",
            ambiguous_vendor=intacct["is_vendor_ambiguous"],
            **routing_causes(
                link,
                frames,
                intacct,
                {f"intacct.{form}_line": parent for form, (_, parent) in _FORMS.items()},
                made_here=~source_gone,
            ),
            document_in_another_currency=is_of_other_currency(link, intacct) & ~source_gone,
        ),
        intacct_otherwise=first_cause(
            intacct,
            otherwise="credit_missing_in_platform",
            credit_deleted_in_bill=source_gone,
            adjustment_missing_in_platform=is_adjustment,
        ),
        group_cause=NO_CAUSE,
        group_otherwise="double_credit",
    )
