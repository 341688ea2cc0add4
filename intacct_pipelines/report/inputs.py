"""What a report is made of, whole or cut to one month, and the proof that its parts tell of the same runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.report.words import spoken

RECORD: Final = ["link", "object", "platform_id", "intacct_record_no"]
"""What tells one record, or one pair, from another."""
SUMS: Final = ["platform_count", "intacct_count", "platform_total", "intacct_total", "difference"]
_FINDING_KEY: Final = ["link", "object", "found_kind", "found_field", "cause", "root"]
_CLASS: Final = ["link", "object", "currency", "class", "verdict", "rule"]
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Inputs:
    """What a report is made of.

    Args:
        entity: The entity's partition key.
        at: The instant of which the report speaks, aware.
        platforms: Link → name of its platform, for people.
        totals: Classes of each object's last run, as in ``recon.total``.
        period_totals: The same by month of the document's date, as in ``recon.period_total``.
        trend: One row a run, oldest first; see ``warehouse.reported``.
        differences: Current differences, as in ``recon.difference``.
        findings: Open findings, as in ``ops.finding``, the worst first.
        readings: Last reading of each table.
        clearing: Clearing accounts with their balances, as in ``recon.clearing_account``.
        missing: Objects of which nothing is known, each with the reason.
        month: First day of the month that all this is cut to; None for everything.
    """

    entity: str
    at: datetime
    platforms: Mapping[str, str]
    totals: pd.DataFrame
    period_totals: pd.DataFrame
    trend: pd.DataFrame
    differences: pd.DataFrame
    findings: Sequence[Mapping[str, Any]]
    readings: pd.DataFrame
    clearing: pd.DataFrame
    missing: Mapping[str, str] = field(default_factory=dict)
    month: date | None = None

    @property
    def compared_totals(self) -> pd.DataFrame:
        """``totals`` without what earlier runs found of objects that are no longer compared."""
        return self.totals[~self.totals["object"].map(spoken).isin(set(self.missing))]

    @property
    def compared_period_totals(self) -> pd.DataFrame:
        """``period_totals`` of the same objects."""
        return self.period_totals[~self.period_totals["object"].map(spoken).isin(set(self.missing))]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the differences of one finding come to in one currency; a record counts once, with its largest amount."""

    currency: str
    records: int
    differences: int
    at_stake: Decimal
    oldest: datetime


def numbered(inputs: Inputs) -> pd.DataFrame:
    """Return the differences with ``finding_id``, and ``since`` (when the record last changed, or was first seen).

    Raises:
        DataContractError: Findings and differences tell of different runs.
    """
    rows = inputs.differences
    is_alone = rows["root"] == ""
    rows = rows.assign(found_kind=rows["kind"].where(is_alone, ""), found_field=rows["field"].where(is_alone, ""))
    number = {
        (one["link"], one["object"], one["kind"], one["field"], one["cause"], one["root"]): one["finding_id"]
        for one in inputs.findings
    }
    keys = list(rows[_FINDING_KEY].itertuples(index=False, name=None))
    if unknown := set(keys) - set(number):
        msg = f"{len(unknown)} causes have no finding; reconcile {inputs.entity} anew"
        raise DataContractError(msg)
    return rows.assign(
        finding_id=pd.Series([number[key] for key in keys], index=rows.index, dtype=object),
        since=rows["changed_at"].where(rows["changed_at"].notna(), rows["first_seen_at"]),
    )


def per_record(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return one row for each record within each group, with its largest amount and its oldest change."""
    grouped = rows.groupby([*by, *RECORD], sort=False, dropna=False)
    return grouped.agg(
        money_at_stake=("money_at_stake", "max"), since=("since", "min"), count=("kind", "size")
    ).reset_index()


def counted(differences: pd.DataFrame) -> dict[int, list[Counted]]:
    """Return what the differences of each finding come to, by its number, in order of currencies."""
    groups: Any = per_record(differences, ["finding_id", "currency"]).groupby(["finding_id", "currency"], sort=True)
    found: dict[int, list[Counted]] = {}
    for (number, currency), group in groups:
        amount = sum(group["money_at_stake"], start=_ZERO)
        one = Counted(currency, len(group), int(group["count"].sum()), amount, min(group["since"]))
        found.setdefault(number, []).append(one)
    return found


def prove(inputs: Inputs) -> None:
    """Compare what is stored twice: findings with their differences, totals with those of all months.

    Raises:
        DataContractError: They tell of different runs.
    """
    lines = counted(numbered(inputs))
    for one in inputs.findings:
        own = lines.get(one["finding_id"], [])
        stakes = {line.currency: line.at_stake for line in own if line.currency}
        if stakes != one["money_at_stake"] or sum(line.records for line in own) != one["records"]:
            msg = f"finding {one['finding_id']} does not say what its differences say; reconcile {inputs.entity} anew"
            raise DataContractError(msg)
    totals, by_month = (
        {place: tuple(sums) for place, *sums in _summed(rows).itertuples(name=None)}
        for rows in (inputs.compared_totals, inputs.compared_period_totals)
    )
    if wrong := sorted({place[1] for place in totals | by_month if totals.get(place) != by_month.get(place)}):
        msg = f"the months of {', '.join(wrong)} do not add up to the totals; reconcile {inputs.entity} anew"
        raise DataContractError(msg)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of each class that has a record; a run that found none on either side stores a row of zeros."""
    has_records = (rows["platform_count"] + rows["intacct_count"]) > 0
    return rows[has_records.astype(bool)].groupby(_CLASS, sort=False)[SUMS].sum()


def of_month(inputs: Inputs, month: date) -> Inputs:
    """Return the part of a report that speaks of documents of one month; records of lists have no date and stay out.

    Args:
        inputs: Everything.
        month: The month's first day.
    """
    days = inputs.differences["document_date"]
    is_inside = days.map(lambda day: day is not None and day == day and day.replace(day=1) == month)  # noqa: PLR0124 - NaT
    cut = replace(inputs, month=month, differences=inputs.differences[is_inside.astype(bool)].reset_index(drop=True))
    lines = counted(numbered(cut))
    findings = [
        {
            **one,
            "records": sum(line.records for line in own),
            "differences": sum(line.differences for line in own),
            "money_at_stake": {line.currency: line.at_stake for line in own if line.currency},
            "oldest_at": min(line.oldest for line in own),
        }
        for one in inputs.findings
        if (own := lines.get(one["finding_id"]))
    ]
    period = inputs.period_totals[(inputs.period_totals["month"] == month).astype(bool)]
    reconciled_at = inputs.totals.groupby(["link", "object"], as_index=False)["reconciled_at"].max()
    totals = period.merge(reconciled_at, on=["link", "object"])
    return replace(
        cut,
        findings=findings,
        totals=totals,
        period_totals=period,
        trend=inputs.trend.iloc[:0],
        clearing=inputs.clearing.iloc[:0],
    )
