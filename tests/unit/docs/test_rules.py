"""Every rule of sync behaviour that binds what is extracted or reconciled is proven by a test that names it."""

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
RECONCILED = [
    "S-COA-01", "S-COA-03", "S-COA-04", "S-DEP-01", "S-LOC-01", "S-CLS-01", "S-EMP-01", "S-PRJ-01", "S-CUR-01",
    "S-CUR-03", "S-TRM-01", "S-APR-01", "S-APR-02", "S-ATT-01", "S-VEN-01", "S-VEN-03", "S-VEN-05", "S-VEN-06",
    "S-VEN-10", "S-AFT-01", "S-AFT-02", "S-BIL-01", "S-BIL-02", "S-BIL-05", "S-BIL-07", "S-BIL-08", "S-BIL-10",
    "S-BIL-11", "S-PAY-01", "S-VCR-01", "S-VCR-03", "S-VCR-04", "S-VCR-05", "S-VCR-06", "S-VCR-07", "S-VCR-08",
    "S-PUR-01", "S-PUR-03", "S-PUR-04", "S-PUR-06", "S-CUS-01", "S-CUS-02", "S-CUS-03", "S-INV-01", "S-INV-03",
    "S-TAX-02", "S-ITM-01", "S-ARP-01", "S-CRM-01", "S-RFT-01", "S-FEE-01", "S-SAL-01", "S-CFG-10", "S-CFG-17",
    "S-CFG-22", "S-BP-01", "S-BP-02", "S-BP-07", "S-CRD-01", "S-CRD-05", "S-CRD-08", "S-CRD-10", "S-PMT-01",
    "S-PMT-03", "S-PMT-04", "S-PMT-05", "S-PMT-10", "S-SCH-03", "S-SCH-04",
]  # fmt: skip
"""The rules whose surface is reconciliation; what only says that it equals another one (S-BP) is left out."""


@pytest.fixture(scope="module")
def cited() -> set[str]:
    """Every rule that another test names."""
    files = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    return {rule for path in files for rule in re.findall(r"S-[A-Z]+-\d+", path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("rule", [*EXTRACTED, *RECONCILED])
def test_a_rule_of_extraction_or_reconciliation_is_cited_by_a_test(cited: set[str], rule: str):
    """A rule that no test names is a promise that nobody keeps."""
    assert rule in cited
