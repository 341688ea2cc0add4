"""What validation costs beside the reading that it guards, in the same run.

    python benchmarks/validate.py            # 100,000 bills
    python benchmarks/validate.py --quick    # a small run that only shows that everything works

Bills of BILL go from JSON bodies to typed rows (the reading, without network), many pages at once through their pandera
contract; once they are in the warehouse, all of them through the checks across documents. The limit is that contracts
and checks together take less time than the reading: a guard that costs more than the work would be switched off.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import httpx

from intacct_pipelines.clients.bill import BillClient, Credentials, Options
from intacct_pipelines.defs.extraction import ROWS_JUDGED
from intacct_pipelines.defs.judging import check_entity_documents
from intacct_pipelines.domain.catalog import TABLES, Table
from intacct_pipelines.domain.records import Batch, Tally, Window, WindowKind, gather
from intacct_pipelines.extract.bill import BillExtraction
from intacct_pipelines.extract.typing import type_rows
from intacct_pipelines.validate.contracts import screen_batch
from intacct_pipelines.validate.documents import families
from intacct_pipelines.warehouse.connection import Warehouse
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

ORGANIZATION = "00801BENCHMARK"
ENTITY = "benchmark:1"
PAGE = 100
VENDORS = 500


def bill(number: int) -> dict[str, object]:
    """One believable bill of two lines."""
    instant = f"2026-01-01T00:{number // 6000 % 60:02}:{number // 100 % 60:02}.000+00:00"
    return {
        "id": f"00n{number:017}",
        "archived": False,
        "recordStatus": "ACTIVE",
        "vendorId": f"009{number % VENDORS}",
        "vendorName": f"Vendor {number % VENDORS}",
        "amount": 149.25,
        "paidAmount": 0,
        "dueAmount": 149.25,
        "dueDate": "2026-02-01",
        "invoice": {"invoiceNumber": f"INV-{number}", "invoiceDate": "2026-01-02"},
        "billLineItems": [
            {"id": f"l{number}-{line}", "amount": amount, "classifications": {"departmentId": "0de1"}}
            for line, amount in enumerate((149, 0.25))
        ],
        "paymentStatus": "UNPAID",
        "approvalStatus": "APPROVED",
        "createdTime": instant,
        "updatedTime": instant,
    }


def read(bills: int) -> tuple[list[tuple[Batch, Batch]], float]:
    """Read prepared pages through the real client; return the batches and the seconds that it took."""
    pages = [
        json.dumps(
            {
                "results": [bill(number) for number in range(first, min(first + PAGE, bills))],
                **({"nextPage": str(first // PAGE + 1)} if first + PAGE < bills else {}),
            }
        ).encode()
        for first in range(0, bills, PAGE)
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/login"):
            return httpx.Response(200, json={"sessionId": "s", "organizationId": ORGANIZATION})
        return httpx.Response(200, content=pages[int(request.url.params.get("page", "0"))])

    currencies = {f"009{number}": "USD" for number in range(VENDORS)}
    options = Options(url="http://localhost/connect", page_size=PAGE)
    with BillClient(Credentials("k", "u", "p"), options, transport=httpx.MockTransport(answer)) as client:
        session = client.session(ORGANIZATION)
        started = time.perf_counter()
        reading = BillExtraction(session, ORGANIZATION, TABLES["bill.ap_bill"], Window(WindowKind.ALL), currencies)
        pairs = [(bills, lines) for bills, lines, *_ in reading]
        return pairs, time.perf_counter() - started


def store(warehouse: Warehouse, table: Table, batches: list[Batch]) -> None:
    """Load a whole table."""
    rows = [batch.rows for batch in batches]
    count = sum(len(block) for block in rows)
    total = table.column(table.control_total).name if table.control_total else ""
    amounts = (cell.as_py() or 0 for block in rows for cell in block.column(total)) if total else ()
    tally = Tally(announced=count, received=count, requests=1, control_total=sum(amounts, Decimal(0)))
    with warehouse.load(table, ENTITY, run_id="bench", window=Window(WindowKind.ALL)) as load:
        for block in rows:
            load.add(block)
        assert load.finish(tally).is_whole


def vendors() -> Batch:
    """Return the vendors that the bills name."""
    table = TABLES["bill.vendor"]
    columns = {column.source: [None] * VENDORS for column in table.columns}
    columns["id"] = [f"009{number}" for number in range(VENDORS)]
    columns["name"] = [f"Vendor {number}" for number in range(VENDORS)]
    return type_rows(table, columns)


def main() -> None:
    """Measure and print; exit 1 when validation costs more than the reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run")
    is_quick = parser.parse_args().quick
    bills = 2_000 if is_quick else 100_000
    pairs, reading = read(bills)
    screen_batch(pairs[0][0])  # imports pandera, once a process
    started = time.perf_counter()
    headers = [screen_batch(batch) for batch in gather((bills for bills, _ in pairs), ROWS_JUDGED)]
    lines = [screen_batch(batch) for batch in gather((lines for _, lines in pairs), ROWS_JUDGED)]
    contracts = time.perf_counter() - started
    with tempfile.TemporaryDirectory(prefix="intacct-pipelines-bench-") as home:
        Path(home).chmod(0o755)
        postgres = EmbeddedPostgres(Path(home))
        postgres.start()
        try:
            with Warehouse(postgres.dsn("warehouse")) as warehouse:
                warehouse.migrate()
                for name, batches in (("ap_bill", headers), ("ap_bill_line", lines), ("vendor", [vendors()])):
                    store(warehouse, TABLES[f"bill.{name}"], batches)
                started = time.perf_counter()
                failures = check_entity_documents(warehouse, ENTITY, families()["bill.ap_bill"])
                documents = time.perf_counter() - started
        finally:
            postgres.remove()
    share = (contracts + documents) / reading
    assert failures.empty
    assert sum(len(batch.rows) for batch in headers) == bills
    print(f"{bills:,} bills, {2 * bills:,} lines, pages of {PAGE}")
    print(f"reading    {reading:8.2f} s   {bills / reading:10,.0f} bills/s")
    print(f"contracts  {contracts:8.2f} s   {contracts / reading:10.2f} of the reading")
    print(f"documents  {documents:8.2f} s   {documents / reading:10.2f} of the reading")
    print(f"together   {share:8.2f} of the reading; limit 1.00: {'held' if share < 1 else 'MISSED'}")
    # A small run only shows that everything works; its times mean nothing.
    raise SystemExit(share >= 1 and not is_quick)


if __name__ == "__main__":
    main()
