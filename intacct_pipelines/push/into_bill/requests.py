"""Items as calls of BILL's API, version 3, and BILL's records as a look-up compares them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.catalog import Kind
from intacct_pipelines.domain.push import Operation, content_revision
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import PushError
from intacct_pipelines.push.channel import Found, lines_told
from intacct_pipelines.push.list_updates import nested

if TYPE_CHECKING:
    from intacct_pipelines.domain.catalog import Table
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.warehouse.outbox import OutboxItem

ARCHIVED: Final = "archived"
"""BILL's field; it is changed by calls of its own, ``archive`` and ``restore`` (bill v3, every list)."""
_PAYMENT_STATUS: Final = "paymentStatus"
_STATUS: Final = "status"
_UNPAID: Final = frozenset({"", "UNPAID", "OPEN", "NOT_APPLIED"})
"""Words for how far a document is paid or used that say: not at all; of bills, of invoices, and of credits."""


@dataclass(frozen=True, slots=True)
class Write:
    """One call that writes.

    Args:
        method: ``POST``, ``PATCH`` or ``PUT``.
        path: From ``/v3`` on.
        body: What is sent.
    """

    method: str
    path: str
    body: dict[str, Any]


def path_of(pushed: Pushed, organization_id: str) -> str:
    """Return the path of the list that holds an object's records."""
    return pushed.target.source_object.replace("{organization_id}", organization_id)


def write_of(item: OutboxItem, organization_id: str) -> Write:
    """Return the call that an item is: the same item gives the same call for ever.

    Raises:
        PushError: It is of an operation that BILL does not have.
    """
    pushed, payload = PUSHED[item.object_name], json.loads(item.payload_text)
    path = path_of(pushed, organization_id)
    if item.operation is Operation.CREATE:
        own_path = pushed.functions.get(Operation.CREATE, path)
        return Write("POST", own_path, _as_taken(pushed, body_of(pushed, payload)))
    if item.operation is not Operation.UPDATE or item.target_id is None:
        raise PushError(f"{item.label} cannot be taken back in BILL", rule="S-IDM-06")
    if ARCHIVED in payload:
        act = "archive" if payload[ARCHIVED] == "true" else "restore"
        return Write("POST", f"{path}/{item.target_id}/{act}", {})
    method = "PUT" if pushed.patched and not payload.keys() <= {*pushed.patched} else "PATCH"
    return Write(method, f"{path}/{item.target_id}", _as_taken(pushed, body_of(pushed, payload)))


def body_of(pushed: Pushed, payload: Fields) -> dict[str, Any]:
    """Return a payload, all of whose values are texts, with flags and numbers as BILL wants them."""
    kinds = {column.source: column.kind for column in pushed.target.columns}
    line_kinds = {
        (table.embedded_in, column.source): column.kind
        for table in pushed.target_lines
        for column in table.columns
        if column.source[:1] not in "^#"
    }

    def typed(fields: Mapping[str, Any], above: str, of: Mapping[str, Kind]) -> dict[str, Any]:
        return {name: whole(value, f"{above}{name}", of) for name, value in fields.items()}

    def whole(value: Any, place: str, of: Mapping[str, Kind]) -> Any:
        if isinstance(value, list):
            inner = {name: kind for (where, name), kind in line_kinds.items() if where == place}
            return [typed(line, "", inner) for line in value]
        return typed(value, f"{place}.", of) if isinstance(value, Mapping) else _value(value, of.get(place))

    return typed(payload, "", kinds)


