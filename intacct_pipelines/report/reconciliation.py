"""The reconciliation report of one entity: from frames to sheets, findings and records. Nothing is written here.

Read `build` first. `page.py`, `workbook.py` and `text_files.py` only lay out what it returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.report import columns
from intacct_pipelines.report.clearing import clearing_sheets
from intacct_pipelines.report.sheet import Sheet, sheet
from intacct_pipelines.report.words import in_minor_units, plain, safe, spoken

NO_ONE: Final = ("nobody", "next sync")
"""Turns that are no person's."""
AGES: Final = ((7, "up to 7 days"), (30, "8 to 30 days"), (60, "31 to 60 days"), (90, "61 to 90 days"))
OLDER: Final = "over 90 days"
_FINDING_KEY: Final = ["link", "object", "found_kind", "found_field", "cause", "root"]
_RECORD: Final = ["link", "object", "platform_id", "intacct_record_no"]
_SHOWN_OF_A_BREAK: Final = 5
_SHOWN_OF_OTHERS: Final = 2
_LARGEST: Final = 10
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Inputs:
    """What a report is made of.

    Args:
        entity: The entity's partition key.
        at: The instant of which the report speaks, aware.
        platforms: Link → name of its platform, for people.
        totals: Classes of each object's last run, as in ``recon.total``.
        trend: One row a run, oldest first; see ``warehouse.reported``.
        differences: Current differences, as in ``recon.difference``.
        findings: Open findings, as in ``ops.finding``, the worst first.
        readings: Last reading of each table.
        clearing: Clearing accounts with their balances, as in ``recon.clearing_account``.
        missing: Objects of which nothing is known, each with the reason.
    """

    entity: str
    at: datetime
    platforms: Mapping[str, str]
    totals: pd.DataFrame
    trend: pd.DataFrame
    differences: pd.DataFrame
    findings: Sequence[Mapping[str, Any]]
    readings: pd.DataFrame
    clearing: pd.DataFrame
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One record that a finding shows: which it is, and every difference of the finding that it has."""

    link: str
    object: str
    platform_id: str | None
    intacct_record_no: int | None
    rows: list[dict[str, Any]]

    @property
    def anchor(self) -> str:
        """Name of its place on the page; made of numbers and of letters that need no escaping."""
        name = f"{self.object}-{self.platform_id or ''}-{self.intacct_record_no or ''}"
        return "record-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)


@dataclass(frozen=True)
class ReconciliationReport:
    """All that is told about one entity, in sheets that every format shares.

    Args:
        inputs: What it was made of.
        findings: One row for each open finding and currency.
        turns: Findings, records and money by whose turn it is and currency.
        totals: The classes of each object.
        ageing: Breaks by age, each record once.
        trend: Records by verdict, run by run.
        differences: Every difference.
        readings: When each table was read.
        clearing_accounts: The balance of each clearing account.
        clearing_items: What keeps each from zero.
        examples: Finding → its largest records.
        largest: The largest breaks of each currency, as rows of ``differences`` with the finding's number.
    """

    inputs: Inputs
    findings: Sheet
    turns: Sheet
    totals: Sheet
    ageing: Sheet
    trend: Sheet
    differences: Sheet
    readings: Sheet
    clearing_accounts: Sheet
    clearing_items: Sheet
    examples: dict[int, list[Example]]
    largest: list[dict[str, Any]]

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The sheets that are files of their own, in order."""
        clearing = (self.clearing_accounts, self.clearing_items)
        return (
            self.turns, self.findings, *clearing, self.totals, self.ageing, self.trend, self.differences, self.readings,
        )  # fmt: skip

    @property
    def open_breaks(self) -> list[Mapping[str, Any]]:
        """Findings that no rule explains."""
        return [one for one in self.inputs.findings if one["verdict"] == "break"]


