"""List records by which lines are coded: accounts, departments, locations, classes, terms. One comparison for all.

None of BILL's lists carries Intacct's id for certain: an account has its number, the others a short name, which holds
the id when a sync made the record. So a pair is found by confirmed crosswalk, by the link's map or that code, then by a
name that is unique on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import changed_at, flag, folded, require, select_rows, text
from intacct_pipelines.reconcile.likeness import propose
from intacct_pipelines.reconcile.pairing import NATURAL_KEY, pair_known
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
    from collections.abc import Mapping

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

_TERM: Final = "ap_term"
_TERM_STAYS: Final = "ap_term_does_not_travel"
_DIFFERS: Final = "list_differs"


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of list record.

    Args:
        name: Name of the object; also that of both tables.
        code: BILL's column that may hold Intacct's id.
        id: Intacct's column with the id that people use.
        title: Intacct's column with the name.
        link_map: Attribute of the link that maps BILL's records to Intacct's ids.
        has_parents: Whether the record above is compared.
        days: Column with the days until due on both sides' tables, for terms; empty otherwise.
    """

    name: str
    code: str
    id: str
    title: str
    link_map: str
    has_parents: bool = False
    days: str = ""


LISTED: Final[dict[str, Listed]] = {
    one.name: one
    for one in (
        Listed("gl_account", "account_no", "account_no", "title", "account_map"),
        Listed("department", "short_name", "department_id", "title", "department_map", has_parents=True),
        Listed("location", "short_name", "location_id", "name", "location_map"),
        Listed("accounting_class", "short_name", "class_id", "name", "class_map", has_parents=True),
        Listed("ap_term", "name", "name", "name", "term_map", days="due_days"),
    )
}
"""Every list that is compared here, by its name."""


