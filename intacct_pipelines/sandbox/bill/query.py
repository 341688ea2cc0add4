"""Filters, sorting and page tokens of BILL's lists."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from intacct_pipelines.sandbox.bill.payload import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

R = TypeVar("R")
_EQ: Final = frozenset({"eq", "ne", "in"})
_ANY: Final = frozenset({"eq", "ne", "in", "nin"})
_IS: Final = frozenset({"eq", "ne"})
_ORDER: Final = frozenset({"gt", "gte", "lt", "lte"})
_TIMES: Final = {"createdTime": _ORDER, "updatedTime": _ORDER}
_CLASSIFICATION: Final = {"id": _EQ, "archived": _IS, "name": frozenset({"eq", "sw"}), **_TIMES}

FILTERABLE: Final[dict[str, dict[str, frozenset[str]]]] = {
    "vendors": {
        "id": _EQ,
        "archived": _IS,
        "name": frozenset({"eq", "sw"}),
        "accountType": _ANY,
        "address.country": _IS,
        "billCurrency": _ANY,
        "paymentStatus": _ANY,
        **_TIMES,
    },
    "bills": {
        "id": _EQ,
        "archived": _IS,
        "vendorId": frozenset({"eq", "in"}),
        "dueDate": _ORDER,
        "paymentStatus": _EQ,
        "payFromChartOfAccountId": _EQ,
        **{
            f"classifications.{field}": _EQ
            for field in ("chartOfAccountId", "accountingClassId", "departmentId", "locationId", "itemId")
        },
        **_TIMES,
    },
    # Only `id` is published for these; the rest is a guess, and kept to what the others share.
    "chart-of-accounts": _CLASSIFICATION,
    "departments": _CLASSIFICATION,
    "locations": _CLASSIFICATION,
    "accounting-classes": _CLASSIFICATION,
    "payment-terms": {"id": _EQ, **_TIMES},
    "jobs": _CLASSIFICATION,
    "employees": {"id": _EQ, "archived": _IS, **_TIMES},
    "items": _CLASSIFICATION,
    "customers": {
        "id": _EQ,
        "archived": _IS,
        "name": frozenset({"eq", "sw"}),
        "accountType": _ANY,
        "billingAddress.country": _IS,
        "invoiceCurrency": _ANY,
        **_TIMES,
    },
    "invoices": {
        "id": _EQ,
        "archived": _IS,
        "customerId": frozenset({"eq", "in"}),
        "payToChartOfAccountId": _EQ,
        **_TIMES,
    },
    "banks": {"id": _EQ, "archived": _IS, "type": _IS, "ownerType": _IS, "status": _ANY, **_TIMES},
    # Published for these are the id and, for payments, the vendor; whether more can be filtered is not known.
    "payments": {"id": _EQ, "vendorId": _EQ},
    **{kind: {"id": _EQ} for kind in ("vendor-credits", "receivable-payments", "credit-memos", "users")},
}
_NAMED: Final = frozenset({"archived", "name", "description", "createdTime", "updatedTime"})
_CREDITS: Final = frozenset({"archived", "creditDate", "amount", "appliedAmount", "createdTime", "updatedTime"})
SORTABLE: Final[dict[str, frozenset[str]]] = {
    "vendors": _NAMED | {"shortName", "email", "phone", "fax", "billCurrency"},
    "bills": frozenset(
        {"archived", "fundingAmount", "exchangeRate", "description", "dueDate", "createdTime", "updatedTime"}
    ),
    "chart-of-accounts": _NAMED,
    "departments": _NAMED,
    "locations": _NAMED,
    "accounting-classes": _NAMED,
    "payment-terms": frozenset({"name", "daysDue", "createdTime", "updatedTime"}),
    "jobs": _NAMED,
    "items": _NAMED,
    "employees": frozenset({"archived", "firstName", "lastName", "createdTime", "updatedTime"}),
    "users": frozenset({"archived", "firstName", "lastName", "createdTime", "updatedTime"}),
    "customers": _NAMED | {"companyName", "email", "phone", "fax", "invoiceCurrency"},
    "invoices": frozenset(
        {"archived", "invoiceNumber", "invoiceDate", "dueDate", "totalAmount", "createdTime", "updatedTime"}
    ),
    "banks": frozenset({"archived", "nameOnAccount", "bankName", "accessToAdmins", "createdTime", "updatedTime"}),
    "payments": frozenset(
        {
            "description",
            "processDate",
            "amount",
            "confirmationNumber",
            "onlinePayment",
            "createdTime",
            "updatedTime",
            "disbursementStatus",
        }
    ),
    "receivable-payments": frozenset({"amount", "createdTime", "updatedTime"}),
    "vendor-credits": _CREDITS,
    "credit-memos": _CREDITS,
}
_TIME_FIELDS: Final = frozenset({"createdTime", "updatedTime"})
_CONDITION: Final = re.compile(r'([A-Za-z.]+):([a-z]+):(?:"((?:[^"\\]|\\.)*)"|([^",:]*))(?:,(?=.)|$)')
_MOST_FILTER_CHARACTERS: Final = 8_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a filter, with its value read."""

    field: str
    op: str
    value: Any

    def holds(self, actual: Any) -> bool:
        """Whether a field's value satisfies it; an absent field satisfies only what denies."""
        if isinstance(actual, (set, frozenset)):
            return self._holds_for_any(actual)
        if self.op in {"eq", "ne"}:
            return bool((actual == self.value) == (self.op == "eq"))
        if self.op in {"in", "nin"}:
            return bool((actual in self.value) == (self.op == "in"))
        if actual is None:
            return False
        if self.op == "sw":
            return str(actual).startswith(self.value)
        return bool(_COMPARE[self.op](actual, self.value))

    def _holds_for_any(self, actual: Iterable[Any]) -> bool:
        """For a bill's lines: `eq` and `in` ask for one such line, `ne` for none."""
        wanted = self.value if self.op in {"in", "nin"} else {self.value}
        return bool(wanted.isdisjoint(actual) != (self.op in {"eq", "in"}))


