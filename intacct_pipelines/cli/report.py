"""`report`: one entity's reconciliation as a page, a workbook and text files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from intacct_pipelines.cli.backfill import month_option
from intacct_pipelines.cli.findings import entity_named
from intacct_pipelines.cli.output import EXIT_CODES, as_json, print_json, print_table, reports_errors
from intacct_pipelines.defs.report_files import FORMATS, folder_of, write_report
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.settings import reports_folder


@click.command(epilog=EXIT_CODES)
@click.option("--entity", required=True, help="Entity, as <company>:<id>.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder; the entity's own under the home by default.",
)
@click.option("--format", "formats", default=",".join(FORMATS), show_default=True, help="Some of them, with commas.")
@click.option(
    "--month", callback=month_option, help="Only documents of this month, as 2026-03; in a folder of its own."
)
@as_json
@reports_errors
def report(entity: str, out: Path | None, formats: str, month: date | None, is_json: bool) -> None:
    """Write what is open, since when, how much, whose turn it is, why and what to do, as of the last reconciliation."""
    key = entity_named(entity)
    wanted = [name.strip() for name in formats.split(",")]
    if unknown := sorted(set(wanted) - set(FORMATS)):
        raise ConfigurationError(f"There is no format {unknown[0]!r}.", remedy=f"Choose of: {', '.join(FORMATS)}.")
    with Systems() as systems:
        written = write_report(systems, key, out or folder_of(reports_folder(), key, month), wanted, month=month)
    if written is None:
        raise ConfigurationError(f"No link ends at {key}, so nothing is compared.", remedy="Choose a linked entity.")
    files = [(name, str(path.resolve())) for name, paths in written.files.items() for path in paths]
    if is_json:
        print_json({"files": [path for _, path in files], "turns": written.report.turns.dicts()})
    else:
        turns = written.report.turns
        print_table(turns.title, [field.title for field in turns.fields], turns.rows)
        print_table("Written", ("format", "file"), files)
