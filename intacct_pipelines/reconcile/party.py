"""Parties, which are vendors and customers: BILL's against Intacct's, whatever kind of party they are.

E-mail, telephone and bank data are not compared: they do not decide on money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from intacct_pipelines.domain.names import fold
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import changed_at, coding_of, folded, is_in_use, require, select_rows, text
from intacct_pipelines.reconcile.likeness import propose
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, pair_known
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from intacct_pipelines.domain.coding import Coding
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment


@dataclass(frozen=True, slots=True)
class Party:
    """One kind of party.

    Args:
        name: Name of the object, and part of the names of its causes.
        speaking: Columns of both tables that speak for a likely pair; none of them is compared or shown.
        speaking_too: Such columns among ``more_columns``, made alike on both sides.
        deletion_travels: Whether a deletion in Intacct should have been followed in BILL.
        more_columns: Columns of its own for the rows of ``bill`` or ``intacct``.
        more_fields: Fields of its own, from both sides of the pairs and the cause of an edit that could not travel.
        table: Name of both tables, if it is not the object's.
        platform: Schema of the platform's table.
    """

    name: str
    speaking: tuple[str, ...]
    speaking_too: tuple[str, ...] = ()
    deletion_travels: bool = False
    more_columns: Callable[[str, pd.DataFrame], dict[str, pd.Series]] | None = None
    more_fields: Callable[[pd.DataFrame, pd.DataFrame, pd.Series], tuple[Field, ...]] | None = None
    table: str = ""
    platform: str = "bill"

    def rows(self, frames: Frames, schema: str) -> pd.DataFrame:
        """Return the rows of the platform or of ``intacct``, deleted ones among them."""
        return frames[f"{schema}.{self.table or self.name}"]


def reconcile_parties(
    party: Party, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment
) -> Reconciliation:
    """Match and compare the parties of one kind of one link.

    Parties pair by confirmed crosswalk, by the source named in Intacct's comments, then by a name that is unique on
    both sides; likeness only proposes. Their amounts are zero: a party has no money of its own.

    Args:
        party: Which kind.
        link: The link, with maps and grace.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        moment: When ages are taken.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    sides = pair_parties(party, link, frames, crosswalk)
    differences = Differences(link, party.name, moment.now)
    pairs = sides.pairs()
    _compare(party, sides, differences, pairs, coding_of(link, frames))
    add_alone(sides, differences, _explain(party, link, frames, crosswalk, sides))
    return conclude(
        sides, differences, pairs, propose(link, party.name, sides, shared=(*party.speaking, *party.speaking_too))
    )


def pair_parties(party: Party, link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the parties of both sides with their pairs; documents need these before they can find their own.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    platform = _platform(party, frames)
    every = _intacct(party, frames)
    is_inside = every["owner"].isin({"", link.entity.entity_id})
    intacct = every[is_inside].reset_index(drop=True)
    stands = pd.Series(data=True, index=intacct.index, dtype=bool)
    pairing = pair_known(
        link,
        party.name,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["comments"],
        intacct_stands=stands,
    )
    pairing.pair_unique(platform["folded"], intacct["folded"], NATURAL_KEY)
    pairing.mark_ambiguous(platform["folded"], intacct["folded"])
    return Sides(platform, intacct, every[~is_inside], pairing)


def _platform(party: Party, frames: Frames) -> pd.DataFrame:
    rows = select_rows(party.rows(frames, party.platform), "id", deleted=False)
    require(rows, ["name"], "id")
    return pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "id"),
            "shown": text(rows, "name"),
            "is_active": is_in_use(rows),
            "term": text(rows, "ap_term_id") if "ap_term_id" in rows.columns else "",
            **_shared(party, party.platform, rows),
        }
    )


def _intacct(party: Party, frames: Frames) -> pd.DataFrame:
    rows = select_rows(party.rows(frames, "intacct"), "record_no", deleted=False)
    number = f"{party.table or party.name}_id"
    require(rows, [number, "name"], "record_no")
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, number),
            "shown": text(rows, "name"),
            "is_active": text(rows, "status") != "inactive",
            "term": text(rows, "term_name"),
            "comments": text(rows, "comments"),
            "owner": text(rows, "owner_entity_id"),
            **_shared(party, "intacct", rows),
        }
    )


