"""Loads the generated receivables into the twin: invoices, credit memos, receipts and advances, with their postings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.documents import fill
from intacct_pipelines.sandbox.intacct.financial import money_in_account
from intacct_pipelines.sandbox.intacct.posting import Coding, journal_entry
from intacct_pipelines.sandbox.intacct.receivables import (
    ADJUSTMENT,
    ADVANCE,
    INVOICE,
    ORDER_INVOICE,
    RECEIPT,
    ZERO,
    Cash,
    OpenItem,
    document_posting,
    open_totals,
    opposite,
    receipt_entries,
)
from intacct_pipelines.sandbox.intacct.values import round_amount, sortable
from intacct_pipelines.sandbox.receivables_business import (
    CLEARING_ACCOUNT,
    DEPOSITS_ACCOUNT,
    UNDEPOSITED_ACCOUNT,
    seen_by,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.loading_documents import RowMaker, Times
    from intacct_pipelines.sandbox.intacct.state import Row, Table
    from intacct_pipelines.sandbox.ledger import PostingKind
    from intacct_pipelines.sandbox.receivables_business import CreditMemo, Invoice, Receipt, SaleLine

    Fields = Iterable[tuple[str, str]]

_METHODS: Final = {"ACH": "EFT", "CREDIT_CARD": "Credit Card", "CHECK": "Printed Check"}
_POSTED: Final = "A"
"""RAWSTATE of what stands in the ledger, as a recorded bill shows it."""


class ReceivablesLoader:
    """Fills the receivables of a state whose lists are loaded.

    Args:
        rows: Makes the rows.
        business: What to load.
    """

    def __init__(self, rows: RowMaker, business: Business) -> None:
        self._rows = rows
        self._state = rows.state
        self._business = business
        self._customers = {customer.key: customer for customer in business.receivables.customers}
        self._open: dict[int, OpenItem] = {}
        self._invoices: dict[int, Row] = {}
        self._locations = {entity.entity_id: entity.location_ids[0] for entity in business.entities}

    def load(self) -> None:
        """Load everything."""
        receivables = self._business.receivables
        for invoice in seen_by("intacct", receivables.invoices):
            self._load_invoice(invoice)
        for memo in seen_by("intacct", receivables.credit_memos):
            self._load_memo(memo)
        for receipt in seen_by("intacct", receivables.receipts):
            if receipt.applications:
                self._load_receipt(receipt)
            else:
                self._load_advance(receipt)

    # Invoices and credit memos

    def _load_invoice(self, invoice: Invoice) -> None:
        table, lines = self._state.tables["ARINVOICE"], self._state.tables["ARINVOICEITEM"]
        day = self._state.instants.day
        kind = ORDER_INVOICE if invoice.so_number else INVOICE
        values = (
            ("RECORDID", invoice.number),
            ("DOCNUMBER", invoice.so_number or invoice.po_number),
            ("TERMNAME", self._customers[invoice.customer_key].term),
            ("WHENCREATED", day(invoice.invoice_date)),
            ("WHENPOSTED", day(invoice.gl_posting_date)),
            ("WHENDUE", day(invoice.due_date)),
            ("PRBATCH", f"Invoices: {day(invoice.gl_posting_date)}"),
        )
        row = self._header(table, invoice, kind, values)
        self._invoices[invoice.key] = row
        self._open[invoice.key] = self._put(table, lines, row, invoice, [(line, 1) for line in invoice.lines], kind)

    def _load_memo(self, memo: CreditMemo) -> None:
        table, lines = self._state.tables["ARADJUSTMENT"], self._state.tables["ARADJUSTMENTITEM"]
        day = self._state.instants.day(memo.credit_date)
        dates = (("WHENCREATED", day), ("WHENPOSTED", day), ("WHENDUE", day), ("PRBATCH", f"Adjustments: {day}"))
        row = self._header(table, memo, ADJUSTMENT, (("RECORDID", memo.number), *dates))
        # Negative amounts make a credit memo.
        credit = self._put(table, lines, row, memo, [(line, -1) for line in memo.lines], ADJUSTMENT)
        if memo.applications and memo.applied_on:
            self._apply_memo(memo, row, credit)

    def _header(self, table: Table, document: Invoice | CreditMemo, kind: PostingKind, values: Fields) -> Row:
        customer = self._customers[document.customer_key]
        row = self._row(
            table,
            document.entity_id,
            (document.created_at, document.intacct_modified_at),
            (
                ("RECORDTYPE", kind.record_type),
                ("MODULEKEY", kind.module_key),
                ("STATE", "Posted"),
                ("RAWSTATE", _POSTED),
                ("CUSTOMERID", customer.intacct_id or ""),
                ("CUSTOMERNAME", customer.name),
                ("DESCRIPTION", document.description),
                ("CURRENCY", document.currency),
                ("BASECURR", self._state.currency_of(document.entity_id)),
                ("EXCHANGE_RATE", str(document.exchange_rate)),
                ("SYSTEMGENERATED", "false"),
            ),
        )
        _set(table, row, values)
        _set(table, row, (("EXCH_RATE_DATE", table.get(row, "WHENCREATED")),))
        return row

    def _put(
        self,
        table: Table,
        lines: Table,
        row: Row,
        document: Invoice | CreditMemo,
        sales: Sequence[tuple[SaleLine, int]],
        kind: PostingKind,
    ) -> OpenItem:
        """Store a document with its lines, and post it; return what is open of it."""
        base_currency = table.get(row, "BASECURR")
        rate = document.exchange_rate
        items: list[Row] = []
        trx_total = base_total = ZERO
        for at, (sale, sign) in enumerate(sales, 1):
            trx = sale.amount * sign
            base = trx if document.currency == base_currency else round_amount(trx * rate, base_currency)
            trx_total, base_total = trx_total + trx, base_total + base
            items.append(self._item(lines, table, row, at, sale, str(trx), str(base)))
        open_item = OpenItem(trx_total, base_total, rate, base_currency)
        _set(table, row, (("TRX_TOTALENTERED", str(trx_total)), ("TOTALENTERED", str(base_total))))
        fill(table, row, open_totals(table, row, open_item))
        table.put(row)
        for item in items:
            lines.put(item)
        self._state.ledger.post(document_posting(self._state, table, lines, row, items, kind))
        return open_item

    def _item(self, lines: Table, table: Table, row: Row, at: int, sale: SaleLine, trx: str, base: str) -> Row:
        state = self._state
        item = lines.blank()
        _set(
            lines,
            item,
            (
                ("RECORDNO", state.new_number(lines)),
                ("RECORDKEY", table.get(row, "RECORDNO")),
                ("LINE_NO", str(at)),
                ("ACCOUNTNO", sale.account_no),
                ("ACCOUNTKEY", self._rows.name("GLACCOUNT", "RECORDNO", sale.account_no)),
                ("ACCOUNTTITLE", self._rows.name("GLACCOUNT", "TITLE", sale.account_no)),
                ("ENTRYDESCRIPTION", sale.description),
                ("ENTRY_DATE", table.get(row, "WHENPOSTED")),
                ("TRX_AMOUNT", trx),
                ("AMOUNT", base),
                ("DEPARTMENTID", sale.department_id),
                ("LOCATIONID", sale.location_id),
                ("CLASSID", sale.class_id),
                ("CUSTOMERID", table.get(row, "CUSTOMERID")),
                ("ITEMID", sale.item_id),
                ("LINEITEM", "true"),
                ("CURRENCY", table.get(row, "CURRENCY")),
                ("BASECURR", table.get(row, "BASECURR")),
                ("EXCHANGE_RATE", table.get(row, "EXCHANGE_RATE")),
                ("STATE", _POSTED),
                ("RECORDTYPE", table.get(row, "RECORDTYPE")),
                ("WHENCREATED", table.get(row, "WHENMODIFIED")),
                ("WHENMODIFIED", table.get(row, "WHENMODIFIED")),
                ("CREATEDBY", "1"),
                ("MODIFIEDBY", "1"),
            ),
        )
        item[lines.owner_at] = row[table.owner_at]
        item[lines.stamp_at] = row[table.stamp_at]
        return item

    # Receipts

    def _load_receipt(self, receipt: Receipt) -> None:
        table = self._state.tables["ARPYMT"]
        row = self._receipt(table, receipt, RECEIPT)
        settled = [(one.amount, self._open[one.invoice_key].settle(one.amount)) for one in receipt.applications]
        _set(table, row, (("TRX_TOTALPAID", str(receipt.applied)), ("TRX_TOTALDUE", str(receipt.unapplied))))
        cash = _cash(receipt, table.get(row, "BASECURR"))
        paid, rest = sum((base for _, base in settled), ZERO), cash.base(receipt.unapplied)
        _set(table, row, (("TOTALPAID", str(paid)), ("TOTALDUE", str(rest))))
        if receipt.unapplied:
            location = (("OVERPAYMENTLOCATIONID", self._locations[receipt.entity_id]),)
            _set(table, row, (("OVERPAYMENTAMOUNT", str(receipt.unapplied)), *location))
        table.put(row)
        times = (receipt.created_at, receipt.intacct_modified_at)
        for one, (trx, base) in zip(receipt.applications, settled, strict=True):
            amounts = (("TRX_PAYMENTAMOUNT", str(trx)), ("PAYMENTAMOUNT", str(base)))
            self._detail(row, one.invoice_key, amounts, times)
            self._touch(one.invoice_key, row, receipt.intacct_modified_at)
        self._post_receipt(table, row, receipt, settled, RECEIPT)
        if receipt.voided_on is not None:
            self._void(row, receipt, settled)

    def _load_advance(self, receipt: Receipt) -> None:
        """Money that has not found an invoice is an advance."""
        table, lines = self._state.tables["ARADVANCE"], self._state.tables["ARADVANCEITEM"]
        row = self._receipt(table, receipt, ADVANCE)
        base = _cash(receipt, table.get(row, "BASECURR")).base(receipt.amount)
        _set(table, row, (("TRX_TOTALPAID", "0"), ("TOTALPAID", "0")))
        _set(table, row, (("TRX_TOTALDUE", str(receipt.amount)), ("TOTALDUE", str(base))))
        table.put(row)
        item = lines.blank()
        _set(
            lines,
            item,
            (
                ("RECORDNO", self._state.new_number(lines)),
                ("RECORDKEY", table.get(row, "RECORDNO")),
                ("LINE_NO", "1"),
                ("ACCOUNTNO", DEPOSITS_ACCOUNT),
                ("ACCOUNTKEY", self._rows.name("GLACCOUNT", "RECORDNO", DEPOSITS_ACCOUNT)),
                ("ACCOUNTTITLE", self._rows.name("GLACCOUNT", "TITLE", DEPOSITS_ACCOUNT)),
                ("TRX_AMOUNT", str(receipt.amount)),
                ("AMOUNT", str(base)),
                ("LOCATIONID", self._locations[receipt.entity_id]),
                ("CUSTOMERID", table.get(row, "CUSTOMERID")),
                ("CURRENCY", receipt.currency),
                ("BASECURR", table.get(row, "BASECURR")),
                ("WHENMODIFIED", table.get(row, "WHENMODIFIED")),
            ),
        )
        item[lines.owner_at], item[lines.stamp_at] = row[table.owner_at], row[table.stamp_at]
        lines.put(item)
        self._post_receipt(table, row, receipt, (), ADVANCE)

    def _receipt(self, table: Table, receipt: Receipt, kind: PostingKind) -> Row:
        customer = self._customers[receipt.customer_key]
        day = self._state.instants.day(receipt.receipt_date)
        base_currency = self._state.currency_of(receipt.entity_id)
        money: Fields = (("UNDEPOSITEDACCOUNTNO", UNDEPOSITED_ACCOUNT),)
        if receipt.is_online:
            money = (("FINANCIALENTITY", money_in_account(receipt.entity_id)), ("FINANCIALENTITYTYPE", "ba"))
        row = self._row(
            table,
            receipt.entity_id,
            (receipt.created_at, receipt.intacct_modified_at),
            (
                ("RECORDTYPE", kind.record_type),
                ("STATE", "Complete"),
                ("CUSTOMERID", customer.intacct_id or ""),
                ("CUSTOMERNAME", customer.name),
                ("RECORDID", receipt.reference),
                ("DOCNUMBER", receipt.reference),
                ("DESCRIPTION", receipt.description),
                ("PAYMENTMETHOD", _METHODS[receipt.method]),
                *((field, day) for field in ("WHENCREATED", "RECEIPTDATE", "PAYMENTDATE", "WHENPAID")),
                ("CURRENCY", receipt.currency),
                ("BASECURR", base_currency),
                ("EXCH_RATE_DATE", day),
                ("EXCHANGE_RATE", str(receipt.exchange_rate)),
                ("TRX_TOTALENTERED", str(receipt.amount)),
                ("TOTALENTERED", str(_cash(receipt, base_currency).base(receipt.amount))),
                ("PRBATCH", f"Receipts: {day}"),
                ("CLEARED", "false"),
            ),
        )
        _set(table, row, money)
        return row

    def _post_receipt(
        self, table: Table, row: Row, receipt: Receipt, settled: Sequence[tuple[Decimal, Decimal]], kind: PostingKind
    ) -> None:
        cash = _cash(receipt, table.get(row, "BASECURR"))
        entries = receipt_entries(cash, settled, self._coding(receipt.entity_id, receipt.description))
        self._state.ledger.post(journal_entry(self._state, table, row, kind, table.get(row, "RECEIPTDATE"), entries))

    def _void(self, row: Row, receipt: Receipt, settled: Sequence[tuple[Decimal, Decimal]]) -> None:
        """A reversal on a day of its own: the receipt stays, a second one undoes it, its invoices are open again."""
        table = self._state.tables["ARPYMT"]
        day = self._state.instants.day(receipt.voided_on or receipt.receipt_date)
        reversal = row.copy()
        dates = tuple((field, day) for field in ("WHENCREATED", "RECEIPTDATE", "PAYMENTDATE", "WHENPAID"))
        names = (("RECORDNO", self._state.new_number(table)), ("PARENTPAYMENTKEY", table.get(row, "RECORDNO")))
        _set(table, reversal, (*names, *dates, ("STATE", "Reversal")))
        for field in ("TOTALENTERED", "TOTALPAID", "TRX_TOTALENTERED", "TRX_TOTALPAID"):
            _set(table, reversal, ((field, str(-Decimal(table.get(row, field)))),))
        _set(table, reversal, (("TOTALDUE", "0"), ("TRX_TOTALDUE", "0"), ("OVERPAYMENTAMOUNT", "")))
        table.put(reversal)
        # Not yet seen by anybody, so it may be changed in place.
        _set(table, row, (("STATE", "Reversed"), ("TOTALDUE", "0"), ("TRX_TOTALDUE", "0")))
        for one, (trx, base) in zip(receipt.applications, settled, strict=True):
            item = self._open[one.invoice_key]
            item.trx_due += trx
            item.base_due += base
            amounts = (("TRX_PAYMENTAMOUNT", str(-trx)), ("PAYMENTAMOUNT", str(-base)))
            self._detail(reversal, one.invoice_key, amounts, (receipt.created_at, receipt.intacct_modified_at))
            self._touch(one.invoice_key, reversal, receipt.intacct_modified_at)
        cash = _cash(receipt, table.get(row, "BASECURR"))
        entries = opposite(receipt_entries(cash, settled, self._coding(receipt.entity_id, receipt.description)))
        self._state.ledger.post(journal_entry(self._state, table, reversal, RECEIPT, day, entries))

    def _apply_memo(self, memo: CreditMemo, adjustment: Row, credit: OpenItem) -> None:
        """A receipt without money that applies a credit memo."""
        table, adjustments = self._state.tables["ARPYMT"], self._state.tables["ARADJUSTMENT"]
        day = self._state.instants.day(memo.applied_on or memo.credit_date)
        row = self._row(
            table,
            memo.entity_id,
            (memo.created_at, memo.intacct_modified_at),
            (
                ("RECORDTYPE", RECEIPT.record_type),
                ("STATE", "Complete"),
                *((f, adjustments.get(adjustment, f)) for f in ("CUSTOMERID", "CUSTOMERNAME", "CURRENCY", "BASECURR")),
                ("EXCHANGE_RATE", str(memo.exchange_rate)),
                ("DESCRIPTION", memo.description),
                *((field, day) for field in ("WHENCREATED", "RECEIPTDATE", "PAYMENTDATE", "WHENPAID")),
                *((f"{word}TOTAL{what}", "0") for word in ("", "TRX_") for what in ("ENTERED", "PAID", "DUE")),
            ),
        )
        table.put(row)
        settled: list[tuple[Decimal, Decimal]] = []
        for one in memo.applications:
            base, relieved = self._open[one.invoice_key].settle(one.amount), credit.settle(-one.amount)
            settled += [(one.amount, base), (-one.amount, relieved)]
            key = (("ADJUSTMENTKEY", adjustments.get(adjustment, "RECORDNO")),)
            amounts = (("TRX_ADJUSTMENTAMOUNT", str(one.amount)), ("ADJUSTMENTAMOUNT", str(base)))
            self._detail(row, one.invoice_key, (*key, *amounts), (memo.created_at, memo.intacct_modified_at))
            self._touch(one.invoice_key, row, memo.intacct_modified_at)
        fill(adjustments, adjustment, open_totals(adjustments, adjustment, credit))
        entries = receipt_entries(None, settled, self._coding(memo.entity_id, memo.description))
        if entries:
            self._state.ledger.post(journal_entry(self._state, table, row, RECEIPT, day, entries))

    def _detail(self, receipt: Row, invoice_key: int, amounts: Fields, times: Times) -> None:
        table, details = self._state.tables["ARPYMT"], self._state.tables["ARPYMTDETAIL"]
        invoices = self._state.tables["ARINVOICE"]
        row = self._row(
            details,
            receipt[table.owner_at],
            times,
            (
                ("PAYMENTKEY", table.get(receipt, "RECORDNO")),
                ("RECORDKEY", invoices.get(self._invoices[invoice_key], "RECORDNO")),
                ("CURRENCY", table.get(receipt, "CURRENCY")),
                ("PAYMENTDATE", table.get(receipt, "PAYMENTDATE")),
                ("STATE", table.get(receipt, "STATE")),
            ),
        )
        _set(details, row, amounts)
        details.put(row)

    # What is open

    def _touch(self, invoice_key: int, receipt: Row, at: datetime) -> None:
        """Show on an invoice what is open of it now; it changed when the receipt did."""
        table, receipts = self._state.tables["ARINVOICE"], self._state.tables["ARPYMT"]
        row = self._invoices[invoice_key]
        fill(table, row, open_totals(table, row, self._open[invoice_key]))
        paid = table.get(row, "STATE") == "Paid"
        _set(table, row, (("WHENPAID", receipts.get(receipt, "PAYMENTDATE") if paid else ""),))
        self._stamp(table, row, at)

    # Rows

    def _row(self, table: Table, owner: str, times: Times, values: Fields) -> Row:
        return self._rows.row(table, dict(values), owner, times)

    def _stamp(self, table: Table, row: Row, at: datetime) -> None:
        """Let a row be changed at an instant, unless it changed later."""
        text = self._state.instants.local(at)
        if sortable(text) > row[table.stamp_at]:
            _set(table, row, (("WHENMODIFIED", text),))
            row[table.stamp_at] = sortable(text)

    def _coding(self, entity_id: str, memo: str) -> Coding:
        return Coding(entity_id, self._locations[entity_id], memo=memo)


def _cash(receipt: Receipt, base_currency: str) -> Cash:
    account = CLEARING_ACCOUNT if receipt.is_online else UNDEPOSITED_ACCOUNT
    return Cash(account, receipt.amount, receipt.exchange_rate, base_currency)


def _set(table: Table, row: Row, values: Fields) -> None:
    fill(table, row, dict(values))
