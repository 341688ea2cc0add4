"""How fast bills reconcile in the warehouse, full and after 1 % changed, against datacompy on frames in memory.

Run ``python benchmarks/sieve.py``; ``--quick`` proves only that it works. Ratios count, absolute figures do not: all
run one after the other on the same machine, each client in a process of its own whose peak memory the kernel tells.

* data: bills on both sides, confirmed pairs of the crosswalk, with two lines each: 22 columns of either side decide.
  One bill in 200 has another amount.
* full: nothing is known of a run before; all is compared, explained, proven, and 1,000,000 matches are written.
* again: 1 % of the bills were paid on both sides, in step but for one in 200; loaded as a sync loads them. Only what
  changed is looked at, with all that differed before.
* datacompy: 21 columns of both sides, already in memory, compared and counted; nothing is paired by other means,
  explained or written. Amounts and days are exact (``Decimal``, ``date``), and in a second run floats and timestamps.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import venv
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

ENTITY = "acme:100"
LINK = "bench"
DIFFERENT_EVERY = 200
NOW = datetime(2026, 5, 20, tzinfo=UTC)
MOST_SECONDS = 1800

_FEED = {
    "bill.ap_bill": """
        (id, vendor_id, document_no, bill_date, due_date, currency, amount, paid_amount, credit_amount,
         approval_status, record_status, is_archived, created_at, modified_at, _hash, entity, _synced_at, _run_id)
        SELECT 'b' || n, 'v' || n %% 500, 'INV-' || n, date '2024-01-01' + n %% 700, date '2024-01-31' + n %% 700,
            'USD', (n %% 99991 + n %% 97 + 100) * 0.01, 0, 0, 'APPROVED', 'ACTIVE', false, {long_ago}, {long_ago}, n,
            {entity}, now(), 'seed' FROM generate_series(1, %(rows)s) AS n""",
    "intacct.ap_bill": """
        (record_no, document_no, state, vendor_id, bill_date, gl_posting_date, due_date, currency, trx_total_entered,
         trx_total_paid, module_key, created_at, modified_at, owner_entity_id, _hash, entity, _synced_at, _run_id)
        SELECT n, 'INV-' || n, 'Posted', 'V-' || n %% 500, date '2024-01-01' + n %% 700, date '2024-01-01' + n %% 700,
            date '2024-01-31' + n %% 700, 'USD',
            (n %% 99991 + n %% 97 + 100) * 0.01 + CASE n %% {every} WHEN 0 THEN 0.01 ELSE 0 END, 0, '3.AP', {long_ago},
            {long_ago}, '100', n, {entity}, now(), 'seed' FROM generate_series(1, %(rows)s) AS n""",
    "bill.ap_bill_line": """
        (id, bill_id, line_no, currency, amount, gl_account_id, department_id, location_id, class_id, _hash, entity,
         _synced_at, _run_id)
        SELECT 'b' || n || '-' || k, 'b' || n, k, 'USD',
            CASE k WHEN 1 THEN (n %% 99991 + 100) * 0.01 ELSE n %% 97 * 0.01 END,
            'a' || n %% 50 + k, 'd' || n %% 10, 'l' || n %% 5, 'c' || n %% 8, n, {entity},
            now(), 'seed'
        FROM generate_series(1, %(rows)s) AS n, generate_series(1, 2) AS k""",
    "intacct.ap_bill_line": """
        (record_no, bill_record_no, line_no, currency, trx_amount, account_no, department_id, location_id, class_id,
         _hash, entity, _synced_at, _run_id)
        SELECT n * 2 + k, n, k, 'USD', CASE k WHEN 1 THEN (n %% 99991 + 100) * 0.01 ELSE n %% 97 * 0.01 END,
            'A' || n %% 50 + k, 'D' || n %% 10, 'L' || n %% 5, 'C' || n %% 8, n, {entity}, now(), 'seed'
        FROM generate_series(1, %(rows)s) AS n, generate_series(1, 2) AS k""",
    "bill.vendor": """
        (id, name, is_archived, created_at, modified_at, _hash, entity, _synced_at, _run_id)
        SELECT 'v' || n, 'Vendor ' || n, false, {long_ago}, {long_ago}, n, {entity}, now(), 'seed'
        FROM generate_series(0, 499) AS n""",
    "intacct.vendor": """
        (record_no, vendor_id, name, status, owner_entity_id, created_at, modified_at, _hash, entity, _synced_at,
         _run_id)
        SELECT n, 'V-' || n, 'Vendor ' || n, 'active', '100', {long_ago}, {long_ago}, n, {entity}, now(), 'seed'
        FROM generate_series(0, 499) AS n""",
    "bill.gl_account": """
        (id, name, account_no, _hash, entity, _synced_at, _run_id)
        SELECT 'a' || n, 'Account ' || n, 'A' || n, n, {entity}, now(), 'seed' FROM generate_series(0, 60) AS n""",
    **{
        f"bill.{table}": f"""
        (id, name, short_name, _hash, entity, _synced_at, _run_id)
        SELECT '{letter}' || n, 'Name ' || n, '{letter.upper()}' || n, n, {{entity}}, now(), 'seed'
        FROM generate_series(0, 9) AS n"""  # noqa: S608 - ours
        for table, letter in (("department", "d"), ("location", "l"), ("accounting_class", "c"))
    },
}


def build(dsn: str, rows: int) -> None:
    """Fill both sides on the server, each table as its first load does: rows first, then indexes."""
    import psycopg  # noqa: PLC0415  # not in datacompy's environment

    from intacct_pipelines.domain.catalog import TABLES  # noqa: PLC0415  # as above
    from intacct_pipelines.warehouse.connection import Warehouse  # noqa: PLC0415  # as above
    from intacct_pipelines.warehouse.tables import part_name  # noqa: PLC0415  # as above

    words = {"long_ago": "timestamptz '2026-03-01'", "entity": f"'{ENTITY}'", "every": DIFFERENT_EVERY}
    with Warehouse(dsn) as warehouse:
        warehouse.migrate()
    with psycopg.connect(dsn) as connection:
        for name, query in _FEED.items():
            part = f"partitions.{part_name(TABLES[name], ENTITY)}"
            connection.execute(f"CREATE TABLE {part} (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
            connection.execute(f"INSERT INTO {part} {query.format(**words)}".encode(), {"rows": rows})
            connection.execute(f"ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES IN ('{ENTITY}')")
        connection.execute(
            "INSERT INTO mapping.crosswalk (link, object, platform_id, intacct_record_no, intacct_id, status, "
            "decided_by, decided_at) SELECT %s, 'ap_bill', 'b' || n, n, 'INV-' || n, 'confirmed', 'bench', now() "
            "FROM generate_series(1, %s) AS n",
            [LINK, rows],
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def change(dsn: str, rows: int) -> None:
    """Pay one bill in 100 on both sides, but one of 200 of them in BILL only, through the loads of a sync."""
    import pyarrow as pa  # noqa: PLC0415  # as above

    from intacct_pipelines.domain.catalog import TABLES  # noqa: PLC0415  # as above
    from intacct_pipelines.domain.columns import ARROW_TYPES  # noqa: PLC0415  # as above
    from intacct_pipelines.domain.records import Rows, Tally, Window, WindowKind  # noqa: PLC0415  # as above
    from intacct_pipelines.warehouse.connection import Warehouse  # noqa: PLC0415  # as above

    numbers = range(50, rows + 1, 100)
    apart = set(numbers[::DIFFERENT_EVERY])
    keys = {
        "bill.ap_bill": ("id", [f"b{number}" for number in numbers], "amount", "paid_amount"),
        "intacct.ap_bill": (
            "record_no", [number for number in numbers if number not in apart], "trx_total_entered", "trx_total_paid",
        ),
    }  # fmt: skip
    with Warehouse(dsn) as warehouse:
        for name, (key, chosen, amount, paid) in keys.items():
            table = TABLES[name]
            frame = warehouse.read_frame(name, ENTITY, among=(key, chosen))
            frame[paid] = frame[amount]
            frame["modified_at"] = pd.Timestamp("2026-05-01", tz="UTC")
            columns = {
                one.name: pa.array(frame[one.name], ARROW_TYPES[one.kind], from_pandas=True) for one in table.columns
            }
            total = sum(frame[table.control_total])
            tally = Tally(announced=len(frame), received=len(frame), requests=1, control_total=total)
            window = Window(WindowKind.CHANGED, since="05/01/2026 00:00:00")
            with warehouse.load(table, ENTITY, run_id="changed", window=window) as load:
                load.add(Rows(table, columns))
                load.finish(tally)


def run_ours(dsn: str) -> tuple[float, int]:
    """Reconcile once as the asset does; return seconds and how many differences are stored."""
    from intacct_pipelines.defs.sieved import reconcile_through_sieve  # noqa: PLC0415  # as above
    from intacct_pipelines.domain.keys import EntityKey  # noqa: PLC0415  # as above
    from intacct_pipelines.domain.link import Link  # noqa: PLC0415  # as above
    from intacct_pipelines.domain.reconciled import RECONCILED  # noqa: PLC0415  # as above
    from intacct_pipelines.reconcile import Moment, columns_of  # noqa: PLC0415  # as above
    from intacct_pipelines.warehouse.compared import Comparison  # noqa: PLC0415  # as above
    from intacct_pipelines.warehouse.connection import Warehouse  # noqa: PLC0415  # as above

    link = Link(LINK, EntityKey.parse(ENTITY), "008ORG")
    tables = {name: columns_of(name) for name in RECONCILED["ap_bill"].tables}
    with Warehouse(dsn) as warehouse:
        warehouse.counts_and_totals("bill.vendor", ENTITY)  # the connection is there before the clock runs
        started = time.perf_counter()
        comparison = Comparison(link.name, "ap_bill", str(time.time_ns()), ground="")
        result = reconcile_through_sieve(warehouse, link, "ap_bill", tables, Moment(NOW), comparison)
        return time.perf_counter() - started, len(result.differences)


def make_frame(rows: int, *, is_intacct: bool, is_exact: bool) -> pd.DataFrame:
    """Return one side as datacompy gets it: a bill a row, with both lines beside it."""
    n = pd.Series(range(1, rows + 1))
    cents = n % 99991 + n % 97 + 100
    if is_intacct:
        cents = cents + (n % DIFFERENT_EVERY == 0)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(n % 700, unit="D")
    frame = pd.DataFrame({"id": "b" + n.astype(str), "vendor": "V-" + (n % 500).astype(str)})
    frame["number"] = "INV-" + n.astype(str)
    frame["currency"], frame["state"], frame["reference"] = "USD", "live", ""
    money = {"amount": cents, "paid": cents * 0, "credit": cents * 0}
    days = {"bill_date": day, "due_date": day + pd.Timedelta(days=30)}
    for line in (1, 2):
        money[f"amount_{line}"] = n % 99991 + 100 if line == 1 else n % 97
        frame[f"account_{line}"] = "A" + (n % 50 + line).astype(str)
        for name, letter, many in (("department", "D", 10), ("location", "L", 5), ("class", "C", 8)):
            frame[f"{name}_{line}"] = letter + (n % many).astype(str)
    for name, values in money.items():
        frame[name] = _exact(values) if is_exact else values / 100
    for name, values in days.items():
        frame[name] = pd.Series(values.dt.date, dtype=object) if is_exact else values
    return frame.copy()


def _exact(cents: pd.Series) -> pd.Series:
    from decimal import Decimal  # noqa: PLC0415  # small and used here only

    return pd.Series([Decimal(one).scaleb(-2) for one in cents.tolist()], dtype=object)


def run_datacompy(rows: int, *, is_exact: bool) -> tuple[float, int]:
    # only in the temporary environment
    from datacompy import PandasCompare  # type: ignore[import-not-found]  # noqa: PLC0415  # as above

    ours, theirs = (make_frame(rows, is_intacct=side, is_exact=is_exact) for side in (False, True))
    started = time.perf_counter()
    compared = PandasCompare(ours, theirs, join_columns=["id"])
    found = len(compared.all_mismatch()) + len(compared.df1_unq_rows) + len(compared.df2_unq_rows)
    return time.perf_counter() - started, found


def run_one(name: str, dsn: str, rows: int) -> None:
    seconds, found = run_ours(dsn) if name == "ours" else run_datacompy(rows, is_exact=name == "datacompy")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "found": found, "peak_mib": peak}))


def measure(python: Path, name: str, dsn: str, rows: int) -> dict[str, float]:
    command = [str(python), __file__, "--one", name, "--dsn", dsn, "--rows", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MOST_SECONDS)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def environment_of_datacompy(home: Path) -> Path:
    """Return the Python of a fresh environment with datacompy: it wants an older pandas than ours."""
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "datacompy"]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    return python


def compare(rows: int, peer: Path | None) -> None:
    from intacct_pipelines.warehouse.embedded import EmbeddedPostgres  # noqa: PLC0415  # as above

    here = Path(sys.executable)
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as home:
        Path(home).chmod(0o755)
        cluster = EmbeddedPostgres(Path(home))
        cluster.start()
        try:
            dsn = cluster.dsn("warehouse")
            build(dsn, rows)
            seen = {"full": measure(here, "ours", dsn, rows)}
            change(dsn, rows)
            seen["again"] = measure(here, "ours", dsn, rows)
        finally:
            cluster.remove()
    if peer:
        seen |= {name: measure(peer, name, "", rows) for name in ("datacompy", "datacompy floats")}
    print(f"{rows:,} × {rows:,} bills, {2 * rows:,} × {2 * rows:,} lines\n")
    print(f"{'way':<18}{'seconds':>10}{'÷ full':>10}{'peak MiB':>10}{'found':>8}")
    for name, one in seen.items():
        ratio = one["seconds"] / seen["full"]["seconds"]
        print(f"{name:<18}{one['seconds']:>10.2f}{ratio:>10.3f}{one['peak_mib']:>10.0f}{int(one['found']):>8}")
    print(f"\nfull takes {seen['full']['seconds'] / seen['again']['seconds']:.1f} times as long as again")
    if peer:
        for name in ("datacompy", "datacompy floats"):
            print(f"{name} takes {seen[name]['seconds'] / seen['full']['seconds']:.1f} times as long as full")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="bills on each side")
    parser.add_argument("--quick", action="store_true", help="2,000 bills, without datacompy")
    parser.add_argument("--one", choices=("ours", "datacompy", "datacompy floats"), help=argparse.SUPPRESS)
    parser.add_argument("--dsn", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.dsn, options.rows)
    elif options.quick:
        compare(2_000, None)
    else:
        with tempfile.TemporaryDirectory() as home:
            compare(options.rows, environment_of_datacompy(Path(home) / "env"))


if __name__ == "__main__":
    main()
