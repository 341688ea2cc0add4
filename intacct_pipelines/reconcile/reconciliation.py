"""The result of a reconciliation, and the proof that every row has one place and every cent one class."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.causes import CAUSES, NO_CAUSE, YOUNG, Kind, Verdict
from intacct_pipelines.reconcile.pairing import ALONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.pairing import Pairing

MATCH_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "platform_id",
    "intacct_record_no",
    "intacct_id",
    "method",
    "predecessor_record_no",
    "rule",
    "is_equal",
    "currency",
    "platform_amount",
    "intacct_amount",
)
DIFFERENCE_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "kind",
    "verdict",
    "rule",
    "platform_id",
    "intacct_record_no",
    "intacct_id",
    "field",
    "platform_value",
    "intacct_value",
    "amount_difference",
    "money_at_stake",
    "currency",
    "document_date",
    "changed_at",
    "age_seconds",
    "reason",
    "remedy",
    "cause",
    "turn",
    "root",
    "root_name",
)
TOTAL_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "currency",
    "class",
    "verdict",
    "rule",
    "platform_count",
    "intacct_count",
    "platform_total",
    "intacct_total",
    "difference",
)
PERIOD_TOTAL_COLUMNS: Final = (*TOTAL_COLUMNS[:4], "month", *TOTAL_COLUMNS[4:])
PROPOSAL_COLUMNS: Final = ("link", "object", "platform_id", "intacct_record_no", "intacct_id", "likeness", "evidence")
SETTLEMENT_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "settlement",
    "currency",
    "movement_total",
    "payment_total",
    "difference",
)
MEMBER_COLUMNS: Final = ("link", "entity", "object", "settlement", "member_object", "member_id", "amount")
CLEARING_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "account_no",
    "currency",
    "role",
    "postings",
    "cleared",
    "groups",
    "balance",
    "items",
    "items_total",
    "oldest_on",
)
MATCHED_EQUAL: Final = "matched_equal"
MATCHED_DIFFERENT: Final = "matched_different"
OUT_OF_SCOPE: Final = "out_of_scope"
OTHER_OWNER: Final = "other_owner"
"""The cause of rows that are out of scope, where none is named."""
_RANK: Final = {Verdict.EXPECTED.value: 0, Verdict.IN_FLIGHT.value: 1, Verdict.BREAK.value: 2}
_ZERO: Final = Decimal(0)
_SIDES: Final = ("platform", "intacct")
_CLASS: Final = ("currency", "class", "verdict", "rule")
_SUMMED: Final = ("platform_count", "intacct_count", "platform_total", "intacct_total", "difference")


@dataclass(frozen=True)
class Reconciliation:
    """What one reconciliation of one object found, in an order that depends on the rows alone.

    Amounts are exact, in transaction currency; a signed difference is platform − Intacct.

    Args:
        matches: One row for each pair.
        differences: One row for each row without partner, and one for each field in which a pair differs. ``rule`` is
            set exactly when the verdict is not break. ``amount_difference`` is signed; ``money_at_stake`` is how much
            money the difference touches and never negative; ``age_seconds`` counts from the younger side's last change.
            ``document_date`` is the platform's calendar day, else Intacct's; None for records of a list.
            Differences with the same ``root`` are mended together, as the bills of one missing vendor are.
        totals: Per currency and class, the rows and the money of both sides. Their sums are those of all live rows.
        proposals: Likely pairs for a person to confirm; they never pair by themselves (S-VEN-04).
        settlements: Groups of lump sums and what is behind them, where an object has such.
        members: What each group consists of.
        period_totals: ``totals`` by the month of the document's date as well: ``month`` is its first day, None for what
            has no date. A pair stands in one month with both its sides.
        clearing: Each clearing account and currency with its balance and the items that make it up.
    """

    matches: pd.DataFrame
    differences: pd.DataFrame
    totals: pd.DataFrame
    proposals: pd.DataFrame
    settlements: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SETTLEMENT_COLUMNS)))
    members: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MEMBER_COLUMNS)))
    period_totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PERIOD_TOTAL_COLUMNS)))
    clearing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CLEARING_COLUMNS)))


@dataclass(frozen=True)
class Sides:
    """The live rows of both sides, paired, with the columns that every object has.

    Each frame is numbered from 0 in order of its key and has ``key``, ``id``, ``shown``, ``amount``, ``currency`` and
    ``changed_at``.

    Args:
        platform: The platform's rows.
        intacct: Intacct's rows of which the link speaks.
        outside: Intacct's rows of which the link does not speak: those of another level or entity, or for the cause in
            ``outside_cause``.
        pairing: Which row belongs to which.
        date: Column of all three frames with the document's date; empty for the records of a list, which have none.
    """

    platform: pd.DataFrame
    intacct: pd.DataFrame
    outside: pd.DataFrame
    pairing: Pairing
    date: str = ""

    def pairs(self) -> pd.DataFrame:
        """Return positions and common facts of every pair, in order of the platform's key."""
        positions = np.flatnonzero(self.pairing.intacct_of != ALONE)
        partners = self.pairing.intacct_of[positions]
        wide = {"platform": positions, "intacct": partners}
        frame = pd.DataFrame(wide)
        for column in ("id", "key", "amount", "currency", "changed_at"):
            frame[f"p_{column}"] = self.platform[column].take(positions).reset_index(drop=True)
            frame[f"i_{column}"] = self.intacct[column].take(partners).reset_index(drop=True)
        frame["document_date"] = self.document_dates()[0].take(positions).reset_index(drop=True)
        frame["changed_at"] = _later(frame["p_changed_at"], frame["i_changed_at"])
        frame["method"] = self.pairing.method[positions]
        return frame

    def document_dates(self) -> tuple[pd.Series, pd.Series]:
        """Return the document date of each of the platform's and of Intacct's rows, None where there is none.

        Both sides of a pair have one date, the platform's or else Intacct's, so that a pair belongs to one period.
        """
        ours, theirs = (self.dates_of(rows).to_numpy(dtype=object, copy=True) for rows in (self.platform, self.intacct))
        positions = np.flatnonzero(self.pairing.intacct_of != ALONE)
        partners = self.pairing.intacct_of[positions]
        lacks = pd.isna(ours[positions])
        ours[positions[lacks]] = theirs[partners[lacks]]
        theirs[partners] = ours[positions]
        return pd.Series(ours, self.platform.index, dtype=object), pd.Series(theirs, self.intacct.index, dtype=object)

    def dates_of(self, rows: pd.DataFrame) -> pd.Series:
        """Return the document date that each row itself names."""
        if not self.date:
            return pd.Series([None] * len(rows), index=rows.index, dtype=object)
        days = rows[self.date].astype(object)
        return days.where(days.notna(), None)

    def partners(self) -> dict[object, Any]:
        """Return Intacct's key of every paired row of the platform, by the platform's key."""
        positions = np.flatnonzero(self.pairing.intacct_of != ALONE)
        ours = self.platform["key"].take(positions)
        return dict(zip(ours, self.intacct["key"].take(self.pairing.intacct_of[positions]), strict=True))

    def side_by_side(self, pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the platform's and Intacct's rows of the pairs, in the pairs' order and numbered from 0."""
        return (
            self.platform.take(pairs["platform"].to_numpy()).reset_index(drop=True),
            self.intacct.take(pairs["intacct"].to_numpy()).reset_index(drop=True),
        )


def pair_rows(pairs: pd.DataFrame, **facts: Any) -> pd.DataFrame:
    """Return what every difference of a pair shows of it.

    Args:
        pairs: From ``Sides.pairs``.
        facts: Columns to add or to put in place of others; objects without money say ``currency=""``.
    """
    rows = pd.DataFrame(
        {
            "platform_id": pairs["p_key"],
            "intacct_record_no": pairs["i_key"],
            "intacct_id": pairs["i_id"],
            "currency": pairs["p_currency"],
            "document_date": pairs["document_date"],
            "changed_at": pairs["changed_at"],
        }
    )
    return rows.assign(**facts)


def _later(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where(other.isna() | (one >= other), other)


@dataclass
class Differences:
    """Collects differences while an object is compared.

    Args:
        link: The link, for names and grace.
        object_name: One of ``domain.reconciled``.
        now: The instant at which ages are taken, aware.
    """

    link: Link
    object_name: str
    now: datetime
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        rows: pd.DataFrame,
        kind: Kind | str,
        *,
        cause: pd.Series | str,
        otherwise: pd.Series | str,
        **values: Any,
    ) -> None:
        """Add one difference for each row.

        Args:
            rows: Has ``platform_id``, ``intacct_record_no``, ``intacct_id``, ``currency``, ``document_date``,
                ``changed_at``; ``root`` and ``root_name`` where a cause of theirs is shared.
            kind: What differs.
            cause: Name of the cause of each row, ``NO_CAUSE`` where no rule explains it.
            otherwise: The break that an unexplained row is once it is older than the grace.
            values: ``field``, ``platform_value``, ``intacct_value``, ``amount_difference``, ``money_at_stake``.
        """
        if rows.empty:
            return
        part = rows.assign(kind=str(kind), cause=cause, **values)
        age = (pd.Timestamp(self.now) - part["changed_at"]).dt.total_seconds()
        is_young = age < self.link.grace.total_seconds()
        # A row is explained, young, or a break, in this order.
        part["cause"] = part["cause"].where(part["cause"] != NO_CAUSE, np.where(is_young, YOUNG, otherwise))
        part["age_seconds"] = age.clip(lower=0).fillna(0).astype("int64")
        self.parts.append(part)

    def frame(self) -> pd.DataFrame:
        """Return all differences with their causes spelt out, in order."""
        if not self.parts:
            return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS), dtype=object)
        found = pd.concat(self.parts, ignore_index=True)
        for column in ("verdict", "rule", "reason", "remedy", "turn"):
            found[column] = found["cause"].map({name: str(getattr(cause, column)) for name, cause in CAUSES.items()})
        found = _rooted(found)
        found = _labelled(found, self.link, self.object_name)
        return _ordered(found, DIFFERENCE_COLUMNS, ("kind", "platform_id", "intacct_record_no", "field"))


