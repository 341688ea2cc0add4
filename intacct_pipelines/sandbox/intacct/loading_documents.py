"""Puts a document of a generated business into the books as it stands today, past the rules of writing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from intacct_pipelines.sandbox.intacct.documents import (
    ZERO,
    Form,
    build_posting,
    fill,
    owner_fields,
    posting_day,
    sums,
    totals,
)
from intacct_pipelines.sandbox.intacct.fields import LEDGER_STATES, RAW_STATES
from intacct_pipelines.sandbox.intacct.open_items import OpenLine, spread
from intacct_pipelines.sandbox.intacct.values import format_instant, round_amount, sortable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Line
    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

Times = tuple["datetime", "datetime"]
"""When a record was made, and when it last changed."""


class RowMaker:
    """Makes rows that have always been there.

    Args:
        state: The company that is being filled.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._owners: dict[str, dict[str, str]] = {}
        self._names: dict[tuple[str, str, str], str] = {}

    def row(self, table: Table, values: Mapping[str, str], owner: str, times: Times) -> Row:
        """A new row with number, owner and times; not stored yet. Fields that the object does not have are left out."""
        modified = self.state.instants.local(times[1])
        row = table.blank()
        fill(table, row, values)
        audit = {
            table.spec.key: self.state.new_number(table),
            "AUWHENCREATED": format_instant(times[0]),
            "WHENMODIFIED": modified,
            "UPDATEDAT": modified,
            "CREATEDBY": "1",
            "MODIFIEDBY": "1",
            **self.owner(owner),
        }
        fill(table, row, audit)
        row[table.owner_at] = owner
        row[table.stamp_at] = sortable(modified)
        return row

    def name(self, object_name: str, field: str, value: str) -> str:
        """A field of the list record that people call so; empty if there is none."""
        key = (object_name, field, value)
        if key not in self._names:
            table = self.state.tables[object_name]
            row = table.by_business_key(value) if value else None
            self._names[key] = "" if row is None else table.get(row, field)
        return self._names[key]

    def owner(self, owner: str) -> dict[str, str]:
        """What says which entity owns a record."""
        if owner not in self._owners:
            self._owners[owner] = owner_fields(self.state, owner)
        return self._owners[owner]


class DocumentLoader:
    """Loads documents of one form: header, lines, journal entry.

    Args:
        rows: Makes the rows.
        form: The kind of document.
    """

    def __init__(self, rows: RowMaker, form: Form) -> None:
        self._rows = rows
        self._form = form
        self._headers = rows.state.tables[form.header]
        self._lines = rows.state.tables[form.lines]

    def load(
        self,
        header: Mapping[str, str],
        lines: Iterable[Line],
        owner: str,
        times: Times,
        *,
        offset_account: str,
        paid: Decimal = ZERO,
    ) -> Row:
        """Store a document.

        Args:
            header: Its fields, CURRENCY, EXCHANGE_RATE and STATE among them.
            lines: Its lines, in transaction currency.
            owner: The entity; empty for the top level.
            times: When it was made and last changed.
            offset_account: The account on the other side of the lines.
            paid: How much of it is paid or used; has the sign of the total.
        """
        table = self._headers
        follows = {
            "RECORDTYPE": self._form.kind.record_type,
            "BASECURR": self._rows.state.currency_of(owner),
            "SYSTEMGENERATED": "false",
        }
        row = self._rows.row(table, {**follows, **header}, owner, times)
        items = [self._line(row, at, line) for at, line in enumerate(lines, 1)]
        self._settle(row, items, paid)
        table.put(row)
        for item in items:
            self._lines.put(item)
        if table.get(row, "STATE") in LEDGER_STATES and items:
            self._rows.state.ledger.post(build_posting(self._rows.state, self._form, row, items, offset_account))
        return row

    def _line(self, row: Row, line_no: int, line: Line) -> Row:
        headers, table = self._headers, self._lines
        currency, base_currency = headers.get(row, "CURRENCY"), headers.get(row, "BASECURR")
        empty = headers.get(row, "STATE") == "No Value"
        trx = ZERO if empty else round_amount(line.amount, currency)
        rate = headers.get(row, "EXCHANGE_RATE")
        base = trx if currency == base_currency else round_amount(trx * Decimal(rate), base_currency)
        item = table.blank()
        modified = headers.get(row, "WHENMODIFIED")
        name = self._rows.name
        values = {
            "RECORDNO": self._rows.state.new_number(table),
            "RECORDKEY": headers.get(row, "RECORDNO"),
            "LINE_NO": str(line_no),
            "ACCOUNTNO": line.account_no,
            "ACCOUNTKEY": name("GLACCOUNT", "RECORDNO", line.account_no),
            "ACCOUNTTITLE": name("GLACCOUNT", "TITLE", line.account_no),
            "ENTRYDESCRIPTION": line.description,
            "DESCRIPTION": line.description,
            "TRX_AMOUNT": str(trx),
            "AMOUNT": str(base),
            "DEPARTMENTID": line.department_id,
            "LOCATIONID": line.location_id,
            "CLASSID": line.class_id,
            "ENTRY_DATE": posting_day(headers, row),
            "CURRENCY": currency,
            "BASECURR": base_currency,
            "EXCHANGE_RATE": rate,
            "STATE": RAW_STATES.get(headers.get(row, "STATE"), ""),
            "RECORDTYPE": self._form.kind.record_type,
            "LINEITEM": "true",
            "FORM1099": "false",
            "WHENCREATED": modified,
            "WHENMODIFIED": modified,
            "CREATEDBY": "1",
            "MODIFIEDBY": "1",
            "DEPARTMENTNAME": name("DEPARTMENT", "TITLE", line.department_id),
            "LOCATIONNAME": name("LOCATION", "NAME", line.location_id),
        }
        fill(table, item, values)
        item[table.owner_at] = row[headers.owner_at]
        item[table.stamp_at] = row[headers.stamp_at]
        return item

    def _settle(self, row: Row, items: Sequence[Row], paid: Decimal) -> None:
        """Write the totals, and on each line how much of it is paid."""
        table, lines = self._headers, self._lines
        trx, base = sums(lines, items)
        base_paid = ZERO
        if paid:
            open_lines = [OpenLine(str(at), Decimal(lines.get(item, "TRX_AMOUNT"))) for at, item in enumerate(items)]
            for part in spread(open_lines, paid):
                item = items[int(part.number)]
                whole = part.due == Decimal(lines.get(item, "TRX_AMOUNT"))
                rate, currency = Decimal(table.get(row, "EXCHANGE_RATE")), table.get(row, "BASECURR")
                base_part = Decimal(lines.get(item, "AMOUNT")) if whole else round_amount(part.due * rate, currency)
                fill(lines, item, {"TRX_TOTALPAID": str(part.due), "TOTALPAID": str(base_part)})
                base_paid += base_part
        fill(table, row, totals(trx, base, paid, base_paid))
        if table.get(row, "STATE") in {"Reversed", "Reversal"}:
            fill(table, row, {"TRX_TOTALDUE": "0", "TOTALDUE": "0"})
