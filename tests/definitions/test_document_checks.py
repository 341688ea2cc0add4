"""What the check across tables shows of failures."""

from __future__ import annotations

import dagster as dg
import pandas as pd
import pytest

from intacct_pipelines.defs.document_checks import documents_result
from intacct_pipelines.validate.documents import FAILURE_COLUMNS, families

HEAD = "bill.ap_bill"
OPEN = [("acme:100", HEAD, f"b{at}", "settled_and_open", "paid 1, due 2: 3 USD apart", "") for at in range(8)]
ORPHAN = ("acme:100", "bill.ap_bill_line", "l1", "line_has_parent", "no ap_bill b9", "")
UNBALANCED = ("acme:100", HEAD, "b1", "lines_add_up", "header 2 USD, lines 1 USD", "S-IDM-07")


@pytest.mark.parametrize(
    ("rows", "severity", "shown"),
    [
        ([], dg.AssetCheckSeverity.WARN, 0),
        ([*OPEN, ORPHAN], dg.AssetCheckSeverity.WARN, 6),
        ([*OPEN, ORPHAN, UNBALANCED], dg.AssetCheckSeverity.ERROR, 7),
    ],
)
def test_what_is_certain_is_an_error_and_no_check_hides_another(
    rows: list[tuple[str, ...]], severity: dg.AssetCheckSeverity, shown: int
) -> None:
    """A sum without exceptions is red; of a check that fails often a few rows are shown, of a rare one all."""
    failing = pd.DataFrame(rows, columns=list(FAILURE_COLUMNS), dtype=object)
    result = documents_result(HEAD, families()[HEAD], failing)
    assert (result.passed, result.severity) == (not rows, severity)
    records = getattr(result.metadata["failing_rows"], "records", [])
    assert len(records) == shown
    assert {record.data["check"] for record in records} == {row[3] for row in rows}
    reasons = str(result.metadata["possible_reasons"].value)
    assert ("BILL does not publish" in reasons) == bool(rows)
    assert "lines_add_up" not in reasons
