"""A first adoption: 10,000 vendors on each side, most of them the same under ids and names that differ.

    python benchmarks/adoption.py            # 10,000 on each side
    python benchmarks/adoption.py --quick    # 60: proves only that it works

Both systems are filled through their interfaces (the sandbox, in this process); then the link observes: it reads both
sides, reconciles, and plans both ways as a dry run. Each figure is held against the truth, which the generator knows
(`tests/adoption_world.py` has the kinds). Ends with 1 if two companies were paired with each other, or one that is in
both systems would be made once more. Peak memory is that of the whole process, with the sandbox in it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from adoption_world import CONFIRMED, AdoptionWorld

from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--vendors", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = 60 if options.quick else options.vendors
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as home:
        Path(home).chmod(0o755)
        server = EmbeddedPostgres(Path(home))
        server.start()
        try:
            with Warehouse(server.dsn("warehouse")) as warehouse:
                warehouse.migrate()
            return measure(server.dsn("warehouse"), count, options.seed)
        finally:
            server.remove()


def measure(dsn: str, count: int, seed: int) -> int:
    """Adopt once and print seconds, memory, and what was found beside what is true."""
    world, seconds = AdoptionWorld(dsn, count, seed), {}

    def timed(name: str, step: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        answer = step()
        seconds[name] = time.perf_counter() - begun
        print(f"{name:<28}{seconds[name]:>9.1f} s", flush=True)
        return answer

    print(f"{count:,} vendors on each side")
    timed("fill both systems", world.fill)
    timed("read both sides", world.read)
    timed("reconcile and store", world.compare)
    found = world.judge(timed("plan both ways", world.plan))
    timed("reconcile again", world.compare)
    print(f"{'peak memory':<28}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>9.0f} MiB")
    shared = Counter(one.kind for one in world.companies if one.is_shared)
    print(f"\n{'kind':<18}{'companies':>10}{'confirmed':>11}{'proposed':>10}")
    for kind, companies in shared.items():
        print(f"{kind:<18}{companies:>10,}{found.confirmed[kind]:>11,}{found.proposed[kind]:>10,}")
    alone = sum(not one.is_shared for one in world.companies) // 2
    print(f"{'only on one side':<18}{alone:>10,} on each")
    certain = sum(shared[kind] for kind in CONFIRMED)
    print(f"\nconfirmed without a person   {found.confirmed.total():>7,} of {certain:,} that are certain")
    print(f"proposed pairs               {found.proposals:>7,}, of which true {found.proposed.total():,}")
    for way in ("into Intacct", "into BILL"):
        waits = ", ".join(f"{number:,} {kind}" for (of, kind), number in sorted(found.held.items()) if of == way)
        print(f"{way:<13} would be made  {found.new[way]:>7,} of {alone:,} that are new; held: {waits}")
    print(f"paired wrongly               {len(found.wrong):>7,}")
    print(f"made although it is there    {len(found.doubled):>7,}")
    for what in (found.wrong + found.doubled)[:10]:
        print("   ", what)
    return 1 if found.wrong or found.doubled else 0


if __name__ == "__main__":
    sys.exit(main())
