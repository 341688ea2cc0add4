"""The report as one page: no script, no request, every text escaped; what is open comes first, the proof last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from intacct_pipelines.domain.catalog.table import PARTNERS
from intacct_pipelines.domain.money import in_minor_units
from intacct_pipelines.domain.reconciled import NO_ONE
from intacct_pipelines.report import drawings
from intacct_pipelines.report.reconciliation import (
    AGES,
    OLDER,
    Example,
    ReconciliationReport,
    named,
    title,
    what,
)
from intacct_pipelines.report.sheet import Cell, Sheet
from intacct_pipelines.report.template import ENVIRONMENT
from intacct_pipelines.report.words import CLASSES, money, plain, safe, spoken

Record = Mapping[str, object]
Lookup = Callable[[Example, str], Record | None]
"""Returns one side's whole record of an example, ``platform`` or ``intacct``, without what must not be shown."""

_SHOWN_ITEMS: Final = 200
"""Items of clearing accounts on the page."""
_ZERO: Final = Decimal(0)


def page(report: ReconciliationReport, lookup: Lookup) -> str:
    """Return the whole page.

    Args:
        report: What to tell.
        lookup: Finds both sides of the records that are shown.
    """
    anchors = {example.anchor for examples in report.examples.values() for example in examples}
    return ENVIRONMENT.get_template("reconciliation.html.j2").render(
        report=report,
        inputs=report.inputs,
        headline=_headline(report),
        objects=_objects(report),
        months=_months(report),
        ageing_drawing=_ageing(report),
        trend_drawing=_trend(report),
        findings=[_finding(report, one, lookup) for one in report.inputs.findings],
        anchors=anchors,
        anchor_of=_anchor_of,
        written=written,
        words=safe,
        money=_amount,
        spoken=spoken,
        what_of=_what_of,
        shown_items=_SHOWN_ITEMS,
        named=named,
        no_one=NO_ONE,
    )


