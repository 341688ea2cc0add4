"""List records by which lines are coded: accounts, departments, projects, items, terms, … One comparison for all.

None of BILL's lists carries Intacct's id for certain: an account has its number, the others a short name, which holds
the id when a sync made the record. So a pair is found by confirmed crosswalk, by the link's map or that code, then by a
name that is unique on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import changed_at, folded, is_in_use, require, select_rows, text
from intacct_pipelines.reconcile.likeness import propose
from intacct_pipelines.reconcile.objects.account_checks import ACCOUNT_CHECKS, NOTHING_VANISHED
from intacct_pipelines.reconcile.pairing import NATURAL_KEY, pair_known
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.objects.account_checks import Checks, Vanished

_TERM: Final = "ap_term"
_TERM_STAYS: Final = "ap_term_does_not_travel"
_DIFFERS: Final = "list_differs"
_INACTIVE: Final = "list_inactive_on_one_side"


@dataclass(frozen=True, slots=True)
class Listed:
    """One kind of list record.

    Args:
        name: Name of the object, and of the causes that only it has.
        code: The platform's column that may hold Intacct's id.
        id: Intacct's column with the id that people use.
        titles: Intacct's columns that make the name together.
        link_map: Attribute of the link that maps the platform's records to Intacct's ids; empty if there is none.
        table: Name of both tables, if it is not the object's.
        platform: Schema of the platform's table.
        key: The platform's key.
        platform_titles: The platform's columns that make the name together.
        has_parents: Whether the record above is compared.
        days: Column with the days until due on both sides' tables, for terms; empty otherwise.
        only_from_intacct: Whether Intacct is the master, so that what differs is mended there.
        is_personal: Whether the name is a person's: the differences then show the id in its place.
        stays: Says which of the platform's rows have no place in Intacct, with the cause.
        checks: What only this list is checked for.
        apart: Intacct's table and column of what its list shows too and the platform keeps elsewhere, with the cause.
    """

    name: str
    code: str
    id: str
    titles: tuple[str, ...]
    link_map: str = ""
    table: str = ""
    platform: str = "bill"
    key: str = "id"
    platform_titles: tuple[str, ...] = ("name",)
    has_parents: bool = False
    days: str = ""
    only_from_intacct: bool = False
    is_personal: bool = False
    stays: tuple[str, Callable[[pd.DataFrame], pd.Series]] | None = None
    checks: Checks | None = None
    apart: tuple[str, str, str] | None = None

    @property
    def platform_table(self) -> str:
        """Qualified name of the platform's table."""
        return f"{self.platform}.{self.table or self.name}"

    @property
    def intacct_table(self) -> str:
        """Qualified name of Intacct's table."""
        return f"intacct.{self.table or self.name}"

    @property
    def differs(self) -> str:
        """The break that a difference is where no rule explains it."""
        return f"{self.name}_differs_from_master" if self.only_from_intacct else _DIFFERS


def _is_sales_tax(items: pd.DataFrame) -> pd.Series:
    return text(items, "item_type").str.startswith("SALES_TAX").astype(bool)