def _rooted(found: pd.DataFrame) -> pd.DataFrame:
    """Spell out the root of differences whose cause is shared; others have none."""
    shared = found["cause"].map({name: cause.shared for name, cause in CAUSES.items()})
    is_named = shared.str.contains("{}", regex=False).astype(bool)
    own = found.reindex(columns=["root", "root_name"]).astype(object).fillna("")
    named = shared[is_named].combine(own["root"][is_named], str.format)
    return found.assign(root=shared.mask(is_named, named), root_name=own["root_name"].where(is_named, ""))


def _labelled(frame: pd.DataFrame, link: Link, object_name: str) -> pd.DataFrame:
    return frame.assign(link=link.name, entity=str(link.entity), object=object_name)


def _ordered(frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    ordered = frame.sort_values(list(by), kind="stable", na_position="first")
    return ordered[list(columns)].reset_index(drop=True)


@dataclass(frozen=True)
class Explanations:
    """Why rows without partner have none, row by row: the cause, and the break it is if no rule explains it.

    Ambiguous rows are all explained by ``group_cause`` and ``group_otherwise``, but for an object that tells them apart
    row by row in ``platform_group_otherwise`` and ``intacct_group_otherwise``.
    """

    platform_cause: pd.Series
    platform_otherwise: pd.Series
    intacct_cause: pd.Series
    intacct_otherwise: pd.Series
    group_cause: str
    group_otherwise: str
    platform_group_otherwise: pd.Series | None = None
    intacct_group_otherwise: pd.Series | None = None


def add_alone(sides: Sides, differences: Differences, why: Explanations, kind: Kind | None = None) -> None:
    """Add a difference for every row that has no partner.

    Args:
        sides: Both sides, paired.
        differences: Takes the differences.
        why: Why rows have no partner.
        kind: What such a row is called; None for missing on the other side.
    """
    pairing = sides.pairing
    our_dates, their_dates = sides.document_dates()
    for is_platform, missing, rows, partner, group, cause, otherwise, of_group in (
        (
            True,
            Kind.MISSING_IN_INTACCT,
            sides.platform.assign(document_date=our_dates),
            pairing.intacct_of,
            pairing.platform_group,
            why.platform_cause,
            why.platform_otherwise,
            why.platform_group_otherwise,
        ),
        (
            False,
            Kind.MISSING_IN_PLATFORM,
            sides.intacct.assign(document_date=their_dates),
            pairing.platform_of,
            pairing.intacct_group,
            why.intacct_cause,
            why.intacct_otherwise,
            why.intacct_group_otherwise,
        ),
    ):
        is_missing = (partner == ALONE) & (group == "")
        differences.add(
            one_sided(rows[is_missing], is_platform=is_platform),
            missing if kind is None else kind,
            cause=cause[is_missing],
            otherwise=otherwise[is_missing],
        )
        is_ambiguous = (partner == ALONE) & (group != "")
        shown = one_sided(rows[is_ambiguous], is_platform=is_platform)
        shown = shown.assign(**_companions(sides, group[is_ambiguous], is_platform=is_platform))
        told = why.group_otherwise if of_group is None else of_group[is_ambiguous]
        differences.add(shown, Kind.DUPLICATE, cause=why.group_cause, otherwise=told)


def one_sided(rows: pd.DataFrame, *, is_platform: bool) -> pd.DataFrame:
    """Return what the difference of each row shows that has no partner."""
    amounts = rows["amount"]
    mine, theirs = ("platform_value", "intacct_value") if is_platform else ("intacct_value", "platform_value")
    return pd.DataFrame(
        {
            "platform_id": rows["key"] if is_platform else None,
            "intacct_record_no": None if is_platform else rows["key"],
            "intacct_id": None if is_platform else rows["id"],
            "field": "",
            mine: rows["shown"],
            theirs: None,
            "amount_difference": amounts if is_platform else -amounts,
            "money_at_stake": amounts.map(abs),
            "currency": rows["currency"],
            "document_date": rows["document_date"],
            "changed_at": rows["changed_at"],
            "root": rows.get("root", ""),
            "root_name": rows.get("root_name", ""),
        },
        index=rows.index,
    )


def _companions(sides: Sides, groups: npt.NDArray[np.object_], *, is_platform: bool) -> dict[str, list[str]]:
    """Return for each ambiguous row the keys of the rows on the other side that it may belong to."""
    other = sides.intacct if is_platform else sides.platform
    other_group = sides.pairing.intacct_group if is_platform else sides.pairing.platform_group
    keys: dict[object, list[str]] = {}
    for position in np.flatnonzero(other_group != ""):
        keys.setdefault(other_group[position], []).append(str(other["key"].iloc[position]))
    listed = [", ".join(keys.get(group, [])) for group in groups]
    return {"intacct_value" if is_platform else "platform_value": listed}


def conclude(
    sides: Sides, collected: Differences, pairs: pd.DataFrame, proposals: pd.DataFrame | None = None
) -> Reconciliation:
    """Put matches, differences and totals together and prove that nothing was lost.

    Args:
        sides: Both sides, paired.
        collected: All differences.
        pairs: From ``Sides.pairs``, with ``predecessor_record_no`` and ``rule`` where an object has them.
        proposals: Likely pairs, if the object has them.

    Raises:
        DataContractError: The classes do not add up to the rows that came in.
    """
    differences = collected.frame()
    worst = _worst_by_pair(differences)
    pairs = pairs.merge(worst, how="left", left_on=["p_key", "i_key"], right_on=["platform_id", "intacct_record_no"])
    is_equal = pairs["verdict"].isna()
    matches = pairs.assign(
        platform_id=pairs["p_key"],
        intacct_record_no=pairs["i_key"],
        intacct_id=pairs["i_id"],
        is_equal=is_equal,
        currency=pairs["p_currency"],
        platform_amount=pairs["p_amount"],
        intacct_amount=pairs["i_amount"],
        predecessor_record_no=pairs.get("predecessor_record_no"),
        rule=pairs.get("pair_rule", ""),
    )
    matches = _ordered(_labelled(matches, collected.link, collected.object_name), MATCH_COLUMNS, ("platform_id",))
    by_month = _totals(sides, pairs, differences)
    _prove(sides, by_month)
    by_month["month"] = pd.Series(map(_first_day, by_month["month"]), index=by_month.index, dtype=object)
    totals, period_totals = total_frames(by_month, collected.link, collected.object_name)
    if proposals is None:
        proposals = pd.DataFrame(columns=list(PROPOSAL_COLUMNS), dtype=object)
    return Reconciliation(matches, differences, totals, proposals, period_totals=period_totals)


def total_frames(by_month: pd.DataFrame, link: Link, object_name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the classes over all months and by month, as ``Reconciliation`` has them.

    Args:
        by_month: One row for each currency, month and class, ``month`` being its first day.
        link: For its name and entity.
        object_name: One of ``domain.reconciled``.
    """
    totals, period_totals = (
        _ordered(_labelled(rows, link, object_name), columns, by)
        for rows, columns, by in (
            (_of_all_months(by_month), TOTAL_COLUMNS, _CLASS),
            (by_month, PERIOD_TOTAL_COLUMNS, [_CLASS[0], "month", *_CLASS[1:]]),
        )
    )
    return totals, period_totals


def _worst_by_pair(differences: pd.DataFrame) -> pd.DataFrame:
    """Return for each pair that differs its worst verdict, and the rule if that is an expected one."""
    of_pairs = differences[differences["platform_id"].notna() & differences["intacct_record_no"].notna()]
    columns = ["platform_id", "intacct_record_no", "verdict", "rule"]
    ranked = of_pairs[columns].assign(rank=of_pairs["verdict"].map(_RANK))
    ranked = ranked.sort_values(["platform_id", "rank", "rule"], ascending=[True, False, True], kind="stable")
    worst = ranked.drop_duplicates("platform_id").rename(columns={"rule": "worst_rule"})
    return worst.drop(columns="rank")


def _totals(sides: Sides, pairs: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """Return count and money of both sides per currency, month (see ``_months``) and class."""
    placed = []
    is_equal = pairs["verdict"].isna()
    label = {
        "month": _months(pairs["document_date"]),
        "class": np.where(is_equal, MATCHED_EQUAL, MATCHED_DIFFERENT),
        "verdict": pairs["verdict"].astype(object).where(~is_equal, ""),
        "rule": pairs["worst_rule"].astype(object).where(~is_equal, ""),
    }
    for side in _SIDES:
        letter = side[0]
        pair_rows = pd.DataFrame(
            {**label, "currency": pairs[f"{letter}_currency"], "amount": pairs[f"{letter}_amount"]}
        )
        key = "platform_id" if side == "platform" else "intacct_record_no"
        other = "intacct_record_no" if side == "platform" else "platform_id"
        mine = differences[differences[key].notna() & differences[other].isna()]
        sign = 1 if side == "platform" else -1
        lone_rows = pd.DataFrame(
            {
                "month": _months(mine["document_date"]),
                "class": mine["kind"],
                "verdict": mine["verdict"],
                "rule": mine["rule"],
                "currency": mine["currency"],
                "amount": [sign * amount for amount in mine["amount_difference"]],
            }
        )
        placed += [part.assign(side=side) for part in (pair_rows, lone_rows)]
    outside = sides.outside
    why = outside.get("outside_cause", pd.Series(OTHER_OWNER, index=outside.index, dtype=object))
    placed.append(
        pd.DataFrame(
            {
                "month": _months(sides.dates_of(outside)),
                "class": OUT_OF_SCOPE,
                "verdict": why.map({name: cause.verdict.value for name, cause in CAUSES.items()}),
                "rule": why.map({name: cause.rule for name, cause in CAUSES.items()}),
                "currency": outside["currency"],
                "amount": outside["amount"],
                "side": "intacct",
            }
        )
    )
    return _summed([part for part in placed if len(part)])


def _months(days: pd.Series) -> npt.NDArray[np.int64]:
    """Return the month of each day as a number, which groups faster than a date; no day has the number of NaT."""
    return days.to_numpy(dtype="datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_day(month: Any) -> date | None:
    day: date | None = np.datetime64(month, "M").astype("datetime64[D]").item()
    return day


def _summed(placed: list[pd.DataFrame]) -> pd.DataFrame:
    by = ["currency", "month", *_CLASS[1:]]
    rows = []
    for place, group in pd.concat(placed, ignore_index=True).groupby(by, sort=True) if placed else ():
        sides = {side: group["amount"][group["side"] == side] for side in _SIDES}
        platform_total, intacct_total = (sum(amounts, start=_ZERO) for amounts in sides.values())
        rows.append(
            {
                **dict(zip(by, place, strict=True)),
                "platform_count": len(sides["platform"]),
                "intacct_count": len(sides["intacct"]),
                "platform_total": platform_total,
                "intacct_total": intacct_total,
                "difference": platform_total - intacct_total,
            }
        )
    return pd.DataFrame(rows, columns=[*by, *_SUMMED])


def _of_all_months(by_month: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {**dict(zip(_CLASS, place, strict=True)), **{name: sum(group[name]) for name in _SUMMED}}
        for place, group in by_month.groupby(list(_CLASS), sort=True)
    ]
    return pd.DataFrame(rows, columns=[*_CLASS, *_SUMMED])


def _prove(sides: Sides, by_month: pd.DataFrame) -> None:
    """Compare the classes with sums that were taken from the rows themselves, by currency and month."""
    columns = ["currency", "amount"]
    ours, theirs = sides.document_dates()
    intacct = pd.concat([sides.intacct[columns], sides.outside[columns]], ignore_index=True)
    intacct_months = np.concatenate([_months(theirs), _months(sides.dates_of(sides.outside))])
    for side, rows, months in (
        ("platform", sides.platform, _months(ours)),
        ("intacct", intacct, intacct_months),
    ):
        expected = {
            place: (len(amounts), sum(amounts, start=_ZERO))
            for place, amounts in rows["amount"].groupby([rows["currency"], months], sort=True)
        }
        counted = {
            place: (int(group[f"{side}_count"].sum()), sum(group[f"{side}_total"], start=_ZERO))
            for place, group in by_month.groupby(["currency", "month"], sort=True)
            if group[f"{side}_count"].sum()
        }
        if expected != counted:
            places: Any = [place for place in expected | counted if expected.get(place) != counted.get(place)]
            wrong = sorted(f"{currency} {str(_first_day(month) or '')[:7]}".strip() for currency, month in places)
            msg = f"the classes of the {side}'s rows do not add up to the rows in {', '.join(wrong)}"
            raise DataContractError(msg)


def prove_whole(whole: Mapping[str, Mapping[str, tuple[int, Decimal]]], totals: pd.DataFrame) -> None:
    """Compare the classes over all months with counts and sums that were taken from the tables themselves.

    Args:
        whole: ``platform`` and ``intacct``: currency → live rows and their money.
        totals: As in ``Reconciliation``.

    Raises:
        DataContractError: They differ.
    """
    for side, expected in whole.items():
        counted = {
            str(currency): (int(group[f"{side}_count"].sum()), sum(group[f"{side}_total"], start=_ZERO))
            for currency, group in totals.groupby("currency", sort=True)
            if group[f"{side}_count"].sum()
        }
        if expected != counted:
            wrong = sorted(code for code in {*expected, *counted} if expected.get(code) != counted.get(code))
            msg = f"the classes of the {side}'s rows do not add up to its table in {', '.join(wrong)}"
            raise DataContractError(msg)
