"""What a whole sync costs on a large entity, first and when nothing changed; over real HTTP, on a real Postgres.

Run ``python benchmarks/sync.py``; ``--quick`` proves only that it works. The limit of a sync that finds nothing changed
is two requests an object and no row written; the first sync is shown beside it.

What is asked for one document at a time, such as the files of each bill, a sync reads in portions. It would take 200
syncs to have read all, so between the two the list of documents still to be asked for is emptied, as if it had been.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from intacct_pipelines.cli.offline import prepare_home, write_connections
from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import BILL_TABLES, INTACCT_TABLES, with_embedded
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

_MOST_REQUESTS = 2


@contextmanager
def sandbox(bills: int) -> Iterator[dict[str, Any]]:
    command = [
        sys.executable,
        "-m",
        "intacct_pipelines.cli",
        "sandbox",
        "--json",
        "--port",
        "0",
        "--until-stdin-closes",
    ]
    command += ["--entities", "1", "--bills", str(bills), "--years", "3"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def entity_of(facts: dict[str, Any]) -> EntityKey:
    """Return the sandbox's one entity."""
    return EntityKey(facts["intacct"]["company_id"], facts["intacct"]["entities"][0])


def sync(systems: Systems, entity: EntityKey, run_id: str) -> dict[str, tuple[Certificate, int]]:
    """Extract everything; return certificate and requests of each table."""
    found: dict[str, tuple[Certificate, int]] = {}

    for table in INTACCT_TABLES:
        before = systems.requests("intacct", entity)
        certificate = sync_intacct_table(systems, entity, table, run_id)
        requests = systems.requests("intacct", entity) - before
        found[table.qualified_name] = certificate, requests
        if table.is_of_dimensions:
            # each dimension that the company made is an object of its own, and their list is one
            owners = systems.warehouse.read_frame(table, str(entity), columns=[table.parent_key])[table.parent_key]
            found[table.qualified_name] = certificate, -(-requests // (1 + owners.nunique()))
    for table in BILL_TABLES:
        if table.embedded_in:
            continue
        before = systems.requests("bill", entity)
        certificates = sync_bill(systems, entity, table, run_id)
        assert certificates is not None
        requests = systems.requests("bill", entity) - before
        for part, certificate in zip(with_embedded(table), certificates, strict=True):
            # What is embedded comes with its document's requests.
            found[part.qualified_name] = certificate, 0 if part.embedded_in else requests
    return found


def show(title: str, found: dict[str, tuple[Certificate, int]], seconds: float) -> tuple[int, int]:
    certificates = [certificate for certificate, _ in found.values()]
    rows = sum(certificate.received for certificate in certificates)
    written = sum(certificate.inserted + certificate.updated + certificate.deleted for certificate in certificates)
    most, busiest = max((requests, name) for name, (_, requests) in found.items())
    total = sum(requests for _, requests in found.values())
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{title}: {seconds:.1f} s, {rows:,} rows read, {written:,} written, {total} requests, "
        f"at most {most} an object ({busiest}), peak memory {peak_mib} MiB"
    )
    return written, most


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a whole sync.")
    parser.add_argument("--quick", action="store_true", help="few bills: proves only that it works")
    bills = 60 if parser.parse_args().quick else 100_000
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as folder, sandbox(bills) as facts:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        prepare_home(home)
        os.environ["INTACCT_PIPELINES_CONNECTIONS"] = str(home / "connections.yaml")
        os.environ["DAGSTER_HOME"] = str(home)
        write_connections(home, facts, auto_items=0, auto_amount=0)
        postgres = EmbeddedPostgres(home)
        try:
            for turn, title in enumerate(("first sync", "nothing changed")):
                # a new process would sign in anew as well
                with Systems() as systems:
                    entity = entity_of(facts)
                    systems.intacct(entity).closed_books_date()
                    systems.bill(entity).get("/v3/login/session", {})
                    started = time.perf_counter()
                    found = sync(systems, entity, f"bench-{turn}")
                    written, most = show(f"{title}, {bills:,} bills", found, time.perf_counter() - started)
                    with systems.warehouse.transaction() as connection:
                        left = connection.execute("DELETE FROM ops.unread_parent").rowcount
                    print(f"  {left:,} documents were still to be asked for, one by one")
            print(f"rows written when nothing changed: {written} (must be 0)")
            print(f"requests an object when nothing changed: {most} (must be ≤ {_MOST_REQUESTS})")
        finally:
            postgres.remove()


if __name__ == "__main__":
    main()
