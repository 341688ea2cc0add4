"""How fast bills reconcile, against datacompy and against a bare pandas merge in the same run.

Run ``python benchmarks/reconcile.py``; ``--quick`` proves only that it works. Ratios count, absolute figures do not:
the three take turns, each in a process of its own whose peak memory the kernel tells, and medians are taken.

* limit: an outer merge on vendor and number and five comparisons; nothing is paired by other means, explained, summed.
* datacompy: the same frames, compared and counted. It is put into a temporary environment, which is removed.
* ours: pairs by crosswalk, mark, number and amount; all fields and the coding of twice as many lines; causes, verdicts
  and proven totals.
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
import venv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

VENDORS = 500
CHANGED_EVERY = 200
MOST_SECONDS = 900
LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 5, 20, tzinfo=UTC)
JOIN = ["vendor", "number"]
COMPARED = ["bill_date", "due_date", "currency", "amount", "paid"]


def make_bills(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bills of both sides; one in 200 has another amount, and as many are missing on each side."""
    dice = random.Random(1)  # noqa: S311  # figures, not secrets
    start = date(2024, 1, 1)
    days = [start + timedelta(days=dice.randrange(700)) for _ in range(count)]
    amounts = [Decimal(dice.randrange(100, 10_000_000)).scaleb(-2) for _ in range(count)]
    ours = pd.DataFrame(
        {
            "vendor": pd.Series([f"v{position % VENDORS}" for position in range(count)], dtype=object),
            "number": pd.Series([f"INV-{position}" for position in range(count)], dtype=object),
            "bill_date": pd.Series(days, dtype=object),
            "due_date": pd.Series([day + timedelta(days=30) for day in days], dtype=object),
            "currency": pd.Series(["USD"] * count, dtype=object),
            "amount": pd.Series(amounts, dtype=object),
            "paid": pd.Series([Decimal(0)] * count, dtype=object),
        }
    )
    theirs = ours.copy()
    cents = [Decimal("0.01") if position % CHANGED_EVERY == 0 else Decimal(0) for position in range(count)]
    theirs["amount"] = theirs["amount"] + pd.Series(cents, dtype=object)
    is_missing = pd.Series([position % CHANGED_EVERY for position in range(count)])
    return ours[is_missing != 1].reset_index(drop=True), theirs[is_missing != 2].reset_index(drop=True)


def run_merge(count: int) -> tuple[float, int]:
    ours, theirs = make_bills(count)
    started = time.perf_counter()
    both = ours.merge(theirs, on=JOIN, how="outer", indicator=True, suffixes=("_ours", "_theirs"))
    joined = both[both["_merge"] == "both"]
    differs = pd.Series(data=False, index=joined.index)
    for column in COMPARED:
        differs |= joined[f"{column}_ours"] != joined[f"{column}_theirs"]
    found = int(differs.sum()) + int((both["_merge"] != "both").sum())
    return time.perf_counter() - started, found


def run_datacompy(count: int) -> tuple[float, int]:
    # only in the temporary environment
    from datacompy import PandasCompare  # type: ignore[import-not-found]  # noqa: PLC0415 - the peer’s process must not pay for it

    ours, theirs = make_bills(count)
    started = time.perf_counter()
    compared = PandasCompare(ours, theirs, join_columns=JOIN)
    found = len(compared.all_mismatch()) + len(compared.df1_unq_rows) + len(compared.df2_unq_rows)
    return time.perf_counter() - started, found


def run_ours(count: int) -> tuple[float, int]:
    from intacct_pipelines.domain.keys import EntityKey  # noqa: PLC0415  # not in datacompy's environment
    from intacct_pipelines.domain.link import Link  # noqa: PLC0415 - the peer’s process must not pay for it
    from intacct_pipelines.reconcile import Moment, reconcile  # noqa: PLC0415 - the peer’s process must not pay for it
    from intacct_pipelines.reconcile.frames import empty_crosswalk  # noqa: PLC0415 - the peer’s process must not pay for it

    frames = make_frames(count)
    link = Link("bench", EntityKey("acme", "100"), "008ORG")
    started = time.perf_counter()
    result = reconcile("ap_bill", link, frames, empty_crosswalk(), Moment(NOW))
    return time.perf_counter() - started, len(result.differences)


