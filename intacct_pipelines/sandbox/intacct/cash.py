"""Funds transfers, other receipts and deposits: money that moves without a vendor's or customer's document."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from intacct_pipelines.sandbox.intacct.checks import Checks
from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Author, Documents, Form, fill, owner_fields
from intacct_pipelines.sandbox.intacct.fields import words
from intacct_pipelines.sandbox.intacct.financial import FinancialAccount, bank_account
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry, journal_entry
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_instant, normal_date, read_amount, round_amount
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, PostingKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State
    from intacct_pipelines.sandbox.ledger import Posting

TRANSFER: Final = PostingKind("Funds transfer", "FTJ", "11.CM", "ct")
DEPOSIT: Final = PostingKind("Deposit", "CDJ", "11.CM", "cd")
RECEIPT: Final = Form(
    "OTHERRECEIPTS",
    "OTHERRECEIPTSENTRY",
    "receipt",
    PostingKind("Other receipt", "CRJ", "11.CM", "cr"),
    CREDIT,
    RATE_INPUT | words("FINANCIALENTITY UNDEPGLACCOUNTNO WHENCREATED RECORDID DESCRIPTION SUPDOCID"),
)


class OtherReceipts(Documents):
    """Writes other receipts: into a bank account, or into undeposited funds until a deposit takes them to the bank."""

    form: ClassVar[Form] = RECEIPT

    def _complete_header(self, row: Row, *, draft: bool) -> None:  # noqa: ARG002  # there are no drafts
        table = self._headers
        currency = ""
        if table.get(row, "FINANCIALENTITY"):
            currency = bank_account(self._state, table.get(row, "FINANCIALENTITY"), row[table.owner_at]).currency
        else:
            self._checks.account(table.get(row, "UNDEPGLACCOUNTNO"))
        self._complete_money(row, currency)

    def _offset_account(self, row: Row) -> str:
        table = self._headers
        undeposited = table.get(row, "UNDEPGLACCOUNTNO")
        bank = self._state.financial_accounts.get(table.get(row, "FINANCIALENTITY"))
        return undeposited or ("" if bank is None else bank.account_no)

    def _is_paid(self, row: Row) -> bool:
        """Whether a deposit has taken it to the bank."""
        return bool(self._headers.get(row, "DEPOSITKEY"))


class Deposits:
    """Takes undeposited receipts to the bank. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._checks = Checks(state)
        self._deposits = state.tables["DEPOSIT"]
        self._receipts = state.tables["OTHERRECEIPTS"]

    def create(self, values: Mapping[str, str], keys: Sequence[str], author: Author) -> Row:
        """Deposit receipts.

        Args:
            values: FINANCIALENTITY, WHENCREATED, RECORDID, DESCRIPTION, SUPDOCID.
            keys: RECORDNO of each receipt.
            author: Who does it.

        Raises:
            FunctionRefusedError: A receipt is unknown or was deposited already, or the period is closed.
        """
        state, table = self._state, self._deposits
        bank = bank_account(state, values["FINANCIALENTITY"], author.entity_id)
        day = normal_date(values["WHENCREATED"], "depositdate")
        self._checks.period(day, author.entity_id)
        receipts = [self._receipt(key, bank, author) for key in dict.fromkeys(keys)]
        row = table.blank()
        made = {
            **values,
            "RECORDNO": state.new_number(table),
            "WHENCREATED": day,
            "CURRENCY": bank.currency,
            "BASECURR": state.currency_of(author.entity_id),
            "STATE": "Posted",
            "AUWHENCREATED": format_instant(state.clock.now()),
            "CREATEDBY": "1",
            **owner_fields(state, author.entity_id),
        }
        fill(table, row, made)
        row[table.owner_at] = author.entity_id
        get = self._receipts.get
        fill(table, row, {"TOTALENTERED": str(sum(Decimal(get(one, "TOTALENTERED")) for one in receipts))})
        row = state.stamped(table, row)
        state.insert(table, row)
        parts = [
            Part(get(one, "UNDEPGLACCOUNTNO"), Decimal(get(one, "TRX_TOTALENTERED")), Decimal(get(one, "TOTALENTERED")))
            for one in receipts
        ]
        for item in deposit_lines(state, row, parts):
            state.insert(state.tables["DEPOSITENTRY"], item)
        state.post(deposit_posting(state, row, parts, bank.account_no))
        for receipt in receipts:
            taken = receipt.copy()
            fill(self._receipts, taken, {"DEPOSITKEY": table.get(row, "RECORDNO"), "FINANCIALENTITY": bank.account_id})
            taken = state.stamped(self._receipts, taken)
            state.replace(self._receipts, receipt, taken)
            state.audit(self._receipts, taken, "M", author.source)
        state.audit(table, row, "C", author.source)
        return row

    def _receipt(self, key: str, bank: FinancialAccount, author: Author) -> Row:
        table = self._receipts
        row = table.rows.get(int(key)) if key.isdecimal() else None
        if row is None or row[table.owner_at] != author.entity_id:
            raise refusal("SANDBOX-NOT-FOUND", f"Cannot find otherreceipts with key '{key[:20]}' to deposit.")
        if table.get(row, "FINANCIALENTITY") or table.get(row, "STATE") != "Posted":
            raise refusal("SANDBOX-DEPOSIT", f"The receipt {key} is not among the undeposited funds.")
        if table.get(row, "CURRENCY") != bank.currency:
            raise refusal("SANDBOX-CURRENCY", f"The receipt {key} is not in {bank.currency}.")
        return row


