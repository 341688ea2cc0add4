"""Lives many lives of plans under seeded faults, and prints what they met as a table: ``make simulate``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import psycopg
from simulated_company import SimulatedCompany
from simulated_life import TROUBLES, live
from simulated_network import FAULTS

from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

_TOLD_EVERY = 500


def main() -> int:
    """Return the number of seeds that broke a law, at most 100."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, help="how many lives")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-simulation-") as home:
        Path(home).chmod(0o755)
        postgres = EmbeddedPostgres(Path(home))
        postgres.start()
        try:
            return simulate(postgres, range(asked.first, asked.first + asked.seeds))
        finally:
            postgres.remove()


def simulate(postgres: EmbeddedPostgres, seeds: range) -> int:
    """Live all seeds and print the table; return how many broke a law."""
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    dsn = postgres.dsn("warehouse")
    with Warehouse(dsn) as warehouse:
        warehouse.migrate()
    company = SimulatedCompany(dsn)
    met: Counter[str] = Counter()
    broken: list[int] = []
    began, steps, requests = time.monotonic(), 0, 0
    for seed in seeds:
        try:
            life = live(company, seed)
        except Exception:  # noqa: BLE001  # whatever it is, the seed is told and the next one lived
            broken.append(seed)
            print(f"seed {seed}", traceback.format_exc(limit=-3), sep="\n", file=sys.stderr, flush=True)
            continue
        met += life.met
        steps, requests = steps + life.steps, requests + life.met["request"]
        if (seed + 1) % _TOLD_EVERY == 0:
            print(f"{seed + 1} of {seeds.stop}, {len(broken)} broken", file=sys.stderr, flush=True)
    company.close()
    print(table(seeds, met, steps, broken, time.monotonic() - began))
    return min(len(broken), 100)


def table(seeds: range, met: Counter[str], steps: int, broken: list[int], seconds: float) -> str:
    """Return what was met as Markdown."""
    rows = [("seeds", f"{len(seeds):,}"), ("steps after which the laws were judged", f"{steps:,}")]
    rows += [(f"items {name}", f"{met[f'ended {name}']:,}") for name in ("accepted", "rejected", "held", "expired")]
    rows += [("requests", f"{met['request']:,}"), ("of them struck by a fault", f"{met['fault']:,}")]
    rows += [(f"– {name.replace('_', ' ')}", f"{met[name]:,}") for name in FAULTS]
    rows += [(name, f"{met[name]:,}") for name in TROUBLES]
    rows += [("broken laws", ", ".join(map(str, broken)) or "none"), ("minutes", f"{seconds / 60:.0f}")]
    return "\n".join(["| what | how often |", "| --- | --: |", *(f"| {name} | {count} |" for name, count in rows)])


if __name__ == "__main__":
    sys.exit(main())