def written(cell: Cell) -> str:
    """Return a cell as the page shows it."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return money(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:,}" if isinstance(cell, int) else cell


def _amount(amount: Decimal, currency: str) -> str:
    return money(in_minor_units(amount, currency))


def _headline(report: ReconciliationReport) -> dict[str, Any]:
    open_ = [one for one in report.inputs.findings if one["turn"] not in NO_ONE]
    breaks = report.open_breaks
    totals = report.totals.dicts()
    ageing = report.ageing.dicts()
    stakes: dict[str, Decimal] = {}
    for line in ageing:
        if line["currency"]:
            stakes[line["currency"]] = stakes.get(line["currency"], _ZERO) + line["at_stake"]
    return {
        "equal": sum(line["platform_count"] for line in totals if line["verdict"] == "equal"),
        "breaks": sum(line["records"] for line in ageing),
        "causes": len(breaks),
        "stakes": sorted(stakes.items()),
        "oldest": min((one["oldest_at"] for one in breaks), default=None),
        "open": len(open_),
        "expected": sum(one["records"] for one in report.inputs.findings if one["verdict"] == "expected"),
        "in_flight": sum(one["records"] for one in report.inputs.findings if one["verdict"] == "in_flight"),
    }


def _objects(report: ReconciliationReport) -> list[dict[str, Any]]:
    """Return for each link and object its classes, and for each currency the sums.

    Where more than one class makes the difference, a waterfall shows them.
    """
    found = []
    for (link, name), group in groupby(report.totals.dicts(), lambda line: (line["link"], line["object"])):
        lines = list(group)
        sums = []
        for currency, same in groupby(lines, lambda line: line["currency"]):
            classes = list(same)
            steps = [_step(line) for line in classes if line["difference"]]
            steps.sort(key=lambda step: (-_RANK.get(step[1], 0), step[0]))
            sums.append(
                {
                    "currency": currency,
                    "lines": classes,
                    **{
                        side: sum((line[side] or 0 for line in classes), start=_ZERO)
                        for side in ("platform_count", "intacct_count", "platform_total", "intacct_total", "difference")
                    },
                    "drawing": drawings.waterfall(steps, currency, f"{name} ({link})")
                    if len(steps) > 1 and currency
                    else "",
                }
            )
        found.append(
            {"link": link, "platform": safe(report.inputs.platforms.get(link, "platform")), "name": name, "sums": sums}
        )
    return found


def _months(report: ReconciliationReport) -> list[dict[str, Any]]:
    """Return for each month its classes, how many records it has, and how many of them are in a break."""
    found = []
    for month, group in groupby(report.months.dicts(), lambda line: line["month"]):
        lines = list(group)
        breaks = sum(_records(line) for line in lines if line["verdict"] == "break")
        found.append(
            {
                "month": month,
                "lines": lines,
                "records": sum(map(_records, lines)),
                "breaks": breaks,
            }
        )
    return found


def _records(line: Mapping[str, Any]) -> int:
    """Return how many records a class has; a pair stands on both sides and is one."""
    is_pair = line["class"].startswith(CLASSES["matched_equal"].partition(",")[0])
    return int(line["platform_count"] if is_pair else line["platform_count"] + line["intacct_count"])


_RANK: Final = {"break": 3, "in flight": 2, "expected": 1}


def _step(line: Mapping[str, Any]) -> tuple[str, str, Decimal]:
    rule = f" {line['rule']}" if line["rule"] else ""
    return f"{line['class']} · {line['verdict']}{rule}", str(line["verdict"]), line["difference"]


def _ageing(report: ReconciliationReport) -> Any:
    ages = [*(words for _, words in AGES), OLDER]
    counts: dict[str, list[int]] = {}
    for line in report.ageing.dicts():
        counts.setdefault(line["object"], [0] * len(ages))[ages.index(line["age"])] += line["records"]
    return drawings.ageing(ages, sorted(counts.items())) if counts else ""


def _trend(report: ReconciliationReport) -> Any:
    runs: Sheet = report.trend
    if len(runs.rows) < 2:  # noqa: PLR2004 - one point is no line
        return ""
    labels = [instant.strftime("%d %b %H:%M") for instant in runs.column("reconciled_at")]
    lines = (("break", "breaks"), ("in flight", "in_flight"), ("expected", "expected"))
    return drawings.trend(labels, [(words, runs.column(name)) for words, name in lines])


def _anchor_of(row: Mapping[str, Any]) -> str:
    number = row["intacct_record_no"]
    return Example(row["link"], row["object"], row["platform_id"], number and int(number), [dict(row)]).anchor


def _finding(report: ReconciliationReport, one: Mapping[str, Any], lookup: Lookup) -> dict[str, Any]:
    return {
        **one,
        "what": safe(what(one)),
        "object": spoken(one["object"]),
        "verdict": spoken(one["verdict"]),
        "stakes": sorted(one["money_at_stake"].items()),
        "platform": safe(report.inputs.platforms.get(one["link"], "platform")),
        "days": (report.inputs.at - one["oldest_at"]).days,
        "shown": [_shown(example, lookup) for example in report.examples.get(one["finding_id"], [])],
    }


def _shown(example: Example, lookup: Lookup) -> dict[str, Any]:
    platform, intacct = lookup(example, "platform"), lookup(example, "intacct")
    facts = {**(intacct or {}), **(platform or {})}
    return {
        "example": example,
        "title": title(example),
        "partner": safe(next((facts[name] for name in PARTNERS if facts.get(name)), "")),
        "rows": [{**row, "what": _what_of(row)} for row in example.rows],
        "facts": _side_by_side(platform, intacct),
    }


def _what_of(row: Mapping[str, Any]) -> str:
    return plain(row["field"]) if row["field"] else spoken(row["kind"])


def _side_by_side(platform: Record | None, intacct: Record | None) -> list[tuple[str, str, str]]:
    """Return the facts of both records by name: those that both have first."""
    ours, theirs = (
        {name: safe(fact if not isinstance(fact, Decimal) else money(fact)) for name, fact in (record or {}).items()}
        for record in (platform, intacct)
    )
    names = [
        *(name for name in ours if name in theirs),
        *(n for n in ours if n not in theirs),
        *(n for n in theirs if n not in ours),
    ]
    facts = [(plain(name), ours.get(name, ""), theirs.get(name, "")) for name in names]
    return [fact for fact in facts if fact[1] or fact[2]]
