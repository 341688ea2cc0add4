"""Every rule of sync behaviour that binds what is extracted, reconciled or pushed is proven by a test that names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import intacct_pipelines

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
PUSHED = [
    "S-COA-02", "S-COA-04", "S-COA-05", "S-CUR-04", "S-TRM-01", "S-TRM-02", "S-ATT-01", "S-APR-01", "S-APR-02",
    "S-PRJ-02", "S-PRJ-03", "S-VEN-01", "S-VEN-03", "S-VEN-05", "S-VEN-08", "S-VEN-09", "S-AFT-01", "S-AFT-02",
    "S-BIL-03", "S-BIL-04", "S-BIL-05", "S-BIL-06", "S-BIL-07", "S-BIL-08", "S-BIL-09", "S-PAY-02", "S-PAY-03",
    "S-PAY-04", "S-PAY-05", "S-PAY-06", "S-PAY-07", "S-PAY-08", "S-PAY-09", "S-VCR-02", "S-VCR-03", "S-VCR-07",
    "S-PUR-05", "S-CUS-01", "S-INV-02", "S-INV-03", "S-TAX-01", "S-ARP-01", "S-ARP-02", "S-ARP-03", "S-CRM-01",
    "S-FEE-01", "S-SAL-03", "S-CFG-11", "S-CFG-16", "S-CFG-17", "S-CFG-19", "S-CFG-20", "S-CFG-21", "S-CFG-23",
    "S-BP-01", "S-BP-03", "S-BP-04", "S-BP-12", "S-CRD-01", "S-CRD-02", "S-CRD-03", "S-CRD-04", "S-CRD-07",
    "S-CRD-08", "S-CRD-09", "S-CRD-10", "S-CRD-11", "S-SCH-02", "S-SCH-05", "S-ERR-09", "S-ERR-20", "S-ERR-29",
    "S-ERR-40", "S-ERR-41", "S-ERR-42", "S-ERR-43", "S-ERR-44", "S-IDM-01", "S-IDM-02", "S-IDM-03", "S-IDM-04",
    "S-IDM-05", "S-IDM-06", "S-IDM-07", "S-IDM-08", "S-CON-16",
]  # fmt: skip
"""The rules whose surface is pushing into Intacct, and those of posting safety, which all of it stands on."""
SOURCES = Path(intacct_pipelines.__file__).parent
WAITING = (TESTS.parent / "docs" / "pushing.md").read_text(encoding="utf-8").partition("## What is not pushed")[2]


def rules_in(files: Iterable[Path]) -> set[str]:
    """Every rule that some files name."""
    return {rule for path in files for rule in re.findall(r"S-[A-Z]+-\d+", path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def cited() -> set[str]:
    """Every rule that another test names."""
    return rules_in(path for path in TESTS.rglob("test_*.py") if path != Path(__file__))


@pytest.fixture(scope="module")
def cited_by_pushing() -> set[str]:
    """Every rule that a test of pushing names."""
    return rules_in(path for path in TESTS.rglob("test_*.py") if "push" in str(path) or "outbox" in path.name)


@pytest.fixture(scope="module")
def waiting() -> list[str]:
    """The rules that the documentation says are not pushed yet."""
    return re.findall(r"^\| (S-[A-Z]+-\d+) \|", WAITING.partition("\n## ")[0], re.MULTILINE)


@pytest.mark.parametrize("rule", [*EXTRACTED, *RECONCILED])
def test_a_rule_of_extraction_or_reconciliation_is_cited_by_a_test(cited: set[str], rule: str):
    """A rule that no test names is a promise that nobody keeps."""
    assert rule in cited


@pytest.mark.parametrize("rule", PUSHED)
def test_a_rule_of_pushing_is_cited_by_a_test_of_it_or_said_to_wait(
    cited_by_pushing: set[str], waiting: list[str], rule: str
):
    """What is not done yet stands in the documentation with its reason, so that nobody has to find out."""
    assert rule in cited_by_pushing or rule in waiting


def test_every_rule_that_pushing_names_is_cited_by_a_test_of_it(cited_by_pushing: set[str], waiting: list[str]):
    """A reason that a hold or a plan gives is one that some test has seen, and none that is said to wait."""
    places = [*SOURCES.glob("push/**/*.py"), *SOURCES.glob("warehouse/outbox/*.py"), *SOURCES.glob("domain/push*.py")]
    named = rules_in(places)
    assert named - cited_by_pushing == set()
    assert named & set(waiting) == set()


def test_what_waits_is_a_rule_of_pushing_and_said_once(waiting: list[str]):
    """A line that is left over would hide that the rule is kept now."""
    assert set(waiting) <= set(PUSHED)
    assert len(waiting) == len(set(waiting))
