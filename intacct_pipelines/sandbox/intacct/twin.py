"""The Intacct twin as the server and the simulations see it: requests in, replies out, and a person at the UI."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lxml import etree

from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.http import Reply, Request
from intacct_pipelines.sandbox.intacct.documents import Author
from intacct_pipelines.sandbox.intacct.financial import operating_account
from intacct_pipelines.sandbox.intacct.gateway import Gateway
from intacct_pipelines.sandbox.intacct.loading import Loader
from intacct_pipelines.sandbox.intacct.options import Options
from intacct_pipelines.sandbox.intacct.state import State
from intacct_pipelines.sandbox.intacct.values import sortable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.state import Row, Table
    from intacct_pipelines.sandbox.ledger import Ledger

_XML: Final = {"Content-Type": "text/xml; charset=UTF-8"}
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, slots=True)
class BillRecord:
    """A bill as it stands now; changing the twin does not change it.

    Args:
        fields: All stored fields by name.
        lines: The same for each line, in order.
    """

    fields: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...]

    @property
    def record_no(self) -> int:
        """RECORDNO."""
        return int(self.fields["RECORDNO"])


class IntacctTwin:
    """A company in the sandbox's Intacct.

    Args:
        business: What the company's books hold at the start.
        options: The switches; may be changed at any time.
        clock: The sandbox's clock.
    """

    def __init__(self, business: Business, options: Options | None = None, clock: Clock | None = None) -> None:
        self.business = business
        self.options = options if options is not None else Options()
        self._state = State(self.options, clock if clock is not None else Clock())
        Loader(self._state, business).load()
        self._gateway = Gateway(self._state, business)
        self._in_flight = 0
        self._flight_lock = threading.Lock()

    @property
    def ledger(self) -> Ledger:
        """The general ledger."""
        return self._state.ledger

    def handle(self, request: Request) -> Reply:
        """Answer one HTTP request."""
        with self._flight_lock:
            limit = self.options.concurrent_requests
            if limit and self._in_flight >= limit:
                return _gateway_failure(429, "GW-0010", "API rate limit exceeded")
            self._in_flight += 1
        try:
            return self._answer(request)
        finally:
            with self._flight_lock:
                self._in_flight -= 1

    def _answer(self, request: Request) -> Reply:
        if request.method != "POST":
            return Reply(405, {"Allow": "POST"}, b"")
        if len(request.body) > self.options.max_body_bytes:
            return _gateway_failure(413, "SANDBOX-TOO-LARGE", "The request is too large")
        kind = request.headers.get("content-type", "application/xml").partition(";")[0].strip().lower()
        if kind not in {"application/xml", "text/xml"}:
            return _gateway_failure(400, "SANDBOX-CONTENT-TYPE", "The content type must be application/xml")
        reply = self._gateway.answer(request.body, self._endpoint(request), request.path)
        body = f"{_DECLARATION}{reply.body}".encode()
        if reply.pretty:
            body = _with_white_space(body)
        delay = self.options.latency_seconds + self.options.latency_per_row_seconds * reply.rows
        return Reply(reply.status, dict(_XML), body, delay_seconds=delay)

    def _endpoint(self, request: Request) -> str:
        base = self.options.public_url or f"http://{request.headers.get('host', 'localhost')}"
        return f"{base.rstrip('/')}{urlsplit(self.options.session_path).path}"

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Undo whatever happens inside: a company that took long to make can be used again and again."""
        closed_through = dict(self._state.closed_through)
        numbers = {name: table.next_number for name, table in self._state.tables.items()}
        with self._state.savepoint() as point:
            try:
                yield
            finally:
                point.roll_back()
                self._gateway.forget()
                self._state.closed_through = closed_through
                for name, number in numbers.items():
                    self._state.tables[name].next_number = number

    # --- what a person at the UI or a test does ---------------------------------------------------------------------

    def bills(self) -> list[BillRecord]:
        """All bills in RECORDNO order."""
        with self._state.lock:
            table = self._state.table("APBILL")
            return [self._record(table, table.rows[number]) for number in table.visible(None)]

    def bill(self, record_no: int) -> BillRecord:
        """One bill.

        Raises:
            KeyError: There is none with this number.
        """
        with self._state.lock:
            table = self._state.table("APBILL")
            return self._record(table, table.rows[record_no])

    def records(self, object_name: str) -> list[dict[str, str]]:
        """All stored records of an object by field name, in RECORDNO order."""
        with self._state.lock:
            table = self._state.table(object_name)
            return [_fields(table, table.rows[number]) for number in table.visible(None)]

    def create_bill(self, entity_id: str, lines: list[dict[str, str]], **fields: str) -> int:
        """Enter a bill as a person in the UI would; returns its RECORDNO.

        Args:
            entity_id: Where; empty for the top level.
            lines: Its lines.
            fields: Header fields by name, such as ``VENDORID="V-00001"``.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        return self.enter("APBILL", entity_id, lines, **fields)

    def enter(self, object_name: str, entity_id: str, lines: list[dict[str, str]], **fields: str) -> int:
        """Enter a document as a person in the UI would, such as an ``ARINVOICE``; see :meth:`create_bill`."""
        with self._state.lock, self._state.savepoint():
            row = self._gateway.writer.documents[object_name].create(fields, lines, Author(entity_id, "ui"))
            return int(self._state.table(object_name).get(row, "RECORDNO"))

    def delete_bill(self, record_no: int) -> None:
        """Delete a bill as a person in the UI would.

        Raises:
            KeyError: There is none with this number.
            FunctionRefusedError: It is paid, or its period is closed.
        """
        self.delete("APBILL", record_no)

    def delete(self, object_name: str, record_no: int) -> None:
        """Delete a document as a person in the UI would.

        Raises:
            KeyError: There is no such object, or no document with this number.
            FunctionRefusedError: It is paid, or its period is closed.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table(object_name)
            row = table.rows[record_no]
            self._gateway.writer.documents[object_name].delete(row, Author(row[table.owner_at], "ui"))

    def edit_bill(self, record_no: int, *, lines: list[dict[str, str]] | None = None, **changes: str) -> None:
        """Change a bill as a person in the UI would.

        Args:
            record_no: RECORDNO.
            lines: All lines after the change; one with LINE_NO keeps what it does not name. None leaves them alone.
            changes: Header fields by name, such as ``DESCRIPTION="new"``.

        Raises:
            KeyError: There is none with this number.
            FunctionRefusedError: A rule forbids it.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table("APBILL")
            row = table.rows[record_no]
            self._gateway.writer.bills.update(row, changes, lines, Author(row[table.owner_at], "ui"))

    def reclassify_bill(self, record_no: int, *lines: dict[str, str], **changes: str) -> None:
        """Code lines of a posted bill anew, as a person in the UI would, paid or not.

        Args:
            record_no: RECORDNO.
            lines: Lines with LINE_NO and the codes that change.
            changes: Header fields by name.

        Raises:
            KeyError: There is none with this number.
            FunctionRefusedError: A rule forbids it.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table("APBILL")
            row = table.rows[record_no]
            self._gateway.writer.bills.reclassify(row, changes, lines, Author(row[table.owner_at], "ui"))

    def pay_bill(self, record_no: int, amount: Decimal, day: str) -> None:
        """Pay a bill, wholly or in part, as a person in the UI would.

        Args:
            record_no: RECORDNO.
            amount: In the bill's currency.
            day: ``mm/dd/yyyy``.

        Raises:
            KeyError: There is none with this number.
            FunctionRefusedError: More than what is due, or its period is closed.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table("APBILL")
            row = table.rows[record_no]
            owner = row[table.owner_at]
            fields = {field: table.get(row, field) for field in ("VENDORID", "CURRENCY", "BASECURR")}
            header = {"FINANCIALENTITY": operating_account(owner), "PAYMENTMETHOD": "EFT", "PAYMENTDATE": day}
            detail = {"RECORDKEY": str(record_no), "TRX_PAYMENTAMOUNT": str(amount)}
            self._gateway.writer.payments.create({**fields, **header}, [detail], Author(owner, "ui"))

    def void_payment(self, record_no: int, day: str) -> None:
        """Void a payment as a person in the UI would.

        Args:
            record_no: RECORDNO.
            day: ``mm/dd/yyyy``.

        Raises:
            KeyError: There is none with this number.
            FunctionRefusedError: It is a draft or voided already, or the period is closed.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table("APPYMT")
            row = table.rows[record_no]
            self._gateway.writer.payments.void(row, day, "", Author(row[table.owner_at], "ui"))

    def plant(self, object_name: str, record_no: int, **fields: str) -> None:
        """Put raw values into a record, past every rule and without any trace: data that is wrong at the source.

        Args:
            object_name: A stored object.
            record_no: RECORDNO.
            fields: Values by field name, such as ``WHENMODIFIED=""``.

        Raises:
            KeyError: There is no such object, record or field.
        """
        with self._state.lock:
            table = self._state.table(object_name)
            old = table.rows[record_no]
            row = old.copy()
            for field, value in fields.items():
                row[table.at[field]] = value
            if "WHENMODIFIED" in fields:
                row[table.stamp_at] = sortable(fields["WHENMODIFIED"])
            self._state.replace(table, old, row)

    def give(self, object_name: str, record_no: int, entity_id: str) -> None:
        """Let a record belong to another entity, or to the top level (empty), as if it had been made there.

        Args:
            object_name: A stored object.
            record_no: RECORDNO.
            entity_id: The new owner.

        Raises:
            KeyError: There is no such object or record.
        """
        with self._state.lock:
            table = self._state.table(object_name)
            old = table.rows[record_no]
            row = old.copy()
            row[table.owner_at] = entity_id
            self._state.replace(table, old, row)

    def write(self, object_name: str, record_no: int | None = None, *, entity_id: str = "", **fields: str) -> int:
        """Make or change a list record as a person in the UI would; return its RECORDNO.

        Args:
            object_name: A list, such as ``PROJECT``.
            record_no: RECORDNO of the record to change; None makes one.
            entity_id: Who owns a new one; empty for the top level.
            fields: Values by field name, fields that the company made itself among them.

        Raises:
            KeyError: There is no such object or record.
            FunctionRefusedError: A rule forbids it.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table(object_name)
            lists = self._gateway.writer.lists
            if record_no is None:
                row = lists.create(table, fields, Author(entity_id, "ui"))
            else:
                old = table.rows[record_no]
                row = lists.update(table, old, fields, Author(old[table.owner_at], "ui"))
            return int(table.get(row, table.spec.key))

    def remove(self, object_name: str, record_no: int) -> None:
        """Delete a list record as a person in the UI would.

        Raises:
            KeyError: There is no such object or record.
            FunctionRefusedError: Transactions use it.
        """
        with self._state.lock, self._state.savepoint():
            table = self._state.table(object_name)
            row = table.rows[record_no]
            self._gateway.writer.lists.delete(table, row, Author(row[table.owner_at], "ui"))

    def close_books(self, entity_id: str, day: str) -> None:
        """Close an entity's books through a day, ``yyyymmdd``; empty opens them."""
        with self._state.lock:
            self._state.closed_through[entity_id] = day

    def expire_sessions(self) -> None:
        """End every session."""
        self._gateway.expire_sessions()

    def entity_of_session(self, session_id: str) -> str:
        """Return the entity that a live session is of; empty for the top level and for an unknown session."""
        return self._gateway.entity_of_session(session_id)

    def _record(self, table: Table, row: Row) -> BillRecord:
        lines = self._state.table("APBILLITEM")
        items = self._gateway.writer.bills.lines_of(row)
        return BillRecord(_fields(table, row), tuple(_fields(lines, item) for item in items))


def _fields(table: Table, row: Row) -> dict[str, str]:
    return dict(zip(table.at, row, strict=False))


def _gateway_failure(status: int, number: str, text: str) -> Reply:
    body = (
        f"{_DECLARATION}<response><control><status>failure</status></control><errormessage><error>"
        f"<errorno>{number}</errorno><description></description><description2>{text}</description2>"
        "<correction></correction></error></errormessage></response>"
    )
    return Reply(status, dict(_XML), body.encode())


def _with_white_space(body: bytes) -> bytes:
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True, huge_tree=True)
    return etree.tostring(etree.fromstring(body, parser), pretty_print=True, xml_declaration=True, encoding="UTF-8")
