"""Vendors: BILL's against Intacct's. E-mail, telephone and bank data are not compared: they do not decide on money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.names import fold
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import changed_at, coding_of, flag, folded, require, select_rows, text
from intacct_pipelines.reconcile.likeness import propose
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, pair_known
from intacct_pipelines.reconcile.reconciliation import (
    Differences,
    Explanations,
    Reconciliation,
    Sides,
    add_alone,
    conclude,
    pair_rows,
)

if TYPE_CHECKING:
    from intacct_pipelines.domain.coding import Coding
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "vendor"
_DIFFERS: Final = "vendor_differs"
_SPEAKING: Final = ("tax_id", "email", "phone")
"""What speaks for a likely pair of vendors; none of it is compared or shown."""


def reconcile_vendors(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the vendors of one link.

    Vendors pair by confirmed crosswalk, by the source named in Intacct's comments, then by a name that is unique on
    both sides; likeness only proposes. Their amounts are zero: a vendor has no money of its own.

    Args:
        link: The link, with maps and grace.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        moment: When ages are taken.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    sides = pair_vendors(link, frames, crosswalk)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs, coding_of(link, frames))
    add_alone(sides, differences, _explain(link, frames, crosswalk, sides))
    return conclude(sides, differences, pairs, propose(link, OBJECT, sides, shared=_SPEAKING))


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
            **{name: folded(text(rows, name)) for name in _SPEAKING},
            "amount": NO_MONEY,
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
            **{name: folded(text(rows, name)) for name in _SPEAKING},
            "comments": text(rows, "comments"),
            "owner": text(rows, "owner_entity_id"),
            "amount": NO_MONEY,
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


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame, coding: Coding) -> None:
    platform, intacct = sides.side_by_side(pairs)
    term = platform["term"].map({term: coding.term_name(term) or "" for term in platform["term"].unique()})
    is_top = (intacct["owner"] == "") & (differences.link.entity.entity_id != "")
    top = first_cause(pairs, edited_top_level_vendor=is_top)
    active, form = {True: "active", False: "inactive"}, {True: "1099", False: "not 1099"}
    both_currencies = (platform["trade_currency"] != "") & (intacct["trade_currency"] != "")
    names_differ = platform["folded"] != intacct["folded"]
    uses_differ = platform["is_active"] != intacct["is_active"]
    forms_differ = platform["is_1099"] != intacct["is_1099"]
    terms_differ = (term != "") & (term != intacct["term"])
    currencies_differ = both_currencies & (platform["trade_currency"] != intacct["trade_currency"])
    add_fields(
        differences,
        pair_rows(pairs, currency=""),
        (
            Field("name", Kind.CODING, platform["shown"], intacct["shown"], names_differ, top, _DIFFERS),
            Field(
                "status",
                Kind.STATE,
                platform["is_active"].map(active),
                intacct["is_active"].map(active),
                uses_differ,
                top,
                "inactive_on_one_side",
            ),
            Field(
                "is_1099",
                Kind.CODING,
                platform["is_1099"].map(form),
                intacct["is_1099"].map(form),
                forms_differ,
                top,
                "flag_1099_differs",
            ),
            Field("term_name", Kind.CODING, term, intacct["term"], terms_differ, "vendor_terms", _DIFFERS),
            Field(
                "currency",
                Kind.CODING,
                platform["trade_currency"],
                intacct["trade_currency"],
                currencies_differ,
                top,
                _DIFFERS,
            ),
        ),
    )
