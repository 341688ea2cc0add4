"""Lives many lives of plans under seeded faults, and prints what they met as a table: ``make simulate``."""

from __future__ import annotations

import argparse
import faulthandler
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import psycopg
from simulated_company import SimulatedCompany
from simulated_life import TROUBLES, live
from simulated_network import FAULTS

from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

_TOLD_EVERY = 500
_LONGEST_LIFE_SECONDS = 60


def main() -> int:
    """Return the number of seeds that broke a law, at most 100."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, help="how many lives")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=1, help="how many processes share them")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-simulation-") as home:
        Path(home).chmod(0o755)
        postgres = EmbeddedPostgres(Path(home))
        postgres.start()
        try:
            return simulate(postgres, seeds, asked.processes)
        finally:
            postgres.remove()


@dataclass
class Lived:
    """What some seeds met."""

    met: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    broken: list[int] = field(default_factory=list)


def simulate(postgres: EmbeddedPostgres, seeds: range, processes: int) -> int:
    """Live all seeds, every process some, and print the table; return how many broke a law."""
    began, names = time.monotonic(), [f"simulated_{at}" for at in range(processes)]
    with Warehouse(postgres.dsn("warehouse")) as warehouse:
        warehouse.migrate()
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        for name in names:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE warehouse")
    work = [(postgres.dsn(name), seeds[at::processes]) for at, name in enumerate(names)]
    whole = Lived()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for one in pool.map(live_all, *zip(*work, strict=True)):
            whole.met.update(one.met)
            whole.steps += one.steps
            whole.broken += one.broken
    print(table(seeds, whole, time.monotonic() - began))
    return min(len(whole.broken), 100)


def live_all(dsn: str, seeds: range) -> Lived:
    """Live some seeds over a migrated warehouse of their own; what breaks a law is told at once."""
    company, lived = SimulatedCompany(dsn), Lived()
    for nth, seed in enumerate(seeds, start=1):
        # A life that hangs says where, and goes on if it can.
        faulthandler.dump_traceback_later(_LONGEST_LIFE_SECONDS, repeat=True)
        try:
            life = live(company, seed)
        except Exception:  # noqa: BLE001  # whatever it is, the seed is told and the next one lived
            lived.broken.append(seed)
            print(f"seed {seed}", traceback.format_exc(limit=-3), sep="\n", file=sys.stderr, flush=True)
            continue
        finally:
            faulthandler.cancel_dump_traceback_later()
        lived.met.update(life.met)
        lived.steps += life.steps
        if nth % _TOLD_EVERY == 0:
            print(f"seed {seed} of {seeds[-1]}, {len(lived.broken)} broken", file=sys.stderr, flush=True)
    company.close()
    return lived


def table(seeds: range, lived: Lived, seconds: float) -> str:
    """Return what was met as Markdown."""
    met = lived.met
    rows = [("seeds", f"{len(seeds):,}"), ("steps after which the laws were judged", f"{lived.steps:,}")]
    rows += [(f"items {name}", f"{met[f'ended {name}']:,}") for name in ("accepted", "rejected", "held", "expired")]
    rows += [("requests", f"{met['request']:,}"), ("of them struck by a fault", f"{met['fault']:,}")]
    rows += [(f"– {name.replace('_', ' ')}", f"{met[name]:,}") for name in FAULTS]
    rows += [(name, f"{met[name]:,}") for name in TROUBLES]
    rows += [("broken laws", ", ".join(map(str, lived.broken)) or "none"), ("minutes", f"{seconds / 60:.0f}")]
    return "\n".join(["| what | how often |", "| --- | --: |", *(f"| {name} | {count} |" for name, count in rows)])


if __name__ == "__main__":
    sys.exit(main())
