"""Credit memos: which of BILL's are created or mended in Intacct, as adjustments that reduce what customers owe.

They travel in neither direction by the vendor's sync (S-CRM-01), so a link has to name them in ``also_pushed``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.bill_words import check_not_of_intacct
from intacct_pipelines.push.coded_lines import ledger_effect, line_arguments
from intacct_pipelines.push.credit_edits import CreditEdits
from intacct_pipelines.push.credit_words import said_of_credit, words_of_credit
from intacct_pipelines.push.customers import Customers
from intacct_pipelines.push.documents import (
    Copies,
    allowed_currency,
    check_not_posted,
    check_readable,
    document_number,
    hold_of,
    is_out_of_use,
    key_of,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.invoice_lines import InvoiceLines
from intacct_pipelines.push.invoices import RECEIVABLE, currency_elements
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.both_sides import BothSides
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "credit_memo"
_PUSHED: Final = PUSHED[OBJECT]


class CreditMemoPlanner:
    """Decides about the credit memos of one link."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        *InvoiceLines.reads, *Customers.reads, "intacct.ar_adjustment", "intacct.ar_adjustment_line",
        "bill.credit_memo", "bill.credit_memo_line",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._memos = sorted(sources.live("bill.credit_memo"), key=lambda row: (row["credit_date"], row["id"]))
        self._source_lines = sources.lines("bill.credit_memo_line")
        self._customers = Customers(context)
        self._coded = InvoiceLines(sources)
        self._edits = CreditEdits(context, _PUSHED, rule="S-CRM-01", is_signed=True)
        self._copies = Copies(context, _PUSHED, party="customer_id", number="reference_no")

    def rows(self) -> list[Row]:
        """Return BILL's credit memos by date."""
        return self._memos

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, memo: Row) -> Decision:
        """Return what is to be done with a credit memo of BILL; None if it stands in Intacct as it should."""
        paired = self._sources.pairs(OBJECT).get(memo["id"])
        try:
            return self._create(memo) if paired is None else self._mend(memo, paired)
        except Held as held:
            return hold_of(OBJECT, memo, self._label(memo), held)

    def _mend(self, memo: Row, paired: Row) -> Item | None:
        """Return the update of Intacct's adjustment; None if nothing that BILL says differs."""
        both = self._both(memo, paired)
        if not self._edits.is_bills_to_tell(memo, paired, both):
            return None
        self._check_source(memo)
        self._edits.check(memo, paired, both)
        return self._item(memo, paired)

    def _both(self, memo: Row, paired: Row) -> BothSides:
        rows = self._source_lines.get(memo["id"], [])
        said = said_of_credit(memo, "customer_id", self._customers.id_of(memo["customer_id"]) or "")
        theirs = {**said, "lines": self._coded.bills_words(memo, rows, text(memo, "currency"))}
        ours = words_of_credit(paired, "customer_id", "adjustment_date")
        ours["lines"] = self._coded.in_words(self._edits.present(paired))
        return self._edits.both((memo, paired), ours=ours, theirs=theirs, way_back="bill_credit_memo")

    def _check_source(self, memo: Row) -> None:
        """Refuse what BILL itself says is not ready, and what is known to be out of date."""
        check_readable(self._context, _PUSHED, memo)
        if is_out_of_use(memo):
            raise Held("archived", "S-CRM-01", "it is archived in BILL", "Nothing, if it is not to be used any more.")
        if memo["amount"] <= 0:
            raise Held("not_positive", "S-CRM-01", f"its amount is {memo['amount']}", "Correct it in BILL.")

    def _create(self, memo: Row) -> Item:
        self._check_source(memo)
        check_not_posted(self._context, _PUSHED, memo)
        check_not_of_intacct(memo, "credit memo")
        return self._item(memo, None)

    def _lines(self, memo: Row, customer: str) -> list[Line]:
        rows = self._source_lines.get(memo["id"], [])
        lines = self._coded.translate(memo, rows, allowed_currency(self._context, memo), "credit memo")
        if any(line.amount <= 0 for line in lines):
            reason = "not all its lines are positive, and Intacct takes lines of one sign only"
            raise Held("mixed_signs", "S-CRM-01", reason, "Split it in BILL, or enter it in Intacct by hand.")
        return self._coded.of_customer(lines, customer)

    def _item(self, memo: Row, paired: Row | None) -> Item:
        customer = self._customers.active_id_of(memo["customer_id"])
        number = document_number(text(memo, "reference_no"))
        self._copies.check(memo, customer, number, paired)
        lines, currency = self._lines(memo, customer), text(memo, "currency")
        old = [] if paired is None else self._edits.present(paired)
        posted_on = posting_day(self._context, memo["credit_date"], [line.location_id for line in (*old, *lines)])
        content = self._content(memo, customer, number, lines, posted_on)
        operation, revision, start = Operation.CREATE, "", ""
        if paired is not None:
            operation, revision = Operation.UPDATE, stored_revision(OBJECT, paired)
            content = self._edits.content(content, lines, paired, sign=-1)
            # An update starts from a certain state of its target: the way back and forth again is another operation.
            start = revision + str(paired.get("modified_at"))
        key = key_of(self._link, OBJECT, memo, operation, content, start)
        parent = self._customers.parent_of(memo["customer_id"])
        item = Item(
            key=key,
            object_name=OBJECT,
            operation=operation,
            source_id=memo["id"],
            natural_key={"CUSTOMERID": customer, "RECORDID": number},
            payload={**content, "description": marked_text(memo["id"], key, text(memo, "description"))},
            source_revision=self._context.revisions.get((OBJECT, memo["id"]), ""),
            target_id=None if paired is None else str(paired["record_no"]),
            target_revision=revision,
            amount=memo["amount"],
            currency=currency,
            ledger_effect=(
                *ledger_effect(old, currency, -1, RECEIVABLE),
                *ledger_effect(lines, currency, 1, RECEIVABLE),
            ),
            depends_on=() if parent is None else (parent,),
            warnings=self._warnings(memo, posted_on, lines),
            label=self._label(memo),
            # BILL reckons prices, quantities and tax, so lines are agreed on when both sides are read alike
            agrees=said_of_credit(memo, "customer_id", customer),
        )
        return item if paired is None else replace(item, changes=self._edits.changes(memo, paired, item, lines))

    def _content(self, memo: Row, customer: str, number: str, lines: list[Line], posted_on: date) -> Fields:
        """Return the arguments of ``create_aradjustment`` in their order; a negative amount is a credit memo."""
        currency, base = text(memo, "currency"), self._sources.base_currency
        content: Fields = {
            "customerid": customer,
            "datecreated": date_parts(memo["credit_date"]),
            "dateposted": date_parts(posted_on),
            "adjustmentno": number,
            "action": "Submit",
            # Mark and key are put before these words once the key is known, which follows from them too.
            "description": text(memo, "description"),
        }
        content |= currency_elements(currency, base, posted_on)
        content["aradjustmentitems"] = {"lineitem": [line_arguments(line, currency, sign=-1) for line in lines]}
        return content

    def _warnings(self, memo: Row, posted_on: date, lines: list[Line]) -> tuple[str, ...]:
        warnings = self._coded.warnings(memo, self._source_lines.get(memo["id"], []), lines)
        if posted_on != memo["credit_date"]:
            warnings.append(f"dated {memo['credit_date']}, in the ledger on {posted_on} [S-IDM-08]")
        if memo.get("applied_amount") and "memo_application" not in self._link.also_pushed:
            warnings.append("its use on invoices does not travel; apply it in Intacct by hand [S-CRM-01]")
        return tuple(warnings)

    def _label(self, memo: Row) -> str:
        name = self._customers.name_of(memo["customer_id"])
        return f"credit memo {text(memo, 'reference_no') or memo['id']} of {name}"
