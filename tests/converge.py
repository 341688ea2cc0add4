"""Lives lives of configurations synced both ways, and prints what became of each: ``make converge``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import uuid
from pathlib import Path

import psycopg
from converging_life import BrokenError, Life
from psycopg import sql

from intacct_pipelines.sandbox.shapes import SHAPES
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

_TEMPLATE = "warehouse"


def main() -> int:
    """Return the number of lives that broke a law, at most 100."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lives", type=int, help="how many lives of each configuration")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--letters", default="".join(SHAPES), help="which configurations")
    parser.add_argument("--rounds", type=int, default=2, help="how often each rests")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-converge-") as home:
        Path(home).chmod(0o755)
        postgres = EmbeddedPostgres(Path(home))
        postgres.start()
        try:
            with Warehouse(postgres.dsn(_TEMPLATE)) as warehouse:
                warehouse.migrate()
            seeds = range(asked.first, asked.first + asked.lives)
            return min(
                sum(not _live(postgres, one, seed, asked.rounds) for one in asked.letters for seed in seeds), 100
            )
        finally:
            postgres.remove()


def _live(postgres: EmbeddedPostgres, letter: str, seed: int, rounds: int) -> bool:
    life = Life(letter, seed, lambda: _database(postgres))
    try:
        life.live(rounds)
        told = "converged"
    except BrokenError as error:
        told = f"BROKEN: {error}"
    sys.stdout.write(f"{letter} {seed}: {told}; met {dict(life.met)}\n")
    return told == "converged"


def _database(postgres: EmbeddedPostgres) -> str:
    name = f"life_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE))
        )
    return postgres.dsn(name)


if __name__ == "__main__":
    sys.exit(main())
