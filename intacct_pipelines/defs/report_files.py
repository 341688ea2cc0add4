"""The reconciliation report of an entity: gathered from the warehouse, laid out, written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from intacct_pipelines.defs.comparing import left_out
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.reported import read_records, read_results

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.report.inputs import Inputs
    from intacct_pipelines.report.page import Lookup
    from intacct_pipelines.report.reconciliation import Example, ReconciliationReport

FORMATS: Final = ("html", "xlsx", "csv")
_RUNS: Final = 30
"""Runs that the trend goes back."""


@dataclass(frozen=True)
class Written:
    """A report and its files, by format; ``csv`` are several."""

    report: ReconciliationReport
    files: dict[str, list[Path]]


def folder_of(reports: Path, entity: EntityKey, month: date | None = None) -> Path:
    """Return the folder of an entity's reports, or of one month's; ids hold no character that a folder could not."""
    folder = reports / entity.company_id / str(entity).partition(":")[2]
    return folder / f"{month:%Y-%m}" if month else folder


def write_report(
    systems: Systems,
    entity: EntityKey,
    folder: Path,
    formats: Collection[str] = FORMATS,
    *,
    month: date | None = None,
) -> Written | None:
    """Write the report of one entity as of now; None if no link ends there. Each file appears whole or not at all.

    Args:
        systems: The open systems.
        entity: The entity.
        folder: Where the files go; made if need be.
        formats: Some of ``FORMATS``.
        month: First day of the month whose documents alone it tells of; None for everything.

    Raises:
        ConfigurationError: The folder cannot be written to.
        DataContractError: What is stored contradicts itself.
    """
    from intacct_pipelines.report.reconciliation import build  # noqa: PLC0415 - pandas costs half a second

    inputs = _gather(systems, entity)
    if inputs is None:
        return None
    report = build(inputs, month)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Written(report, _write(report, _lookup(systems, entity, report), folder, formats))
    except OSError as error:
        raise ConfigurationError(
            f"The report cannot be written to {folder}: {error.strerror}.",
            remedy="Name a folder that can be written to.",
        ) from error


def _write(
    report: ReconciliationReport, lookup: Lookup, folder: Path, formats: Collection[str]
) -> dict[str, list[Path]]:
    from intacct_pipelines.report.page import page  # noqa: PLC0415 - see `write_report`
    from intacct_pipelines.report.text_files import write_text_file  # noqa: PLC0415 - see `write_report`
    from intacct_pipelines.report.workbook import write_workbook  # noqa: PLC0415 - see `write_report`

    files: dict[str, list[Path]] = {}
    if "html" in formats:
        text = page(report, lookup)
        files["html"] = [
            whole_file(folder / "reconciliation.html", lambda path: path.write_text(text, encoding="utf-8"))
        ]
    if "xlsx" in formats:
        files["xlsx"] = [whole_file(folder / "reconciliation.xlsx", partial(write_workbook, report))]
    if "csv" in formats:
        files["csv"] = [
            whole_file(folder / f"{sheet.name}.csv", partial(write_text_file, sheet)) for sheet in report.sheets
        ]
    return files


def _gather(systems: Systems, entity: EntityKey) -> Inputs | None:
    from intacct_pipelines.report.inputs import Inputs  # noqa: PLC0415 - see `write_report`
    from intacct_pipelines.report.words import SYSTEMS, spoken  # noqa: PLC0415 - see `write_report`

    # First of all: without a warehouse, "no link" would be the wrong thing to say.
    warehouse = systems.warehouse
    platforms = {one.platform for one in RECONCILED.values()}
    links = {platform: link for platform in sorted(platforms) if (link := systems.link(entity, platform))}
    if not links:
        return None
    found = read_results(warehouse, [link.name for link in links.values()], entity=str(entity), runs=_RUNS)
    known = set(zip(found.totals["link"], found.totals["object"], strict=True))
    missing = {}
    for one in RECONCILED.values():
        if one.platform in links and (skipped := left_out(systems, entity, one)):
            missing[spoken(one.name)] = skipped.reason
        elif one.platform in links and (links[one.platform].name, one.name) not in known:
            missing[spoken(one.name)] = "it has not been reconciled yet"
    return Inputs(
        entity=str(entity),
        at=found.at,
        platforms={link.name: SYSTEMS[platform] for platform, link in links.items()},
        totals=found.totals,
        period_totals=found.period_totals,
        trend=found.trend,
        differences=found.differences,
        findings=[asdict(one) for one in found.findings],
        readings=found.readings,
        clearing=found.clearing,
        missing=missing,
    )


def _lookup(systems: Systems, entity: EntityKey, report: ReconciliationReport) -> Lookup:
    """Read all records that the page shows, a table at a time."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for examples in report.examples.values():
        for example in examples:
            for side, key in _keys(example):
                wanted.setdefault((side, example.object), set()).add(key)
    found: dict[tuple[str, str], dict[str, dict[str, object]]] = {}
    for (side, object_name), keys in wanted.items():
        rows = found.setdefault((side, object_name), {})
        for table in map(TABLES.__getitem__, RECONCILED[object_name].records_in(side)):
            for key, row in read_records(systems.warehouse, table, str(entity), sorted(keys)).items():
                rows.setdefault(key, {name: row[name] for name in table.shown_columns})

    def lookup(example: Example, side: str) -> dict[str, object] | None:
        return found.get((side, example.object), {}).get(dict(_keys(example)).get(side, ""))

    return lookup


def _keys(example: Example) -> list[tuple[str, str]]:
    keys = (("platform", example.platform_id), ("intacct", example.intacct_record_no))
    return [(side, str(key)) for side, key in keys if key is not None]


def whole_file(path: Path, write: Callable[[Path], object]) -> Path:
    """Write a file beside its place, move it there when it is whole, and return the place."""
    begun = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    try:
        begun.touch()
        write(begun)
        os.replace(begun, path)  # noqa: PTH105 - in one step, also over an older one
    finally:
        begun.unlink(missing_ok=True)
    return path
