"""Loads purchasing, order-entry and expense documents; only expense reports post to the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from intacct_pipelines.sandbox.expense_business import EMPLOYEE_PAYABLE_ACCOUNT
from intacct_pipelines.sandbox.intacct.expense_reports import EXPENSES
from intacct_pipelines.sandbox.intacct.loading_attachments import Attachment, load_attachment
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry, coding_of, journal_entry
from intacct_pipelines.sandbox.intacct.values import round_amount
from intacct_pipelines.sandbox.ledger import BANK_ACCOUNT, CREDIT, DEBIT, PostingKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.expense_business import ExpenseReport
    from intacct_pipelines.sandbox.intacct.loading_documents import RowMaker
    from intacct_pipelines.sandbox.intacct.state import Row, Table
    from intacct_pipelines.sandbox.order_business import Order, OrderLine

REIMBURSEMENT: Final = PostingKind("Expense reimbursement", "CDJ", "6.EE", "ep")


class Definition(NamedTuple):
    """A transaction definition: what DOCPARID says, and the document's class."""

    name: str
    document_class: str


_ORDERS: Final = {
    "purchase": ("PODOCUMENT", "PODOCUMENTENTRY", Definition("Purchase Order", "Order")),
    "sales": ("SODOCUMENT", "SODOCUMENTENTRY", Definition("Sales Order", "Order")),
}
_INVOICES: Final = {
    "purchase": Definition("Vendor Invoice", "Invoice"),
    "sales": Definition("Sales Invoice", "Invoice"),
}