LISTED: Final[dict[str, Listed]] = {
    one.name: one
    for one in (
        Listed("gl_account", "account_no", "account_no", ("title",), "account_map", checks=ACCOUNT_CHECKS),
        Listed("department", "short_name", "department_id", ("title",), "department_map", has_parents=True),
        Listed(
            "location",
            "short_name",
            "location_id",
            ("name",),
            "location_map",
            apart=("location_is_entity", "intacct.entity", "entity_id"),
        ),
        Listed("accounting_class", "short_name", "class_id", ("name",), "class_map", has_parents=True),
        Listed("ap_term", "name", "name", ("name",), "term_map", days="due_days"),
        Listed(
            "employee",
            "short_name",
            "employee_id",
            ("first_name", "last_name"),
            platform_titles=("first_name", "last_name"),
            is_personal=True,
        ),
        Listed("project", "short_name", "project_id", ("name",), has_parents=True, only_from_intacct=True),
        Listed("item", "short_name", "item_id", ("name",), stays=("sales_tax_item", _is_sales_tax)),
        Listed(
            "business_center_account",
            "account_no",
            "account_no",
            ("title",),
            table="gl_account",
            platform="business_center",
            key="account_no",
            only_from_intacct=True,
        ),
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
    vanished = listed.checks.vanished(link, frames, crosswalk) if listed.checks else NOTHING_VANISHED
    _compare(listed, frames, sides, differences, pairs, vanished)
    add_alone(sides, differences, _explain(listed, link, frames, sides, vanished))
    return conclude(sides, differences, pairs, propose(link, listed.name, sides))


def _pair(listed: Listed, link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    platform = _platform(listed, frames, getattr(link, listed.link_map) if listed.link_map else {})
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
    rows = select_rows(frames[listed.platform_table], listed.key, deleted=False)
    require(rows, [] if listed.is_personal else listed.platform_titles, listed.key)
    key, name, code = text(rows, listed.key), _name(rows, listed.platform_titles), text(rows, listed.code)
    said = [
        next((mapped[word] for word in words if word in mapped), words[1])
        for words in zip(key, code, name, strict=True)
    ]
    codes = pd.Series(said, index=rows.index, dtype=object)
    at = dict(zip(key, codes, strict=True))
    above = text(rows, "parent_id") if listed.has_parents else pd.Series("", index=rows.index, dtype=object)
    stays = listed.stays[1](rows) if listed.stays else pd.Series(data=False, index=rows.index, dtype=bool)
    return pd.DataFrame(
        {
            "key": key,
            "id": codes,
            "shown": codes.where(codes != "", key) if listed.is_personal else name,
            "code": codes,
            "folded": folded(name),
            "is_active": is_in_use(rows),
            "stays": stays,
            "parent": [at.get(parent, "") for parent in above],
            "days": _days(rows, listed.days),
            "amount": NO_MONEY,
            "currency": "",
            "changed_at": changed_at(rows),
        }
    )


def _intacct(listed: Listed, frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames[listed.intacct_table], "record_no", deleted=False)
    require(rows, [listed.id] if listed.is_personal else [listed.id, *listed.titles], "record_no")
    owner = text(rows, "owner_entity_id") if "owner_entity_id" in rows.columns else pd.Series("", index=rows.index)
    above = text(rows, "parent_id") if listed.has_parents else pd.Series("", index=rows.index, dtype=object)
    name, number = _name(rows, listed.titles), text(rows, listed.id)
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": number,
            "shown": number if listed.is_personal else name,
            "folded": folded(name),
            "is_active": text(rows, "status") != "inactive",
            "parent": above,
            "days": _days(rows, listed.days),
            "owner": owner.astype(object),
            "amount": NO_MONEY,
            "currency": "",
            "changed_at": changed_at(rows),
        }
    )


def _name(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    name = text(rows, columns[0])
    for column in columns[1:]:
        name = (name + " " + text(rows, column)).str.strip().astype(object)
    return name


def _days(rows: pd.DataFrame, column: str) -> pd.Series:
    if not column:
        return pd.Series("", index=rows.index, dtype=object)
    # One source writes a number, the other a text; as objects, so that an absent value makes no floats.
    days = [str(value) if pd.notna(value) else "" for value in rows[column].astype(object)]
    return pd.Series(days, index=rows.index, dtype=object)


def _explain(listed: Listed, link: Link, frames: Frames, sides: Sides, vanished: Vanished) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    platform_causes = {f"archived_{listed.name}": ~platform["is_active"]}
    intacct_causes = {f"inactive_{listed.name}": ~intacct["is_active"]}
    if listed.stays:
        platform_causes = {listed.stays[0]: platform["stays"], **platform_causes}
    if listed.apart:
        cause, table, column = listed.apart
        intacct_causes[cause] = intacct["id"].isin(text(frames[table], column))
    if listed.name == _TERM:
        platform_causes[_TERM_STAYS] = pd.Series(data=True, index=platform.index)
        intacct_causes[_TERM_STAYS] = pd.Series(data=True, index=intacct.index)
    intacct_causes["top_level_record"] = (intacct["owner"] == "") & (link.entity.entity_id != "")
    # What vanished is a break, whatever would explain that the record is missing.
    platform_gone, intacct_gone = vanished.among(platform, intacct)
    intacct_gone &= intacct["is_active"]
    return Explanations(
        platform_cause=first_cause(platform, NO_CAUSE, **platform_causes).where(~platform_gone, NO_CAUSE),
        platform_otherwise=first_cause(
            platform, otherwise=f"{listed.name}_missing_in_intacct", bank_account_vanished=platform_gone
        ),
        intacct_cause=first_cause(intacct, NO_CAUSE, **intacct_causes).where(~intacct_gone, NO_CAUSE),
        intacct_otherwise=first_cause(
            intacct, otherwise=f"{listed.name}_missing_in_platform", bank_account_vanished=intacct_gone
        ),
        group_cause=NO_CAUSE,
        group_otherwise="list_name_not_unique",
    )


def _compare(
    listed: Listed, frames: Frames, sides: Sides, differences: Differences, pairs: pd.DataFrame, vanished: Vanished
) -> None:
    platform, intacct = sides.side_by_side(pairs)
    is_top = (intacct["owner"] == "") & (differences.link.entity.entity_id != "")
    top = first_cause(pairs, edited_top_level_record=is_top)
    use = {True: "active", False: "inactive"}
    has_both_names = (platform["folded"] != "") & (intacct["folded"] != "")
    has_both_parents = (platform["parent"] != "") & (intacct["parent"] != "")
    names_differ = has_both_names & (platform["folded"] != intacct["folded"])
    parents_differ = has_both_parents & (platform["parent"] != intacct["parent"])
    uses_differ = platform["is_active"] != intacct["is_active"]
    days_differ = platform["days"] != intacct["days"]
    is_gone = vanished.among(platform, intacct)[0] & intacct["is_active"]
    fields = (
        Field("name", Kind.CODING, platform["shown"], intacct["shown"], names_differ, top, listed.differs),
        Field(
            "status",
            Kind.STATE,
            platform["is_active"].map(use),
            intacct["is_active"].map(use),
            uses_differ,
            top.where(~is_gone, NO_CAUSE),
            first_cause(pairs, otherwise=_INACTIVE, bank_account_vanished=is_gone),
        ),
        Field("parent", Kind.CODING, platform["parent"], intacct["parent"], parents_differ, top, listed.differs),
        Field("due_days", Kind.CODING, platform["days"], intacct["days"], days_differ, _TERM_STAYS, _DIFFERS),
    )
    more = listed.checks.fields(frames, platform, intacct) if listed.checks else ()
    add_fields(differences, pair_rows(pairs, currency=""), (*fields, *more))
