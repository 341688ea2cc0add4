"""The reconciliation report of one entity: from frames to sheets, findings and records. Nothing is written here.

Read `build` first. `page.py`, `workbook.py` and `text_files.py` only lay out what it returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

import pandas as pd

from intacct_pipelines.domain.money import in_minor_units
from intacct_pipelines.domain.reconciled import NO_ONE
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.report import columns
from intacct_pipelines.report.clearing import clearing_sheets
from intacct_pipelines.report.inputs import RECORD, Inputs, counted, numbered, of_month, per_record, prove
from intacct_pipelines.report.sheet import Sheet, sheet
from intacct_pipelines.report.words import plain, safe, spoken

AGES: Final = ((7, "up to 7 days"), (30, "8 to 30 days"), (60, "31 to 60 days"), (90, "61 to 90 days"))
OLDER: Final = "over 90 days"
NO_MONTH: Final = "no date"
"""What stands in the place of a month for records of lists, and for documents without a date."""
_SHOWN_OF_A_BREAK: Final = 5
_SHOWN_OF_OTHERS: Final = 2
_LARGEST: Final = 10
_ZERO: Final = Decimal(0)


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
        months: The same by month of the document's date; ``NO_MONTH`` for what has none.
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
    months: Sheet
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
            self.turns, self.findings, *clearing, self.totals, self.months, self.ageing, self.trend, self.differences,
            self.readings,
        )  # fmt: skip

    @property
    def open_breaks(self) -> list[Mapping[str, Any]]:
        """Findings that no rule explains."""
        return [one for one in self.inputs.findings if one["verdict"] == "break"]


def build(inputs: Inputs, month: date | None = None) -> ReconciliationReport:
    """Return the report.

    Args:
        inputs: Everything that is known of an entity.
        month: First day of the month to cut it to; None for everything.

    Raises:
        DataContractError: Findings, differences and totals tell of different runs, or the classes or the items of a
            clearing account do not add up.
    """
    prove(inputs)
    if month is not None:
        inputs = of_month(inputs, month)
    differences = numbered(inputs)
    lines = _finding_lines(inputs, differences)
    # A balance is that of all months.
    of_balances = differences if month is None else differences.iloc[:0]
    accounts, items = clearing_sheets(inputs.clearing, of_balances, inputs.at)
    return ReconciliationReport(
        inputs=inputs,
        findings=lines,
        turns=_turns(lines),
        totals=_totals(inputs),
        months=_months(inputs),
        ageing=_ageing(inputs, differences),
        trend=_trend(inputs),
        differences=_differences(differences),
        readings=sheet("readings", "When each table was read", columns.READINGS, _dicts(inputs.readings)),
        clearing_accounts=accounts,
        clearing_items=items,
        examples=_examples(inputs, differences),
        largest=_largest(differences),
    )


def _dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _finding_lines(inputs: Inputs, differences: pd.DataFrame) -> Sheet:
    """Return the findings by currency, counted from the differences."""
    lines = counted(differences)
    rows = [
        {
            **_in_words(one),
            "finding": one["finding_id"],
            "what": what(one),
            "oldest": one["oldest_at"],
            "first_seen": one["first_seen_at"],
            "last_seen": one["last_seen_at"],
            "currency": line.currency,
            "records": line.records,
            "differences": line.differences,
            "at_stake": line.at_stake,
        }
        for one in inputs.findings
        for line in lines.get(one["finding_id"], [])
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
    rows = _dicts(inputs.compared_totals)
    wrong = sum(row["platform_total"] - row["intacct_total"] != row["difference"] for row in rows)
    if wrong:
        msg = f"{wrong} classes of {inputs.entity} do not add up"
        raise DataContractError(msg)
    return sheet("totals", "Totals by class", columns.TOTALS, map(_in_words, map(_in_its_currency, rows)))


def _months(inputs: Inputs) -> Sheet:
    """Return the classes by month, the newest first and what has no date last."""
    rows = inputs.compared_period_totals
    dated = rows.assign(month=rows["month"].map(lambda day: NO_MONTH if pd.isna(day) else f"{day:%Y-%m}"))
    ordered = dated.sort_values("month", ascending=False, kind="stable", key=lambda month: month.replace(NO_MONTH, ""))
    return sheet(
        "months", "Totals by month and class", columns.MONTHS, map(_in_words, map(_in_its_currency, _dicts(ordered)))
    )


def age_of(age: timedelta) -> str:
    """Return the words for an age."""
    return next((words for days, words in AGES if age <= timedelta(days=days)), OLDER)


def _ageing(inputs: Inputs, differences: pd.DataFrame) -> Sheet:
    records = per_record(differences[differences["verdict"] == "break"], ["currency"])
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
            "document_date": row["document_date"],
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
            key = tuple(None if pd.isna(row[name]) else row[name] for name in RECORD)
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
    return named(example.rows[0])


def named(row: Mapping[str, Any]) -> str:
    """Return what people call the record of a difference: its number or id in Intacct, else what the platform has."""
    is_alone = row["platform_id"] is None or pd.isna(row["intacct_record_no"])
    name = safe(row["intacct_id"]) or (safe(row["platform_value"]) if is_alone else "")
    return name or safe(row["platform_id"] or row["intacct_record_no"])
