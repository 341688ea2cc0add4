"""A whole company through the whole pipeline, and its ledger proven to the cent against the books themselves.

    python benchmarks/company.py            # 5 entities, 3 currencies, 3 years, 100,500 bills, 1,000,000 ledger lines
    python benchmarks/company.py --quick    # a small company: proves only that it works

Dagster's own job `extract_only` runs for every entity that the company has. Then every table and entity must have a
whole certificate or a stated reason to be left out, what is stored must be what was certified, and the trial balance of
`intacct.gl_detail` must be the ledger's in every entity, account, month and pair of currencies. The ledger is asked for
its sums beside the gateway: they are added up from what documents posted, in the sandbox's process, and never pass the
records, pages and fields that the gateway serves. Ends with 1 on any difference.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from intacct_pipelines.cli.offline import enter_home, prepare_home, write_connections
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.sandbox.server import SandboxOptions, SandboxServer, ready_line
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from intacct_pipelines.cli.jobs import JobOutcome
    from intacct_pipelines.warehouse.connection import Warehouse

Cell: TypeAlias = tuple[str, str, str, str, str]
"""Entity, account, month as ``yyyy-mm``, transaction currency, base currency."""
Balances: TypeAlias = dict[Cell, tuple[Decimal, Decimal]]
"""Debits less credits of each cell, in transaction and in base currency."""
_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Books:
    """What the ledger itself says: how many lines were posted, and their sums."""

    lines: int
    balances: Balances
    peak_mib: float


# ---- The sandbox's process ----------------------------------------------------------------------------------------


def serve(entities: int, bills: int, years: int, files: Path) -> None:
    """Serve the company until the input ends; answer each line of it with the ledger's sums."""
    options = SandboxOptions(entities=entities, bills=bills, years=years, business_center_folder=files)
    with SandboxServer(options) as server:
        print(ready_line(server), flush=True)
        for _ in sys.stdin:
            print(json.dumps(add_up(server)), flush=True)


