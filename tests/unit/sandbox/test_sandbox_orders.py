"""Orders and expense reports in the Intacct twin: what they became, and that only what posts is in the ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from intacct_books import Books, bill

from intacct_pipelines.domain.catalog.intacct.orders import ORDER_STATES
from intacct_pipelines.sandbox.attached import bill_attachments
from intacct_pipelines.sandbox.expense_business import EMPLOYEE_PAYABLE_ACCOUNT
from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.intacct import IntacctTwin
from intacct_pipelines.sandbox.order_business import Order, OrderLine

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def twin() -> IntacctTwin:
    """A company of the usual size."""
    return IntacctTwin(generate(seed=7, bills=600, today=TODAY))


@pytest.mark.parametrize(
    ("orders", "lines", "made", "module", "total"),
    [
        ("PODOCUMENT", "PODOCUMENTENTRY", "APBILL", "9.PO", "TRX_TOTALENTERED"),
        ("SODOCUMENT", "SODOCUMENTENTRY", "ARINVOICE", "8.SO", ""),
    ],
)
def test_every_document_born_from_an_order_has_its_order(
    twin: IntacctTwin, orders: str, lines: str, made: str, module: str, total: str
):
    """What came from the module has an invoice document with its key, made from an order (S-PUR-01, S-SAL-01)."""
    born = {row["RECORDNO"]: row for row in twin.records(made) if row["MODULEKEY"] == module}
    documents = {row["DOCID"]: row for row in twin.records(orders)}
    invoices = {row["PRRECORDKEY"]: row for row in documents.values() if row["PRRECORDKEY"]}
    assert invoices.keys() == born.keys()
    assert len(born) >= len(twin.business.entities)
    others = {one.number for one in twin.business.orders if one.difference == "reference_is_no_order"}
    for key, invoice in invoices.items():
        order = documents[invoice["CREATEDFROM"]]
        assert (order["STATE"], order["PRRECORDKEY"]) == ("Converted", "")
        assert (order["DOCNO"] == born[key]["DOCNUMBER"]) is (order["DOCNO"] not in others)
        if total:
            assert Decimal(order["TRX_TOTAL"]) == Decimal(born[key][total])
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in twin.records(lines):
        sums[line["DOCHDRNO"]] += Decimal(line["TRX_VALUE"])
    assert sums == {row["RECORDNO"]: Decimal(row["TRX_TOTAL"]) for row in documents.values()}


def test_open_orders_wait_in_a_known_state(twin: IntacctTwin):
    """Orders that became nothing are there too, in states of the reference, and lines count from zero."""
    for name in ("PODOCUMENT", "SODOCUMENT"):
        states = {row["STATE"] for row in twin.records(name)}
        assert {"Converted", "Closed"} < states <= set(ORDER_STATES)
        assert "0" in {row["LINE_NO"] for row in twin.records(f"{name}ENTRY")}


def test_orders_post_nothing_and_expense_reports_do(twin: IntacctTwin):
    """What is owed to employees is the balance of its account; no order stands in the ledger."""
    posted = {posting.document.object_name for posting in twin.ledger.postings()}
    assert "EEXPENSES" in posted
    assert not {"PODOCUMENT", "SODOCUMENT"} & posted
    owed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in twin.records("EEXPENSES"):
        owed[row["MEGAENTITYID"], row["CURRENCY"]] += Decimal(row["TRX_TOTALDUE"])
    balance: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (entity, currency, account), amount in twin.ledger.balances().items():
        if account == EMPLOYEE_PAYABLE_ACCOUNT:
            balance[entity, currency] -= amount
    assert any(owed.values())
    assert dict(owed) == dict(balance)


def test_expense_reports_are_those_of_the_facts(twin: IntacctTwin):
    """Number, employee, lines and what is paid are as generated."""
    rows = {row["RECORDID"]: row for row in twin.records("EEXPENSES")}
    assert rows.keys() == {report.number for report in twin.business.expense_reports}
    lines: dict[str, list[Decimal]] = defaultdict(list)
    for line in twin.records("EEXPENSESITEM"):
        lines[line["RECORDKEY"]].append(Decimal(line["TRX_AMOUNT"]))
    for report in twin.business.expense_reports:
        row = rows[report.number]
        assert (row["EMPLOYEEID"], row["CONTACTNAME"]) == (report.employee_id, report.employee_name)
        assert (row["STATE"] == "Paid") == bool(report.paid_on) == (Decimal(row["TRX_TOTALDUE"]) == 0)
        assert lines[row["RECORDNO"]] == [line.amount for line in report.lines]


def test_a_query_names_one_definition_or_sees_all():
    """`docparid` narrows orders to a transaction definition; without it all come."""
    line = OrderLine("", Decimal(1), Decimal(5), Decimal(5), "", "100-A", "", "Cable")
    at = datetime(2026, 2, 1, tzinfo=UTC)
    order = Order(
        1, "purchase", "100", 1, "PO-1", date(2026, 2, 1), date(2026, 2, 9), "USD", Decimal(1), (line,), "Converted", 7,
        at, at,
    )  # fmt: skip
    books = Books(bill(7, "5.00", po_number="PO-1"), facts={"orders": (order,)})
    fields = "DOCID,PRRECORDKEY"
    everything = books.rows(books.select("PODOCUMENT", fields))
    assert [row["DOCID"] for row in everything] == ["Purchase Order-PO-1", "Vendor Invoice-INV-7"]
    only = books.rows(books.select("PODOCUMENT", fields, extra="<docparid>Purchase Order</docparid>"))
    assert [row["DOCID"] for row in only] == ["Purchase Order-PO-1"]
    nothing = "<equalto><field>DOCNO</field><value>INV-7</value></equalto>"
    assert books.rows(books.select("PODOCUMENT", fields, nothing, "<docparid>Purchase Order</docparid>")) == []


def test_documents_name_attachments_that_get_list_shows_with_their_file(twin: IntacctTwin):
    """Each attachment id of a report or bill is listed, but for those that were deleted (S-ATT-01)."""
    named = {row["SUPDOCID"] for name in ("EEXPENSES", "APBILL") for row in twin.records(name) if row["SUPDOCID"]}
    planted = bill_attachments(twin.business.bills, twin.business.seed).values()
    assert {one.difference for one in planted} == {"", "named_otherwise", "of_another", "gone"}
    gone = {one.attachment_id for one in planted if one.difference == "gone"}
    assert gone < named
    assert {row["SUPDOCID"] for row in twin.records("SUPDOC")} == named - gone
