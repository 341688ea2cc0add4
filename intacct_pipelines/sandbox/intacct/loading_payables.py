"""Loads payables: bills, what the vendors owe us, and the payments that settled both."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.attached import bill_attachments
from intacct_pipelines.sandbox.intacct.adjustments import ADJUSTMENT
from intacct_pipelines.sandbox.intacct.bills import BILL
from intacct_pipelines.sandbox.intacct.documents import ZERO, Form, fill, totals
from intacct_pipelines.sandbox.intacct.fields import PAYMENT_STATES, RAW_STATES
from intacct_pipelines.sandbox.intacct.financial import operating_account
from intacct_pipelines.sandbox.intacct.loading_documents import DocumentLoader, RowMaker, Times
from intacct_pipelines.sandbox.intacct.open_items import Opening, OpenItem
from intacct_pipelines.sandbox.intacct.payment_details import PaymentEntries, Share, apply, detail_row, pairs
from intacct_pipelines.sandbox.intacct.payments import PAYMENT
from intacct_pipelines.sandbox.intacct.posting import Entry, journal_entry, opposite
from intacct_pipelines.sandbox.intacct.values import read_day, round_amount
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT
from intacct_pipelines.sandbox.rates import exchange_rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from intacct_pipelines.sandbox.business import Bill, Business
    from intacct_pipelines.sandbox.intacct.state import Row, State
    from intacct_pipelines.sandbox.settlements import CreditUse, Payment, VendorCredit

_PAID: Final = frozenset(("Paid", "Partially Paid"))
_METHODS: Final = {"platform": "EFT", "print_check": "Printed Check", "outside": "Cash", "intacct": "EFT"}
"""How Intacct calls a way to pay (S-PAY-06)."""


class PayablesLoader:
    """Fills the payables of an empty company.

    Args:
        rows: Makes the rows.
        business: What to load.
    """

    def __init__(self, rows: RowMaker, business: Business) -> None:
        self._rows = rows
        self._state = rows.state
        self._business = business
        self._vendors = {vendor.key: vendor for vendor in business.vendors}
        self._loaders = {form.header: DocumentLoader(rows, form) for form in (BILL, ADJUSTMENT)}
        self._attachments = bill_attachments(business.bills, business.seed)
        self._bills: dict[int, Row] = {}
        self._credits: dict[int, tuple[Form, Row]] = {}
        self._items: dict[tuple[str, str], LoadedItem] = {}
        self._banks = {
            (account.entity_id, account.account_no): account.account_id
            for account in reversed(rows.state.financial_accounts.values())
        }

    def load(self) -> None:
        """Load everything, in the order in which the records got their numbers."""
        settlements = self._business.settlements
        used = settlements.used("intacct")
        for bill in self._business.bills:
            if bill.in_intacct:
                self._load_bill(bill)
        for credit in settlements.credits:
            if credit.in_intacct:
                self._load_credit(credit.in_system("intacct"), used.get(credit.key, ZERO))
        uses = self._uses()
        for payment in settlements.payments:
            if payment.in_intacct:
                self._load_payment(payment.in_system("intacct"), uses.pop(payment.key, []))
        for left in uses.values():
            for use in left:
                self._pay_with_credit(use)
        self._pay_what_nobody_explains()

    # --- documents ----------------------------------------------------------------------------------------------------

    def _load_bill(self, bill: Bill) -> None:
        if bill.intacct_changes:
            bill = replace(bill, **bill.intacct_changes)  # type: ignore[arg-type]  # names and values of Bill's own fields
        vendor, day = self._vendors[bill.vendor_key], self._state.instants.day
        paid = bill.paid if bill.intacct_state in _PAID else ZERO
        header = {
            "STATE": bill.intacct_state,
            "RAWSTATE": RAW_STATES.get(bill.intacct_state, ""),
            "VENDORID": vendor.intacct_id or "",
            "VENDORNAME": vendor.name,
            "ENTITY": vendor.intacct_id or "",
            "RECORDID": bill.number,
            "DOCNUMBER": bill.po_number,
            "DESCRIPTION": bill.description,
            "TERMNAME": vendor.term,
            "WHENCREATED": day(bill.bill_date),
            "WHENPOSTED": day(bill.gl_posting_date),
            "WHENDUE": day(bill.due_date),
            "WHENPAID": day(bill.intacct_modified_at.date()) if paid else "",
            "PRBATCH": f"Bills: {day(bill.gl_posting_date)}",
            "CURRENCY": bill.currency,
            "EXCHANGE_RATE": str(bill.exchange_rate),
            "EXCH_RATE_DATE": day(bill.bill_date),
            "ONHOLD": "false",
            "SUPDOCID": self._attachments[bill.key].attachment_id if bill.key in self._attachments else "",
            "MODULEKEY": "9.PO" if bill.difference == "po_born" else "3.AP",
        }
        times = (bill.created_at, bill.intacct_modified_at)
        self._bills[bill.key] = self._loaders["APBILL"].load(
            header, bill.lines, bill.entity_id, times, offset_account=AP_ACCOUNT, paid=paid
        )

    def _load_credit(self, credit: VendorCredit, used: Decimal) -> None:
        """A vendor credit: a negative bill (S-VCR-06), or an adjustment (S-VCR-05)."""
        form = BILL if credit.intacct_form == "negative_bill" else ADJUSTMENT
        vendor, day = self._vendors[credit.vendor_key], self._state.instants.day(credit.credit_date)
        lines = tuple(replace(line, amount=-line.amount) for line in credit.lines)
        state = "Posted" if not used else "Paid" if used == credit.total else "Partially Paid"
        state = state if credit.total else "No Value"
        header = {
            "STATE": state,
            "RAWSTATE": RAW_STATES.get(state, ""),
            "VENDORID": vendor.intacct_id or "",
            "VENDORNAME": vendor.name,
            "ENTITY": vendor.intacct_id or "",
            "RECORDID": credit.number,
            "DESCRIPTION": credit.description,
            "WHENCREATED": day,
            "WHENPOSTED": day,
            "WHENDUE": day if form is BILL else "",
            "CURRENCY": credit.currency,
            "EXCHANGE_RATE": str(credit.exchange_rate),
            "EXCH_RATE_DATE": day,
            "MODULEKEY": form.kind.module_key,
        }
        times = (credit.created_at, credit.modified_at)
        row = self._loaders[form.header].load(
            header, lines, credit.entity_id, times, offset_account=AP_ACCOUNT, paid=-used
        )
        self._credits[credit.key] = (form, row)

    # --- payments -----------------------------------------------------------------------------------------------------

    def _uses(self) -> dict[int, list[CreditUse]]:
        """Intacct's uses of credits by the payment there that they came with; 0: by none."""
        settlements = self._business.settlements
        counting = {payment.key for payment in settlements.payments if payment.counts("intacct")}
        uses: dict[int, list[CreditUse]] = defaultdict(list)
        for use in settlements.uses:
            if use.in_intacct:
                uses[use.payment_key if use.payment_key in counting else 0].append(use)
        return uses

    def _load_payment(self, payment: Payment, uses: Iterable[CreditUse]) -> None:
        header = {
            "FINANCIALENTITY": self._banks.get((payment.entity_id, payment.account_no), ""),
            "PAYMENTMETHOD": "Printed Check" if payment.check_number else _METHODS[payment.way],
            "DOCNUMBER": payment.check_number or payment.transaction_number,
            "DESCRIPTION": payment.memo,
        }
        amounts = [(self._bills[share.bill_key], share.amount) for share in payment.shares]
        times = (payment.created_at, payment.modified_at)
        self._pay(
            header, amounts, uses, payment.process_date, payment.exchange_rate, times,
            voided_on=payment.voided_on if payment.voided_in_intacct else None,
        )  # fmt: skip

    def _pay_with_credit(self, use: CreditUse) -> None:
        """A credit that settled a bill without money, or beside money that Intacct does not know of."""
        bills, bill = self._state.tables["APBILL"], self._bills[use.bill_key]
        rate = exchange_rate(bills.get(bill, "CURRENCY"), bills.get(bill, "BASECURR"), use.applied_on)
        made = datetime.combine(use.applied_on, time(12), UTC)
        self._pay({}, [(bill, ZERO)], [use], use.applied_on, rate, (made, made))

    def _pay_what_nobody_explains(self) -> None:
        """Bills of a company without settlements were paid from the operating account, each by itself."""
        explained = self._business.settlements.paid("intacct")
        table = self._state.tables["APBILL"]
        for bill in self._business.bills:
            row = self._bills.get(bill.key)
            left = ZERO if row is None else Decimal(table.get(row, "TRX_TOTALPAID")) - explained.get(bill.key, ZERO)
            if row is None or left <= 0:
                continue
            times = (bill.intacct_modified_at, bill.intacct_modified_at)
            header = {"FINANCIALENTITY": operating_account(bill.entity_id), "PAYMENTMETHOD": "EFT"}
            rate = Decimal(table.get(row, "EXCHANGE_RATE"))
            self._pay(header, [(row, left)], [], read_day(table.get(row, "WHENPAID")), rate, times)

    def _pay(
        self,
        header: Mapping[str, str],
        amounts: Sequence[tuple[Row, Decimal]],
        uses: Iterable[CreditUse],
        on: date,
        rate: Decimal,
        times: Times,
        voided_on: date | None = None,
    ) -> None:
        """Store a payment: so much money for each bill, and credits used on them."""
        state, bills = self._state, self._state.tables["APBILL"]
        payments, details = state.tables["APPYMT"], state.tables["APPYMTDETAIL"]
        first, word = amounts[0][0], "Voided" if voided_on else "Posted"
        values = {
            "RECORDTYPE": PAYMENT.record_type,
            "STATE": word,
            "RAWSTATE": PAYMENT_STATES[word],
            **{field: bills.get(first, field) for field in ("VENDORID", "VENDORNAME", "CURRENCY", "BASECURR")},
            "EXCHANGE_RATE": str(rate),
            "WHENCREATED": state.instants.day(on),
            "WHENPAID": state.instants.day(on),
            "PRBATCH": f"Payments: {state.instants.day(on)}",
            "CLEARED": "F",
            **header,
        }
        row = self._rows.row(payments, values, first[bills.owner_at], times)
        account = state.financial_accounts.get(payments.get(row, "FINANCIALENTITY"))
        entries = PaymentEntries(state, row, account.account_no if account else "")
        money = ZERO
        for share in self._shares(amounts, uses, is_voided=voided_on is not None):
            entries.add(share)
            details.put(detail_row(state, row, share))
            if voided_on is None:
                apply(share, 1, "")
            money += share.amount if share.credit is None else ZERO
        base = round_amount(money * rate, payments.get(row, "BASECURR"))
        fill(payments, row, totals(money, base, money, base))
        payments.put(row)
        self._post(row, entries.entries(), voided_on)

    def _shares(
        self, amounts: Iterable[tuple[Row, Decimal]], uses: Iterable[CreditUse], *, is_voided: bool
    ) -> Iterator[Share]:
        for use in uses:
            bill = self._item(BILL, self._bills[use.bill_key])
            credit = self._item(*self._credits[use.credit_key])
            paid, used = Opening(bill).take(use.amount), Opening(credit).take(-use.amount)
            yield from pairs(bill, paid, credit, used)
        for row, amount in amounts:
            # a voided payment took from what was open then, not from what is open now
            bill = LoadedItem(self._state, BILL, row) if is_voided else self._item(BILL, row)
            for part in Opening(bill).take(amount):
                yield Share(bill, part.number, part.due)

    def _item(self, form: Form, row: Row) -> LoadedItem:
        key = (form.header, self._state.tables[form.header].get(row, "RECORDNO"))
        if key not in self._items:
            self._items[key] = LoadedItem(self._state, form, row)
        return self._items[key]

    def _post(self, row: Row, entries: Sequence[Entry], voided_on: date | None) -> None:
        if not entries:
            return
        state, payments = self._state, self._state.tables["APPYMT"]
        state.ledger.post(journal_entry(state, payments, row, PAYMENT, payments.get(row, "WHENCREATED"), entries))
        if voided_on:
            day = state.instants.day(voided_on)
            state.ledger.post(journal_entry(state, payments, row, PAYMENT, day, [opposite(one) for one in entries]))


class LoadedItem(OpenItem):
    """A document whose lines say already how much of them was paid in the end, while its payments are put together.

    Args:
        state: The company.
        form: What kind of document it is.
        row: The document.
    """

    def __init__(self, state: State, form: Form, row: Row) -> None:
        super().__init__(state, form, row)
        self._taken: dict[str, Decimal] = {}

    @property
    def due(self) -> Decimal:
        """What is open of it so far."""
        return Decimal(self.table.get(self.row, "TRX_TOTALENTERED")) - sum(self._taken.values(), ZERO)

    def paid(self, line: Row) -> Decimal:
        """How much of a line has been paid so far."""
        return self._taken.get(self.lines.get(line, "RECORDNO"), ZERO)

    def settle(self, number: str, amount: Decimal, day: str) -> None:  # noqa: ARG002  # the row shows the end already
        """Note that so much more of a line was paid."""
        self._taken[number] = self._taken.get(number, ZERO) + amount
