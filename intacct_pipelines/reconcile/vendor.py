"""Vendors: BILL's against Intacct's. E-mail, telephone and bank data are not compared: they do not decide on money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.names import fold
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.frames import changed_at, coding_of, flag, folded, require, select_rows, text
from intacct_pipelines.reconcile.likeness import propose
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, pair_known
from intacct_pipelines.reconcile.reconciliation import (
    Explanations,
    Findings,
    Reconciliation,
    Sides,
    add_alone,
    conclude,
)

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.domain.coding import Coding
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

OBJECT: Final = "vendor"
_NO_MONEY: Final = Decimal(0)


def reconcile_vendors(link: Link, frames: Frames, crosswalk: pd.DataFrame, now: datetime) -> Reconciliation:
    """Match and compare the vendors of one link.

    Vendors pair by confirmed crosswalk, by the source named in Intacct's comments, then by a name that is unique on
    both sides; likeness only proposes. Their amounts are zero: a vendor has no money of its own.

    Args:
        link: The link, with maps and grace.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        now: The instant at which ages are taken, aware.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    sides = pair_vendors(link, frames, crosswalk)
    findings = Findings(link, OBJECT, now)
    pairs = sides.pairs()
    _compare(sides, findings, pairs, coding_of(link, frames))
    add_alone(sides, findings, _explain(link, frames, crosswalk, sides))
    return conclude(sides, findings, pairs, propose(link, OBJECT, sides))


def pair_vendors(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the vendors of both sides with their pairs; bills need these before they can find their own.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    platform = _platform(frames)
    every = _intacct(frames)
    is_inside = every["owner"].isin({"", link.entity.entity_id})
    intacct = every[is_inside].reset_index(drop=True)
    stands = pd.Series(data=True, index=intacct.index, dtype=bool)
    pairing = pair_known(
        link,
        OBJECT,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["comments"],
        intacct_stands=stands,
    )
    pairing.pair_unique(platform["folded"], intacct["folded"], NATURAL_KEY)
    pairing.mark_ambiguous(platform["folded"], intacct["folded"])
    return Sides(platform, intacct, every[~is_inside], pairing)


def _platform(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["bill.vendor"], "id", deleted=False)
    require(rows, ["name"], "id")
    return pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "id"),
            "shown": text(rows, "name"),
            "folded": folded(text(rows, "name")),
            "is_active": ~flag(rows, "is_archived"),
            "is_1099": flag(rows, "is_1099"),
            "term": text(rows, "ap_term_id"),
            "trade_currency": text(rows, "currency"),
            "amount": _NO_MONEY,
            "currency": "",
            "changed_at": changed_at(rows),
        }
    )


def _intacct(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["intacct.vendor"], "record_no", deleted=False)
    require(rows, ["vendor_id", "name"], "record_no")
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "vendor_id"),
            "shown": text(rows, "name"),
            "folded": folded(text(rows, "name")),
            "is_active": text(rows, "status") != "inactive",
            "is_1099": text(rows, "form_1099_type") != "",
            "term": text(rows, "term_name"),
            "trade_currency": text(rows, "currency"),
            "comments": text(rows, "comments"),
            "owner": text(rows, "owner_entity_id"),
            "amount": _NO_MONEY,
            "currency": "",
            "changed_at": changed_at(rows),
        }
    )


def _explain(link: Link, frames: Frames, crosswalk: pd.DataFrame, sides: Sides) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    is_top = (intacct["owner"] == "") & (link.entity.entity_id != "")
    paired_names = set(intacct["folded"][sides.pairing.platform_of != ALONE])
    return Explanations(
        platform_cause=first_cause(
            platform,
            archived_vendor=~platform["is_active"],
            deleted_vendor=_was_deleted(link, frames, crosswalk, platform),
        ),
        platform_otherwise=first_cause(platform, otherwise="vendor_missing_in_intacct"),
        intacct_cause=first_cause(
            intacct,
            inactive_vendor=~intacct["is_active"],
            top_level_vendor=is_top,
            second_of_a_name=intacct["folded"].isin(paired_names),
        ),
        intacct_otherwise=first_cause(intacct, otherwise="vendor_missing_in_platform"),
        group_cause="name_not_unique",
        group_otherwise=NO_CAUSE,
    )


def _was_deleted(link: Link, frames: Frames, crosswalk: pd.DataFrame, platform: pd.DataFrame) -> pd.Series:
    """Say of each vendor of BILL whether Intacct's vendor of the same confirmed pair or name was deleted."""
    gone = select_rows(frames["intacct.vendor"], "record_no", deleted=True)
    confirmed = crosswalk[
        (crosswalk["link"] == link.name) & (crosswalk["object"] == OBJECT) & (crosswalk["status"] == "confirmed")
    ]
    by_id = set(confirmed["platform_id"][confirmed["intacct_record_no"].isin(set(gone["record_no"]))])
    by_name = {fold(name) for name in text(gone, "name")}
    return platform["key"].isin(by_id) | platform["folded"].isin(by_name)


def _compare(sides: Sides, findings: Findings, pairs: pd.DataFrame, coding: Coding) -> None:
    platform = sides.platform.take(pairs["platform"].to_numpy()).reset_index(drop=True)
    intacct = sides.intacct.take(pairs["intacct"].to_numpy()).reset_index(drop=True)
    term = platform["term"].map({term: coding.term_name(term) or "" for term in platform["term"].unique()})
    is_top = (intacct["owner"] == "") & (findings.link.entity.entity_id != "")
    top = first_cause(pairs, edited_top_level_vendor=is_top)
    both_currencies = (platform["trade_currency"] != "") & (intacct["trade_currency"] != "")
    rows = pairs.assign(
        platform_id=pairs["p_key"],
        intacct_record_no=pairs["i_key"],
        intacct_id=pairs["i_id"],
        currency="",
    )
    terms = first_cause(pairs, otherwise="vendor_terms")
    active = {True: "active", False: "inactive"}
    is_1099 = {True: "1099", False: "not 1099"}
    for field, kind, one, other, differs, cause, otherwise in (
        ("name", Kind.CODING, platform["shown"], intacct["shown"], platform["folded"] != intacct["folded"], top, None),
        (
            "status",
            Kind.STATE,
            platform["is_active"].map(active),
            intacct["is_active"].map(active),
            platform["is_active"] != intacct["is_active"],
            top,
            "inactive_on_one_side",
        ),
        (
            "is_1099",
            Kind.CODING,
            platform["is_1099"].map(is_1099),
            intacct["is_1099"].map(is_1099),
            platform["is_1099"] != intacct["is_1099"],
            top,
            "flag_1099_differs",
        ),
        ("term_name", Kind.CODING, term, intacct["term"], (term != "") & (term != intacct["term"]), terms, None),
        (
            "currency",
            Kind.CODING,
            platform["trade_currency"],
            intacct["trade_currency"],
            both_currencies & (platform["trade_currency"] != intacct["trade_currency"]),
            top,
            None,
        ),
    ):
        findings.add(
            rows[differs],
            kind,
            cause=cause[differs],
            otherwise=otherwise or "vendor_differs",
            field=field,
            platform_value=one[differs],
            intacct_value=other[differs],
            amount_difference=_NO_MONEY,
            money_at_stake=_NO_MONEY,
        )