def build(inputs: Inputs) -> ReconciliationReport:
    """Return the report.

    Raises:
        DataContractError: Findings and differences tell of different runs, or the classes or the items of a clearing
            account do not add up.
    """
    differences = _numbered(inputs)
    lines = _finding_lines(inputs, differences)
    accounts, items = clearing_sheets(inputs.clearing, differences, inputs.at)
    return ReconciliationReport(
        inputs=inputs,
        findings=lines,
        turns=_turns(lines),
        totals=_totals(inputs),
        ageing=_ageing(inputs, differences),
        trend=_trend(inputs),
        differences=_differences(differences),
        readings=sheet("readings", "When each table was read", columns.READINGS, _dicts(inputs.readings)),
        clearing_accounts=accounts,
        clearing_items=items,
        examples=_examples(inputs, differences),
        largest=_largest(differences),
    )


def _numbered(inputs: Inputs) -> pd.DataFrame:
    """Return the differences with the number of their finding."""
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


def _dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _per_record(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return one row for each record within each group, with its largest amount and its oldest change."""
    grouped = rows.groupby([*by, *_RECORD], sort=False, dropna=False)
    return grouped.agg(
        money_at_stake=("money_at_stake", "max"), since=("since", "min"), count=("kind", "size")
    ).reset_index()


def _finding_lines(inputs: Inputs, differences: pd.DataFrame) -> Sheet:
    """Return the findings by currency, counted from the differences, and prove that the stored ones say the same."""
    records = _per_record(differences, ["finding_id", "currency"])
    counted: dict[int, list[tuple[str, int, int, Decimal]]] = {}
    groups: Any = records.groupby(["finding_id", "currency"], sort=True)
    for (number, currency), group in groups:
        amount = sum(group["money_at_stake"], start=_ZERO)
        counted.setdefault(number, []).append((currency, len(group), int(group["count"].sum()), amount))
    rows = []
    for one in inputs.findings:
        lines = counted.get(one["finding_id"], [])
        stakes = {currency: amount for currency, _, _, amount in lines if currency}
        if stakes != one["money_at_stake"] or sum(line[1] for line in lines) != one["records"]:
            msg = f"finding {one['finding_id']} does not say what its differences say; reconcile {inputs.entity} anew"
            raise DataContractError(msg)
        facts = {
            "finding": one["finding_id"],
            "what": what(one),
            "oldest": one["oldest_at"],
            "first_seen": one["first_seen_at"],
            "last_seen": one["last_seen_at"],
        }
        rows += [
            {
                **_in_words(one),
                **facts,
                "currency": currency,
                "records": records,
                "differences": count,
                "at_stake": amount,
            }
            for currency, records, count, amount in lines
        ]
    return sheet("findings", "Findings", columns.FINDINGS, map(_in_its_currency, rows))


def _in_words(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a row with the names of objects, kinds, fields and verdicts as people say them."""
    names = ("object", "kind", "verdict", "class")
    fields = {"field": plain(row["field"])} if "field" in row else {}
    return {**row, **fields, **{name: spoken(row[name]) for name in names if name in row}}


def _in_its_currency(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a row whose amounts have the decimals of its currency; without one the record has no money of its own."""
    currency = row["currency"]
    amounts = {name: cell for name, cell in row.items() if isinstance(cell, Decimal)}
    return {**row, **{name: in_minor_units(cell, currency) if currency else None for name, cell in amounts.items()}}


def what(finding: Mapping[str, Any]) -> str:
    """Return what a finding is about, in a few words."""
    if finding["root"]:
        word, _, number = str(finding["root"]).partition(" ")
        return f"{word} {finding['root_name']} ({number})" if finding["root_name"] else str(finding["root"])
    named = f": {plain(finding['field'])}" if finding["field"] else ""
    return spoken(finding["kind"]) + named


def _turns(lines: Sheet) -> Sheet:
    names = ("turn", "verdict", "currency")
    ordered = sorted(
        lines.dicts(),
        key=lambda row: (row["turn"] in NO_ONE, row["verdict"] != "break", *(row[name] for name in names)),
    )
    rows = []
    for key, found in groupby(ordered, lambda row: tuple(row[name] for name in names)):
        group = list(found)
        rows.append(
            {
                **dict(zip(names, key, strict=True)),
                "findings": len(group),
                "records": sum(row["records"] for row in group),
                "at_stake": sum((row["at_stake"] or _ZERO for row in group), start=_ZERO),
                "oldest": min(row["oldest"] for row in group),
            }
        )
    return sheet("turns", "Whose turn it is", columns.TURNS, map(_in_its_currency, rows))


def _totals(inputs: Inputs) -> Sheet:
    rows = [row for row in _dicts(inputs.totals) if spoken(row["object"]) not in inputs.missing]
    wrong = sum(row["platform_total"] - row["intacct_total"] != row["difference"] for row in rows)
    if wrong:
        msg = f"{wrong} classes of {inputs.entity} do not add up"
        raise DataContractError(msg)
    return sheet("totals", "Totals by class", columns.TOTALS, map(_in_words, map(_in_its_currency, rows)))


def age_of(age: timedelta) -> str:
    """Return the words for an age."""
    return next((words for days, words in AGES if age <= timedelta(days=days)), OLDER)


def _ageing(inputs: Inputs, differences: pd.DataFrame) -> Sheet:
    records = _per_record(differences[differences["verdict"] == "break"], ["currency"])
    order = [words for _, words in AGES] + [OLDER]
    found: dict[tuple[str, str, int], tuple[int, Decimal]] = {}
    for row in _dicts(records):
        key = (row["object"], row["currency"], order.index(age_of(inputs.at - row["since"])))
        count, amount = found.get(key, (0, _ZERO))
        found[key] = (count + 1, amount + row["money_at_stake"])
    rows = [
        {"object": spoken(name), "currency": currency, "age": order[place], "records": count, "at_stake": amount}
        for (name, currency, place), (count, amount) in sorted(found.items())
    ]
    return sheet("ageing", "Age of breaks, each record once", columns.AGEING, map(_in_its_currency, rows))


def _trend(inputs: Inputs) -> Sheet:
    rows = [{**row, **{name: row[name] or 0 for name in columns.VERDICTS_OF_A_RUN}} for row in _dicts(inputs.trend)]
    return sheet("trend", "Run by run", columns.TREND, rows)


def _differences(differences: pd.DataFrame) -> Sheet:
    rows = (
        {
            **_in_words(row),
            "finding": row["finding_id"],
            "at_stake": row["money_at_stake"],
            "first_seen": row["first_seen_at"],
            "common_cause": what(row) if row["root"] else "",
        }
        for row in _dicts(differences)
    )
    return sheet("differences", "Every difference", columns.DIFFERENCES, map(_in_its_currency, rows))


def _examples(inputs: Inputs, differences: pd.DataFrame) -> dict[int, list[Example]]:
    """Return the largest records of each finding that awaits a person."""
    wanted = {one["finding_id"]: one["verdict"] == "break" for one in inputs.findings if one["turn"] not in NO_ONE}
    found: dict[int, list[Example]] = {}
    ranked = differences[differences["finding_id"].isin(wanted)].sort_values(
        "money_at_stake", ascending=False, kind="stable"
    )
    groups: Any = ranked.groupby("finding_id", sort=False)
    for number, group in groups:
        chosen: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        limit = _SHOWN_OF_A_BREAK if wanted[number] else _SHOWN_OF_OTHERS
        for row in _dicts(group):
            key = tuple(None if pd.isna(row[name]) else row[name] for name in _RECORD)
            if key in chosen or len(chosen) < limit:
                chosen.setdefault(key, []).append(row)
        found[number] = [
            Example(link, name, platform_id, None if record_no is None else int(record_no), rows)
            for (link, name, platform_id, record_no), rows in chosen.items()
        ]
    return found


def _largest(differences: pd.DataFrame) -> list[dict[str, Any]]:
    breaks = differences[(differences["verdict"] == "break") & (differences["currency"] != "")]
    ranked = breaks.sort_values(["currency", "money_at_stake"], ascending=[True, False], kind="stable")
    return _dicts(ranked.groupby("currency", sort=True).head(_LARGEST))


def title(example: Example) -> str:
    """Return what people call an example's record."""
    row = example.rows[0]
    is_alone = example.platform_id is None or example.intacct_record_no is None
    name = safe(row["intacct_id"]) or (safe(row["platform_value"]) if is_alone else "")
    return name or safe(example.platform_id or example.intacct_record_no)
