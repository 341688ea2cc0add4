"""What all documents with lines have in common: they are created, changed, reversed, deleted and posted alike.

What is special about bills, adjustments or card transactions is in a module of each; what may stand in a document, in
``checks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.intacct.checks import Checks
from intacct_pipelines.sandbox.intacct.fields import LEDGER_STATES, NESTED, RAW_STATES, words
from intacct_pipelines.sandbox.intacct.posting import Entry, coding_of, journal_entry
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_instant, normal_date, read_amount, round_amount
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, Document, Posting, PostingKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

ZERO: Final = Decimal(0)
LINE_INPUT: Final = words(
    "ACCOUNTNO TRX_AMOUNT ENTRYDESCRIPTION DESCRIPTION FORM1099 FORM1099TYPE FORM1099BOX BILLABLE ALLOCATION"
    " LOCATIONID DEPARTMENTID PROJECTID TASKID COSTTYPEID CUSTOMERID VENDORID EMPLOYEEID ITEMID CLASSID CONTRACTID"
    " WAREHOUSEID OFFSETGLACCOUNTNO ACCOUNTLABEL TOTALTRXAMOUNT"
)
RATE_INPUT: Final = words("CURRENCY BASECURR EXCH_RATE_DATE EXCH_RATE_TYPE_ID EXCHANGE_RATE")
_DATES: Final = frozenset(("WHENCREATED", "WHENPOSTED", "WHENDUE", "RECPAYMENTDATE", "EXCH_RATE_DATE"))
_MOVES_LEDGER: Final = frozenset(
    (
        "VENDORID",
        "CUSTOMERID",
        "FINANCIALENTITY",
        "WHENCREATED",
        "WHENPOSTED",
        "CURRENCY",
        "EXCHANGE_RATE",
        "EXCH_RATE_DATE",
        "EXCH_RATE_TYPE_ID",
    )
)
_REVERSED: Final = frozenset(("Reversed", "Reversal"))


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the session's entity, and how the change came (``api`` or ``ui``)."""

    entity_id: str
    source: str = "api"


_POSTING_DAYS: Final = ("WHENPOSTED", "ADVANCEDATE", "WHENCREATED")


@dataclass(frozen=True, slots=True)
class Form:
    """What tells one kind of document from another.

    Args:
        header: Its object.
        lines: Its lines' object.
        word: What people call it.
        kind: How its journal entry is marked.
        side: On which side its lines' accounts stand; the offset account stands on the other.
        header_input: Fields of the header that a writer may set.
    """

    header: str
    lines: str
    word: str
    kind: PostingKind
    side: int
    header_input: frozenset[str]


