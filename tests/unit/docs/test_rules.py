"""Every rule of sync behaviour that binds what is extracted is proven by a test that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
EXTRACTED = [
    "S-COA-01", "S-COA-02", "S-DEP-01", "S-DEP-02", "S-DEP-03", "S-LOC-01", "S-CLS-01", "S-EMP-01", "S-PRJ-01",
    "S-CUR-01", "S-CUR-03", "S-BAL-01", "S-TRM-01", "S-APR-01", "S-VEN-01", "S-VEN-06", "S-VCR-05", "S-PUR-02",
    "S-CUS-01", "S-ITM-01", "S-ITM-02", "S-CRM-01", "S-SAL-02", "S-CFG-23", "S-BP-02", "S-CRD-09", "S-CRD-11",
    "S-PMT-11",
]  # fmt: skip
"""The rules whose surface is extraction."""


@pytest.fixture(scope="module")
def cited() -> set[str]:
    """Every rule that another test names."""
    files = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    return {rule for path in files for rule in re.findall(r"S-[A-Z]+-\d+", path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("rule", EXTRACTED)
def test_a_rule_of_extraction_is_cited_by_a_test(cited: set[str], rule: str):
    """A rule that no test names is a promise that nobody keeps."""
    assert rule in cited
