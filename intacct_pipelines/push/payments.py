"""Payments: which of BILL's are made or taken back in Intacct, with what effect, and which wait and why."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.keys import read_intacct_mark, read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.payments import CAME_BACK, UNDER_WAY, UNDONE_IN_BILL, UNKNOWN, VOID_ASKED
from intacct_pipelines.domain.push import UNDONE_STATES, Item, LedgerLine, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.coded_lines import PAYABLE
from intacct_pipelines.push.documents import (
    allowed_currency,
    check_changeable,
    check_not_posted,
    check_readable,
    format_day,
    hold_of,
    key_of,
    marked_text,
    posting_day,
    stored_revision,
)
from intacct_pipelines.push.payment_accounts import PaymentAccounts
from intacct_pipelines.push.payment_shares import PaymentShares
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendors import vendor_of, vendor_targets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.payment_accounts import Drawn
    from intacct_pipelines.push.payment_shares import Share
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "ap_payment"
_PUSHED: Final = PUSHED[OBJECT]
_GRANTED: Final = "ACCEPTED"


class PaymentPlanner:
    """Decides about the payments of one link."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.location", "intacct.vendor", "intacct.ap_bill", "intacct.ap_bill_line",
        "intacct.ap_adjustment", "intacct.ap_adjustment_line",
        "intacct.ap_payment", "intacct.ap_payment_detail", "bill.gl_account", "bill.department", "bill.location",
        "bill.accounting_class", "bill.ap_term", "bill.vendor", "bill.ap_bill", "bill.vendor_credit",
        "bill.vendor_credit_usage", "bill.ap_payment", "bill.ap_payment_detail", "bill.ap_payment_credit",
        "bill.ap_payment_void",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._vendors = vendor_targets(context)
        self._shares = PaymentShares(context)
        self._accounts = PaymentAccounts(sources)
        self._voids = sources.lines("bill.ap_payment_void")
        self._numbered: dict[tuple[str, str], int] = {}
        self._marked: dict[str, int] = {}
        for record_no, row in sources.by("intacct.ap_payment").items():
            self._numbered[row["vendor_id"], fold(row.get("document_no"))] = record_no
            mark = read_source_mark(row.get("description"))
            if mark is not None and mark[0] == "bill":
                self._marked[mark[1]] = record_no

    def rows(self) -> list[Row]:
        """Return BILL's payments by date."""
        return sorted(self._sources.live("bill.ap_payment"), key=lambda row: (str(row["process_date"]), row["id"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, payment: Row) -> Decision:
        """Return what is to be done with a payment of BILL; None if it stands in Intacct as it should.

        A payment that has not left yet, and one that was void before it reached Intacct, needs nothing.
        """
        paired, status = self._sources.pairs(OBJECT).get(payment["id"]), _status(payment)
        is_undone = status in UNDONE_IN_BILL
        is_undone_there = paired is not None and text(paired, "state") in UNDONE_STATES
        try:
            if paired is None:
                is_due = not is_undone and status not in UNDER_WAY and text(payment, "status") not in UNDER_WAY
                return self._create(payment) if is_due else None
            if is_undone and not is_undone_there:
                return self._reverse(payment, paired)
        except Held as held:
            return hold_of(OBJECT, payment, _label(payment), held)
        if is_undone_there and not is_undone and status != VOID_ASKED:
            reason = f"Intacct's payment {paired['record_no']} is void, BILL's stands"
            remedy = "Void it in BILL too, or confirm with `map` the payment that took its place."
            return hold_of(OBJECT, payment, _label(payment), Held("voided_in_intacct", "S-PAY-04", reason, remedy))
        return None

    def _create(self, payment: Row) -> Item:
        self._check_source(payment)
        check_not_posted(self._context, _PUSHED, payment)
        vendor = vendor_of(self._vendors, self._link, payment["vendor_id"], "payment")
        allowed_currency(self._context, payment)
        number = _number(payment)
        self._check_double(payment, vendor.vendor_id, number)
        shares = self._shares.of(payment, vendor.vendor_id)
        drawn = self._accounts.drawn(payment) if payment["amount"] else None
        item = self._payment(payment, vendor.vendor_id, number, shares, drawn)
        self._shares.take(shares)
        return item

    def _check_source(self, payment: Row) -> None:
        """Refuse what came from Intacct, what BILL itself says is in doubt, and what is known to be out of date."""
        check_readable(self._context, _PUSHED, payment)
        if origin := read_intacct_mark(text(payment, "description")):
            reason = f"BILL only records Intacct's payment {origin}, which is not its pair"
            remedy = "Pair the two with `map`, or void the record in BILL if Intacct's payment was taken back."
            raise Held("came_from_intacct", "S-SCH-05", reason, remedy)
        status = _status(payment)
        if status == VOID_ASKED:
            reason = "somebody asked to void it, and BILL has not answered"
            raise Held("void_asked", "S-PAY-04", reason, "Nothing; once BILL has voided it or not, it is planned.")
        if status in CAME_BACK:
            reason = f"BILL says {status}: its money did not reach the vendor"
            raise Held("came_back", "S-PAY-06", reason, "Void or reissue it in BILL.")
        if status in UNKNOWN and payment.get("is_online"):
            reason = "BILL does not say what became of it"
            raise Held("unknown_state", "S-PAY-06", reason, "Look at it in BILL; enter it by hand if it was paid.")
        if payment.get("process_date") is None:
            raise Held("missing_field", "S-PAY-02", "it has no date", "Correct it in BILL.")

    def _check_double(self, payment: Row, vendor_id: str, number: str) -> None:
        """Refuse what would be the same payment once more, by what Intacct's rows themselves say."""
        marked = self._marked.get(payment["id"])
        numbered = self._numbered.get((vendor_id, fold(number))) if number else None
        if marked is None and numbered is None:
            return
        why = "names it as its source" if marked is not None else f"has its number {number}"
        reason = f"Intacct's payment {marked or numbered} of {vendor_id} {why} and is not its pair"
        raise Held("duplicate", "S-IDM-04", reason, "Confirm the pair with `map`, or correct the wrong side.")

    def _payment(self, payment: Row, vendor_id: str, number: str, shares: Sequence[Share], drawn: Drawn | None) -> Item:
        own: date = payment["process_date"]
        paid_on = posting_day(self._context, own, self._shares.places(shares))
        currency, money = text(payment, "currency"), payment["amount"]
        is_moved = paid_on != own
        words = f"{text(payment, 'description')} {f'paid on {own}' if is_moved else ''}".strip()
        content = self._content(payment, vendor_id, number, shares, drawn, paid_on, words)
        key = key_of(self._link, OBJECT, payment, Operation.CREATE, content)
        effect = () if drawn is None else _effect(money, currency, debit=PAYABLE, credit=drawn.ledger_account)
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=payment["id"],
            natural_key={"VENDORID": vendor_id, "DOCNUMBER": number} if number else {},
            payload={**content, "DESCRIPTION": marked_text(payment["id"], key, words)},
            source_revision=self._context.revisions.get((OBJECT, payment["id"]), ""),
            amount=money,
            currency=currency,
            ledger_effect=effect,
            warnings=(f"paid on {own}, in the ledger on {paid_on} [S-IDM-08]",) if is_moved else (),
            label=_label(payment),
        )

    def _content(
        self,
        payment: Row,
        vendor_id: str,
        number: str,
        shares: Sequence[Share],
        drawn: Drawn | None,
        paid_on: date,
        words: str,
    ) -> Fields:
        currency, base = text(payment, "currency"), self._sources.base_currency
        content: Fields = {}
        if drawn is not None:
            content |= {"FINANCIALENTITY": drawn.bank_account_id, "PAYMENTMETHOD": drawn.method}
        if base and base != currency:
            # An empty type is Intacct's own daily rate.
            content |= {"EXCH_RATE_DATE": format_day(paid_on), "EXCH_RATE_TYPE_ID": ""}
        content["VENDORID"] = vendor_id
        if number:
            content["DOCNUMBER"] = number
        # Mark and key are put before these words once the key is known, which follows from them too.
        content |= {"DESCRIPTION": words, "PAYMENTDATE": format_day(paid_on), "CURRENCY": currency}
        if base:
            content["BASECURR"] = base
        details = [detail for share in shares for detail in share.details(currency)]
        content["APPYMTDETAILS"] = {"APPYMTDETAIL": details}
        return content

    def _reverse(self, payment: Row, paired: Row) -> Item:
        """Return the item that takes back what Intacct's payment did, on a day of its own (S-PAY-04, S-CON-16)."""
        check_readable(self._context, _PUSHED, payment)
        if read_intacct_mark(text(payment, "description")):
            reason = (
                f"only BILL's record of it is void; Intacct's payment {paired['record_no']} was made there, and stands"
            )
            remedy = "Record it in BILL by hand, so that nothing is paid again, or take Intacct's payment back."
            raise Held("voided_in_bill", "S-PAY-04", reason, remedy)
        check_changeable(self._context, _PUSHED, paired)
        if text(paired, "state") != "Posted":
            reason = f"BILL voided it, Intacct's payment {paired['record_no']} is {text(paired, 'state')}"
            raise Held("awaiting_approval", "S-PAY-07", reason, "Decline or delete it in Intacct; it is not posted.")
        voided_on = max(self._voided_on(payment), paired["payment_date"])
        reversed_on = posting_day(self._context, voided_on, self._shares.places_paid(paired["record_no"]))
        words = f"voided in BILL on {voided_on}"
        content: Fields = {"datereversed": date_parts(reversed_on), "description": words}
        start = f"{paired['record_no']} {stored_revision(OBJECT, paired)}"
        key = key_of(self._link, OBJECT, payment, Operation.REVERSE, content, start)
        bank = self._accounts.ledger_account_of(text(paired, "financial_account_id"))
        amount, currency = paired["trx_total_entered"], text(paired, "currency")
        is_moved = reversed_on != voided_on
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.REVERSE,
            source_id=payment["id"],
            natural_key={},
            payload={**content, "description": marked_text(payment["id"], key, words)},
            source_revision=self._context.revisions.get((OBJECT, payment["id"]), ""),
            target_id=str(paired["record_no"]),
            target_revision=stored_revision(OBJECT, paired),
            amount=amount,
            currency=currency,
            ledger_effect=_effect(amount, currency, debit=bank, credit=PAYABLE),
            warnings=(f"{words}, taken back on {reversed_on} [S-IDM-08]",) if is_moved else (),
            label=_label(payment),
        )

    def _voided_on(self, payment: Row) -> date:
        """Return the day on which BILL granted the void, or else on which it last changed the payment (UTC)."""
        granted = [row for row in self._voids.get(payment["id"], []) if text(row, "status") == _GRANTED]
        told = [row["modified_at"] for row in granted if row.get("modified_at")] or [payment["modified_at"]]
        day: date = max(told).date()
        return day


def _status(payment: Row) -> str:
    return text(payment, "single_status") or text(payment, "status")


def _number(payment: Row) -> str:
    """Return the number by which people find a payment; a check that Intacct prints gets its number there."""
    if payment.get("is_online"):
        return text(payment, "transaction_no")
    return "" if payment.get("is_check_to_print") else text(payment, "check_no") or text(payment, "transaction_no")


def _effect(amount: Decimal, currency: str, *, debit: str, credit: str) -> tuple[LedgerLine, ...]:
    if not amount:
        return ()
    return (LedgerLine("debit", debit, amount, currency), LedgerLine("credit", credit, amount, currency))


def _label(payment: Row) -> str:
    number = text(payment, "transaction_no") or text(payment, "check_no") or payment["id"]
    return f"payment {number} to {text(payment, 'vendor_name') or payment['vendor_id']}"
