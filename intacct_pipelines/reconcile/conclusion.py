"""The end of a reconciliation: all of it put together, and the proof that every cent has one class."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.causes import CAUSES, Verdict
from intacct_pipelines.reconcile.result import (
    MATCH_COLUMNS,
    MATCHED_DIFFERENT,
    MATCHED_EQUAL,
    OTHER_OWNER,
    OUT_OF_SCOPE,
    PERIOD_TOTAL_COLUMNS,
    PROPOSAL_COLUMNS,
    TOTAL_COLUMNS,
    Reconciliation,
    labelled,
    ordered,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.sides import Sides

_RANK: Final = {Verdict.EXPECTED.value: 0, Verdict.IN_FLIGHT.value: 1, Verdict.BREAK.value: 2}
_ZERO: Final = Decimal(0)
_SIDES: Final = ("platform", "intacct")
_CLASS: Final = ("currency", "class", "verdict", "rule")
_SUMMED: Final = ("platform_count", "intacct_count", "platform_total", "intacct_total", "difference")


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
    matches = ordered(labelled(matches, collected.link, collected.object_name), MATCH_COLUMNS, ("platform_id",))
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
        ordered(labelled(rows, link, object_name), columns, by)
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
