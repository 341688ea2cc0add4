"""Receipts from customers: what they settle, with money or with credit memos, how they are reversed, what they post."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.checks import Checks
from intacct_pipelines.sandbox.intacct.documents import fill, lines_of, owner_fields
from intacct_pipelines.sandbox.intacct.fields import words
from intacct_pipelines.sandbox.intacct.financial import bank_account
from intacct_pipelines.sandbox.intacct.invoices import customer_of
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry, journal_entry
from intacct_pipelines.sandbox.intacct.receivables import (
    RECEIPT,
    ZERO,
    Cash,
    OpenItem,
    exchange_entries,
    open_totals,
    opposite,
    receipt_entries,
)
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_instant, normal_date, read_amount, sortable
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, Document
from intacct_pipelines.sandbox.receivables_business import DEPOSITS_ACCOUNT, RECEIVABLE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.documents import Author
    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

_INPUT: Final = words(
    "CUSTOMERID PAYMENTMETHOD FINANCIALENTITY UNDEPOSITEDACCOUNTNO DOCNUMBER DESCRIPTION CURRENCY BASECURR"
    " EXCH_RATE_DATE EXCH_RATE_TYPE_ID EXCHANGE_RATE"
)
_ALSO: Final = words("PAYMENTAMOUNT RECEIPTDATE PAYMENTDATE ACTION RECORDNO OVERPAYMENTAMOUNT OVERPAYMENTLOCATIONID")
_SETTLED: Final = ("Posted", "Partially Paid")


class Receipts:
    """Writes ARPYMT. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._checks = Checks(state)
        self._receipts = state.tables["ARPYMT"]
        self._details = state.tables["ARPYMTDETAIL"]
        self._invoices = state.tables["ARINVOICE"]
        self._adjustments = state.tables["ARADJUSTMENT"]

    def create(self, values: Mapping[str, str], details: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Receive money, apply credit memos, or both.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._receipts
        for field in values:
            if field not in table.at and field not in _ALSO:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object ARPYMT.")
        if values.get("ACTION", "Submit").strip().lower() == "draft":
            raise refusal("SANDBOX-NOT-OFFERED", "The sandbox keeps no drafts of receipts.")
        row = table.blank()
        row[table.owner_at] = author.entity_id
        fill(table, row, {field: value for field, value in values.items() if field in _INPUT})
        self._complete(row, values)
        money = self._money(row, values, details)
        account = self._account(row, author.entity_id) if money else ""
        currency, base_currency = table.get(row, "CURRENCY"), table.get(row, "BASECURR")
        cash = Cash(account, money, Decimal(table.get(row, "EXCHANGE_RATE")), base_currency) if money else None
        zero = read_amount("0", currency, "")
        fill(table, row, {"TRX_TOTALENTERED": str(money or zero), "TRX_TOTALPAID": str(zero)})
        fill(table, row, {"TOTALENTERED": str(cash.base(money)) if cash else "0", "TOTALPAID": "0"})
        row = self._state.stamped(table, row)
        self._state.insert(table, row)
        settled = [pair for detail in details for pair in self._settle(row, detail)]
        row = self._with_totals(row, cash, settled)
        self._post(row, receipt_entries(cash, settled, self._coding(row)), table.get(row, "RECEIPTDATE"))
        self._state.audit(table, row, "C", author.source)
        return row

    def apply(self, old: Row, day: str, details: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Apply what a receipt has left to invoices, on a day of its own.

        Raises:
            FunctionRefusedError: It has not so much left, or a rule forbids it.
        """
        table = self._receipts
        self._check_stands(old)
        self._checks.period(day, old[table.owner_at])
        left = Decimal(table.get(old, "TRX_TOTALDUE") or "0")
        wanted = sum((self._amount(old, detail, "TRX_PAYMENTAMOUNT") for detail in details), ZERO)
        if wanted > left:
            raise refusal("SANDBOX-PAYMENT", f"The receipt has only {left} left to apply.")
        settled = [pair for detail in details for pair in self._settle(old, detail)]
        rate, base_currency = Decimal(table.get(old, "EXCHANGE_RATE")), table.get(old, "BASECURR")
        ahead = OpenItem(left, Decimal(table.get(old, "TOTALDUE") or "0"), rate, base_currency)
        base = ahead.settle(wanted)
        row = old.copy()
        paid = Decimal(table.get(row, "TRX_TOTALPAID")) + wanted
        relieved = Decimal(table.get(row, "TOTALPAID")) + sum((one for _, one in settled), ZERO)
        fill(table, row, {"TRX_TOTALPAID": str(paid), "TOTALPAID": str(relieved)})
        fill(table, row, {"TRX_TOTALDUE": str(ahead.trx_due), "TOTALDUE": str(ahead.base_due)})
        fill(table, row, {"OVERPAYMENTAMOUNT": str(ahead.trx_due) if ahead.trx_due else ""})
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        # The money came in before; now it leaves the customers' account.
        self._post(row, applied_entries(wanted, base, settled, self._coding(row)), day)
        self._state.audit(table, row, "M", author.source)
        return row

    def reverse(self, old: Row, day: str, description: str, author: Author) -> Row:
        """Undo a receipt on a day of its own with a second, opposite one; returns that (S-ARP-03).

        Raises:
            FunctionRefusedError: It is reversed, applies credits, or the day is closed or before the receipt.
        """
        table = self._receipts
        self._check_stands(old)
        self._checks.period(day, old[table.owner_at])
        if sortable(day) < sortable(table.get(old, "RECEIPTDATE")):
            raise refusal("SANDBOX-DATE", f"The date {day} is before the receipt's own.")
        details = self.details_of(old)
        if any(self._details.get(detail, "ADJUSTMENTKEY") for detail in details):
            raise refusal("SANDBOX-NOT-OFFERED", "The sandbox reverses no receipt that applies credits.")
        reversal = self._opposite(old, day, description)
        self._state.insert(table, reversal)
        for detail in details:
            self._undo(reversal, detail)
        number = Document("ARPYMT", int(table.get(old, "RECORDNO")))
        for posting in self._state.ledger.postings_of(number):
            entries = [
                Entry(line.side, line.account_no, line.trx_amount, line.base_amount, Coding(line.entity_id, *line[6:]))
                for line in posting.lines
            ]
            self._post(reversal, opposite(entries), day)
        row = old.copy()
        fill(table, row, {"STATE": "Reversed", "TRX_TOTALDUE": "0", "TOTALDUE": "0"})
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        self._state.audit(table, row, "M", author.source)
        self._state.audit(table, reversal, "C", author.source)
        return reversal

    def update(
        self, old: Row, values: Mapping[str, str], details: Sequence[Mapping[str, str]] | None, author: Author
    ) -> Row:
        """Refuse: only drafts may be changed, and the sandbox keeps none (§5.13).

        Raises:
            FunctionRefusedError: Always.
        """
        del values, details, author
        raise self._wrong_state(old, "changed")

    def delete(self, row: Row, author: Author) -> None:
        """Refuse: a receipt stands in the ledger; only a reversal undoes it.

        Raises:
            FunctionRefusedError: Always.
        """
        del author
        raise self._wrong_state(row, "deleted")

    def details_of(self, row: Row) -> list[Row]:
        """A receipt's details in order."""
        numbers = self._details.find("PAYMENTKEY", self._receipts.get(row, "RECORDNO"))
        return [self._details.rows[number] for number in numbers]

    # --- what is sent -----------------------------------------------------------------------------------------------

    def _complete(self, row: Row, values: Mapping[str, str]) -> None:
        table, owner = self._receipts, row[self._receipts.owner_at]
        for field in ("CUSTOMERID", "PAYMENTMETHOD", "RECEIPTDATE"):
            if not values.get(field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        customer = customer_of(self._state, table.get(row, "CUSTOMERID"), owner)
        day = normal_date(values["RECEIPTDATE"], "RECEIPTDATE")
        self._checks.period(day, owner)
        base = self._checks.base_currency(table.get(row, "BASECURR"), owner)
        currency = table.get(row, "CURRENCY") or customer.currency or base
        follows = {
            "RECORDNO": self._state.new_number(table),
            "RECORDTYPE": RECEIPT.record_type,
            "RECORDID": table.get(row, "DOCNUMBER"),
            "STATE": "Complete",
            "CUSTOMERNAME": customer.name,
            "CURRENCY": currency,
            "BASECURR": base,
            "EXCHANGE_RATE": self._checks.rate(table.get(row, "EXCHANGE_RATE"), currency, base, day),
            "WHENCREATED": day,
            "RECEIPTDATE": day,
            "PAYMENTDATE": normal_date(values.get("PAYMENTDATE") or day, "PAYMENTDATE"),
            "WHENPAID": day,
            "PRBATCH": f"Receipts: {day}",
            "CLEARED": "false",
            "AUWHENCREATED": format_instant(self._state.clock.now()),
            "CREATEDBY": "1",
            **owner_fields(self._state, owner),
        }
        fill(table, row, follows)

    def _money(self, row: Row, values: Mapping[str, str], details: Sequence[Mapping[str, str]]) -> Decimal:
        """The amount of money: as told, or what the details take and what is left over; never less than those."""
        taken = sum((self._amount(row, one, "TRX_PAYMENTAMOUNT") for one in details), ZERO)
        told = values.get("PAYMENTAMOUNT", "")
        over = self._amount(row, values, "OVERPAYMENTAMOUNT")
        money = read_amount(told, self._receipts.get(row, "CURRENCY"), "paymentamount") if told else taken + over
        if money < taken or money < 0 or (not money and not details):
            raise refusal("SANDBOX-PAYMENT", f"The payment {money} is less than what its items take ({taken}).")
        return money

    def _amount(self, row: Row, detail: Mapping[str, str], field: str) -> Decimal:
        text = detail.get(field, "")
        if not text:
            return ZERO
        amount = read_amount(text, self._receipts.get(row, "CURRENCY"), field)
        if amount <= 0:
            raise refusal("SANDBOX-PAYMENT", f"The amount {amount} is not positive.")
        return amount

    def _account(self, row: Row, owner: str) -> str:
        """The ledger account that receives the money."""
        table = self._receipts
        bank, undeposited = table.get(row, "FINANCIALENTITY"), table.get(row, "UNDEPOSITEDACCOUNTNO")
        if bool(bank) == bool(undeposited):
            raise refusal("SANDBOX-REQUIRED", "Name either a bank account or an undeposited funds account.")
        if bank:
            return bank_account(self._state, bank, owner).account_no
        return self._state.tables["GLACCOUNT"].get(self._checks.account(undeposited), "ACCOUNTNO")

    # --- what it settles --------------------------------------------------------------------------------------------

    def _settle(self, row: Row, detail: Mapping[str, str]) -> list[tuple[Decimal, Decimal]]:
        """Relieve an invoice with money or with a credit memo; transaction and base amount of each item."""
        for field in detail:
            if field not in self._details.at:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object ARPYMTDETAIL.")
        money = self._amount(row, detail, "TRX_PAYMENTAMOUNT")
        credit = self._amount(row, detail, "TRX_ADJUSTMENTAMOUNT")
        if bool(money) == bool(credit):
            raise refusal("SANDBOX-PAYMENT", "A detail takes either a payment amount or one credit.")
        amount = money or credit
        invoice = self._named(row, self._invoices, detail.get("RECORDKEY", ""))
        base = self._relieve(self._invoices, invoice, amount, row)
        made = {
            "RECORDNO": self._state.new_number(self._details),
            "PAYMENTKEY": self._receipts.get(row, "RECORDNO"),
            "RECORDKEY": detail["RECORDKEY"],
            "CURRENCY": self._receipts.get(row, "CURRENCY"),
            "PAYMENTDATE": self._receipts.get(row, "PAYMENTDATE"),
            "STATE": self._receipts.get(row, "STATE"),
        }
        settled = [(amount, base)]
        if credit:
            memo = self._named(row, self._adjustments, detail.get("ADJUSTMENTKEY", ""))
            settled.append((-amount, self._relieve(self._adjustments, memo, -amount, row)))
            key = {"ADJUSTMENTKEY": detail["ADJUSTMENTKEY"]}
            made |= {**key, "TRX_ADJUSTMENTAMOUNT": str(amount), "ADJUSTMENTAMOUNT": str(base)}
        else:
            made |= {"TRX_PAYMENTAMOUNT": str(amount), "PAYMENTAMOUNT": str(base)}
        item = self._details.blank()
        fill(self._details, item, made)
        item[self._details.owner_at] = row[self._receipts.owner_at]
        self._state.insert(self._details, self._state.stamped(self._details, item))
        return settled

    def _named(self, receipt: Row, table: Table, key: str) -> Row:
        """An invoice or adjustment of the receipt's own customer, currency and owner that is open."""
        receipts = self._receipts
        row = table.rows.get(int(key)) if key.isdecimal() else None
        if row is None or row[table.owner_at] != receipt[receipts.owner_at]:
            raise refusal(
                "SANDBOX-PAYMENT", f"Oops, we can't find this transaction; enter a valid key, not '{key[:20]}'."
            )
        for field in ("CUSTOMERID", "CURRENCY"):
            if table.get(row, field) != receipts.get(receipt, field):
                raise refusal("SANDBOX-PAYMENT", f"The {field} of {key} is not the receipt's.")
        if table.get(row, "STATE") not in _SETTLED:
            raise refusal("SANDBOX-PAYMENT", "There is no due on the invoice")
        return row

    def _relieve(self, table: Table, old: Row, amount: Decimal, receipt: Row) -> Decimal:
        """Take an amount off what is open; returns it in base currency."""
        item = _open_item(table, old)
        if abs(amount) > abs(item.trx_due) or amount * item.trx_due <= 0:
            raise refusal("SANDBOX-PAYMENT", f"The payment exceeds total amount due ({abs(item.trx_due)}).")
        base = item.settle(amount)
        self._show(table, old, item, self._receipts.get(receipt, "PAYMENTDATE"))
        return base

    def _undo(self, reversal: Row, detail: Row) -> None:
        """Open again what a detail settled, and keep the opposite detail."""
        details = self._details
        trx, base = (Decimal(details.get(detail, field)) for field in ("TRX_PAYMENTAMOUNT", "PAYMENTAMOUNT"))
        invoice = self._invoices.rows[int(details.get(detail, "RECORDKEY"))]
        item = _open_item(self._invoices, invoice)
        item.trx_due += trx
        item.base_due += base
        self._show(self._invoices, invoice, item, "")
        made = detail.copy()
        fill(
            details,
            made,
            {
                "RECORDNO": self._state.new_number(details),
                "PAYMENTKEY": self._receipts.get(reversal, "RECORDNO"),
                "PAYMENTDATE": self._receipts.get(reversal, "PAYMENTDATE"),
                "STATE": self._receipts.get(reversal, "STATE"),
                "TRX_PAYMENTAMOUNT": str(-trx),
                "PAYMENTAMOUNT": str(-base),
            },
        )
        self._state.insert(details, self._state.stamped(details, made))

    def _show(self, table: Table, old: Row, item: OpenItem, day: str) -> None:
        row = old.copy()
        fill(table, row, open_totals(table, row, item))
        fill(table, row, {"WHENPAID": day if table.get(row, "STATE") == "Paid" else ""})
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)

    # --- totals and postings ----------------------------------------------------------------------------------------

    def _with_totals(self, old: Row, cash: Cash | None, settled: Sequence[tuple[Decimal, Decimal]]) -> Row:
        table, row = self._receipts, old.copy()
        applied, relieved = (sum((pair[at] for pair in settled), ZERO) for at in (0, 1))
        rest = cash.trx - applied if cash else ZERO
        fill(table, row, {"TRX_TOTALPAID": str(applied), "TOTALPAID": str(relieved), "TRX_TOTALDUE": str(rest)})
        fill(table, row, {"TOTALDUE": str(cash.base(rest)) if cash else "0"})
        fill(table, row, {"OVERPAYMENTAMOUNT": str(rest) if rest else ""})
        self._state.replace(table, old, row)
        return row

    def _coding(self, row: Row) -> Coding:
        """The books of the receipt's owner, at the place of the first invoice that it settles."""
        owner = row[self._receipts.owner_at]
        lines = self._state.tables["ARINVOICEITEM"]
        for detail in self.details_of(row):
            invoice = self._invoices.rows[int(self._details.get(detail, "RECORDKEY"))]
            for item in lines_of(self._invoices, lines, invoice):
                place = lines.get(item, "LOCATIONID")
                return Coding(owner or self._state.entity_of_location(place), place)
        return Coding(owner)

    def _post(self, row: Row, entries: Sequence[Entry], day: str) -> None:
        if entries:
            self._state.post(journal_entry(self._state, self._receipts, row, RECEIPT, day, entries))

    def _opposite(self, old: Row, day: str, description: str) -> Row:
        table = self._receipts
        row = old.copy()
        changes = {
            "RECORDNO": self._state.new_number(table),
            "PARENTPAYMENTKEY": table.get(old, "RECORDNO"),
            "STATE": "Reversal",
            "DESCRIPTION": description or table.get(old, "DESCRIPTION"),
            "AUWHENCREATED": format_instant(self._state.clock.now()),
            "TRX_TOTALDUE": "0",
            "TOTALDUE": "0",
            "OVERPAYMENTAMOUNT": "",
            **dict.fromkeys(("WHENCREATED", "RECEIPTDATE", "PAYMENTDATE", "WHENPAID"), day),
        }
        for field in ("TRX_TOTALENTERED", "TOTALENTERED", "TRX_TOTALPAID", "TOTALPAID"):
            changes[field] = str(-Decimal(table.get(old, field) or "0"))
        fill(table, row, changes)
        return self._state.stamped(table, row)

    def _check_stands(self, row: Row) -> None:
        if self._receipts.get(row, "STATE") != "Complete":
            raise self._wrong_state(row, "changed")

    def _wrong_state(self, row: Row, verb: str) -> Exception:
        state = self._receipts.get(row, "STATE")
        return refusal("SANDBOX-RECEIPT-STATE", f"A receipt in state {state} cannot be {verb}.")


def applied_entries(
    trx: Decimal, base: Decimal, settled: Sequence[tuple[Decimal, Decimal]], coding: Coding
) -> list[Entry]:
    """Debits and credits when money that waited on the customers' account settles something."""
    entries = [Entry(DEBIT, DEPOSITS_ACCOUNT, trx, base, coding)]
    entries += [Entry(CREDIT, RECEIVABLE_ACCOUNT, amount, relieved, coding) for amount, relieved in settled]
    return entries + exchange_entries(base - sum((relieved for _, relieved in settled), ZERO), coding)


def _open_item(table: Table, row: Row) -> OpenItem:
    return OpenItem(
        Decimal(table.get(row, "TRX_TOTALDUE")),
        Decimal(table.get(row, "TOTALDUE")),
        Decimal(table.get(row, "EXCHANGE_RATE")),
        table.get(row, "BASECURR"),
    )