def add_up(server: SandboxServer) -> dict[str, Any]:
    """Sum the postings of the ledger, amounts as text."""
    sums: dict[Cell, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    lines = 0
    for posting in server.sandbox.intacct.ledger.postings():
        month = f"{posting.entry_date[6:]}-{posting.entry_date[:2]}"
        for line in posting.lines:
            cell = sums[line.entity_id, line.account_no, month, posting.currency, posting.base_currency]
            cell[0] += line.trx_amount * line.side
            cell[1] += line.base_amount * line.side
            lines += 1
    return {"lines": lines, "sums": [[*cell, str(trx), str(base)] for cell, (trx, base) in sums.items()], **peak()}


def peak() -> dict[str, float]:
    """Peak memory of this process so far."""
    return {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


class Company:
    """The sandbox in its process.

    Args:
        process: Serves; answers on its output.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.facts: dict[str, Any] = json.loads(self._output.readline())

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def books(self) -> Books:
        """Ask the ledger for its sums."""
        assert self._process.stdin is not None
        self._process.stdin.write("ledger\n")
        self._process.stdin.flush()
        answer = json.loads(self._output.readline())
        balances = {tuple(row[:5]): (Decimal(row[5]), Decimal(row[6])) for row in answer["sums"]}
        return Books(answer["lines"], balances, answer["peak_mib"])


@contextmanager
def company(entities: int, bills: int, years: int, files: Path) -> Iterator[Company]:
    """Lend a company of that size; its process ends with the block, or with this one."""
    size = ["--entities", str(entities), "--bills", str(bills), "--years", str(years), "--files", str(files)]
    command = [sys.executable, __file__, "--role", "sandbox", *size]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Company(process)
        assert process.stdin is not None
        process.stdin.close()


# ---- The client's process -----------------------------------------------------------------------------------------


def extract() -> dict[EntityKey, JobOutcome]:
    """Find the company's entities and run the job for each."""
    # Dagster reads its home when it is imported, so it must be set before.
    from intacct_pipelines.cli.jobs import discover, instance, run_job  # noqa: PLC0415 - see above

    outcomes = {}
    with instance() as opened:
        for entity in discover(opened):
            outcome = outcomes[entity] = run_job(opened, "extract_only", partition_key=str(entity))
            rows = sum(int(facts.get("received", 0)) for facts in outcome.metadata.values())
            print(f"{entity}: {rows:,} rows read in {outcome.seconds:.0f} s", flush=True)
            for line in outcome.failure_lines:
                print(f"{entity} · {line}", flush=True)
    return outcomes


def check_certificates(warehouse: Warehouse, outcomes: Mapping[EntityKey, JobOutcome]) -> int:
    """Print every table with its rows and whether its certificates are whole; return how many are not well."""
    with warehouse.transaction("reading certificates") as connection:
        certified = connection.execute(
            """SELECT table_name, count(*), sum(announced), sum(stored), sum(quarantined), sum(requests),
                      bool_and(in_order AND announced = received AND received = stored + quarantined
                               AND control_total_source = control_total_stored)
               FROM ops.certificate GROUP BY 1"""
        ).fetchall()
    by_name = {name: figures for name, *figures in certified}
    print(f"\n{'table':<42}{'entities':>9}{'announced':>12}{'stored':>12}{'rows':>12}{'requests':>10}   whole")
    wrong = 0
    for name in TABLES:
        told = {entity: outcome.metadata.get(name.replace(".", "/"), {}) for entity, outcome in outcomes.items()}
        left_out = [facts for facts in told.values() if "skipped" in facts or "link" in facts]
        count, announced, stored, quarantined, requests, is_whole = by_name.get(name, (0, 0, 0, 0, 0, True))
        rows = sum(int(facts.get("dagster/partition_row_count", 0)) for facts in told.values())
        is_well = is_whole and not quarantined and rows == stored and count + len(left_out) == len(outcomes)
        wrong += not is_well
        print(
            f"{name:<42}{count:>9}{announced:>12,}{stored:>12,}{rows:>12,}{requests:>10,}   "
            f"{'yes' if is_well and count else 'left out' if is_well else 'NO'}"
        )
    count, announced, stored, requests = (sum(int(figures[at]) for figures in by_name.values()) for at in (0, 1, 2, 4))
    print(f"{'all':<42}{count:>9}{announced:>12,}{stored:>12,}{'':>12}{requests:>10,}")
    return wrong


def compare(warehouse: Warehouse, books: Books) -> int:
    """Compare the trial balance cell by cell; return how many differ."""
    with warehouse.transaction("adding up the ledger") as connection:
        rows = connection.execute(
            """SELECT entity, account_no, to_char(entry_date, 'YYYY-MM'), currency, base_currency,
                      sum(coalesce(trx_debit_amount, 0) - coalesce(trx_credit_amount, 0)), sum(amount), count(*)
               FROM intacct.gl_detail WHERE NOT _deleted GROUP BY 1, 2, 3, 4, 5"""
        ).fetchall()
    stored: Balances = {(EntityKey.parse(row[0]).entity_id, *row[1:5]): (row[5], row[6]) for row in rows}
    lines = sum(row[7] for row in rows)
    cells = stored.keys() | books.balances.keys()
    differing = sorted(cell for cell in cells if stored.get(cell) != books.balances.get(cell))
    named = ("entities", "accounts", "months", "currencies", "base currencies")
    spans = ", ".join(f"{len({cell[at] for cell in cells})} {name}" for at, name in enumerate(named))
    print(f"\nledger lines: {books.lines:,} posted, {lines:,} stored")
    print(f"trial balance: {len(cells):,} cells of {spans}; transaction and base compared; {len(differing)} differ")
    for cell in differing[:_EXAMPLES]:
        print(f"  {' '.join(cell)}: ledger {books.balances.get(cell)}, warehouse {stored.get(cell)}")
    return len(differing) + (lines != books.lines)


def run(entities: int, bills: int, years: int) -> bool:
    """Do all of it in a folder of its own; return whether nothing differs."""
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        prepare_home(home)
        enter_home(home)
        postgres = EmbeddedPostgres(home)
        try:
            started = time.perf_counter()
            with company(entities, bills, years, home / "business_center") as source:
                print(f"company of {entities} entities, {bills:,} bills: made in {time.perf_counter() - started:.0f} s")
                write_connections(home, source.facts, auto_items=0, auto_amount=0)
                started = time.perf_counter()
                outcomes = extract()
                seconds, client = time.perf_counter() - started, peak()["peak_mib"]
                books = source.books()
            from intacct_pipelines.defs.systems import Systems  # noqa: PLC0415 - after the home was set

            with Systems() as systems:
                wrong = check_certificates(systems.warehouse, outcomes)
                differing = compare(systems.warehouse, books)
        finally:
            postgres.remove()
    failed = sum(not outcome.is_success for outcome in outcomes.values())
    print(f"{seconds:.0f} s; peak memory {client:.0f} MiB with Dagster, the sandbox's {books.peak_mib:.0f} MiB")
    print(f"runs failed: {failed}; tables not well: {wrong}; cells that differ: {differing} (all must be 0)")
    return not (failed or wrong or differing)


def main() -> None:
    """Parse the arguments and run."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="a small company: proves only that it works")
    arguments.add_argument("--entities", type=int, default=5)
    arguments.add_argument("--bills", type=int, default=100_500)
    arguments.add_argument("--years", type=int, default=3)
    arguments.add_argument("--role", choices=("sandbox",), help=argparse.SUPPRESS)
    arguments.add_argument("--files", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.role:
        serve(chosen.entities, chosen.bills, chosen.years, chosen.files)
        return
    size = (1, 40, 1) if chosen.quick else (chosen.entities, chosen.bills, chosen.years)
    sys.exit(0 if run(*size) else 1)


if __name__ == "__main__":
    main()