_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "gt": lambda actual, value: actual > value,
    "gte": lambda actual, value: actual >= value,
    "lt": lambda actual, value: actual < value,
    "lte": lambda actual, value: actual <= value,
}


def parse_filters(resource: str, text: str) -> tuple[Condition, ...]:
    """Read ``field:op:value[,field:op:value…]``; a value with a colon or a comma stands in double quotes.

    Raises:
        BillError: 400 for a malformed filter, and for a field or operator that this list does not have.
    """
    if len(text) > _MOST_FILTER_CHARACTERS:
        raise refusal(400, "SANDBOX-1414", "filters: too long")
    conditions, at = [], 0
    while at < len(text):
        found = _CONDITION.match(text, at)
        if not found:
            raise refusal(400, "BDC_1002", f"filters: cannot be read at character {at + 1}")
        field, op, quoted, plain = found.groups()
        if op not in FILTERABLE[resource].get(field, ()):
            raise refusal(400, "BDC_1002", f"filters: {field}:{op} is not supported")
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
        conditions.append(Condition(field, op, _read_value(field, op, value)))
        at = found.end()
    return tuple(conditions)


def _read_value(field: str, op: str, text: str) -> Any:
    if op in {"in", "nin"}:
        return frozenset(part.strip() for part in text.split(","))
    if field == "archived":
        if text not in {"true", "false"}:
            raise refusal(400, "BDC_1002", "filters: archived must be true or false")
        return text == "true"
    try:
        if field in _TIME_FIELDS:
            return parse_instant(text)
        return date.fromisoformat(text) if field == "dueDate" else text
    except ValueError as error:
        raise refusal(400, "BDC_1002", f"filters: {field} needs a date or date-time") from error


def parse_instant(text: str) -> datetime:
    """Read one of BILL's forms of an instant; without zone it is UTC.

    Raises:
        ValueError: It is none of them.
    """
    # A plus sign that was not escaped in the URL arrives as a space.
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+ -]\d\d(:?\d\d)?)?)?", text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text.replace(" ", "+"))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def parse_sort(resource: str, text: str) -> tuple[tuple[str, bool], ...]:
    """Read ``field:asc,field:desc`` as (field, descending).

    Raises:
        BillError: 400 for a field that this list cannot be sorted by, or another direction.
    """
    keys = []
    for part in text.split(",") if text else ():
        field, _, direction = part.partition(":")
        if field not in SORTABLE[resource] or direction not in {"asc", "desc"}:
            raise refusal(400, "BDC_1002", f"sort: {part[:60]} is not supported")
        keys.append((field, direction == "desc"))
    return tuple(keys)


def select(
    records: Iterable[R],
    conditions: Sequence[Condition],
    sort: Sequence[tuple[str, bool]],
    value_of: Callable[[R, str], Any],
) -> list[R]:
    """The records that satisfy all conditions, sorted by all keys; equal ones stay in the order in which they came."""
    found = [r for r in records if all(c.holds(value_of(r, c.field)) for c in conditions)]
    for field, descending in reversed(sort):
        found.sort(key=lambda r, field=field: _sort_key(value_of(r, field)), reverse=descending)  # type: ignore[misc]  # bound per turn
    return found


def _sort_key(value: Any) -> tuple[bool, Any]:
    """Absent before present."""
    return (value is not None, value if value is not None else 0)


class PageTokens:
    """Opaque, signed page tokens that hold the place and the question.

    Args:
        secret: Signs; a token that another sandbox made is refused.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def issue(self, question: Sequence[str | int], offset: int) -> str:
        """A token for the page of ``question`` that begins at ``offset``."""
        content = base64.urlsafe_b64encode(json.dumps([offset, *question]).encode())
        return f"{content.decode().rstrip('=')}.{self._signature(content)}"

    def open(self, token: str) -> tuple[int, list[str | int]]:
        """The offset and the question of a token.

        Raises:
            BillError: 400; it was not issued here or was changed.
        """
        content, _, signature = token.partition(".")
        padded = content.encode(errors="replace") + b"=" * (-len(content) % 4)
        if not hmac.compare_digest(self._signature(padded).encode(), signature.encode()):
            raise refusal(400, "BDC_1002", "page: is not valid")
        offset, *question = json.loads(base64.urlsafe_b64decode(padded))
        return offset, question

    def _signature(self, content: bytes) -> str:
        return hmac.new(self._secret, content, hashlib.sha256).hexdigest()[:16]
