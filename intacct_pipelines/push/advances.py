"""Advances: what customers paid BILL ahead of any invoice, entered in Intacct, and what waits (S-ARP-01).

``push.receipts`` decides first: what it holds stays held, what is on invoices is a receipt.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.payments import UNDER_WAY, UNDONE_IN_BILL
from intacct_pipelines.domain.push import UNDONE_STATES, Hold, Item, LedgerLine, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.account_labels import AccountLabels
from intacct_pipelines.push.coded_lines import Coded, CodedLines, Party, filled_warnings, line_fields
from intacct_pipelines.push.customers import Customers
from intacct_pipelines.push.documents import (
    check_not_posted,
    check_readable,
    format_day,
    hold_of,
    key_of,
    marked_text,
    posting_day,
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.receipt_accounts import ReceiptAccounts
from intacct_pipelines.push.receipt_advances import IntacctAdvances
from intacct_pipelines.push.receipts import ReceiptPlanner, receipt_number
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.receipt_accounts import Place
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "ar_advance"
_RULE: Final = "S-ARP-01"
_PUSHED: Final = PUSHED[OBJECT]
_RECEIVED: Final = "PAID"


class AdvancePlanner:
    """Decides about the receipts of one link that are on no invoice."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (*ReceiptPlanner.reads, *CodedLines.reads)

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._customers = Customers(context)
        self._accounts = ReceiptAccounts(sources)
        self._lines = CodedLines(sources)
        is_used = self._link.receivables.account_labels
        self._labels = AccountLabels(sources, "intacct.ar_account_label", is_used=is_used)
        self._advances = IntacctAdvances(sources)
        self._paired = sources.matched("ar_payment")
        applied = sources.lines("bill.ar_payment_detail")
        self._rows = [
            row
            for row in sorted(sources.live("bill.ar_payment"), key=lambda row: (row["payment_date"], row["id"]))
            if not applied.get(row["id"])
        ]
        self._ahead = Counter((row["customer_id"], fold(receipt_number(row))) for row in self._rows)

    def rows(self) -> list[Row]:
        """Return BILL's receipts on no invoice by date; none where the link names no account for them."""
        return self._rows if self._link.receivables.advance_account else []

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, receipt: Row) -> Decision:
        """Return what is to be done with a receipt on no invoice; None if Intacct has its money."""
        earlier = self._context.decisions.get(("ar_payment", receipt["id"]))
        if receipt["id"] in self._paired or isinstance(earlier, Hold):
            return None
        try:
            return self._decide(receipt)
        except Held as held:
            return hold_of(OBJECT, receipt, self._label(receipt), held)

    def _decide(self, receipt: Row) -> Item | None:
        status, customer = text(receipt, "status"), ""
        if status not in UNDER_WAY | UNDONE_IN_BILL:
            customer = self._customers.active_id_of(receipt["customer_id"])
        found = self._advances.of(receipt["id"], customer, receipt_number(receipt))
        self._check_whose(receipt, found)
        standing = [row for row in found if text(row, "state") not in UNDONE_STATES]
        if standing and status in UNDONE_IN_BILL:
            reason = f"BILL voided it, Intacct's advance {standing[0]['record_no']} stands"
            raise Held("void_in_bill", _RULE, reason, "Reverse the advance in Intacct.")
        if standing or status != _RECEIVED:
            return None
        if found:
            reason = f"Intacct's advance {found[0]['record_no']} is {found[0]['state']}, BILL's receipt stands"
            raise Held("voided_in_intacct", _RULE, reason, "Void it in BILL too, or enter it in Intacct by hand.")
        check_readable(self._context, _PUSHED, receipt)
        check_not_posted(self._context, _PUSHED, receipt)
        return self._item(receipt, customer)

    def _check_whose(self, receipt: Row, found: Sequence[Row]) -> None:
        """Refuse to guess of which of several receipts an advance is that names none of them."""
        same = self._ahead[receipt["customer_id"], fold(receipt_number(receipt))]
        if found and same > 1 and not self._advances.is_named(receipt["id"]):
            reason = f"Intacct's advance {found[0]['record_no']} has its reference, and so have {same} receipts of BILL"
            remedy = "Write BILL: and the receipt's id into the description of the advance that is it."
            raise Held("ambiguous", "S-IDM-04", reason, remedy)

    def _check_free(self, receipt: Row, customer: str, received_on: date) -> None:
        """Refuse what Intacct has under the same reference and day for another receipt: they would be mistaken."""
        number = receipt_number(receipt)
        others = self._advances.namesakes(customer, number, received_on)
        if others:
            reason = f"Intacct's advance {others[0]['record_no']} of another receipt has its reference {number} and day"
            remedy = f"Enter it in Intacct by hand, with BILL:{receipt['id']} first in its description."
            raise Held("duplicate", "S-IDM-04", reason, remedy)

    def _item(self, receipt: Row, customer: str) -> Item:
        number, currency, account = receipt_number(receipt), text(receipt, "currency"), self._account()
        line, place = self._line(receipt, customer), self._accounts.place(receipt)
        received_on = posting_day(self._context, receipt["payment_date"], [line.location_id])
        self._check_free(receipt, customer, received_on)
        content = self._content(receipt, customer, received_on, place)
        content["ARADVANCEITEMS"] = {"ARADVANCEITEM": [_line_fields(line, currency)]}
        key = key_of(self._link, OBJECT, receipt, Operation.CREATE, content)
        parent = self._customers.parent_of(receipt["customer_id"])
        warnings = ["it is to be applied in Intacct by hand once BILL applies it to invoices [S-ARP-01]"]
        warnings += filled_warnings([line])
        if received_on != receipt["payment_date"]:
            warnings.append(f"received on {receipt['payment_date']}, in the ledger on {received_on} [S-IDM-08]")
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=receipt["id"],
            natural_key={"CUSTOMERID": customer, "DOCNUMBER": number, "RECEIPTDATE": format_day(received_on)},
            payload={**content, "DESCRIPTION": marked_text(receipt["id"], key, text(receipt, "description"))},
            source_revision=self._context.revisions.get((OBJECT, receipt["id"]), ""),
            amount=receipt["amount"],
            currency=currency,
            ledger_effect=(
                LedgerLine("debit", place.ledger_account, receipt["amount"], currency),
                LedgerLine("credit", account, receipt["amount"], currency),
            ),
            depends_on=() if parent is None else (parent,),
            warnings=tuple(warnings),
            label=self._label(receipt),
        )

    def _account(self) -> str:
        return self._link.receivables.advance_account

    def _content(self, receipt: Row, customer: str, received_on: date, place: Place) -> Fields:
        currency, base = text(receipt, "currency"), self._sources.base_currency
        content: Fields = {
            "CUSTOMERID": customer,
            "PAYMENTMETHOD": self._accounts.method(receipt),
            "PAYMENTDATE": format_day(receipt["payment_date"]),
            "RECEIPTDATE": format_day(received_on),
        }
        if place.bank_account_id:
            content["FINANCIALENTITY"] = place.bank_account_id
        else:
            content["UNDEPOSITEDACCOUNTNO"] = place.ledger_account
        # Mark and key are put before these words once the key is known, which follows from them too.
        words = text(receipt, "description")
        content |= {"DOCNUMBER": receipt_number(receipt), "DESCRIPTION": words, "CURRENCY": currency}
        if base:
            content["BASECURR"] = base
        if base and base != currency:
            # An empty type is Intacct's own daily rate.
            content |= {"EXCH_RATE_DATE": format_day(received_on), "EXCH_RATE_TYPE_ID": ""}
        return content

    def _line(self, receipt: Row, customer: str) -> Line:
        location = self._link.default_location
        if not location and self._sources.entities:
            reason = "it has no location, which advances of a company with entities need"
            raise Held("missing_dimension", "S-CFG-20", reason, "Set default_location of the link.")
        line = self._lines.line(1, receipt["amount"], Coded(self._account(), "", location, ""), "")
        return self._labels.named(self._lines.of_party([line], Party("customer", customer)))[0]

    def _label(self, receipt: Row) -> str:
        return f"advance {receipt_number(receipt)} of {self._customers.name_of(receipt['customer_id'])}"


def _line_fields(line: Line, currency: str) -> Fields:
    try:
        return line_fields(line, currency, None)
    except ValueError as error:
        raise Held("amount", "S-IDM-07", str(error), "Correct the amount in BILL.") from error