class OrdersLoader:
    """Fills orders and expense reports of a state whose bills and invoices are loaded.

    Args:
        rows: Makes the rows.
        business: What to load.
    """

    def __init__(self, rows: RowMaker, business: Business) -> None:
        self._rows = rows
        self._state = rows.state
        self._business = business
        self._parties = {
            "purchase": {one.key: (one.intacct_id or "", one.name) for one in business.vendors},
            "sales": {one.key: (one.intacct_id or "", one.name) for one in business.receivables.customers},
        }
        self._numbers = {
            "purchase": {one.key: one.number for one in business.bills},
            "sales": {one.key: one.number for one in business.receivables.invoices},
        }

    def load(self) -> None:
        """Load everything."""
        for order in self._business.orders:
            self._load_order(order)
        for report in self._business.expense_reports:
            self._load_report(report)

    def _row(self, table: Table, document: Order | ExpenseReport, values: Iterable[tuple[str, str]]) -> Row:
        return self._rows.row(table, dict(values), document.entity_id, (document.created_at, document.modified_at))

    # Orders

    def _load_order(self, order: Order) -> None:
        """An order, and the invoice document that it was converted into, which names its bill or invoice."""
        definition = _ORDERS[order.kind][2]
        self._document(order, definition, order.number, order.state)
        if order.document_key:
            number = self._numbers[order.kind][order.document_key]
            self._document(order, _INVOICES[order.kind], number, "Closed", self._record_no(order, number))

    def _record_no(self, order: Order, number: str) -> str:
        """RECORDNO of the bill or invoice with this number."""
        table = self._state.tables["APBILL" if order.kind == "purchase" else "ARINVOICE"]
        party = "VENDORID" if order.kind == "purchase" else "CUSTOMERID"
        party_id = self._parties[order.kind][order.party_key][0]
        found = [one for one in table.find("RECORDID", number) if table.get(table.rows[one], party) == party_id]
        return str(found[0]) if found else ""

    def _document(self, order: Order, definition: Definition, number: str, state: str, made: str = "") -> None:
        header_name, line_name, _ = _ORDERS[order.kind]
        table, lines = self._state.tables[header_name], self._state.tables[line_name]
        party_id, party_name = self._parties[order.kind][order.party_key]
        base_currency = self._state.currency_of(order.entity_id)
        base = round_amount(order.total * order.exchange_rate, base_currency)
        day = self._state.instants.day
        row = self._row(
            table,
            order,
            (
                ("DOCNO", number),
                ("DOCID", f"{definition.name}-{number}"),
                ("DOCPARID", definition.name),
                ("DOCCLASS", definition.document_class),
                ("STATE", state),
                ("CREATEDFROM", f"{_ORDERS[order.kind][2].name}-{order.number}" if made else ""),
                ("PRRECORDKEY", made),
                ("CUSTVENDID", party_id),
                ("CUSTVENDNAME", party_name),
                ("PONUMBER", (order.reference if made else "") or order.number),
                ("WHENCREATED", day(order.due_date if made else order.order_date)),
                ("WHENPOSTED", day(order.due_date) if made else ""),
                ("WHENDUE", day(order.due_date)),
                ("CURRENCY", order.currency),
                ("BASECURR", base_currency),
                ("EXCHRATE", str(order.exchange_rate)),
                *((f"TRX_{word}TOTAL", str(order.total)) for word in ("SUB", "")),
                *((f"{word}TOTAL", str(base)) for word in ("SUB", "")),
            ),
        )
        table.put(row)
        for at, line in enumerate(order.lines):
            lines.put(self._order_line(lines, table, row, at, line, order))

    def _order_line(self, lines: Table, table: Table, row: Row, at: int, line: OrderLine, order: Order) -> Row:
        base_currency = table.get(row, "BASECURR")
        return self._row(
            lines,
            order,
            (
                ("DOCHDRNO", table.get(row, "RECORDNO")),
                ("DOCHDRID", table.get(row, "DOCID")),
                ("DOCPARID", table.get(row, "DOCPARID")),
                ("LINE_NO", str(at)),  # from zero, unlike bills
                ("ITEMID", line.item_id),
                ("ITEMDESC", line.memo),
                ("MEMO", line.memo),
                ("UNIT", "Each"),
                *((field, str(line.quantity)) for field in ("QUANTITY", "UIQTY")),
                *((field, str(line.price)) for field in ("UIPRICE", "TRX_PRICE")),
                ("PRICE", str(round_amount(line.price * order.exchange_rate, base_currency))),
                *((field, str(line.amount)) for field in ("UIVALUE", "TRX_VALUE")),
                ("TOTAL", str(round_amount(line.amount * order.exchange_rate, base_currency))),
                ("CURRENCY", order.currency),
                ("BASECURR", base_currency),
                ("EXCHRATE", str(order.exchange_rate)),
                ("DEPARTMENTID", line.department_id),
                ("LOCATIONID", line.location_id),
                ("CLASSID", line.class_id),
                ("VENDORID" if order.kind == "purchase" else "CUSTOMERID", table.get(row, "CUSTVENDID")),
                ("STATE", table.get(row, "STATE")),
                ("WHENCREATED", table.get(row, "WHENCREATED")),
            ),
        )

    # Expense reports

    def _load_report(self, report: ExpenseReport) -> None:
        table, lines = self._state.tables["EEXPENSES"], self._state.tables["EEXPENSESITEM"]
        day = self._state.instants.day
        total = str(report.total)
        settled = (total, "0") if report.paid_on else ("0", total)
        row = self._row(
            table,
            report,
            (
                ("RECORDTYPE", EXPENSES.record_type),
                ("RECORDID", report.number),
                ("STATE", "Paid" if report.paid_on else "Posted"),
                ("RAWSTATE", "A"),
                ("EMPLOYEEID", report.employee_id),
                ("CONTACTNAME", report.employee_name),
                ("DESCRIPTION", report.description),
                ("WHENCREATED", day(report.report_date)),
                ("WHENPOSTED", day(report.report_date)),
                ("WHENPAID", day(report.paid_on) if report.paid_on else ""),
                ("CURRENCY", report.currency),
                ("BASECURR", report.currency),
                *((f"{word}TOTALENTERED", total) for word in ("", "TRX_")),
                *((f"{word}TOTALPAID", settled[0]) for word in ("", "TRX_")),
                *((f"{word}TOTALDUE", settled[1]) for word in ("", "TRX_")),
                ("PRBATCH", f"Expenses: {day(report.report_date)}"),
                ("SUPDOCID", report.attachment_id),
            ),
        )
        table.put(row)
        entries: list[Entry] = []
        for at, line in enumerate(report.lines, 1):
            item = self._row(
                lines,
                report,
                (
                    ("RECORDKEY", table.get(row, "RECORDNO")),
                    ("LINE_NO", str(at)),
                    ("ACCOUNTNO", line.account_no),
                    ("ACCOUNTKEY", self._rows.name("GLACCOUNT", "RECORDNO", line.account_no)),
                    ("ACCOUNTTITLE", self._rows.name("GLACCOUNT", "TITLE", line.account_no)),
                    ("ENTRY_DATE", table.get(row, "WHENPOSTED")),
                    ("ENTRYDESCRIPTION", line.description),
                    ("TRX_AMOUNT", str(line.amount)),
                    ("AMOUNT", str(line.amount)),
                    ("CURRENCY", report.currency),
                    ("BASECURR", report.currency),
                    ("EXCHANGE_RATE", "1"),
                    ("DEPARTMENTID", line.department_id),
                    ("LOCATIONID", line.location_id),
                    ("BILLABLE", "false"),
                    ("STATE", "A"),
                ),
            )
            lines.put(item)
            coding = coding_of(self._state, lines, item, report.entity_id)
            entries.append(Entry(DEBIT, line.account_no, line.amount, line.amount, coding))
            entries.append(Entry(CREDIT, EMPLOYEE_PAYABLE_ACCOUNT, line.amount, line.amount, coding))
        if report.attachment_id:
            load_attachment(
                self._rows,
                Attachment(
                    report.attachment_id,
                    f"Receipts {report.number}",
                    "Expense reports",
                    report.number,
                    report.description,
                    report.report_date,
                ),
                report.entity_id,
                (report.created_at, report.modified_at),
            )
        state = self._state
        state.ledger.post(journal_entry(state, table, row, EXPENSES, table.get(row, "WHENPOSTED"), entries))
        if report.paid_on:
            back = self._reimbursement(report.total, Coding(report.entity_id, report.lines[0].location_id))
            state.ledger.post(journal_entry(state, table, row, REIMBURSEMENT, table.get(row, "WHENPAID"), back))

    def _reimbursement(self, total: Decimal, coding: Coding) -> list[Entry]:
        return [
            Entry(DEBIT, EMPLOYEE_PAYABLE_ACCOUNT, total, total, coding),
            Entry(CREDIT, BANK_ACCOUNT, total, total, coding),
        ]
