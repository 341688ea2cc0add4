"""Filters and sorting of Spend & Expense's lists: strict about fields, deaf to parameters that it does not know."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.payload import refusal
from intacct_pipelines.sandbox.bill.query import Condition, parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDS: Final = frozenset({"eq", "in"})
_RANGE: Final = frozenset({"gte", "lte"})
_STATUS: Final = frozenset({"eq", "ne", "in", "nin"})
_IS: Final = frozenset({"eq"})

FILTERABLE: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "transactions": {
        **dict.fromkeys(("cardId", "userId", "budgetId", "transactionIds", "customFieldIds"), _IDS),
        **dict.fromkeys(("amount", "fees", "occurredTime", "updatedTime", "authorizedTime"), _RANGE),
        "merchantName": _IS,
        "complete": _IS,
        "type": _STATUS,
        "syncStatus": _STATUS,
    },
    "budgets": {"budgetIds": _IDS, "retired": _IS},
    "cards": {"cardIds": _IDS},
    "users": {"retired": _IS},
    "custom-fields": {"retired": _IS},
    "values": {"retired": _IS},
    "reimbursements": {"reimbursementIds": _IDS},
}
SORTABLE: Final[Mapping[str, frozenset[str]]] = {
    "transactions": frozenset({"amount", "merchantName", "occurredTime"}),
    "budgets": frozenset({"spent"}),
    "cards": frozenset({"status"}),
    "users": frozenset(),
    "custom-fields": frozenset({"createdTime"}),
    "values": frozenset(),
    "reimbursements": frozenset({"submittedTime"}),
}
_TIMES: Final = frozenset({"occurredTime", "updatedTime", "authorizedTime"})
_AMOUNTS: Final = frozenset({"amount", "fees"})
_FLAGS: Final = frozenset({"retired", "complete"})
# A semicolon separates nothing: it is part of a value.
_CONDITION: Final = re.compile(r'([A-Za-z]+):([a-z]+):(?:"([^"]*)"|([^",:]*))(?:,(?=.)|$)')
_IDS_OF: Final = {
    "cardId": ("cardId", "cardUuid"), "userId": ("userId", "userUuid"), "budgetId": ("budgetId", "budgetUuid"),
    "transactionIds": ("id", "uuid"), "budgetIds": ("id", "uuid"), "cardIds": ("id", "uuid"),
    "reimbursementIds": ("id", "uuid"),
}  # fmt: skip


def parse_filters(resource: str, text: str) -> tuple[Condition, ...]:
    """Read ``field:op:value[,field:op:value…]``.

    Raises:
        BillError: 400 for a malformed filter, and for a field or operator that this list does not have.
    """
    conditions, at = [], 0
    while at < len(text):
        found = _CONDITION.match(text, at)
        if not found:
            raise refusal(400, "BDC_1002", f"filters: cannot be read at character {at + 1}")
        field, op, quoted, plain = found.groups()
        if op not in FILTERABLE[resource].get(field, ()):
            raise refusal(400, "BDC_1002", f"filters: {field}:{op} is not supported")
        conditions.append(Condition(field, op, _value(field, op, plain if quoted is None else quoted)))
        at = found.end()
    return tuple(conditions)


def _value(field: str, op: str, text: str) -> Any:
    if op in {"in", "nin"}:
        return frozenset(part.strip() for part in text.split(","))
    try:
        if field in _TIMES:
            return parse_instant(text)
        if field in _AMOUNTS:
            return Decimal(text)
        return {"true": True, "false": False}[text] if field in _FLAGS else text
    except (ValueError, KeyError, InvalidOperation) as error:
        raise refusal(400, "BDC_1002", f"filters: {field} cannot be {text[:60]}") from error


def parse_sort(resource: str, text: str) -> tuple[tuple[str, bool], ...]:
    """Read one ``field:asc`` or ``field:desc`` as (field, descending).

    Raises:
        BillError: 400 for a field that this list cannot be sorted by, or another direction.
    """
    if not text:
        return ()
    field, _, direction = text.partition(":")
    if field not in SORTABLE[resource] or direction not in {"asc", "desc"}:
        raise refusal(400, "BDC_1002", f"sort: {text[:60]} is not supported")
    return ((field, direction == "desc"),)


def value_of(record: Mapping[str, Any], field: str) -> Any:
    """What a filter or sorting compares: ids in both forms, the sync's status in capitals."""
    if field in _IDS_OF:
        return frozenset(record[name] for name in _IDS_OF[field])
    if field == "customFieldIds":
        return frozenset(field[name] for field in record["customFields"] for name in ("id", "uuid"))
    if field == "type":
        return record["transactionType"]
    if field == "syncStatus":
        claims = record["accountingIntegrationTransactions"]
        return claims[0]["syncStatus"].upper() if claims else "NOT_SYNCED"
    if field == "spent":
        return record["currentPeriod"]["spent"]["total"]
    return record.get(field)