def make_frames(count: int) -> Any:
    """Return the same bills as the reconciliation reads them, with two lines each."""
    from intacct_pipelines.reconcile import Frames  # noqa: PLC0415  # as above

    ours, theirs = make_bills(count)
    stamps = {"created_at": pd.Timestamp(LONG_AGO), "modified_at": pd.Timestamp(LONG_AGO)}
    vendors = [f"v{number}" for number in range(VENDORS)]
    return Frames(
        {
            "bill.gl_account": _whole("bill.gl_account", {"id": ["a1"], "name": ["Supplies"], "account_no": ["6000"]}),
            "bill.vendor": _whole("bill.vendor", {"id": vendors, "name": vendors, **stamps}),
            "intacct.vendor": _whole(
                "intacct.vendor",
                {
                    "record_no": range(VENDORS),
                    "vendor_id": vendors,
                    "name": vendors,
                    "owner_entity_id": "100",
                    **stamps,
                },
            ),
            "bill.ap_bill": _whole(
                "bill.ap_bill",
                {
                    **ours.rename(columns={"vendor": "vendor_id", "number": "document_no", "paid": "paid_amount"}),
                    "id": "b-" + ours["number"],
                    "approval_status": "APPROVED",
                    **stamps,
                },
            ),
            "intacct.ap_bill": _whole(
                "intacct.ap_bill",
                {
                    **theirs.rename(
                        columns={
                            "vendor": "vendor_id",
                            "number": "document_no",
                            "amount": "trx_total_entered",
                            "paid": "trx_total_paid",
                        }
                    ),
                    "record_no": theirs.index,
                    "state": "Posted",
                    "owner_entity_id": "100",
                    **stamps,
                },
            ),
            "bill.ap_bill_line": _lines(
                "bill.ap_bill_line", "b-" + ours["number"], ours["amount"], "gl_account_id", "a1"
            ),
            "intacct.ap_bill_line": _lines(
                "intacct.ap_bill_line", pd.Series(theirs.index), theirs["amount"], "account_no", "6000"
            ),
        }
    )


def _whole(table: str, columns: dict[Any, Any]) -> pd.DataFrame:
    from intacct_pipelines.domain.catalog import TABLES  # noqa: PLC0415  # as above

    frame = pd.DataFrame(columns)
    return frame.reindex(columns=[*TABLES[table].column_names]).assign(_deleted=False)


def _lines(table: str, parents: pd.Series, amounts: pd.Series, account: str, code: str) -> pd.DataFrame:
    """Split each bill into one unit and the rest."""
    parent, amount = ("bill_id", "amount") if table.startswith("bill.") else ("bill_record_no", "trx_amount")
    key = "id" if table.startswith("bill.") else "record_no"
    rest = pd.DataFrame({parent: parents, amount: amounts - 1})
    units = pd.DataFrame({parent: parents, amount: pd.Series([Decimal(1)] * len(parents), dtype=object)})
    lines = pd.concat([rest, units], ignore_index=True)
    lines[key] = lines.index.astype(str) if key == "id" else lines.index
    lines[account] = code
    return _whole(table, lines.to_dict("series"))


RUNS = {"limit": run_merge, "datacompy": run_datacompy, "ours": run_ours}


def measure(python: Path, name: str, count: int) -> dict[str, float]:
    command = [str(python), __file__, "--one", name, "--rows", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MOST_SECONDS)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def run_one(name: str, count: int) -> None:
    seconds, found = RUNS[name](count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "found": found, "peak_mib": peak}))


def environment_of_datacompy(home: Path) -> Path | None:
    """Return the Python of a fresh environment with datacompy, or None if it cannot be had quickly."""
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "datacompy"]
    try:
        subprocess.run(command, check=True, timeout=180, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return python


def compare(count: int, rounds: int, datacompy: Path | None) -> None:
    here = Path(sys.executable)
    pythons = {"limit": here, "ours": here} | ({"datacompy": datacompy} if datacompy else {})
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in pythons}
    for _ in range(rounds):
        for name, python in pythons.items():
            runs[name].append(measure(python, name, count))
    seconds = {name: statistics.median(run["seconds"] for run in done) for name, done in runs.items()}
    print(f"{count:,} × {count:,} bills; ours also compares {2 * count:,} × {2 * count:,} lines; {rounds} rounds\n")
    print(f"{'way':<12}{'seconds':>10}{'÷ limit':>10}{'peak MiB':>10}{'found':>8}")
    for name, done in runs.items():
        peak, found = max(run["peak_mib"] for run in done), int(done[0]["found"])
        print(f"{name:<12}{seconds[name]:>10.2f}{seconds[name] / seconds['limit']:>10.2f}{peak:>10.0f}{found:>8}")
    if datacompy:
        print(f"\ndatacompy takes {seconds['datacompy'] / seconds['ours']:.1f} times as long as ours")
    else:
        print("\nwithout datacompy: it could not be installed quickly, or was not asked for")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000, help="bills on each side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="2,000 bills, one round, without datacompy")
    parser.add_argument("--one", choices=sorted(RUNS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.rows)
    elif options.quick:
        compare(2_000, 1, None)
    else:
        with tempfile.TemporaryDirectory() as home:
            compare(options.rows, options.rounds, environment_of_datacompy(Path(home) / "env"))


if __name__ == "__main__":
    main()
