"""The Spend & Expense twin: one token an account, 60 calls a minute; only the values of custom fields are written."""

from __future__ import annotations

import functools
import re
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote

from intacct_pipelines.sandbox.bill.payload import BillError, decode, error_reply, json_reply, refusal
from intacct_pipelines.sandbox.bill.query import PageTokens, select
from intacct_pipelines.sandbox.dice import invented_secret
from intacct_pipelines.sandbox.faults import rate_limited
from intacct_pipelines.sandbox.spend.query import parse_filters, parse_sort, value_of
from intacct_pipelines.sandbox.spend.receipts import PLACE, ReceiptFiles
from intacct_pipelines.sandbox.spend.records import Account, Record, touch
from intacct_pipelines.sandbox.spend.value_edits import add_values, delete_values

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.cards import CardAccount
    from intacct_pipelines.sandbox.clock import Clock
    from intacct_pipelines.sandbox.http import Reply, Request
    from intacct_pipelines.sandbox.spend.options import SpendOptions

MOUNT: Final = "/connect/v3/spend/"
_COLLECTION: Final = r"(transactions|reimbursements|budgets|cards|users|custom-fields)"
_LIST: Final = re.compile(_COLLECTION)
_ONE: Final = re.compile(_COLLECTION + r"/([^/]{1,120})")
_VALUES: Final = re.compile(r"custom-fields/([^/]{1,120})/values")
_CODING: Final = re.compile(r"transactions/([^/]{1,120})/custom-fields")
_DEFAULT_PAGE: Final = 20
_MOST: Final = {"transactions": 50}
_MOST_ELSEWHERE: Final = 100
_MINUTE_SECONDS: Final = 60


