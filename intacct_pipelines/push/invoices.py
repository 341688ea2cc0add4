"""Invoices: which of BILL's are created or mended in Intacct, with what content, and which wait and why.

Intacct writes invoices by functions of their own only, whose elements have one order (API: accounts-receivable,
invoices).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.both_sides import both_sides
from intacct_pipelines.push.changes import changes_of, line_changes
from intacct_pipelines.push.coded_lines import intacct_line, ledger_effect, line_arguments
from intacct_pipelines.push.customers import Customers
from intacct_pipelines.push.documents import (
    Copies,
    allowed_currency,
    check_changeable,
    check_not_posted,
    check_readable,
    closed_for,
    document_number,
    hold_of,
    is_out_of_use,
    is_settled,
    key_of,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.invoice_lines import InvoiceLines, changed_lines
from intacct_pipelines.push.invoice_words import words_of_invoice
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.both_sides import BothSides
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

RECEIVABLE: Final = "accounts receivable"
DAILY_RATE: Final = "Intacct Daily Rate"
_PUSHED: Final = PUSHED["ar_invoice"]


class InvoicePlanner:
    """Decides about the invoices of one link."""

    object_name: ClassVar[str] = "ar_invoice"
    reads: ClassVar[tuple[str, ...]] = (
        *InvoiceLines.reads, *Customers.reads, "intacct.ar_invoice", "intacct.ar_invoice_line", "bill.ar_invoice",
        "bill.ar_invoice_line",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._rows = sorted(sources.live("bill.ar_invoice"), key=lambda row: (row["invoice_date"], row["id"]))
        self._source_lines = sources.lines("bill.ar_invoice_line")
        self._target_lines = sources.lines("intacct.ar_invoice_line")
        self._customers = Customers(context)
        self._coded = InvoiceLines(sources)
        self._copies = Copies(context, _PUSHED, party="customer_id", number="document_no")

    def rows(self) -> list[Row]:
        """Return BILL's invoices by date."""
        return self._rows

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided: every invoice is waited for."""
        return decision is not None

    def decide(self, invoice: Row) -> Decision:
        """Return what is to be done with an invoice of BILL; None if it stands in Intacct as it should."""
        paired = self._sources.pairs("ar_invoice").get(invoice["id"])
        try:
            if paired is not None and not self._is_to_change(invoice, paired):
                return None
            self._check_source(invoice)
            if paired is None:
                check_not_posted(self._context, _PUSHED, invoice)
            else:
                self._check_target(invoice, paired)
            customer = self._customers.active_id_of(invoice["customer_id"])
            number = document_number(text(invoice, "document_no"))
            self._copies.check(invoice, customer, number, paired)
            lines = self._coded.of_customer(self._lines(invoice), customer)
            return self._item(invoice, customer, number, lines, paired)
        except Held as held:
            return hold_of("ar_invoice", invoice, self._label(invoice), held)

    def _is_to_change(self, invoice: Row, paired: Row) -> bool:
        """Return whether BILL says anything else that is BILL's to tell."""
        if not self._changes(invoice, paired):
            return False
        return is_settled(paired) or not self._both(invoice, paired).is_for_bill

    def _check_source(self, invoice: Row) -> None:
        """Refuse what BILL itself says is not ready, what Intacct alone may make, and what is known to be old."""
        check_readable(self._context, _PUSHED, invoice)
        if is_out_of_use(invoice):
            raise Held("archived", "S-INV-02", "it is cancelled or a draft in BILL", "Restore or finish it in BILL.")
        if self._link.advanced_sales_tax:
            reason = "the company uses Advanced Sales Tax, whose details BILL does not have"
            raise Held("advanced_sales_tax", "S-TAX-01", reason, "Make the invoice in Intacct; cancel it in BILL.")
        if invoice["amount"] <= 0:
            word = "of zero" if invoice["amount"] == 0 else "negative, which would be a credit memo in Intacct"
            rule = "S-INV-02" if invoice["amount"] == 0 else "S-CRM-01"
            raise Held("not_positive", rule, f"its amount is {word}", "Enter it in Intacct by hand.")

    def _changes(self, invoice: Row, paired: Row) -> bool:
        """Return whether anything differs; what cannot be translated differs too, and is refused later."""
        due = invoice.get("due_date")
        return (
            self._customers.id_of(invoice["customer_id"]) != paired["customer_id"]
            or text(invoice, "document_no") != text(paired, "document_no")
            or invoice["invoice_date"] != paired["invoice_date"]
            or (due is not None and due != paired.get("due_date"))
            or invoice["amount"] != paired["trx_total_entered"]
            or text(invoice, "currency") != text(paired, "currency")
            or not self._has_same_lines(invoice, paired)
        )

    def _has_same_lines(self, invoice: Row, paired: Row) -> bool:
        try:
            return self._coded.is_same(self._lines(invoice), self._present(paired))
        except Held:
            return False

    def _present(self, paired: Row) -> list[Line]:
        return [intacct_line(row) for row in self._target_lines.get(paired["record_no"], [])]

    def _check_target(self, invoice: Row, paired: Row) -> None:
        """Refuse an edit that Intacct forbids or that would overwrite a person's work."""
        check_changeable(self._context, _PUSHED, paired)
        if text(invoice, "currency") != text(paired, "currency"):
            reason = f"it is in {text(invoice, 'currency')}, Intacct's invoice in {text(paired, 'currency')}"
            raise Held("currency", "S-CUR-01", reason, "Reverse Intacct's invoice with a date you choose, then plan.")
        if text(paired, "module_key").startswith("8."):
            reason = "it was born from a sales order in Intacct"
            raise Held("source_locked", "S-SAL-03", reason, "Undo the edit in BILL; change the order in Intacct.")
        if is_settled(paired):
            reason = f"Intacct's invoice is {text(paired, 'state') or 'paid'}; only a fully unpaid one can be edited"
            raise Held("record_locked", "S-INV-01", reason, "Correct it by a credit memo or a dated reversal.")
        posted_on = paired.get("gl_posting_date") or paired["invoice_date"]
        closed = closed_for(self._context, [line.location_id for line in self._present(paired)])
        if closed is not None and posted_on <= closed.through:
            reason = f"it stands in the ledger on {posted_on}, which is closed through {closed}"
            raise Held("period_closed", "S-ERR-29", reason, "Open the period, or correct it in an open one.")
        self._both(invoice, paired).check(invoice, paired, rule="S-ERR-41")

    def _both(self, invoice: Row, paired: Row) -> BothSides:
        rows = self._source_lines.get(invoice["id"], [])
        lines = self._coded.bills_words(invoice, rows, text(invoice, "currency"))
        customer = self._customers.id_of(invoice["customer_id"]) or ""
        theirs = {**_said(invoice, customer), "lines": lines}
        ours = words_of_invoice(paired, self._target_lines.get(paired["record_no"], []), self._coded)
        return both_sides(self._context, _PUSHED, (invoice, paired), ours=ours, theirs=theirs)

    def _lines(self, invoice: Row) -> list[Line]:
        rows = self._source_lines.get(invoice["id"], [])
        return self._coded.translate(invoice, rows, allowed_currency(self._context, invoice), "invoice")

    def _item(self, invoice: Row, customer: str, number: str, lines: list[Line], paired: Row | None) -> Item:
        currency = allowed_currency(self._context, invoice)
        old = [] if paired is None else self._present(paired)
        places = [line.location_id for line in (*old, *lines)]
        posted_on = posting_day(self._context, invoice["invoice_date"], places)
        operation = Operation.CREATE if paired is None else Operation.UPDATE
        revision = "" if paired is None else stored_revision("ar_invoice", paired)
        content = self._content(invoice, customer, number, posted_on)
        if paired is None:
            content["invoiceitems"] = {"lineitem": [line_arguments(line, currency) for line in lines]}
        else:
            content["updateinvoiceitems"] = changed_lines(lines, old, currency)
        start = revision + str(paired and paired.get("modified_at"))
        key = key_of(self._link, "ar_invoice", invoice, operation, content, start)
        parent = self._customers.parent_of(invoice["customer_id"])
        effect = [*ledger_effect(old, currency, 1, RECEIVABLE), *ledger_effect(lines, currency, -1, RECEIVABLE)]
        item = Item(
            key=key,
            object_name="ar_invoice",
            operation=operation,
            source_id=invoice["id"],
            natural_key={"CUSTOMERID": customer, "RECORDID": number},
            payload={
                name: marked_text(invoice["id"], key) if name == "description" else value
                for name, value in content.items()
                if paired is None or name not in _ONLY_NEW
            },
            source_revision=self._context.revisions.get(("ar_invoice", invoice["id"]), ""),
            target_id=None if paired is None else str(paired["record_no"]),
            target_revision=revision,
            amount=invoice["amount"],
            currency=currency,
            ledger_effect=tuple(effect),
            depends_on=() if parent is None else (parent,),
            warnings=self._warnings(invoice, posted_on, lines),
            label=self._label(invoice),
            # BILL reckons prices, quantities and tax, so lines are agreed on when both sides are read alike
            agrees=_said(invoice, customer),
        )
        if paired is None:
            return item
        changes = changes_of(
            ("customer", paired["customer_id"], customer),
            ("number", paired["document_no"], number),
            ("date", paired["invoice_date"], invoice["invoice_date"]),
            ("date in the ledger", paired.get("gl_posting_date"), posted_on),
            ("due date", paired.get("due_date"), invoice.get("due_date") or invoice["invoice_date"]),
            ("amount", paired["trx_total_entered"], invoice["amount"]),
            ("description", text(paired, "description"), item.payload["description"]),
        )
        return replace(item, changes=(*changes, *line_changes(old, lines)))

    def _content(self, invoice: Row, customer: str, number: str, posted_on: date) -> Fields:
        """Return the elements before the lines; the mark is put into ``description`` once the key is known."""
        currency, base = text(invoice, "currency"), self._sources.base_currency
        content: Fields = {
            "customerid": customer,
            "datecreated": day_parts(invoice["invoice_date"]),
            "dateposted": day_parts(posted_on),
            "datedue": day_parts(invoice.get("due_date") or invoice["invoice_date"]),
            "action": "Submit",
            "invoiceno": number,
            "description": "",
        }
        return content | currency_elements(currency, base, posted_on)

    def _warnings(self, invoice: Row, posted_on: date, lines: list[Line]) -> tuple[str, ...]:
        warnings = self._coded.warnings(invoice, self._source_lines.get(invoice["id"], []), lines)
        if posted_on != invoice["invoice_date"]:
            warnings.append(f"dated {invoice['invoice_date']}, in the ledger on {posted_on} [S-IDM-08]")
        return tuple(warnings)

    def _label(self, invoice: Row) -> str:
        name = self._customers.name_of(invoice["customer_id"])
        return f"invoice {text(invoice, 'document_no') or invoice['id']} of {name}"


def _said(invoice: Row, customer: str) -> dict[str, str]:
    """Return what BILL says of an invoice beside its lines, in shared words."""
    return {
        "customer_id": customer,
        "document_no": text(invoice, "document_no").strip(),
        "invoice_date": text(invoice, "invoice_date"),
        "due_date": text(invoice, "due_date") or text(invoice, "invoice_date"),
    }


_ONLY_NEW: Final = frozenset({"action", "basecurr"})
"""Elements of ``create_invoice`` that an update does not send."""


def day_parts(day: date) -> Fields:
    """Return a day as the functions of receivables take it."""
    return {"year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}"}


def currency_elements(currency: str, base: str, posted_on: date) -> Fields:
    """Return the elements of a currency: with them the schema asks for a rate, Intacct's own of the day."""
    elements: Fields = {"basecurr": base} if base else {}
    elements["currency"] = currency
    if base and base != currency:
        elements["exchratedate"] = day_parts(posted_on)
    return elements | {"exchratetype": DAILY_RATE}