def reconcile_list(
    listed: Listed, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment
) -> Reconciliation:
    """Match and compare one list of one link; list records have no money, so all amounts are zero.

    Args:
        listed: Which list.
        link: The link, with maps and grace.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        moment: When ages are taken.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    sides = _pair(listed, link, frames, crosswalk)
    differences = Differences(link, listed.name, moment.now)
    pairs = sides.pairs()
    _compare(sides, differences, pairs)
    add_alone(sides, differences, _explain(listed, link, sides))
    return conclude(sides, differences, pairs, propose(link, listed.name, sides))


def _pair(listed: Listed, link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    platform = _platform(listed, frames, getattr(link, listed.link_map))
    every = _intacct(listed, frames)
    is_inside = every["owner"].isin({"", link.entity.entity_id})
    intacct = every[is_inside].reset_index(drop=True)
    pairing = pair_known(
        link,
        listed.name,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=pd.Series("", index=intacct.index, dtype=object),
        intacct_stands=pd.Series(data=True, index=intacct.index, dtype=bool),
    )
    pairing.pair_unique(platform["code"], intacct["id"], NATURAL_KEY)
    pairing.pair_unique(platform["folded"], intacct["folded"], NATURAL_KEY)
    pairing.mark_ambiguous(platform["folded"], intacct["folded"])
    return Sides(platform, intacct, every[~is_inside], pairing)


def _platform(listed: Listed, frames: Frames, mapped: Mapping[str, str]) -> pd.DataFrame:
    rows = select_rows(frames[f"bill.{listed.name}"], "id", deleted=False)
    require(rows, ["name"], "id")
    key, name, code = text(rows, "id"), text(rows, "name"), text(rows, listed.code)
    said = [
        next((mapped[word] for word in words if word in mapped), words[1])
        for words in zip(key, code, name, strict=True)
    ]
    codes = pd.Series(said, index=rows.index, dtype=object)
    at = dict(zip(key, codes, strict=True))
    is_archived = flag(rows, "is_archived") if "is_archived" in rows.columns else pd.Series(False, index=rows.index)
    above = text(rows, "parent_id") if listed.has_parents else pd.Series("", index=rows.index, dtype=object)
    return pd.DataFrame(
        {
            "key": key,
            "id": codes,
            "shown": name,
            "code": codes,
            "folded": folded(name),
            "is_active": ~is_archived.astype(bool),
            "parent": [at.get(parent, "") for parent in above],
            "days": _days(rows, listed.days),
            "amount": NO_MONEY,
            "currency": "",
            "changed_at": changed_at(rows),
        }
    )


def _intacct(listed: Listed, frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames[f"intacct.{listed.name}"], "record_no", deleted=False)
    require(rows, [listed.id, listed.title], "record_no")
    owner = text(rows, "owner_entity_id") if "owner_entity_id" in rows.columns else pd.Series("", index=rows.index)
    above = text(rows, "parent_id") if listed.has_parents else pd.Series("", index=rows.index, dtype=object)
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, listed.id),
            "shown": text(rows, listed.title),
            "folded": folded(text(rows, listed.title)),
            "is_active": text(rows, "status") != "inactive",
            "parent": above,
            "days": _days(rows, listed.days),
            "owner": owner.astype(object),
            "amount": NO_MONEY,
            "currency": "",
            "changed_at": changed_at(rows),
        }
    )


def _days(rows: pd.DataFrame, column: str) -> pd.Series:
    if not column:
        return pd.Series("", index=rows.index, dtype=object)
    # One source writes a number, the other a text; as objects, so that an absent value makes no floats.
    days = [str(value) if pd.notna(value) else "" for value in rows[column].astype(object)]
    return pd.Series(days, index=rows.index, dtype=object)


def _explain(listed: Listed, link: Link, sides: Sides) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    platform_causes = {f"archived_{listed.name}": ~platform["is_active"]}
    intacct_causes = {f"inactive_{listed.name}": ~intacct["is_active"]}
    if listed.name == _TERM:
        platform_causes[_TERM_STAYS] = pd.Series(data=True, index=platform.index)
        intacct_causes[_TERM_STAYS] = pd.Series(data=True, index=intacct.index)
    intacct_causes["top_level_record"] = (intacct["owner"] == "") & (link.entity.entity_id != "")
    return Explanations(
        platform_cause=first_cause(platform, NO_CAUSE, **platform_causes),
        platform_otherwise=first_cause(platform, otherwise=f"{listed.name}_missing_in_intacct"),
        intacct_cause=first_cause(intacct, NO_CAUSE, **intacct_causes),
        intacct_otherwise=first_cause(intacct, otherwise=f"{listed.name}_missing_in_platform"),
        group_cause=NO_CAUSE,
        group_otherwise="list_name_not_unique",
    )


def _compare(sides: Sides, differences: Differences, pairs: pd.DataFrame) -> None:
    platform, intacct = sides.side_by_side(pairs)
    is_top = (intacct["owner"] == "") & (differences.link.entity.entity_id != "")
    top = first_cause(pairs, edited_top_level_record=is_top)
    use = {True: "active", False: "inactive"}
    has_both_parents = (platform["parent"] != "") & (intacct["parent"] != "")
    names_differ = platform["folded"] != intacct["folded"]
    parents_differ = has_both_parents & (platform["parent"] != intacct["parent"])
    uses_differ = platform["is_active"] != intacct["is_active"]
    days_differ = platform["days"] != intacct["days"]
    add_fields(
        differences,
        pair_rows(pairs, currency=""),
        (
            Field("name", Kind.CODING, platform["shown"], intacct["shown"], names_differ, top, _DIFFERS),
            Field(
                "status",
                Kind.STATE,
                platform["is_active"].map(use),
                intacct["is_active"].map(use),
                uses_differ,
                top,
                "list_inactive_on_one_side",
            ),
            Field("parent", Kind.CODING, platform["parent"], intacct["parent"], parents_differ, top, _DIFFERS),
            Field("due_days", Kind.CODING, platform["days"], intacct["days"], days_differ, _TERM_STAYS, _DIFFERS),
        ),
    )