def _shared(party: Party, side: str, rows: pd.DataFrame) -> dict[str, object]:
    """Return the columns that are made alike on both sides."""
    return {
        "folded": folded(text(rows, "name")),
        "trade_currency": text(rows, "currency") if "currency" in rows.columns else "",
        **{name: folded(text(rows, name)) for name in party.speaking},
        **(party.more_columns(side, rows) if party.more_columns else {}),
        "amount": NO_MONEY,
        "currency": "",
        "changed_at": changed_at(rows),
    }


def _explain(party: Party, link: Link, frames: Frames, crosswalk: pd.DataFrame, sides: Sides) -> Explanations:
    name, platform, intacct = party.name, sides.platform, sides.intacct
    is_top = (intacct["owner"] == "") & (link.entity.entity_id != "")
    paired_names = set(intacct["folded"][sides.pairing.platform_of != ALONE])
    was_deleted = {f"deleted_{name}": _was_deleted(party, link, frames, crosswalk, platform)}
    is_archived = {f"archived_{name}": ~platform["is_active"]}
    reasons = is_archived if party.deletion_travels else {**is_archived, **was_deleted}
    return Explanations(
        platform_cause=first_cause(platform, NO_CAUSE, **reasons),
        platform_otherwise=first_cause(
            platform, f"{name}_missing_in_intacct", **(was_deleted if party.deletion_travels else {})
        ),
        intacct_cause=first_cause(
            intacct,
            NO_CAUSE,
            **{
                f"inactive_{name}": ~intacct["is_active"],
                f"top_level_{name}": is_top,
                f"second_{name}_of_a_name": intacct["folded"].isin(paired_names),
            },
        ),
        intacct_otherwise=first_cause(intacct, f"{name}_missing_in_platform"),
        group_cause=f"{name}_name_not_unique",
        group_otherwise=NO_CAUSE,
    )


def _was_deleted(
    party: Party, link: Link, frames: Frames, crosswalk: pd.DataFrame, platform: pd.DataFrame
) -> pd.Series:
    """Say of each party of BILL whether Intacct's party of the same confirmed pair or name was deleted."""
    gone = select_rows(party.rows(frames, "intacct"), "record_no", deleted=True)
    confirmed = crosswalk[
        (crosswalk["link"] == link.name) & (crosswalk["object"] == party.name) & (crosswalk["status"] == "confirmed")
    ]
    by_id = set(confirmed["platform_id"][confirmed["intacct_record_no"].isin(set(gone["record_no"]))])
    by_name = {fold(name) for name in text(gone, "name")}
    return platform["key"].isin(by_id) | platform["folded"].isin(by_name)


def _compare(party: Party, sides: Sides, differences: Differences, pairs: pd.DataFrame, coding: Coding) -> None:
    name = party.name
    platform, intacct = sides.side_by_side(pairs)
    term = platform["term"].map({term: coding.term_name(term) or "" for term in platform["term"].unique()})
    is_top = (intacct["owner"] == "") & (differences.link.entity.entity_id != "")
    top = first_cause(pairs, NO_CAUSE, **{f"edited_top_level_{name}": is_top})
    use = {True: "active", False: "inactive"}
    both_currencies = (platform["trade_currency"] != "") & (intacct["trade_currency"] != "")
    names_differ = platform["folded"] != intacct["folded"]
    uses_differ = platform["is_active"] != intacct["is_active"]
    terms_differ = (term != "") & (term != intacct["term"])
    currencies_differ = both_currencies & (platform["trade_currency"] != intacct["trade_currency"])
    fields = (
        Field("name", Kind.CODING, platform["shown"], intacct["shown"], names_differ, top, f"{name}_differs"),
        Field(
            "status",
            Kind.STATE,
            platform["is_active"].map(use),
            intacct["is_active"].map(use),
            uses_differ,
            top,
            f"{name}_inactive_on_one_side",
        ),
        Field("term_name", Kind.CODING, term, intacct["term"], terms_differ, f"{name}_terms", f"{name}_differs"),
        Field(
            "currency",
            Kind.CODING,
            platform["trade_currency"],
            intacct["trade_currency"],
            currencies_differ,
            top,
            f"{name}_differs",
        ),
    )
    more = party.more_fields(platform, intacct, top) if party.more_fields else ()
    add_fields(differences, pair_rows(pairs, currency=""), (*fields, *more))
