r"""How fast rows reach the warehouse, against psql's CSV COPY and a server-side UPDATE in the same run.

Run ``python benchmarks/load.py``; ``--quick`` proves only that it works. Ratios count, absolute figures do not: the
peer and ours run in turns on the same embedded server, durable as delivered, and medians are taken.

* load: rows × 40 columns into an empty table. Peer: ``psql \copy … csv`` from a file, into a bare table; and,
  beside it, into one with the same key. Ours: the whole load from batches of text: hash, key, certificate, commit.
* change: 10,000 changed rows, staged, compared, versioned, against one UPDATE from a table already on the server; both
  after a checkpoint, as a night finds its pages (the first touch of each is logged whole), and right after such a turn.
  Who goes first changes from turn to turn.
* same: the same rows again, which must write nothing.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import psycopg
import pyarrow as pa

from intacct_pipelines.domain.catalog import Column, Kind, Table
from intacct_pipelines.domain.records import Certificate, Rows, Tally, TextColumn, Window, WindowKind
from intacct_pipelines.extract.typing import type_rows
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres
from intacct_pipelines.warehouse.migrate import migrate_table
from intacct_pipelines.warehouse.tables import part_name

Page: TypeAlias = dict[str, TextColumn]
PAGE = 2_000
DISTINCT_PAGES = 25
ENTITY = "acme:100"
_KINDS = (Kind.TEXT, Kind.MONEY, Kind.DATE, Kind.TEXT, Kind.INTEGER, Kind.TEXT, Kind.FLAG, Kind.TEXT, Kind.INSTANT)


def make_table(name: str) -> Table:
    columns = [Column("record_no", Kind.INTEGER, "RECORDNO", "Key.", required=True)]
    columns += [Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "Cursor.")]
    columns += [Column("currency", Kind.TEXT, "CURRENCY", "Currency.")]
    columns += [
        Column(f"c{index}", kind, f"C{index}", "A column.", currency="currency" if kind is Kind.MONEY else "")
        for index, kind in zip(range(37), itertools.cycle(_KINDS), strict=False)
    ]
    return Table("intacct", name, "BENCH", "A table.", tuple(columns), key=("record_no",), cursor="modified_at")


def make_cell(kind: Kind, dice: random.Random) -> str | None:
    if dice.random() < 0.2:
        return None
    match kind:
        case Kind.TEXT:
            return "Zürich AG " * dice.randrange(2) + f"V-{dice.randrange(100_000)}"
        case Kind.MONEY:
            return f"{dice.randrange(10_000_000) / 100:.2f}"
        case Kind.INTEGER:
            return str(dice.randrange(1_000_000))
        case Kind.FLAG:
            return dice.choice("tf")
        case _:
            day = f"20{dice.randrange(10, 27)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
            return day if kind is Kind.DATE else f"{day}T08:00:00Z"


def make_pages(table: Table) -> list[Page]:
    """Return pages of source text, used over and over, so that the input stays small beside what is measured."""
    dice = random.Random(1)  # noqa: S311  # figures, not secrets
    return [
        {column.source: [make_cell(column.kind, dice) for _ in range(PAGE)] for column in table.columns}
        | {"RECORDNO": ["0"] * PAGE, "WHENMODIFIED": ["06/01/2026 08:00:00"] * PAGE, "CURRENCY": ["USD"] * PAGE}
        for _ in range(DISTINCT_PAGES)
    ]


def typed(table: Table, page: Page) -> Rows:
    batch = type_rows(table, page)
    assert not batch.rejects, batch.rejects[0]
    return batch.rows


def numbered(table: Table, pages: list[Page], count: int) -> Iterator[Rows]:
    """Yield ``count`` typed rows with keys from 1 on."""
    ready = [typed(table, page) for page in pages]
    for start in range(0, count, PAGE):
        keys = pa.array(range(start + 1, start + PAGE + 1), pa.int64())
        yield Rows(table, {**ready[start // PAGE % DISTINCT_PAGES].columns, "record_no": keys})


def changed(table: Table, pages: list[Page], count: int, changes: int, turn: int) -> Rows:
    """Return ``changes`` rows spread over the table, all with another content than before."""
    step = count // changes
    page = {name: (cells * (changes // PAGE + 1))[:changes] for name, cells in pages[turn].items()}
    page["RECORDNO"] = [str(number * step + turn + 1) for number in range(changes)]
    page["WHENMODIFIED"] = [f"07/01/2026 08:00:{turn:02}"] * changes
    return typed(table, page)


def write_csv(path: Path, table: Table, pages: list[Page], count: int) -> None:
    """Write the same rows as ``numbered``."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        for start in range(0, count, PAGE):
            page = pages[start // PAGE % DISTINCT_PAGES] | {"RECORDNO": [*map(str, range(start + 1, start + PAGE + 1))]}
            writer.writerows(zip(*(page[column.source] for column in table.columns), strict=True))


def load(warehouse: Warehouse, table: Table, rows: list[Rows], window: Window) -> Certificate:
    count = sum(map(len, rows))
    with warehouse.load(table, ENTITY, run_id="bench", window=window) as it:
        for batch in rows:
            it.add(batch)
        return it.finish(Tally(announced=count, received=count, control_total=Decimal(0)))


def peer_table(dsn: str, table: Table, name: str, *, is_keyed: bool = False) -> None:
    columns = ", ".join(f"{column.name} {column.postgres_type}" for column in table.columns)
    if is_keyed:
        columns += f", PRIMARY KEY ({', '.join(table.key)})"
    with psycopg.connect(dsn) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.execute(f"CREATE TABLE {name} ({columns})")


def psql_copy(dsn: str, path: Path, name: str) -> float:
    started = time.perf_counter()
    program = shutil.which("psql")
    if program:
        subprocess.run([program, dsn, "-qc", f"\\copy {name} from '{path}' csv"], check=True, timeout=600)
    else:
        with (
            psycopg.connect(dsn) as connection,
            connection.cursor() as cursor,
            path.open("rb") as handle,
            cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy,
        ):
            while block := handle.read(1 << 17):
                copy.write(block)
    return time.perf_counter() - started


def reset_peak() -> int:
    """Forget the peak memory so far and return what is in use, in KiB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    return status_kib("VmRSS")


def status_kib(name: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def compare_loads(warehouse: Warehouse, folder: Path, count: int, rounds: int) -> Table:
    """Time loads of ``count`` rows in turns with psql; return the table of the last round, full."""
    pages = make_pages(make_table("bench"))
    ratios: dict[str, list[float]] = {"psql CSV COPY": [], "psql CSV COPY into the same key": []}
    for turn in range(rounds):
        table = make_table(f"bench_{count}_{turn}")
        with warehouse.transaction() as connection:
            migrate_table(connection, table, {})
        path = folder / "rows.csv"
        write_csv(path, table, pages, count)
        rows = list(numbered(table, pages, count))
        theirs = {}
        for name, is_keyed in zip(ratios, (False, True), strict=True):
            peer_table(warehouse.dsn, table, "peer", is_keyed=is_keyed)
            theirs[name] = psql_copy(warehouse.dsn, path, "peer")
        peer_table(warehouse.dsn, table, "peer")
        before = reset_peak()
        started = time.perf_counter()
        load(warehouse, table, rows, Window(WindowKind.ALL))
        ours = time.perf_counter() - started
        growth = (status_kib("VmHWM") - before) / 1024
        for name, seconds in theirs.items():
            ratios[name].append(seconds / ours)
        print(f"load {count:,}: ours {ours:.2f} s, +{growth:.0f} MiB; {theirs}")
        if turn + 1 < rounds:
            with warehouse.transaction() as connection:
                connection.execute(f"DROP TABLE {table.qualified_name}")
    for name, seen in ratios.items():
        target = "" if name.endswith("key") else " (must be ≥ 1.0)"
        print(f"load {count:,} rows x 40 ÷ {name}: {statistics.median(seen):.2f}{target}")
    return table


def compare_changes(warehouse: Warehouse, table: Table, count: int, changes: int, rounds: int) -> float:
    """Time changes in turns with an UPDATE of the same rows on the server; return ours in seconds."""
    pages = make_pages(table)
    columns = ", ".join(table.column_names)
    name = f"peer_{count}"
    peer_table(warehouse.dsn, table, name)
    with warehouse.transaction() as connection:
        connection.execute(f"INSERT INTO {name} SELECT {columns} FROM {table.qualified_name}")  # noqa: S608  # our names
        connection.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (record_no)")
    vacuum(warehouse.dsn)
    ours: list[float] = []
    ratios: dict[str, list[float]] = {"after a checkpoint": [], "warm": []}
    for turn in range(2 * rounds):
        state = list(ratios)[turn % 2]
        if state != "warm":
            checkpoint(warehouse.dsn)
        rows = changed(table, pages, count, changes, turn)
        theirs, own = in_turns(
            lambda rows=rows: server_update(warehouse, table, name, rows),  # type: ignore[misc]  # bound per turn
            lambda rows=rows: change(warehouse, table, rows),  # type: ignore[misc]  # likewise
            is_first=turn // 2 % 2 == 0,
        )
        ours.append(own)
        ratios[state].append(own / theirs)
        print(f"change {changes:,} of {count:,}, {state}: UPDATE {theirs:.3f} s, ours {own:.3f} s, {own / theirs:.2f}")
    check_same(warehouse, table, rows)
    for state, seen in ratios.items():
        print(f"change {changes:,} of {count:,} ÷ UPDATE, {state}: {statistics.median(seen):.2f} (must be ≤ 2.5)")
    return statistics.median(ours)


def in_turns(theirs: Callable[[], float], ours: Callable[[], float], *, is_first: bool) -> tuple[float, float]:
    """Run both, theirs first or not; return the seconds of each."""
    if is_first:
        return theirs(), ours()
    own = ours()
    return theirs(), own


def change(warehouse: Warehouse, table: Table, rows: Rows) -> float:
    """Load changed rows; return seconds."""
    started = time.perf_counter()
    certificate = load(warehouse, table, [rows], Window(WindowKind.CHANGED, since="x"))
    taken = time.perf_counter() - started
    assert certificate.updated == len(rows), certificate
    return taken


def server_update(warehouse: Warehouse, table: Table, name: str, rows: Rows) -> float:
    """Put the changes on the server, untimed, then time the UPDATE and its commit."""
    peer_table(warehouse.dsn, table, "changes")
    with warehouse.transaction() as connection, connection.cursor() as cursor:
        with cursor.copy("COPY changes FROM STDIN") as copy:
            for row in zip(*(column.to_pylist() for column in rows.columns.values()), strict=True):
                copy.write_row(row)
        cursor.execute("ANALYZE changes (record_no)")
    assigned = ", ".join(f"{column} = c.{column}" for column in table.column_names if column != "record_no")
    started = time.perf_counter()
    with warehouse.transaction() as connection:
        connection.execute(f"UPDATE {name} AS t SET {assigned} FROM changes AS c WHERE t.record_no = c.record_no")  # noqa: S608  # our names
    return time.perf_counter() - started


def check_same(warehouse: Warehouse, table: Table, rows: Rows) -> None:
    """Load the same rows again and prove by their places on disk that none was written."""
    part = f"partitions.{part_name(table, ENTITY)}"
    query = f"SELECT count(*), sum(hashtext(ctid::text || xmin::text)::bigint) FROM {part}"  # noqa: S608  # our names

    def places() -> object:
        with warehouse.transaction() as connection:
            return connection.execute(query).fetchone()

    before = places()
    started = time.perf_counter()
    certificate = load(warehouse, table, [rows], Window(WindowKind.CHANGED, since="x"))
    taken = time.perf_counter() - started
    assert (certificate.inserted, certificate.updated, certificate.deleted) == (0, 0, 0)
    assert places() == before
    print(f"same {len(rows):,} again: 0 rows written, {taken:.3f} s")


def vacuum(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def checkpoint(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def main() -> None:
    parser = argparse.ArgumentParser(description="Time loading against psql and UPDATE.")
    parser.add_argument("--quick", action="store_true", help="few rows, one round: proves only that it works")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    small, large, changes, rounds = (4_000, 8_000, 400, 1) if arguments.quick else (100_000, 1_000_000, 10_000, 3)
    rounds = 1 if arguments.quick else arguments.rounds
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as home:
        folder = Path(home)
        folder.chmod(0o755)
        postgres = EmbeddedPostgres(folder)
        postgres.start()
        try:
            with Warehouse(postgres.dsn("warehouse")) as warehouse:
                warehouse.migrate()
                large_table = compare_loads(warehouse, folder, large, rounds)
                small_table = compare_loads(warehouse, folder, small, 1)
                seconds = [
                    compare_changes(warehouse, table, count, changes, rounds)
                    for table, count in ((small_table, small), (large_table, large))
                ]
                growth = seconds[1] / seconds[0]
                print(f"growth of a change from {small:,} to {large:,} rows: {growth:.2f} (must be ≤ 1.6)")
        finally:
            postgres.remove()


if __name__ == "__main__":
    main()