def _as_taken(pushed: Pushed, body: dict[str, Any]) -> dict[str, Any]:
    """Return a new record as BILL takes it, where that is not as BILL shows it (bill v3, invoices, record-payment)."""
    if pushed.name == "bill_ap_payment":
        told = {name: value for name, value in body.items() if name != "billPayments"}
        # It is in Intacct already, so the vendor's sync is not to take it there.
        return {**told, "payments": body["billPayments"], "allowExport": False}
    if pushed.name == "bill_ar_payment":
        told = {name: value for name, value in body.items() if name != "invoicePayments"}
        shares = body["invoicePayments"]
        return {**told, "invoices": [{"id": share["invoiceId"], "amount": share["amount"]} for share in shares]}
    if pushed.name != "bill_ar_invoice":
        return body
    told = {name: value for name, value in body.items() if name not in {"customerId", "totalAmount"}}
    # What BILL does with the customer's mail if nothing is said is not documented.
    customer = {"customer": {"id": body["customerId"]}} if "customerId" in body else {}
    return {**customer, **told, "processingOptions": {"sendEmail": False}}


def _value(text: Any, kind: Kind | None) -> Any:
    if not isinstance(text, str):
        return text
    if kind is Kind.FLAG:
        return text == "true"
    if kind in {Kind.INTEGER, Kind.MONEY, Kind.RATE} and text:
        return int(text) if kind is Kind.INTEGER else Decimal(text)
    return text


def as_it_is(table: Table, row: Mapping[str, Any]) -> Fields:
    """Return a stored record of BILL, or a line of one, as a PUT gives it back unchanged; without what it lacks.

    What a line with a price comes to BILL reckons itself.
    """
    places = {column.source: told(row.get(column.name)) for column in table.columns if column.source[:1] not in "^#"}
    reckoned = {"amount"} if places.get("price") else set()
    return nested({place: value for place, value in places.items() if value and place not in reckoned})


def over(there: Fields, line: Fields) -> Fields:
    """Return a line that takes the place of one there, which keeps what the new one says nothing of."""
    reckoned = {"amount"} if "price" in line else set()
    merged = {name: value for name, value in there.items() if name not in reckoned}
    for name, value in line.items():
        before = merged.get(name)
        merged[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def told(value: object) -> str:
    """Return a value of BILL, or of a table that holds it, as the text that items and look-ups compare."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value).strip()


def found_in(pushed: Pushed, record: Mapping[str, Any]) -> Found:
    """Return a record of BILL as a look-up compares it; what BILL leaves out is empty.

    A bill, invoice or credit of which BILL says any other word than that it is unpaid or unused is settled, or about
    to be.
    """
    kinds = {column.source: column.kind for column in pushed.target.columns}
    fields = {name: told(_plain(_at(record, name), kinds.get(name))) for name in pushed.look_up_fields}
    text = fields.get(pushed.field(pushed.mark), "") if pushed.mark else ""
    if pushed.lines_field:
        fields[pushed.lines_field] = lines_told(record.get(pushed.lines_field) or [])
    state = fields.get(_PAYMENT_STATUS) or fields.get(_STATUS, "")
    is_settled = state not in _UNPAID
    return Found(fields[pushed.field(pushed.target.key[0])], text, fields, state=state, is_settled=is_settled)


def content_of(pushed: Pushed, row: Mapping[str, Any]) -> str:
    """Return the state of a stored record of BILL, as a look-up of it would tell it.

    Args:
        pushed: Of an object whose items have no mark.
        row: The record, columns named as in the catalog.
    """
    columns = (*pushed.natural_key, *pushed.content)
    kinds = {column: pushed.target.column(column).kind for column in columns}
    return content_revision(told(_plain(row.get(column), kinds[column])) for column in columns)


def _plain(value: Any, kind: Kind | None) -> Any:  # what a value is, of two
    """Return an amount without the zeros at its end, of which BILL may have more or less than were sent; an instant."""
    if kind is Kind.MONEY and isinstance(value, Decimal):
        return value.normalize()
    return _instant(value) if kind is Kind.INSTANT and isinstance(value, str) else value


def _instant(value: str) -> datetime | str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _at(record: Any, place: str) -> Any:
    for name in place.split("."):
        record = record.get(name) if isinstance(record, Mapping) else None
    return record
