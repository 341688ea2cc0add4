"""A process that only reads pays for what reading takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROBE = """
import sys

from scripted_intacct import ScriptedIntacct, client_of
from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.records import SourceField, Window, WindowKind, gather
from intacct_pipelines.extract.intacct import IntacctExtraction

BILL = TABLES["intacct.ap_bill"]
plain = {
    Kind.TEXT: "A & B", Kind.INTEGER: "7", Kind.MONEY: "10.00", Kind.RATE: "1.234567890123", Kind.DATE: "02/03/2026",
    Kind.INSTANT: "02/03/2026 04:05:06", Kind.FLAG: "true",
}
row = {column.source: plain[column.kind] for column in BILL.columns}
row |= {"CURRENCY": "USD", "BASECURR": "USD", "OWN": "x"}
rows = [
    row,
    row | {column.source: None for column in BILL.columns if column.kind is not Kind.MONEY} | {"OWN": None},
    row | {"CURRENCY": "JPY", "TRX_TOTALENTERED": "10", "WHENMODIFIED": "02/03/2026"},
    row | {"WHENPOSTED": "no day"},
    row | {"TRX_TOTALENTERED": "no amount"},
]
numbered = [each | {"RECORDNO": str(at)} for at, each in enumerate(rows, 1)]
fields = [SourceField(name, is_custom=name == "OWN") for name in row]
with client_of(ScriptedIntacct({"APBILL": numbered}), page_size=2) as client:
    batches = list(gather(IntacctExtraction(client.session(), BILL, Window(WindowKind.ALL), fields=fields), 100))
print(sum(len(batch.rows) for batch in batches), sum(len(batch.rejects) for batch in batches), "pandas" in sys.modules)
"""


def test_reading_loads_no_pandas() -> None:
    """Neither columns of every kind do, nor what is missing, unreadable, of its own or in several currencies."""
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", _PROBE], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["3", "2", "False"], done.stderr
