"""One platform account as Spend & Expense shows it: its collections, made from the card programme."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.chart import ACCOUNTS, CLASSES, DEPARTMENTS

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Business, Line
    from intacct_pipelines.sandbox.cards import Budget, Card, CardAccount, Cardholder, CardTransaction, Reimbursement
    from intacct_pipelines.sandbox.spend.options import SpendOptions

Record = dict[str, Any]
_PREFIXES: Final = {
    "Transaction": "txn", "Budget": "bgt", "Card": "crd", "User": "usr", "CustomField": "tty", "Value": "tvl",
    "Reimbursement": "rmb", "Receipt": "rcp", "Sync": "ait",
}  # fmt: skip
_SELECTED: Final = ("GL Account", "Department", "Location", "Class")
_NOTE: Final = "Purpose"
_SYMBOLS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


class Account:
    """The records of one account by collection, each by uuid; children stand apart, because lists hide them.

    Args:
        business: The company.
        account: Which account.
        options: The twin's switches.
    """

    def __init__(self, business: Business, account: CardAccount, options: SpendOptions) -> None:
        self.facts = account
        self._options = options
        self._seed = business.seed
        cards, entity_id = business.cards, account.entity_id
        self._users = {one.key: self._user(one) for one in cards.holders if one.entity_id == entity_id}
        self._budgets = {one.key: self._budget(one) for one in cards.budgets if one.entity_id == entity_id}
        self._cards = {one.key: self._card(one) for one in cards.cards if one.entity_id == entity_id}
        self._texts = _texts(business, entity_id)
        self._fields = {name: self._field(name, account) for name in (*_SELECTED, _NOTE)}
        self.values = {
            field["uuid"]: _by_uuid([self._value(name, code) for code in self._texts.get(name, ())])
            for name, field in self._fields.items()
        }
        self.children: dict[str, Record] = {}
        own = {one.key: one for one in cards.transactions if one.entity_id == entity_id and one.in_spend}
        settlements = {one.original_key: one.key for one in own.values() if one.kind == "CLEAR" and one.total > 0}
        self.collections: dict[str, dict[str, Record]] = {
            "transactions": _by_uuid([self._transaction(one, own, settlements) for one in own.values()]),
            "reimbursements": _by_uuid(
                [self._reimbursement(one) for one in cards.reimbursements if one.entity_id == entity_id]
            ),
            "budgets": _by_uuid(self._budgets.values()),
            "cards": _by_uuid(self._cards.values()),
            "users": _by_uuid(self._users.values()),
            "custom-fields": _by_uuid(self._fields.values()),
        }

    def offer(self, field: Record, text: str) -> Record:
        """Let a field offer one more value; return it."""
        offered = self.values[field["uuid"]]
        value = {**self._ids("Value", f"{field['uuid']} {len(offered)}"), "value": text, "deleted": False}
        offered[value["uuid"]] = value
        return value

    def charge(self, like: str, amount: Decimal, at: datetime) -> Record:
        """Add a charge as at the merchant of another one that is not split; return it."""
        records = self.collections["transactions"]
        charged = {
            **records[like],
            **self._ids("Transaction", f"{like} {len(records)}"),
            **dict.fromkeys(("amount", "transactedAmount"), amount),
            "receipts": [],
            "accountingIntegrationTransactions": [],
            "occurredTime": at,
        }
        records[charged["uuid"]] = charged
        return charged

    def uuid_of(self, kind: str, key: object) -> str:
        """The uuid of a record; the same for the same seed."""
        digest = hashlib.blake2s(f"{self._seed} {kind} {key}".encode(), digest_size=10).hexdigest()
        return f"{_PREFIXES[kind]}_{digest}"

    def _ids(self, kind: str, key: object) -> Record:
        legacy = base64.b64encode(f"{kind}:{key}".encode()).decode()
        return {"id": legacy, "uuid": self.uuid_of(kind, key)}

    # Lists

    def _user(self, one: Cardholder) -> Record:
        return {
            **self._ids("User", one.key),
            "firstName": one.first_name,
            "lastName": one.last_name,
            "email": one.email,
            "role": one.role,
            "retired": one.is_retired,
        }

    def _budget(self, one: Budget) -> Record:
        spent = {"cleared": one.limit / 10, "pending": one.limit * 0, "total": one.limit / 10}
        return {
            **self._ids("Budget", one.key),
            "name": one.name,
            "description": f"What {one.name} may cost",
            "retired": one.is_retired,
            "startDate": one.start_date,
            "recurringInterval": one.interval,
            "timezone": "America/Los_Angeles",
            "shareFunds": "SHARE_WITH_ALL_MEMBERS",
            "carryOver": False,
            "currentPeriod": {"limit": one.limit, "spent": spent},
        }

    def _card(self, one: Card) -> Record:
        return {
            **self._ids("Card", one.key),
            "name": one.name,
            **self._refs("user", "User", one.holder_key),
            **self._refs("budget", "Budget", one.budget_key),
            "lastFour": one.last_four,
            "validThru": "12/30",
            "type": one.kind,
            "status": one.status,
            "createdTime": one.created_at,
            "updatedTime": one.created_at,
        }

    def _refs(self, name: str, kind: str, key: object) -> Record:
        ids = self._ids(kind, key)
        return {f"{name}Id": ids["id"], f"{name}Uuid": ids["uuid"]}

    def _field(self, name: str, account: CardAccount) -> Record:
        is_note = name == _NOTE
        return {
            **self._ids("CustomField", f"{account.entity_id} {name}"),
            "name": name,
            "description": "What it was for" if is_note else f"{name} in the books",
            "type": "NOTE" if is_note else "CUSTOM_SELECTOR",
            "multiSelect": False,
            "allowCustomValues": False,
            "required": name == "GL Account",
            "global": True,
            "retired": False,
        }

    def _value(self, name: str, code: str) -> Record:
        return {
            **self._ids("Value", f"{self.facts.entity_id} {name} {code}"),
            "value": self._texts[name][code],
            "deleted": False,
        }

    # Transactions

    def _transaction(
        self, one: CardTransaction, own: dict[int, CardTransaction], settlements: dict[int | None, int]
    ) -> Record:
        card = self._cards[one.card_key]
        is_split = len(one.lines) > 1
        record = {
            **self._ids("Transaction", one.key),
            "transactionType": one.kind,
            "status": {"CLEAR": "COMPLETE", "DECLINE": "DECLINED"}.get(one.kind, "APPROVED"),
            "isParent": True,
            "amount": one.total,
            "transactedAmount": one.total - one.fees,
            "fees": one.fees,
            "foreignExchangeFee": one.fees,
            "isCredit": one.total < 0,
            "currencyData": _currency_data(one),
            "occurredTime": one.occurred_at,
            "authorizedTime": one.occurred_at - timedelta(days=one.kind == "CLEAR"),
            "updatedTime": one.modified_at,
            "merchantName": one.merchant,
            "rawMerchantName": one.merchant.upper(),
            "merchantCategoryCode": one.merchant_category,
            **{name: card[name] for name in ("userId", "userUuid", "budgetId", "budgetUuid")},
            **self._refs("card", "Card", one.card_key),
            "cardLastFour": card["lastFour"],
            "cardType": card["type"],
            "network": "VISA",
            "complete": one.is_complete,
            "isLocked": False,
            "isReconciled": False,
            "receiptRequired": True,
            "receiptStatus": "ATTACHED" if one.has_receipt else "MISSING",
            "receipts": self._receipts(one.key) if one.has_receipt else [],
            "customFields": [] if is_split else self._coding(one.lines[0]),
            "accountingIntegrationTransactions": self._claims(one),
        }
        if one.original_key in own and own[one.original_key].kind == "AUTHORIZATION":
            record |= self._refs("originalAuthTransaction", "Transaction", one.original_key)
        if one.key in settlements:
            record |= self._refs("matchedClearTransaction", "Transaction", settlements[one.key])
        children = [self._child(record, one, number) for number in range(len(one.lines))] if is_split else []
        record["childTransactionIds"] = [] if self._options.uuid_only else [child["id"] for child in children]
        record["childTransactionUuids"] = [child["uuid"] for child in children]
        self.children |= _by_uuid(children)
        return record

    def _child(self, parent: Record, one: CardTransaction, number: int) -> Record:
        line = one.lines[number]
        share = replace(one, lines=(line,), fees=one.fees * 0)
        return {
            **parent,
            **self._ids("Transaction", f"{one.key}-{number + 1}"),
            "isParent": False,
            "parentTransactionId": parent["id"],
            "parentTransactionUuid": parent["uuid"],
            "amount": line.amount,
            "transactedAmount": line.amount,
            "fees": share.fees,
            "foreignExchangeFee": share.fees,
            "customFields": self._coding(line),
            "receipts": [],
            "accountingIntegrationTransactions": [],
        }

    def _coding(self, line: Line) -> list[Record]:
        codes = (line.account_no, line.department_id, line.location_id, line.class_id)
        fields = []
        for name, code in zip(_SELECTED, codes, strict=True):
            chosen = [self._chosen(name, code)] if code else []
            fields.append({**self._field_ref(name), "note": None, "selectedValues": chosen})
        return [*fields, {**self._field_ref(_NOTE), "note": line.description, "selectedValues": []}]

    def _field_ref(self, name: str) -> Record:
        field = self._fields[name]
        return {"id": field["id"], "uuid": field["uuid"], "name": name, "isRequired": field["required"]}

    def _chosen(self, name: str, code: str) -> Record:
        value = self._value(name, code)
        return {part: value[part] for part in ("id", "uuid", "value")}

    def _receipts(self, key: object) -> list[Record]:
        uuid = self.uuid_of("Receipt", key)
        return [{"uuid": uuid, "filename": f"receipt-{key}.jpg"}]

    def _claims(self, one: CardTransaction) -> list[Record]:
        if one.sync_status in {"", "NOT_SYNCED"}:
            return []
        claim = self.claim(one.key, one.sync_status, one.sync_message, one.claimed_record_no)
        return [claim]

    def claim(self, key: object, status: str, message: str, record_no: int | None) -> Record:
        """The vendor sync's own record of a transaction (S-CRD-10)."""
        return {
            "id": self._ids("Sync", key)["id"],
            "billable": False,
            "integrationTxId": None if record_no is None else str(record_no),
            "integrationId": "1",
            "integrationType": "SAGE_INTACCT",
            "syncStatus": status.lower(),
            "syncMessage": message,
            "syncRequestId": f"request-{key}",
        }

    def _reimbursement(self, one: Reimbursement) -> Record:
        return {
            **self._ids("Reimbursement", one.key),
            "amount": one.amount,
            "type": one.kind,
            "status": one.status,
            "fulfillmentType": "ACH",
            "merchantName": one.merchant,
            "note": one.note,
            "occurredDate": one.occurred_date,
            "submittedTime": one.submitted_at,
            "retired": False,
            **self._refs("user", "User", one.holder_key),
            **self._refs("budget", "Budget", one.budget_key),
            "receipts": self._receipts(one.key),
            "customFields": self._coding(one.line),
        }


def _currency_data(one: CardTransaction) -> Record:
    digits = minor_unit_digits(one.original_currency)
    return {
        "exchangeRate": one.exchange_rate,
        "exponent": digits,
        "originalCurrencyAmount": format(one.original_amount.quantize(Decimal(1).scaleb(-digits)), "f"),
        "originalCurrencyCode": one.original_currency,
        "symbol": _SYMBOLS.get(one.original_currency, one.original_currency),
    }


def _texts(business: Business, entity_id: str) -> dict[str, dict[str, str]]:
    """Custom field → code → the text of its value, such as ``6400 Travel``."""
    locations = [(one.id, one.name) for one in business.locations if one.entity_id == entity_id]
    rows = {
        "GL Account": [(number, title) for number, title, *_ in ACCOUNTS],
        "Department": [row[:2] for row in DEPARTMENTS],
        "Location": locations,
        "Class": [row[:2] for row in CLASSES],
    }
    return {name: {code: f"{code} {title}" for code, title in codes} for name, codes in rows.items()}


def _by_uuid(records: Any) -> dict[str, Record]:
    return {record["uuid"]: record for record in records}


def touch(record: Record, at: datetime) -> None:
    """Note that a record changed."""
    record["updatedTime"] = at