class FundsTransfers:
    """Moves money between bank accounts of one owner. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._checks = Checks(state)

    def create(self, values: Mapping[str, str], author: Author) -> Row:
        """Transfer money.

        Args:
            values: FROMACCOUNTID, TOACCOUNTID, AMOUNT, WHENCREATED; RECORDID and DESCRIPTION if wanted.
            author: Who does it.

        Raises:
            FunctionRefusedError: An account is unknown, they are the same or differ in currency, or the period is
                closed.
        """
        state, table, owner = self._state, self._state.tables["FUNDSTRANSFER"], author.entity_id
        for field in ("FROMACCOUNTID", "TOACCOUNTID", "AMOUNT", "WHENCREATED"):
            if not values.get(field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        source, target = (bank_account(state, values[field], owner) for field in ("FROMACCOUNTID", "TOACCOUNTID"))
        if source == target or source.currency != target.currency:
            raise refusal("SANDBOX-TRANSFER", "A transfer needs two accounts in the same currency.")
        amount = read_amount(values["AMOUNT"], source.currency, "AMOUNT")
        if amount <= 0:
            raise refusal("SANDBOX-TRANSFER", "The amount of a transfer is more than zero.")
        day = normal_date(values["WHENCREATED"], "WHENCREATED")
        self._checks.period(day, owner)
        base_currency = state.currency_of(owner)
        rate = Decimal(self._checks.rate("", source.currency, base_currency, day))
        row = table.blank()
        made = {
            "RECORDNO": state.new_number(table),
            "RECORDID": values.get("RECORDID", ""),
            "DESCRIPTION": values.get("DESCRIPTION", ""),
            "WHENCREATED": day,
            "CURRENCY": source.currency,
            "BASECURR": base_currency,
            "TOTALENTERED": str(round_amount(amount * rate, base_currency)),
            "STATE": "Posted",
            "AUWHENCREATED": format_instant(state.clock.now()),
            "CREATEDBY": "1",
            **owner_fields(state, owner),
        }
        fill(table, row, made)
        row[table.owner_at] = owner
        row = state.stamped(table, row)
        state.insert(table, row)
        for item in transfer_lines(state, row, source.account_no, target.account_no):
            state.insert(state.tables["FUNDSTRANSFERENTRY"], item)
        state.post(transfer_posting(state, row, source.account_no, target.account_no, amount))
        state.audit(table, row, "C", author.source)
        return row


class Part(NamedTuple):
    """What of a deposit comes from one account, in transaction and in base currency."""

    account_no: str
    trx_amount: Decimal
    base_amount: Decimal
    text: str = ""


def deposit_lines(state: State, deposit: Row, parts: Sequence[Part]) -> list[Row]:
    """The lines of a deposit."""
    values = [
        {"LINE_NO": str(at), "ACCOUNTNO": part.account_no, "AMOUNT": str(part.base_amount), "DESCRIPTION": part.text}
        for at, part in enumerate(parts, 1)
    ]
    return _lines(state, deposit, "DEPOSIT", values)


def deposit_posting(state: State, deposit: Row, parts: Sequence[Part], bank_account_no: str) -> Posting:
    """The journal entry of a deposit: debit the bank, credit where the money waited."""
    table = state.tables["DEPOSIT"]
    coding = _coding(deposit[table.owner_at])
    entries: list[Entry] = []
    for part in parts:
        entries.append(Entry(DEBIT, bank_account_no, part.trx_amount, part.base_amount, coding))
        entries.append(Entry(CREDIT, part.account_no, part.trx_amount, part.base_amount, coding))
    return journal_entry(state, table, deposit, DEPOSIT, table.get(deposit, "WHENCREATED"), entries)


def transfer_lines(state: State, transfer: Row, source_no: str, target_no: str) -> list[Row]:
    """Both sides of a transfer: what leaves is negative."""
    amount = Decimal(state.tables["FUNDSTRANSFER"].get(transfer, "TOTALENTERED"))
    values = [{"ACCOUNTNO": source_no, "AMOUNT": str(-amount)}, {"ACCOUNTNO": target_no, "AMOUNT": str(amount)}]
    return _lines(state, transfer, "FUNDSTRANSFER", values)


def transfer_posting(state: State, transfer: Row, source_no: str, target_no: str, amount: Decimal) -> Posting:
    """The journal entry of a transfer: debit where the money goes, credit where it comes from."""
    table = state.tables["FUNDSTRANSFER"]
    base, coding = Decimal(table.get(transfer, "TOTALENTERED")), _coding(transfer[table.owner_at])
    entries = (Entry(DEBIT, target_no, amount, base, coding), Entry(CREDIT, source_no, amount, base, coding))
    return journal_entry(state, table, transfer, TRANSFER, table.get(transfer, "WHENCREATED"), entries)


def _coding(owner: str) -> Coding:
    """An entity is a location too, and what has no line of its own stands there."""
    return Coding(owner, owner)


def _lines(state: State, header: Row, name: str, values: Sequence[Mapping[str, str]]) -> list[Row]:
    headers, table = state.tables[name], state.tables[f"{name}ENTRY"]
    rows = []
    for one in values:
        item = table.blank()
        shared = {field: headers.get(header, field) for field in ("CURRENCY", "BASECURR", "WHENMODIFIED")}
        number = {"RECORDNO": state.new_number(table), "RECORDKEY": headers.get(header, "RECORDNO")}
        fill(table, item, {**shared, **number, **one})
        item[table.owner_at] = header[headers.owner_at]
        item[table.stamp_at] = header[headers.stamp_at]
        rows.append(item)
    return rows