class Documents:
    """Writes documents of one form into the state. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    form: ClassVar[Form]

    def __init__(self, state: State) -> None:
        self._state = state
        self._checks = Checks(state)
        self._headers = state.tables[self.form.header]
        self._lines = state.tables[self.form.lines]

    # --- what each kind says for itself -----------------------------------------------------------------------------

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        """Check what the header refers to, and fill in what follows from it."""
        raise NotImplementedError

    def _offset_account(self, row: Row) -> str:
        """The account on the other side of the lines."""
        raise NotImplementedError

    def _check_number(self, row: Row) -> None:
        """Refuse a number that is taken; most documents may have any."""

    def _check_lines(self, row: Row, items: Sequence[Row]) -> None:
        """Refuse lines that do not go together; most do."""

    def _check_changeable(self, row: Row) -> None:
        """Refuse a change of what stands in the ledger."""
        self._check_unpaid(row)
        if self._headers.get(row, "STATE") in _REVERSED:
            raise self._wrong_state(row, "changed")

    def _check_attachment(self, name: str, row: Row) -> None:
        """Refuse to name an attachment that is not there, or any once the books are closed, if the company does so."""
        if not name:
            return
        if self._state.tables["SUPDOC"].by_business_key(name) is None:
            raise refusal("SANDBOX-REFERENCE", f"The attachment '{name}' is invalid.")
        if not self._state.options.attaches_in_closed_books:
            self._checks.period(posting_day(self._headers, row), row[self._headers.owner_at])

    # --- create, update, reverse, delete ----------------------------------------------------------------------------

    def create(self, values: Mapping[str, str], lines: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Write a new document.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._headers
        row = table.blank()
        fill(table, row, self._header_input(values))
        draft = values.get("ACTION", "Submit").strip().lower() == "draft"
        now = self._state.clock.now()
        defaults = {
            "RECORDTYPE": self.form.kind.record_type,
            "MODULEKEY": self.form.kind.module_key,
            "STATE": "Draft" if draft else "Posted",
            "SYSTEMGENERATED": "false",
            "CREATEDBY": "1",
            "AUWHENCREATED": format_instant(now),
            "TRX_TOTALPAID": "0",
            "TOTALPAID": "0",
            "MEGAENTITYID": author.entity_id,
        }
        fill(table, row, defaults)
        row[table.owner_at] = author.entity_id
        self._complete_header(row, draft=draft)
        fill(table, row, owner_fields(self._state, author.entity_id))
        if not draft:
            self._checks.period(posting_day(table, row), author.entity_id)
        self._check_number(row)
        if not lines and not draft:
            raise refusal("SANDBOX-NO-LINES", "No line items found; enter at least one line.")
        row[table.at["RECORDNO"]] = self._state.new_number(table)
        items = [self._line(row, one, at, None) for at, one in enumerate(lines, 1)]
        self._check_items(row, items)
        row = self._with_totals(row, items)
        row = self._state.stamped(table, row, now)
        self._state.insert(table, row)
        for item in items:
            self._state.insert(self._lines, item)
        self._post(row, items)
        self._state.audit(table, row, "C", author.source)
        return row

    def update(
        self, old: Row, values: Mapping[str, str], lines: Sequence[Mapping[str, str]] | None, author: Author
    ) -> Row:
        """Change a document; lines, when given, replace the whole set.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._headers
        changes = {
            field: value for field, value in self._header_input(values).items() if value != table.get(old, field)
        }
        submits = table.get(old, "STATE") == "Draft" and values.get("ACTION", "").strip().lower() == "submit"
        moves = lines is not None or submits or any(field in _MOVES_LEDGER for field in changes)
        self._check_attachment(changes.get("SUPDOCID", ""), old)
        row = old.copy()
        fill(table, row, changes)
        if submits:
            row[table.at["STATE"]] = "Posted"
        draft = table.get(row, "STATE") == "Draft"
        if moves and table.get(old, "STATE") != "Draft":
            self._check_changeable(old)
            self._checks.period(posting_day(table, old), old[table.owner_at])
        if {"WHENCREATED", "CURRENCY"} & changes.keys() and "EXCHANGE_RATE" not in changes:
            row[table.at["EXCHANGE_RATE"]] = ""
        if "WHENCREATED" in changes and "WHENPOSTED" not in changes:
            fill(table, row, {"WHENPOSTED": changes["WHENCREATED"]})
        self._complete_header(row, draft=draft)
        if moves and not draft:
            self._checks.period(posting_day(table, row), row[table.owner_at])
        if {"RECORDID", "VENDORID", "CUSTOMERID"} & changes.keys():
            self._check_number(row)
        before = self.lines_of(old)
        items = self._new_lines(row, before, lines) if moves else before
        if moves:
            self._check_items(row, items)
            row = self._with_totals(row, items)
            if table.get(row, "STATE") == "No Value" and Decimal(table.get(row, "TRX_TOTALENTERED")):
                fill(table, row, {"STATE": "Posted", "RAWSTATE": RAW_STATES["Posted"]})
            self._unpost(row)
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        if moves:
            self._replace_lines(before, items)
            self._post(row, items)
        self._state.audit(table, row, "M", author.source)
        return row

    def reverse(self, old: Row, day: str, description: str, author: Author) -> Row:
        """Reverse a document with a second, opposite one on another day; returns the reversal.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._headers
        if table.get(old, "STATE") != "Posted":
            raise self._wrong_state(old, "reversed")
        self._check_unpaid(old)
        self._checks.period(day, old[table.owner_at])
        items = self.lines_of(old)
        reversal = self._opposite(old, day, description)
        opposite = [self._opposite_line(reversal, item) for item in items]
        self._state.insert(table, reversal)
        for item in opposite:
            self._state.insert(self._lines, item)
        self._post(reversal, opposite)
        row = old.copy()
        settled = {"STATE": "Reversed", "RAWSTATE": RAW_STATES["Reversed"], "TRX_TOTALDUE": "0", "TOTALDUE": "0"}
        fill(table, row, settled)
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        self._state.audit(table, row, "M", author.source)
        self._state.audit(table, reversal, "C", author.source)
        return reversal

    def delete(self, row: Row, author: Author) -> None:
        """Delete a document with its lines and postings.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        if self._is_paid(row):
            raise refusal("SANDBOX-BILL-PAID", "Transaction is already paid and can't be deleted")
        if self._headers.get(row, "STATE") in LEDGER_STATES:
            self._checks.period(posting_day(self._headers, row), row[self._headers.owner_at])
        self._unpost(row)
        for item in self.lines_of(row):
            self._state.remove(self._lines, item)
        self._state.remove(self._headers, row)
        self._state.audit(self._headers, row, "D", author.source)

    def lines_of(self, row: Row) -> list[Row]:
        """The document's lines in order."""
        return lines_of(self._headers, self._lines, row)

    # --- header -----------------------------------------------------------------------------------------------------

    def _header_input(self, values: Mapping[str, str]) -> dict[str, str]:
        """The fields that a writer may set, with dates in normal form."""
        chosen = {field: value for field, value in values.items() if field in self.form.header_input}
        for field in values:
            if field not in self._headers.at and field not in {"ACTION", "RECORDNO"}:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object {self.form.header}.")
        for field in _DATES:
            if chosen.get(field):
                chosen[field] = normal_date(chosen[field], field)
        return chosen

    def _complete_money(self, row: Row, currency: str) -> None:
        """Fill in currencies and rate; ``currency`` is what counts when the writer names none."""
        table = self._headers
        base = self._checks.base_currency(table.get(row, "BASECURR"), row[table.owner_at])
        currency = table.get(row, "CURRENCY") or currency or base
        rate = self._checks.rate(table.get(row, "EXCHANGE_RATE"), currency, base, table.get(row, "WHENCREATED"))
        fill(table, row, {"CURRENCY": currency, "BASECURR": base, "EXCHANGE_RATE": rate})

    def _is_paid(self, row: Row) -> bool:
        table = self._headers
        paid = "TRX_TOTALPAID" in table.at and Decimal(table.get(row, "TRX_TOTALPAID") or "0")
        return bool(paid) or table.get(row, "STATE") in {"Paid", "Partially Paid"}

    def _check_unpaid(self, row: Row) -> None:
        if self._is_paid(row):
            raise refusal("SANDBOX-BILL-PAID", "This cannot be changed because one or more bills are already paid.")

    def _wrong_state(self, row: Row, verb: str) -> Exception:
        state = self._headers.get(row, "STATE")
        return refusal("SANDBOX-BILL-STATE", f"A {self.form.word} in state {state} cannot be {verb}.")

    # --- lines ------------------------------------------------------------------------------------------------------

    def _check_items(self, row: Row, items: Sequence[Row]) -> None:
        table = self._headers
        at = self._lines.at["LOCATIONID"]
        locations = [item[at] for item in items]
        self._check_lines(row, items)
        self._checks.base_currency_of_lines(table.get(row, "BASECURR"), row[table.owner_at], locations)
        if table.get(row, "STATE") in LEDGER_STATES:
            self._checks.periods_of_lines(posting_day(table, row), locations)

    def _new_lines(self, row: Row, before: list[Row], lines: Sequence[Mapping[str, str]] | None) -> list[Row]:
        if lines is None:
            return [self._line(row, {}, at, item) for at, item in enumerate(before, 1)]
        if not lines:
            raise refusal("SANDBOX-NO-LINES", "No line items found; enter at least one line.")
        known = {self._lines.get(item, "LINE_NO"): item for item in before}
        by_number = {self._lines.get(item, "RECORDNO"): item for item in before}
        used: set[str] = set()
        items: list[Row] = []
        for at, one in enumerate(lines, 1):
            old = by_number.get(one.get("RECORDNO", "")) or known.get(one.get("LINE_NO", ""))
            number = "" if old is None else self._lines.get(old, "RECORDNO")
            items.append(self._line(row, one, at, None if number in used else old))
            used.add(number)
        return items

    def _line(self, row: Row, values: Mapping[str, str], at: int, old: Row | None) -> Row:
        """One line, checked; an existing line keeps its number and what is not sent."""
        table = self._lines
        for field in values:
            if field not in table.at and not field.startswith("GLDIM"):
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object {self.form.lines}.")
        item = table.blank() if old is None else old.copy()
        fill(table, item, {field: value for field, value in values.items() if field in LINE_INPUT})
        now = self._state.clock.now()
        if old is None:
            fill(table, item, {"RECORDNO": self._state.new_number(table), "CREATEDBY": "1"})
            fill(table, item, {"WHENCREATED": self._state.instants.local(now)})
        headers = self._headers
        trx = read_amount(table.get(item, "TRX_AMOUNT"), headers.get(row, "CURRENCY"), "TRX_AMOUNT")
        if values.get("ACCOUNTLABEL"):
            fill(table, item, {"ACCOUNTNO": self._checks.labelled(self.form.header[:2], values["ACCOUNTLABEL"])})
        account = self._checks.account(table.get(item, "ACCOUNTNO"))
        self._checks.dimensions(table, item, account, row[headers.owner_at])
        fill(table, item, line_fields(self._state, self.form, row, table, item, trx))
        fill(table, item, {"LINE_NO": str(at), "FORM1099": _flag(table, item, "FORM1099")})
        item[table.owner_at] = row[headers.owner_at]
        return self._state.stamped(table, item, now)

    def _replace_lines(self, before: list[Row], items: list[Row]) -> None:
        table = self._lines
        old = {table.get(item, "RECORDNO"): item for item in before}
        kept: set[str] = set()
        for item in items:
            number = table.get(item, "RECORDNO")
            if number in old:
                kept.add(number)
                self._state.replace(table, old[number], item)
            else:
                self._state.insert(table, item)
        for number, item in old.items():
            if number not in kept:
                self._state.remove(table, item)

    # --- totals and postings ----------------------------------------------------------------------------------------

    def _with_totals(self, row: Row, items: Sequence[Row]) -> Row:
        table = self._headers
        trx, base = sums(self._lines, items)
        paid = Decimal(table.get(row, "TRX_TOTALPAID") or "0") if "TRX_TOTALPAID" in table.at else ZERO
        fill(table, row, totals(trx, base, paid, ZERO))
        return row

    def _opposite(self, old: Row, day: str, description: str) -> Row:
        table = self._headers
        row = old.copy()
        changes = {
            "RECORDNO": self._state.new_number(table),
            "STATE": "Reversal",
            "RAWSTATE": RAW_STATES["Reversal"],
            "WHENCREATED": day,
            "WHENPOSTED": day,
            "DESCRIPTION": description or table.get(old, "DESCRIPTION"),
            "AUWHENCREATED": format_instant(self._state.clock.now()),
            "TRX_TOTALDUE": "0",
            "TOTALDUE": "0",
            **{field: str(-Decimal(table.get(old, field) or "0")) for field in ("TRX_TOTALENTERED", "TOTALENTERED")},
        }
        fill(table, row, changes)
        return self._state.stamped(table, row)

    def _opposite_line(self, reversal: Row, item: Row) -> Row:
        table = self._lines
        line = item.copy()
        changes = {
            "RECORDNO": self._state.new_number(table),
            "RECORDKEY": self._headers.get(reversal, "RECORDNO"),
            "TRX_AMOUNT": str(-Decimal(table.get(item, "TRX_AMOUNT"))),
            "AMOUNT": str(-Decimal(table.get(item, "AMOUNT"))),
        }
        fill(table, line, changes)
        return self._state.stamped(table, line)

    def _post(self, row: Row, items: Sequence[Row]) -> None:
        if self._headers.get(row, "STATE") in LEDGER_STATES:
            self._state.post(build_posting(self._state, self.form, row, items, self._offset_account(row)))

    def _unpost(self, row: Row) -> None:
        document = Document(self.form.header, int(self._headers.get(row, "RECORDNO")))
        for posting in self._state.ledger.postings_of(document):
            self._state.unpost(posting)


