"""The ledger's lines from the gateway to the warehouse, against the slower of its two halves in the same run.

    python benchmarks/gl_lines.py            # 1,000,000 lines
    python benchmarks/gl_lines.py --memory --lines 10000000    # only the peak memory, against that of few lines
    python benchmarks/gl_lines.py --quick    # a small run that only shows that everything works

A stub of the gateway serves pages of GLDETAIL over loopback. Ours: read, typed, judged by contract, hashed, copied,
keyed, certified, committed. The halves, each alone: reading the same pages and dropping them, and psql's CSV COPY of
the same rows into a bare table. All run in turns; each reader is a process of its own, so that its peak memory is its
own.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from extract import PAGE, Stub, make_cell, serve
from load import peer_table, psql_copy

from intacct_pipelines.clients.intacct import Credentials, IntacctClient, Options, Query
from intacct_pipelines.defs.extraction import ROWS_JUDGED
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.records import Certificate, Window, WindowKind, gather
from intacct_pipelines.extract.intacct import IntacctExtraction
from intacct_pipelines.validate.contracts import screen_batch
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres
from intacct_pipelines.warehouse.tables import part_name

TABLE = TABLES["intacct.gl_detail"]
ENTITY = "acme:100"
_SOME_BATCHES = 100_000
"""Lines with which everything that waits for something is full."""
_FIXED = {"TR_TYPE": "1", "ENTRY_STATE": "P", "BOOKID": "ACCRUAL", "ACCOUNTNO": "6000"}


class Ledger(Stub):
    """Lines as the gateway writes them, put together when they are asked for: ten million would fill the memory.

    It does as little as it can, for it runs on the same cores as what is measured.
    """

    name = TABLE.source_object

    def __init__(self, lines: int) -> None:
        super().__init__(())
        dice = random.Random(1)  # noqa: S311  # filler, no secret
        words = [f"item {number} of the delivery" for number in range(500)]
        key, *others = TABLE.columns
        assert key.source == "RECORDNO"
        self._lines = lines
        self._head = f"<{self.name}><RECORDNO>".encode()
        self._tails = [
            "".join(
                (
                    "</RECORDNO>",
                    *(
                        f"<{one.source}>{_FIXED.get(one.source) or make_cell(one, dice, words)}</{one.source}>"
                        for one in others
                    ),
                    f"</{self.name}>",
                )
            ).encode()
            for _ in range(PAGE)
        ]

    def count(self) -> int:
        """Return how many lines there are."""
        return self._lines

    def rows(self, places: range) -> list[bytes]:
        """Return the lines in pieces, which are joined but once."""
        pieces = []
        for place in places:
            pieces += (self._head, b"%d" % (place + 1), self._tails[place % PAGE])
        return pieces


def read_alone(client: IntacctClient) -> dict[str, float]:
    """Read every page and drop it."""
    fields = tuple(dict.fromkeys(column.source for column in TABLE.columns))
    rows = sum(page.count for page in client.session().read_pages(Query(TABLE.source_object, fields)))
    return {"rows": rows, "contracts": 0}


def load_all(client: IntacctClient, dsn: str) -> dict[str, float]:
    """Do what a first sync of the table does, with a clock at the contracts."""
    extraction = IntacctExtraction(client.session(), TABLE, Window(WindowKind.ALL))
    contracts = 0.0
    with (
        Warehouse(dsn) as warehouse,
        warehouse.load(TABLE, ENTITY, run_id="bench", window=extraction.window) as load,
    ):
        for batch in gather(extraction, ROWS_JUDGED):
            started = time.perf_counter()
            screened = screen_batch(batch)
            contracts += time.perf_counter() - started
            load.add(screened.rows)
            load.reject(screened.rejects)
        certificate: Certificate = load.finish(extraction.tally, watermark=extraction.tally.watermark)
    assert certificate.is_whole
    return {"rows": certificate.inserted, "contracts": contracts}


def run_role(role: str, url: str, dsn: str) -> None:
    """Be one reader and print what it took; what it takes to start Python's libraries is no part of it."""
    import pandera.pandas  # noqa: F401, PLC0415 - the first contract loads it, once in a process

    started = time.perf_counter()
    credentials = Credentials("sender", "secret", "company", "user", "secret")
    with IntacctClient(credentials, Options(url=url)) as client:
        figures = read_alone(client) if role == "read" else load_all(client, dsn)
    figures["seconds"] = time.perf_counter() - started
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


