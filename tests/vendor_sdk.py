"""The vendor's own client for Node, from npm, installed once into pytest's cache."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

_PACKAGE = "@intacct/intacct-sdk"
_VERSION = "2.2.1"
_PATIENCE_SECONDS = 120


def run(arguments: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of this machine to its end."""
    program = shutil.which(arguments[0])
    assert program
    return subprocess.run(  # noqa: S603  # fixed arguments
        [program, *arguments[1:]], capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False, **more
    )


def installed(cache: Path) -> Path:
    """Return the folder in which the client is installed; skip the test where that cannot be.

    Args:
        cache: Where to keep it. Several processes may ask at once: each installs aside, the first one's stays.
    """
    home = cache / _VERSION
    if home.is_dir():
        return home
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"the vendor's client needs {program}, which this machine does not have")
    aside = Path(tempfile.mkdtemp(dir=cache))
    try:
        done = run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(aside), f"{_PACKAGE}@{_VERSION}"])
        if done.returncode:
            pytest.skip(f"npm's registry does not give {_PACKAGE}: {done.stderr.strip()[-200:]}")
        aside.rename(home)
    except OSError:
        # A folder that is not empty is not replaced: another process was first.
        if not home.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return home
