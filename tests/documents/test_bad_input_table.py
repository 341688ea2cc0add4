"""The table of bad input names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHORT = {
    "E2E": "tests/simulation/test_bad_input.py",
    "SYNC": "tests/simulation/test_sync_end_to_end.py",
    "AUDIT": "tests/simulation/test_audit_history.py",
    "CLI": "tests/unit/cli/test_commands.py",
    "FILES": "tests/simulation/test_business_center_files.py",
}


def test_every_test_that_the_table_names_exists() -> None:
    """A row whose test was renamed or removed proves nothing."""
    text = (ROOT / "docs" / "bad-input.md").read_text(encoding="utf-8")
    named = re.findall(r"([\w/.]+)::(test_\w+)", text)
    assert len(named) > 30
    missing = [
        (place, name)
        for place, name in named
        if f"def {name}(" not in (ROOT / SHORT.get(place, place)).read_text(encoding="utf-8")
    ]
    assert missing == []