def lines_of(headers: Table, lines: Table, row: Row) -> list[Row]:
    """A document's lines in order."""
    numbers = lines.find("RECORDKEY", headers.get(row, "RECORDNO"))
    line_no = lines.at["LINE_NO"]
    return sorted((lines.rows[number] for number in numbers), key=lambda item: int(item[line_no]))


def posting_day(table: Table, row: Row) -> str:
    """The day on which a document stands in the ledger; some have no day for that alone."""
    return table.get(row, next(field for field in _POSTING_DAYS if field in table.at))


def line_fields(state: State, form: Form, row: Row, lines: Table, item: Row, trx: Decimal) -> dict[str, str]:
    """What of a line follows from its header and from what it names."""
    headers, checks = state.tables[form.header], Checks(state)
    base = headers.get(row, "BASECURR")
    account_no = lines.get(item, "ACCOUNTNO")
    return {
        "RECORDKEY": headers.get(row, "RECORDNO"),
        "TRX_AMOUNT": str(trx),
        "AMOUNT": str(round_amount(trx * Decimal(headers.get(row, "EXCHANGE_RATE")), base)),
        "ACCOUNTKEY": checks.name("GLACCOUNT", "RECORDNO", account_no),
        "ACCOUNTTITLE": checks.name("GLACCOUNT", "TITLE", account_no),
        "DEPARTMENTNAME": checks.name("DEPARTMENT", "TITLE", lines.get(item, "DEPARTMENTID")),
        "LOCATIONNAME": checks.name("LOCATION", "NAME", lines.get(item, "LOCATIONID")),
        "ENTRY_DATE": posting_day(headers, row),
        "CURRENCY": headers.get(row, "CURRENCY"),
        "BASECURR": base,
        "EXCHANGE_RATE": headers.get(row, "EXCHANGE_RATE"),
        "STATE": RAW_STATES.get(headers.get(row, "STATE"), RAW_STATES["Posted"]),
        "RECORDTYPE": form.kind.record_type,
        "LINEITEM": "true",
    }