class SpendTwin:
    """Every account of a company; thread-safe.

    Args:
        business: The company.
        options: Switches.
        clock: The sandbox's time.
    """

    def __init__(self, business: Business, options: SpendOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = PageTokens(invented_secret("spend pages", business.seed, 32))
        self._calls: dict[str, deque[datetime]] = {}
        self._business = business
        self._receipts = ReceiptFiles(business.seed)
        self.tokens = {one.entity_id: token_of(business, one) for one in business.cards.accounts}

    @functools.cached_property
    def accounts(self) -> dict[str, Account]:
        """Accounts by entity; made when first asked for, because most sandboxes are never asked."""
        return {one.entity_id: Account(self._business, one, self._options) for one in self._business.cards.accounts}

    def _account(self, request: Request) -> Account:
        token = request.headers.get("apitoken", "")
        entity_id = next((entity_id for entity_id, own in self.tokens.items() if token == own), None)
        if entity_id is None:
            raise refusal(401, "BDC_1102", "The API token is not valid.")
        return self.accounts[entity_id]

    def operation(self, request: Request) -> str:
        """The name of what a request asks for, such as ``list_transactions``; empty if there is no such thing."""
        if request.path.startswith(PLACE):
            return "get_receipt_file"
        path = request.path.removeprefix(MOUNT).rstrip("/")
        if found := _LIST.fullmatch(path):
            return f"list_{found[1]}"
        if _VALUES.fullmatch(path):
            return {"POST": "create_value", "DELETE": "delete_values"}.get(request.method, "list_values")
        if _CODING.fullmatch(path):
            return "get_coding"
        found = _ONE.fullmatch(path)
        return f"get_{found[1]}" if found else ""

    def handle(self, request: Request) -> Reply:
        """Answer a request."""
        with self._lock:
            try:
                if request.path.startswith(PLACE):
                    return self._receipts.reply(request, self._clock.now())
                account = self._account(request)
                if self._is_too_fast(account):
                    return rate_limited("spend", None)
                if self.operation(request) in self._options.denied:
                    raise refusal(403, "SANDBOX-1403", "The user of the token may not do this.")
                answer = self._answer if request.method == "GET" else self._write
                return json_reply(200, answer(account, request))
            except BillError as error:
                return error_reply(error, self._clock.now())

    def _is_too_fast(self, account: Account) -> bool:
        limit, now, entity_id = self._options.calls_per_minute, self._clock.now(), account.facts.entity_id
        if not limit:
            return False
        calls = self._calls.setdefault(entity_id, deque())
        while calls and not 0 <= (now - calls[0]).total_seconds() < _MINUTE_SECONDS:
            calls.popleft()
        if len(calls) >= limit:
            return True
        calls.append(now)
        return False

    def _answer(self, account: Account, request: Request) -> Any:
        path = request.path.removeprefix(MOUNT).rstrip("/")
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        query["site"] = f"http://{request.headers.get('host', 'localhost')}"
        if found := _LIST.fullmatch(path):
            return self._page(found[1], list(account.collections[found[1]].values()), query)
        if found := _VALUES.fullmatch(path):
            field = _find(account.collections["custom-fields"], unquote(found[1]))
            return self._page("values", list(account.values[field["uuid"]].values()), query)
        if found := _CODING.fullmatch(path):
            record = _find(account.collections["transactions"] | account.children, unquote(found[1]))
            return {"customFields": record["customFields"]}
        if path == "users/current":
            return next(iter(account.collections["users"].values()))
        if found := _ONE.fullmatch(path):
            hidden = account.children if found[1] == "transactions" else {}
            return self._shown(_find(account.collections[found[1]] | hidden, unquote(found[2])), query)
        raise refusal(404, "BDC_1121", "API not supported.")

    def _write(self, account: Account, request: Request) -> Any:
        found = _VALUES.fullmatch(request.path.removeprefix(MOUNT).rstrip("/"))
        if not found or request.method not in {"POST", "DELETE"}:
            raise refusal(405, "SANDBOX-1405", "This sandbox lets only values of custom fields be written.")
        asked = unquote(found[1])
        field, body = _find(account.collections["custom-fields"], asked), decode(request.body)
        if request.method == "DELETE":
            return delete_values(account, field, body)
        return add_values(account, field, body, asked, self._options)

    def _page(self, resource: str, records: list[Record], query: dict[str, str]) -> Record:
        most = _MOST.get(resource, _MOST_ELSEWHERE)
        size = query.get("max", str(_DEFAULT_PAGE))
        if not size.isascii() or not size.isdigit() or not 1 <= int(size[:6]) <= most:
            raise refusal(400, "BDC_1002", f"max must be 1 to {most}")
        question = [resource, query.get("filters", ""), query.get("sort", "")]
        offset = self._offset(query.get("page", ""), question)
        conditions, sort = parse_filters(resource, question[1]), parse_sort(resource, question[2])
        found = select(records, conditions, sort, value_of)
        end = offset + int(size)
        body: Record = {"results": [self._shown(record, query) for record in found[offset:end]]}
        if end < len(found):
            body["nextPage"] = self._tokens.issue(question, end)
        return body

    def _shown(self, record: Record, query: dict[str, str]) -> Record:
        """As asked for: receipts of transactions only on request."""
        if "transactionType" in record and query.get("includeReceipts") != "true":
            return {name: value for name, value in record.items() if name != "receipts"}
        return self._receipts.with_links(record, query["site"], self._clock.now()) if record.get("receipts") else record

    def _offset(self, token: str, question: list[str]) -> int:
        if not token:
            return 0
        offset, asked = self._tokens.open(token)
        if asked != question:
            raise refusal(400, "BDC_1002", "page: belongs to another question")
        return offset

    # What people and the vendor's sync do

    def edit(self, entity_id: str, uuid: str, *, kind: str = "transactions", **fields: Any) -> None:
        """Change fields of a transaction or of another record, as its cardholder or a bookkeeper does."""
        with self._lock:
            record = self.accounts[entity_id].collections[kind][uuid]
            record |= fields
            touch(record, self._clock.now())

    def charge(self, entity_id: str, like: str, *, amount: Decimal, at: datetime) -> str:
        """Let a card be charged once more at the merchant of another charge; return the new one's uuid."""
        with self._lock:
            charged = self.accounts[entity_id].charge(like, amount, at)
            touch(charged, self._clock.now())
            return str(charged["uuid"])

    def add_receipt(self, entity_id: str, uuid: str, name: str, content: bytes | None = None) -> str:
        """Add a receipt to a transaction as its cardholder does; return the receipt's uuid."""
        with self._lock:
            account = self.accounts[entity_id]
            record = account.collections["transactions"][uuid]
            receipt = account.uuid_of("Receipt", f"{uuid} {len(record['receipts'])}")
            record["receipts"] = [*record["receipts"], {"uuid": receipt, "filename": name}]
            record["receiptStatus"] = "ATTACHED"
            touch(record, self._clock.now())
            if content is not None:
                self._receipts.put(receipt, content)
        return receipt

    def receipt(self, uuid: str) -> bytes:
        """What is in a receipt."""
        with self._lock:
            return self._receipts.content(uuid)

    def sync(self, entity_id: str, uuid: str, status: str, *, message: str = "", record_no: int | None = None) -> None:
        """Let the vendor's sync note what became of a transaction; the time of change may stay as it was."""
        with self._lock:
            account = self.accounts[entity_id]
            record = account.collections["transactions"][uuid]
            record["accountingIntegrationTransactions"] = [account.claim(uuid, status, message, record_no)]
            if self._options.status_moves_updated_time:
                touch(record, self._clock.now())

    def offered(self, entity_id: str, name: str) -> list[Record]:
        """The values of a custom field that can be chosen."""
        with self._lock:
            account, field = self._field(entity_id, name)
            return [dict(one) for one in account.values[field["uuid"]].values() if not one["deleted"]]

    def offer(self, entity_id: str, name: str, text: str) -> str:
        """Add a value to a custom field as an administrator does; return its uuid."""
        with self._lock:
            account, field = self._field(entity_id, name)
            return str(account.offer(field, text)["uuid"])

    def take_out(self, entity_id: str, name: str, text: str) -> None:
        """Delete the values with a text from a custom field as an administrator does."""
        with self._lock:
            account, field = self._field(entity_id, name)
            ids = [key for key, one in account.values[field["uuid"]].items() if one["value"] == text]
            delete_values(account, field, {"customFieldValueIds": ids})

    def _field(self, entity_id: str, name: str) -> tuple[Account, Record]:
        account = self.accounts[entity_id]
        return account, next(one for one in account.collections["custom-fields"].values() if one["name"] == name)

    def remove(self, entity_id: str, uuid: str, *, kind: str = "transactions") -> None:
        """Let a record vanish, as an authorisation does that never settled."""
        with self._lock:
            del self.accounts[entity_id].collections[kind][uuid]

    def disturb(self, turn: int) -> None:
        """Touch one transaction, as a busy office does between two pages of a reader."""
        with self._lock:
            for account in self.accounts.values():
                records = list(account.collections["transactions"].values())
                if records:
                    record = records[turn * 7919 % len(records)]
                    record["merchantLocation"] = {"city": f"Touched {turn}"}
                    touch(record, self._clock.now())
                    return


def token_of(business: Business, account: CardAccount) -> str:
    """The API token of an account; depends on the seed and the entity alone."""
    return invented_secret(f"spend token {account.entity_id}", business.seed, 40)


def _find(records: dict[str, Record], wanted: str) -> Record:
    """By uuid or legacy id.

    Raises:
        BillError: 404.
    """
    found = records.get(wanted) or next((record for record in records.values() if record["id"] == wanted), None)
    if found is None:
        raise refusal(404, "BDC_1171", "There is no such record.")
    return found
