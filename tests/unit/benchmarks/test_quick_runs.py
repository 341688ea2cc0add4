"""Every benchmark still runs; its figures are for people, so no time is asserted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.mark.parametrize(
    "script", ["load", "gl_lines", "validate", "reconcile", "sieve", "push", "sync", "nightly", "company", "adoption"]
)
def test_the_quick_run_ends_well(script):
    """`--quick` goes through all that the full run does, on few rows."""
    command = [sys.executable, str(BENCHMARKS / f"{script}.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own scripts
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
