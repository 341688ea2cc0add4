"""What a nightly sync costs when 1 % of the bills were changed, at three sizes: in proportion to the change or not.

Run ``python benchmarks/nightly.py``; ``--quick`` proves only that it works. A bill is about forty rows in all tables,
so the sizes are about 10⁴, 10⁵ and 10⁶ rows. Each size is a process of its own, so that peak memory is its own. Beside
the night with changes stands one without, which is what a sync costs at least: signing in, and asking every object.
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
from pathlib import Path

from sync import entity_of, sandbox, sync

from intacct_pipelines.cli.offline import prepare_home, write_connections
from intacct_pipelines.clients.intacct import functions
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

SIZES = (250, 2_500, 25_000)
_SHARE = 100
_FUNCTIONS = 100


def change(systems: Systems, entity: EntityKey, bills: int, turn: int) -> int:
    """Give every hundredth bill another description, as an integration would; return how many."""
    with systems.warehouse.transaction("choosing bills") as connection:
        rows = connection.execute(
            "SELECT record_no FROM intacct.ap_bill WHERE entity = %s AND owner_entity_id = %s ORDER BY 1 LIMIT %s",
            [str(entity), entity.entity_id, max(2, bills // _SHARE)],
        ).fetchall()
    chosen = [number for (number,) in rows]
    for at in range(0, len(chosen), _FUNCTIONS):
        wanted = [
            functions.update(f"n{turn}-{number}", "APBILL", {"RECORDNO": number, "DESCRIPTION": f"night {turn}"})
            for number in chosen[at : at + _FUNCTIONS]
        ]
        for result in systems.intacct(entity).call(wanted, write=True):
            assert result.error is None, result
    return len(chosen)


def measure(bills: int) -> dict[str, float]:
    """Sync once, change 1 %, sync again; return the second sync's cost, and that of one without changes."""
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as folder, sandbox(bills) as facts:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        prepare_home(home)
        os.environ["INTACCT_PIPELINES_CONNECTIONS"] = str(home / "connections.yaml")
        os.environ["DAGSTER_HOME"] = str(home)
        write_connections(home, facts, auto_items=0, auto_amount=0)
        postgres = EmbeddedPostgres(home)
        try:
            entity = entity_of(facts)
            # The first reading of everything is a process of its own: its memory is not a night's.
            first = [sys.executable, __file__, "--first", entity.company_id, entity.entity_id]
            subprocess.run(first, check=True)
            seconds = {}
            for turn, name in enumerate(("still", "changed")):
                with Systems() as systems:
                    changed = change(systems, entity, bills, turn) if name == "changed" else 0
                with Systems() as systems:
                    started = time.perf_counter()
                    found = sync(systems, entity, f"night-{turn}")
                    seconds[name] = time.perf_counter() - started
            certificates = [certificate for certificate, _ in found.values()]
            return {
                "bills": bills,
                "rows": sum(rows_of(entity)),
                "changed": changed,
                "requests": sum(requests for _, requests in found.values()),
                "read": sum(certificate.received for certificate in certificates),
                "written": sum(one.inserted + one.updated + one.deleted for one in certificates),
                "seconds": seconds["changed"],
                "still_seconds": seconds["still"],
                "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        finally:
            postgres.remove()


def rows_of(entity: EntityKey) -> list[int]:
    with Systems() as systems, systems.warehouse.transaction("counting rows") as connection:
        return [
            count
            for (count,) in connection.execute(
                "SELECT received FROM ops.certificate WHERE entity = %s AND run_id = 'first'", [str(entity)]
            )
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a nightly sync after 1 % was changed.")
    parser.add_argument("--quick", action="store_true", help="few bills: proves only that it works")
    parser.add_argument("--bills", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--first", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.first:
        with Systems() as systems:
            sync(systems, EntityKey(*arguments.first), "first")
        return
    if arguments.bills:
        print(json.dumps(measure(arguments.bills)))
        return
    rows = []
    for bills in (60, 120) if arguments.quick else SIZES:
        command = [sys.executable, __file__, "--bills", str(bills)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        rows.append(row)
        print(
            f"{row['rows']:>9,.0f} rows, {row['changed']:,.0f} bills changed: {row['seconds']:.2f} s "
            f"({row['still_seconds']:.2f} s without changes), {row['requests']:.0f} requests, "
            f"{row['read']:,.0f} rows read, {row['written']:,.0f} written, {row['mebibytes']:.0f} MiB"
        )
    small, large = rows[-2], rows[-1]
    print(
        f"{large['changed'] / small['changed']:.0f} × the change in {large['rows'] / small['rows']:.0f} × the rows "
        f"costs {large['seconds'] / small['seconds']:.1f} × the time, {large['requests'] / small['requests']:.1f} × "
        f"the requests, {large['mebibytes'] / small['mebibytes']:.2f} × the memory"
    )


if __name__ == "__main__":
    main()
