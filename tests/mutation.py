"""Breaks the reconciliation at random places and counts how many breaks the tests notice: ``make mutate``.

mutmut makes a mutant of each operator, number, text, argument and condition of ``intacct_pipelines/reconcile``, and
runs against each the tests that reach its function. There are many thousands, so a sample is drawn by a seed. Left out
are mutants that cannot change a result: what only tells pandas how to store a column, what only asserts lengths, and
the words of errors.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from collections import Counter
from difflib import ndiff
from functools import cache
from pathlib import Path

import libcst
from mutmut.mutation.diff_apply import read_mutant_function, read_mutants_module, read_original_function
from mutmut.stats import status_by_exit_code

MUTMUT = [str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", "1"]
FIRST = "intacct_pipelines.reconcile.pairing.x_spelt__mutmut_1"
"""Run alone at first, so that all mutants are made and the tests of each function are known."""
_NEUTRAL = re.compile(r"\b(dtype|strict)=[\w.\"]+|\.astype\(.*?\)|\bmsg = .*|, *(?=\))|(?<=\(), *")
_modules = cache(read_mutants_module)


def metas() -> dict[str, tuple[Path, int | None]]:
    """Return the file and the exit code of every mutant by its name."""
    found = {}
    for path in sorted(Path("mutants/intacct_pipelines/reconcile").rglob("*.py.meta")):
        source = path.relative_to("mutants").with_suffix("")
        codes = json.loads(path.read_text())["exit_code_by_key"]
        found.update({name: (source, code) for name, code in codes.items()})
    return found


def changed_lines(name: str, source: Path) -> tuple[list[str], list[str]]:
    """Return the lines of a mutant's function as they are written, and as the mutant has them."""
    module, empty = _modules(source), libcst.Module([])
    before, after = (
        empty.code_for_node(read(module, name)).splitlines() for read in (read_original_function, read_mutant_function)
    )
    difference = list(ndiff(before, after))
    return tuple([line[2:] for line in difference if line.startswith(sign)] for sign in ("- ", "+ "))


def is_neutral(name: str, source: Path) -> bool:
    """Say whether a mutant differs in nothing that could change a result."""
    before, after = ("".join(_NEUTRAL.sub("", line) for line in lines) for lines in changed_lines(name, source))
    return before.split() == after.split()


def drawn(seed: int, size: int, rooms: list[str]) -> list[str]:
    """Return names of mutants, drawn from the modules whose path has one of the words."""
    known = metas()
    names = [name for name, (source, _) in known.items() if not rooms or any(room in str(source) for room in rooms)]
    print(f"{len(names)} mutants to draw from")
    random.Random(seed).shuffle(names)  # noqa: S311 - no secret
    chosen: list[str] = []
    for name in names:
        if len(chosen) == size:
            break
        if not is_neutral(name, known[name][0]):
            chosen.append(name)
    return chosen


def main() -> None:
    """Draw, run and report."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rooms", nargs="*", help="words in the paths of the modules to break; none for all")
    asked.add_argument("--sample", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    subprocess.run([*MUTMUT, FIRST], check=True)  # noqa: S603 - our own
    names = drawn(chosen.seed, chosen.sample, chosen.rooms)
    subprocess.run([*MUTMUT, *names], check=True)  # noqa: S603 - our own
    known = metas()
    told = {name: status_by_exit_code[known[name][1]] for name in names}
    for name in sorted(name for name, status in told.items() if status not in {"killed", "timeout"}):
        before, after = changed_lines(name, known[name][0])
        print(
            "\n".join([f"# {name}: {told[name]}", *(f"- {line}" for line in before), *(f"+ {line}" for line in after)])
        )
    print(", ".join(f"{status}: {count}" for status, count in Counter(told.values()).most_common()))


if __name__ == "__main__":
    main()