def measure(role: str, lines: int, url: str, dsn: str) -> dict[str, float]:
    """Run one reader as its own process."""
    command = [sys.executable, __file__, "--role", role, "--url", url, "--dsn", dsn]
    done = subprocess.run(command, capture_output=True, text=True, timeout=7200, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout)
    assert figures["rows"] == lines
    return figures


@contextmanager
def stub(lines: int) -> Iterator[str]:
    """Lend the address of a gateway with so many lines."""
    command = [sys.executable, __file__, "--role", "server", "--lines", str(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/x"
        finally:
            process.kill()


def empty(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(f"DROP TABLE partitions.{part_name(TABLE, ENTITY)}")  # type: ignore[arg-type]  # our name
        connection.execute("TRUNCATE ops.certificate, ops.watermark")


def write_csv(dsn: str, path: Path) -> None:
    """Write what was loaded, for psql."""
    columns = ", ".join(TABLE.column_names)
    statement = f"COPY (SELECT {columns} FROM {TABLE.qualified_name}) TO STDOUT (FORMAT csv)"  # noqa: S608  # our names
    with (
        psycopg.connect(dsn) as connection,
        connection.cursor() as cursor,
        path.open("wb") as handle,
        cursor.copy(statement) as copy,  # type: ignore[arg-type]  # likewise
    ):
        for block in copy:
            handle.write(block)


def compare(lines: int, rounds: int, dsn: str, folder: Path) -> None:
    """Measure everything and print a table."""
    ratios, shares, peaks = [], [], []
    with stub(lines) as url:
        for _ in range(rounds):
            reading = measure("read", lines, url, dsn)["seconds"]
            ours = measure("load", lines, url, dsn)
            write_csv(dsn, folder / "lines.csv")
            peer_table(dsn, TABLE, "peer")
            copying = psql_copy(dsn, folder / "lines.csv", "peer")
            empty(dsn)
            ratios.append(ours["seconds"] / max(reading, copying))
            shares.append(ours["contracts"] / ours["seconds"])
            peaks.append(ours["peak_mib"])
            print(f"{lines:,} lines: reading {reading:.2f} s, COPY {copying:.2f} s, all of it {ours['seconds']:.2f} s")
    with stub(max(lines // 10, 1)) as url:
        small = measure("load", max(lines // 10, 1), url, dsn)["peak_mib"]
        empty(dsn)
    for what, value, target in (
        (f"extract to warehouse, {lines:,} lines ÷ the slower half", f"{statistics.median(ratios):.2f}", "≤ 2"),
        ("contracts, share of all", f"{statistics.median(shares):.0%}", "≤ 25 %"),
        ("peak memory, MiB", f"{max(peaks):.0f}", "≤ 512"),
        ("  ÷ that of a tenth of the lines", f"{max(peaks) / small:.2f}", "≤ 1.15"),
    ):
        print(f"{what:<62}{value:>8}   {target}")


def compare_memory(lines: int, dsn: str) -> None:
    """Load few and many lines, and print how much more memory the many take; neither stub nor reader holds them."""
    peaks = []
    few = min(lines, max(lines // 100, _SOME_BATCHES))
    for count in (few, lines):
        with stub(count) as url:
            figures = measure("load", count, url, dsn)
        empty(dsn)
        peaks.append(figures["peak_mib"])
        print(f"{count:,} lines: {figures['seconds']:.1f} s, peak memory {peaks[-1]:.0f} MiB (must be ≤ 512)")
    print(f"peak memory, {lines:,} lines ÷ {few:,}: {peaks[1] / peaks[0]:.2f} (must be ≤ 1.15)")


def main() -> None:
    """Parse the arguments and run."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="a small run without meaning for speed")
    arguments.add_argument("--lines", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--memory", action="store_true", help="load only, once, for the peak memory")
    arguments.add_argument("--role", choices=("server", "read", "load"), help=argparse.SUPPRESS)
    arguments.add_argument("--url", default="", help=argparse.SUPPRESS)
    arguments.add_argument("--dsn", default="", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.role == "server":
        serve(Ledger(chosen.lines))
    elif chosen.role:
        run_role(chosen.role, chosen.url, chosen.dsn)
    else:
        with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as home:
            Path(home).chmod(0o755)
            postgres = EmbeddedPostgres(Path(home))
            postgres.start()
            try:
                dsn = postgres.dsn("warehouse")
                with Warehouse(dsn) as warehouse:
                    warehouse.migrate()
                lines, rounds = (4_000, 1) if chosen.quick else (chosen.lines, chosen.rounds)
                if chosen.memory:
                    compare_memory(lines, dsn)
                else:
                    compare(lines, rounds, dsn, Path(home))
            finally:
                postgres.remove()


if __name__ == "__main__":
    main()
