"""AP payments: what they pay, with money or with credits, how they are voided, and what they post."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.checks import Checks
from intacct_pipelines.sandbox.intacct.documents import ZERO, Author, Form, fill, owner_fields, totals
from intacct_pipelines.sandbox.intacct.fields import PAYMENT_STATES, words
from intacct_pipelines.sandbox.intacct.financial import bank_account
from intacct_pipelines.sandbox.intacct.open_items import Opening, OpenItem
from intacct_pipelines.sandbox.intacct.payment_details import (
    SOURCES,
    TARGETS,
    PaymentEntries,
    Share,
    apply,
    detail_row,
    pairs,
    shares_of,
)
from intacct_pipelines.sandbox.intacct.posting import entry_of, journal_entry, opposite
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_instant, normal_date, read_amount, round_amount, sortable
from intacct_pipelines.sandbox.ledger import Document, PostingKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State

PAYMENT: Final = PostingKind("AP payment", "CDJ", "3.AP", "pp")
METHODS: Final = frozenset(
    (
        "Printed Check",
        "Joint Check",
        "Cash",
        "EFT",
        "Credit Card",
        "ACH",
        "Check Delivery",
        "WF Check",
        "WF Domestic ACH",
        "WF USD Wire",
    )
)
_INPUT: Final = words(
    "FINANCIALENTITY PAYMENTMETHOD PAYMENTREQUESTMETHOD VENDORID DOCNUMBER DESCRIPTION CURRENCY BASECURR"
    " EXCH_RATE_DATE EXCH_RATE_TYPE_ID EXCHANGE_RATE"
)
_ALSO: Final = words("PAYMENTDATE PAYMENTPROVIDER AMOUNTTOPAY ACTION RECORDNO")
_UNKNOWN: Final = "Oops, we can't find this transaction; enter a valid"


@dataclass(slots=True)
class _Credit:
    key: str
    number: str
    amount_field: str
    left: Decimal


class Payments:
    """Writes payments. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._checks = Checks(state)
        self._payments = state.tables["APPYMT"]
        self._details = state.tables["APPYMTDETAIL"]

    # --- create, update, approve, void, delete ----------------------------------------------------------------------

    def create(self, values: Mapping[str, str], details: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Pay bills: with money, with credits, or with both.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._payments
        row = table.blank()
        row[table.owner_at] = author.entity_id
        now = self._state.clock.now()
        made = {
            "RECORDNO": self._state.new_number(table),
            "RECORDTYPE": PAYMENT.record_type,
            "AUWHENCREATED": format_instant(now),
            "CREATEDBY": "1",
            "CLEARED": "F",
            **owner_fields(self._state, author.entity_id),
        }
        fill(table, row, made)
        row = self._completed(row, values, details)
        self._state.insert(table, row)
        self._take_effect(row)
        self._state.audit(table, row, "C", author.source)
        return table.rows[int(table.get(row, "RECORDNO"))]

    def update(
        self, old: Row, values: Mapping[str, str], details: Sequence[Mapping[str, str]] | None, author: Author
    ) -> Row:
        """Replace a draft with what is sent.

        Raises:
            FunctionRefusedError: It is no draft any more, or a rule forbids it.
        """
        table = self._payments
        if table.get(old, "STATE") != "Draft":
            raise self._wrong_state(old, "changed")
        for detail in self.details_of(old):
            self._state.remove(self._details, detail)
        row = self._completed(old.copy(), values, details or [])
        self._state.replace(table, old, row)
        self._take_effect(row)
        self._state.audit(table, row, "M", author.source)
        return table.rows[int(table.get(row, "RECORDNO"))]

    def approve(self, old: Row, author: Author) -> Row:
        """Approve a submitted payment, which posts it.

        Raises:
            FunctionRefusedError: It is not submitted, or its period has been closed since.
        """
        if self._payments.get(old, "STATE") != "Submitted":
            raise self._wrong_state(old, "approved")
        shares = list(self._shares_of(old))
        self._select(shares, -1)
        row = self._in_state(old, "Posted")
        self._settle(row, shares)
        self._state.audit(self._payments, row, "M", author.source)
        return row

    def void(self, old: Row, day: str, description: str, author: Author) -> Row:
        """Undo a payment on a day: what it paid is open again, what it used can be used again.

        Args:
            old: The payment.
            day: ``mm/dd/yyyy``.
            description: Replaces the payment's, unless empty.
            author: Who does it.

        Raises:
            FunctionRefusedError: It is voided or a draft, or the day is in a closed period or before the payment.
        """
        table = self._payments
        state = table.get(old, "STATE")
        if state not in {"Posted", "Submitted"}:
            raise self._wrong_state(old, "voided")
        if sortable(day) < sortable(table.get(old, "WHENCREATED")):
            raise refusal("SANDBOX-DATE", f"The date {day} is before the payment's own.")
        shares = list(self._shares_of(old))
        row = self._in_state(old, "Voided", {"DESCRIPTION": description} if description else {})
        if state == "Submitted":
            self._select(shares, -1)
        else:
            self._check_periods(row, shares, day)
            self._post_opposite(row, day)
            for share in shares:
                apply(share, -1, day)
        self._state.audit(table, row, "M", author.source)
        self._audit_documents(shares, author)
        return row

    def delete(self, row: Row, author: Author) -> None:
        """Delete a payment that has not taken effect.

        Raises:
            FunctionRefusedError: It stands in the ledger; only voiding undoes it.
        """
        state = self._payments.get(row, "STATE")
        if state not in {"Draft", "Submitted"}:
            raise self._wrong_state(row, "deleted")
        if state == "Submitted":
            self._select(list(self._shares_of(row)), -1)
        for detail in self.details_of(row):
            self._state.remove(self._details, detail)
        self._state.remove(self._payments, row)
        self._state.audit(self._payments, row, "D", author.source)

    def details_of(self, row: Row) -> list[Row]:
        """A payment's details in order."""
        numbers = self._details.find("PAYMENTKEY", self._payments.get(row, "RECORDNO"))
        return [self._details.rows[number] for number in numbers]

    def request(self, values: Mapping[str, str], items: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Pay bills as `create_paymentrequest` does: with money, and with so much of the vendor's oldest credits.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        if not items:
            raise refusal("SANDBOX-NOT-OFFERED", "Name the bills; the sandbox does not choose them.")
        bills = self._state.tables["APBILL"]
        number = items[0].get("RECORDKEY", "")
        first = bills.rows.get(int(number)) if number.isdecimal() else None
        currency = "" if first is None else bills.get(first, "CURRENCY")
        details: list[dict[str, str]] = []
        left = self._credits(values.get("VENDORID", ""), currency, author.entity_id)
        for item in items:
            key = {"RECORDKEY": item.get("RECORDKEY", "")}
            credit = read_amount(item.get("CREDITTOAPPLY", "0"), currency, "credittoapply")
            details += [{**key, **part} for part in _taken(left, credit)]
            if Decimal(read_amount(item.get("TRX_PAYMENTAMOUNT", ""), currency, "paymentamount")):
                details.append({**key, "TRX_PAYMENTAMOUNT": item["TRX_PAYMENTAMOUNT"]})
        return self.create({"CURRENCY": currency, **values}, details, author)

    def _credits(self, vendor_id: str, currency: str, owner: str) -> list[_Credit]:
        """What is open of a vendor's credits, oldest first."""
        found: list[tuple[str, int, _Credit]] = []
        for key, _, amount_field, form in SOURCES:
            table = self._state.tables[form.header]
            for number in table.find("VENDORID", vendor_id):
                item = OpenItem(self._state, form, table.rows[number])
                fits = table.get(item.row, "CURRENCY") == currency and item.row[table.owner_at] == owner
                if fits and item.is_posted and item.due < 0:
                    credit = _Credit(key, str(number), amount_field, -item.due)
                    found.append((sortable(table.get(item.row, "WHENCREATED")), number, credit))
        return [credit for _, _, credit in sorted(found, key=itemgetter(0, 1))]

    # --- what is sent -------------------------------------------------------------------------------------------------

    def _completed(self, row: Row, values: Mapping[str, str], details: Sequence[Mapping[str, str]]) -> Row:
        """Check what is sent, write the details, and return the payment with what follows from them."""
        table = self._payments
        for field in values:
            if field not in table.at and field not in _ALSO:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object APPYMT.")
        fill(table, row, {field: value for field, value in values.items() if field in _INPUT})
        owner = row[table.owner_at]
        vendor = self._checks.vendor(table.get(row, "VENDORID"), owner)
        for field in ("PAYMENTDATE", "CURRENCY"):
            if not values.get(field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        if not details:
            raise refusal("SANDBOX-NO-LINES", "No line items found; enter at least one line.")
        day = normal_date(values["PAYMENTDATE"], "PAYMENTDATE")
        currency = table.get(row, "CURRENCY")
        base = self._checks.base_currency(table.get(row, "BASECURR"), owner)
        follows = {
            "BASECURR": base,
            "EXCHANGE_RATE": self._checks.rate(table.get(row, "EXCHANGE_RATE"), currency, base, day),
            "WHENCREATED": day,
            "VENDORNAME": self._state.tables["VENDOR"].get(vendor, "NAME"),
            "PRBATCH": f"Payments: {day}",
        }
        fill(table, row, follows)
        openings: dict[tuple[str, str], Opening] = {}
        shares = [share for detail in details for share in self._shares(row, detail, openings)]
        self._complete_account(row, shares)
        state = self._state_of(values)
        fill(table, row, {"STATE": state, "RAWSTATE": PAYMENT_STATES[state]})
        row = self._with_money(self._state.stamped(table, row), shares)
        for share in shares:
            self._state.insert(self._details, detail_row(self._state, row, share))
        return row

    def _state_of(self, values: Mapping[str, str]) -> str:
        if values.get("ACTION", "Submit").strip().lower() == "draft":
            return "Draft"
        return "Submitted" if self._state.options.payment_approval else "Posted"

    def _complete_account(self, row: Row, shares: Sequence[Share]) -> None:
        table = self._payments
        method = table.get(row, "PAYMENTMETHOD")
        if all(share.credit for share in shares) and not table.get(row, "FINANCIALENTITY"):
            return
        for field in ("FINANCIALENTITY", "PAYMENTMETHOD"):
            if not table.get(row, field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        if method not in METHODS:
            raise refusal("SANDBOX-ENUM", f"The value '{method[:40]}' of PAYMENTMETHOD is not valid.")
        account = bank_account(self._state, table.get(row, "FINANCIALENTITY"), row[table.owner_at])
        fill(table, row, {"FINANCIALACCOUNTNAME": account.account_id, "FINANCIALACCOUNTCURRENCY": account.currency})

    def _shares(self, row: Row, detail: Mapping[str, str], openings: dict[tuple[str, str], Opening]) -> Iterator[Share]:
        """What one detail asks for, line by line."""
        for field in detail:
            if field not in self._details.at:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object APPYMTDETAIL.")
        for field, word in (("ADVANCEKEY", "advances"), ("DISCOUNTDATE", "discounts")):
            if detail.get(field):
                raise refusal("SANDBOX-NOT-OFFERED", f"This sandbox uses no {word}.")
        target, line = self._opening(row, detail, TARGETS, openings)
        if target.left(line) <= 0:
            raise refusal("SANDBOX-PAYMENT", "There is no due on the bill")
        money = detail.get("TRX_PAYMENTAMOUNT", "")
        sources = [source for source in SOURCES if detail.get(source[0])]
        if len(sources) + bool(money) != 1:
            raise refusal("SANDBOX-PAYMENT", "A detail takes either a payment amount or one credit.")
        amount = self._amount(row, money or detail.get(sources[0][2], ""), target, line)
        if money:
            for part in target.take(amount, line):
                yield Share(target.item, part.number, part.due)
            return
        key, entry_key, _, form = sources[0]
        credit, credit_line = self._opening(row, detail, ((key, entry_key, form),), openings)
        if amount > -credit.left(credit_line):
            raise _credit_exceeded(amount)
        yield from pairs(target.item, target.take(amount, line), credit.item, credit.take(-amount, credit_line))

    def _opening(
        self,
        row: Row,
        detail: Mapping[str, str],
        ways: Sequence[tuple[str, str, Form]],
        openings: dict[tuple[str, str], Opening],
    ) -> tuple[Opening, str]:
        """The document that a detail names, as far as it is open, and the line of it if one is named."""
        key, entry_key, form = next((way for way in ways if detail.get(way[0])), ("", "", None))
        if form is None:
            raise refusal("SANDBOX-REQUIRED", "Required field RECORDKEY is missing.")
        number, table = detail[key], self._state.tables[form.header]
        found = table.rows.get(int(number)) if number.isdecimal() else None
        if found is None or found[table.owner_at] != row[self._payments.owner_at]:
            raise refusal("SANDBOX-PAYMENT", f"{_UNKNOWN} {key}.")
        if (form.header, number) not in openings:
            item = OpenItem(self._state, form, found)
            self._check_same(row, item)
            openings[form.header, number] = Opening(item)
        opening = openings[form.header, number]
        line = detail.get(entry_key, "")
        if line and opening.item.line(line) is None:
            raise refusal("SANDBOX-PAYMENT", f"{_UNKNOWN} {entry_key}.")
        return opening, line

    def _check_same(self, row: Row, item: OpenItem) -> None:
        for field in ("VENDORID", "CURRENCY", "BASECURR"):
            if item.table.get(item.row, field) != self._payments.get(row, field):
                text = f"The {item.form.word} {item.number} has another {field} than the payment."
                raise refusal("SANDBOX-PAYMENT", text)
        if not item.is_posted:
            raise refusal("SANDBOX-PAYMENT", "There is no due on the bill")

    def _amount(self, row: Row, text: str, target: Opening, line: str) -> Decimal:
        amount = read_amount(text, self._payments.get(row, "CURRENCY"), "TRX_PAYMENTAMOUNT")
        due = target.left(line)
        if not ZERO < amount <= due:
            raise refusal("SANDBOX-PAYMENT", f"The payment exceeds total amount due ({due}).")
        return amount

    # --- what it does -------------------------------------------------------------------------------------------------

    def _take_effect(self, row: Row) -> None:
        state = self._payments.get(row, "STATE")
        shares = list(self._shares_of(row))
        if state == "Submitted":
            self._select(shares, 1)
        elif state == "Posted":
            self._settle(row, shares)

    def _settle(self, row: Row, shares: Sequence[Share]) -> None:
        day = self._payments.get(row, "WHENCREATED")
        self._check_periods(row, shares, day)
        account = self._state.financial_accounts.get(self._payments.get(row, "FINANCIALENTITY"))
        collected = PaymentEntries(self._state, row, account.account_no if account else "")
        for share in shares:
            collected.add(share)
            apply(share, 1, day)
        entries = collected.entries()
        if entries:
            self._state.post(journal_entry(self._state, self._payments, row, PAYMENT, day, entries))
        paid = row.copy()
        fill(self._payments, paid, {"WHENPAID": day})
        self._state.replace(self._payments, row, paid)
        self._audit_documents(shares, Author(row[self._payments.owner_at], "api"))

    def _shares_of(self, row: Row) -> Iterator[Share]:
        return shares_of(self._state, self.details_of(row))

    def _select(self, shares: Sequence[Share], sign: int) -> None:
        for share in shares:
            share.target.select(share.amount * sign)
            if share.credit is not None:
                share.credit.select(-share.amount * sign)

    def _audit_documents(self, shares: Sequence[Share], author: Author) -> None:
        items = {
            (item.form.header, item.number): item for share in shares for item in (share.target, share.credit) if item
        }
        for item in items.values():
            self._state.audit(item.table, item.row, "M", author.source)

    def _check_periods(self, row: Row, shares: Sequence[Share], day: str) -> None:
        self._checks.period(day, row[self._payments.owner_at])
        for share in shares:
            line = share.target.lines.rows[int(share.line)]
            self._checks.periods_of_lines(day, [share.target.lines.get(line, "LOCATIONID")])

    def _post_opposite(self, row: Row, day: str) -> None:
        document = Document("APPYMT", int(self._payments.get(row, "RECORDNO")))
        for posting in self._state.ledger.postings_of(document):
            entries = [opposite(entry_of(line)) for line in posting.lines]
            self._state.post(journal_entry(self._state, self._payments, row, PAYMENT, day, entries))

    def _in_state(self, old: Row, state: str, more: Mapping[str, str] | None = None) -> Row:
        """The payment and its details in another state."""
        row = old.copy()
        fill(self._payments, row, {"STATE": state, "RAWSTATE": PAYMENT_STATES[state], **(more or {})})
        row = self._state.stamped(self._payments, row)
        self._state.replace(self._payments, old, row)
        for before in self.details_of(row):
            detail = before.copy()
            fill(self._details, detail, {"STATE": PAYMENT_STATES[state]})
            self._state.replace(self._details, before, self._state.stamped(self._details, detail))
        return row

    def _wrong_state(self, row: Row, verb: str) -> Exception:
        state = self._payments.get(row, "STATE")
        return refusal("SANDBOX-PAYMENT-STATE", f"A payment in state {state} cannot be {verb}.")

    def _with_money(self, row: Row, shares: Sequence[Share]) -> Row:
        table = self._payments
        trx = sum((share.amount for share in shares if share.credit is None), ZERO)
        base = round_amount(trx * Decimal(table.get(row, "EXCHANGE_RATE")), table.get(row, "BASECURR"))
        fill(table, row, totals(trx, base, trx, base))
        return row


def _taken(credits_: Sequence[_Credit], amount: Decimal) -> Iterator[dict[str, str]]:
    """The source fields with which an amount is taken from credits, first ones first (S-VCR-03).

    Raises:
        FunctionRefusedError: They do not suffice.
    """
    for credit in credits_:
        part = min(amount, credit.left)
        if part > 0:
            credit.left -= part
            amount -= part
            yield {credit.key: credit.number, credit.amount_field: str(part)}
    if amount > 0:
        raise _credit_exceeded(amount)


def _credit_exceeded(amount: Decimal) -> Exception:
    return refusal("SANDBOX-CREDIT", f"The amount {amount} exceeds what is open of the credit.")
