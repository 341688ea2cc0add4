"""The benchmark of reading runs; its figures mean nothing at this size and are not looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "extract.py"


def test_the_quick_run_prints_every_figure() -> None:
    """All readers, the peer among them, read the stub to the last row, with one request a page and one sign-in."""
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, str(SCRIPT), "--quick"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = {line[:55].strip(): line[55:].split() for line in done.stdout.splitlines()}
    assert len(rows) == 11
    assert rows["requests"] == ["2", "=", "2"]