def build_posting(state: State, form: Form, row: Row, items: Sequence[Row], offset_account: str) -> Posting:
    """The journal entry of a document: each line's account against the offset account, entity by entity."""
    headers, lines = state.tables[form.header], state.tables[form.lines]
    owner = row[headers.owner_at]
    other = CREDIT if form.side == DEBIT else DEBIT
    entries: list[Entry] = []
    for item in items:
        coding = coding_of(state, lines, item, owner)
        trx, base = Decimal(lines.get(item, "TRX_AMOUNT")), Decimal(lines.get(item, "AMOUNT"))
        entries.append(Entry(form.side, lines.get(item, "ACCOUNTNO"), trx, base, coding))
        entries.append(Entry(other, offset_account, trx, base, coding))
    return journal_entry(state, headers, row, form.kind, posting_day(headers, row), entries)


def sums(lines: Table, items: Sequence[Row]) -> tuple[Decimal, Decimal]:
    """What lines add up to, in transaction and in base currency."""
    trx = sum((Decimal(lines.get(item, "TRX_AMOUNT")) for item in items), ZERO)
    return trx, sum((Decimal(lines.get(item, "AMOUNT")) for item in items), ZERO)


def totals(trx: Decimal, base: Decimal, trx_paid: Decimal, base_paid: Decimal) -> dict[str, str]:
    """The amounts of a header."""
    return {
        "TRX_TOTALENTERED": str(trx),
        "TOTALENTERED": str(base),
        "TRX_TOTALPAID": str(trx_paid),
        "TOTALPAID": str(base_paid),
        "TRX_TOTALDUE": str(trx - trx_paid),
        "TOTALDUE": str(base - base_paid),
        "TRX_TOTALSELECTED": "0",
        "TOTALSELECTED": "0",
    }


def owner_fields(state: State, owner: str) -> dict[str, str]:
    """What says which entity owns a record; empty at top level."""
    entities = state.tables["LOCATIONENTITY"]
    entity = entities.by_business_key(owner) if owner else None
    if entity is None:
        return {"MEGAENTITYKEY": "", "MEGAENTITYID": "", "MEGAENTITYNAME": ""}
    return {
        "MEGAENTITYKEY": entities.get(entity, "RECORDNO"),
        "MEGAENTITYID": owner,
        "MEGAENTITYNAME": entities.get(entity, "NAME"),
    }


def fill(table: Table, row: Row, values: Mapping[str, str]) -> None:
    """Write values into a row; what the object has no field for is left out."""
    for field, value in values.items():
        position = table.at.get(field)
        if position is not None and table.spec.kinds[field] != NESTED:
            row[position] = value


def _flag(table: Table, row: Row, field: str) -> str:
    return (table.get(row, field) if field in table.at else "") or "false"
