"""Vendor bills: the rules under which they may be written, their totals and states, and what they post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.sandbox.intacct.fields import LEDGER_STATES, NESTED, RAW_STATES, words
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry, coding_of, journal_entry
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import (
    format_date,
    format_instant,
    normal_date,
    read_amount,
    read_day,
    round_amount,
    sortable,
)
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, BANK_ACCOUNT, CREDIT, DEBIT, Document, Posting, PostingKind
from intacct_pipelines.sandbox.rates import exchange_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

_ZERO: Final = Decimal(0)
BILL: Final = PostingKind("AP bill", "APJ", "3.AP", "pi")
PAYMENT: Final = PostingKind("AP payment", "CDJ", "3.AP", "pp")
_HEADER_INPUT: Final = words(
    "VENDORID WHENCREATED WHENPOSTED RECORDID DOCNUMBER DESCRIPTION TERMNAME RECPAYMENTDATE SUPDOCID WHENDUE"
    " PAYMENTPRIORITY ONHOLD PRBATCH CURRENCY BASECURR EXCH_RATE_DATE EXCH_RATE_TYPE_ID EXCHANGE_RATE"
    " BILLTOPAYTOCONTACTNAME SHIPTORETURNTOCONTACTNAME INCLUSIVETAX TAXSOLUTIONID"
)
_LINE_INPUT: Final = words(
    "ACCOUNTNO TRX_AMOUNT ENTRYDESCRIPTION FORM1099 FORM1099TYPE FORM1099BOX BILLABLE ALLOCATION"
    " LOCATIONID DEPARTMENTID"
    " PROJECTID TASKID COSTTYPEID CUSTOMERID VENDORID EMPLOYEEID ITEMID CLASSID CONTRACTID WAREHOUSEID"
    " OFFSETGLACCOUNTNO"
    " ACCOUNTLABEL TOTALTRXAMOUNT"
)
_DATES: Final = ("WHENCREATED", "WHENPOSTED", "WHENDUE", "RECPAYMENTDATE", "EXCH_RATE_DATE")
_MOVES_LEDGER: Final = frozenset(
    ("VENDORID", "WHENCREATED", "WHENPOSTED", "CURRENCY", "EXCHANGE_RATE", "EXCH_RATE_DATE", "EXCH_RATE_TYPE_ID")
)
_DIMENSIONS: Final = (
    # line field, object, flag of the account, word in the texts
    ("DEPARTMENTID", "DEPARTMENT", "REQUIREDEPT", "Department"),
    ("LOCATIONID", "LOCATION", "REQUIRELOC", "Location"),
    ("CLASSID", "CLASS", "REQUIRECLASS", "Class"),
)
_DEFAULT_TERM_DAYS: Final = 30
_HIGHEST_RATE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the session's entity, and how the change came (``api`` or ``ui``)."""

    entity_id: str
    source: str = "api"


class Bills:
    """Writes bills into the state. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._bills = state.tables["APBILL"]
        self._lines = state.tables["APBILLITEM"]

    # --- create, update, reverse, delete --------------------------------------------------------------------------

    def create(self, values: Mapping[str, str], lines: Sequence[Mapping[str, str]], author: Author) -> Row:
        """Write a new bill.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._bills
        row = table.blank()
        _set(table, row, self._header_input(values))
        draft = values.get("ACTION", "Submit").strip().lower() == "draft"
        now = self._state.clock.now()
        defaults = {
            "RECORDTYPE": "pi",
            "MODULEKEY": "3.AP",
            "STATE": "Draft" if draft else "Posted",
            "SYSTEMGENERATED": "false",
            "CREATEDBY": "1",
            "AUWHENCREATED": format_instant(now),
            "TRX_TOTALPAID": "0",
            "TOTALPAID": "0",
            "MEGAENTITYID": author.entity_id,
        }
        _set(table, row, defaults)
        row[table.owner_at] = author.entity_id
        self._complete_header(row, draft=draft)
        if not draft:
            self._check_period(table.get(row, "WHENPOSTED"), author.entity_id)
        self._check_number(row)
        if not lines and not draft:
            raise refusal("SANDBOX-NO-LINES", "No line items found; enter at least one line.")
        row[table.at["RECORDNO"]] = self._state.new_number(table)
        items = [self._line(row, one, at, None) for at, one in enumerate(lines, 1)]
        self._check_base_currency(row, items)
        self._check_line_periods(row, items)
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
        """Change a bill; lines, when given, replace the whole set.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._bills
        changes = {
            field: value for field, value in self._header_input(values).items() if value != table.get(old, field)
        }
        submits = table.get(old, "STATE") == "Draft" and values.get("ACTION", "").strip().lower() == "submit"
        moves = lines is not None or submits or any(field in _MOVES_LEDGER for field in changes)
        row = old.copy()
        _set(table, row, changes)
        if submits:
            row[table.at["STATE"]] = "Posted"
        draft = table.get(row, "STATE") == "Draft"
        if moves and table.get(old, "STATE") != "Draft":
            self._check_changeable(old)
            self._check_period(table.get(old, "WHENPOSTED"), old[table.owner_at])
        if {"WHENCREATED", "CURRENCY"} & changes.keys() and "EXCHANGE_RATE" not in changes:
            row[table.at["EXCHANGE_RATE"]] = ""
        if "WHENCREATED" in changes and "WHENPOSTED" not in changes:
            row[table.at["WHENPOSTED"]] = changes["WHENCREATED"]
        self._complete_header(row, draft=draft)
        if moves and not draft:
            self._check_period(table.get(row, "WHENPOSTED"), row[table.owner_at])
        if {"RECORDID", "VENDORID"} & changes.keys():
            self._check_number(row)
        before = self.lines_of(old)
        items = self._new_lines(row, before, lines) if moves else before
        if moves:
            self._check_base_currency(row, items)
            self._check_line_periods(row, items)
            row = self._with_totals(row, items)
            self._unpost(row)
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        if moves:
            self._replace_lines(before, items)
            self._post(row, items)
        self._state.audit(table, row, "M", author.source)
        return row

    def reverse(self, old: Row, day: str, description: str, author: Author) -> Row:
        """Reverse a bill with a second, opposite document on another day; returns the reversal.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._bills
        if table.get(old, "STATE") != "Posted":
            raise refusal("SANDBOX-BILL-STATE", f"A bill in state {table.get(old, 'STATE')} cannot be reversed.")
        self._check_unpaid(old)
        self._check_period(day, old[table.owner_at])
        items = self.lines_of(old)
        reversal = self._opposite(old, day, description)
        opposite = [self._opposite_line(reversal, item) for item in items]
        self._state.insert(table, reversal)
        for item in opposite:
            self._state.insert(self._lines, item)
        self._post(reversal, opposite)
        row = old.copy()
        settled = {"STATE": "Reversed", "RAWSTATE": RAW_STATES["Reversed"], "TRX_TOTALDUE": "0", "TOTALDUE": "0"}
        _set(table, row, settled)
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        self._state.audit(table, row, "M", author.source)
        self._state.audit(table, reversal, "C", author.source)
        return reversal

    def pay(self, old: Row, amount: Decimal, day: str, author: Author) -> Row:
        """Pay a bill, wholly or in part.

        Args:
            old: The bill.
            amount: In the bill's currency; more than zero and not more than what is due.
            day: ``mm/dd/yyyy``.
            author: Who pays.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        table = self._bills
        due = Decimal(table.get(old, "TRX_TOTALDUE") or "0")
        amount = round_amount(amount, table.get(old, "CURRENCY"))
        if table.get(old, "STATE") not in LEDGER_STATES or not _ZERO < amount <= due:
            raise refusal("SANDBOX-PAYMENT", f"The payment exceeds total amount due ({due}).")
        self._check_period(day, old[table.owner_at])
        entered, base_due = Decimal(table.get(old, "TOTALENTERED")), Decimal(table.get(old, "TOTALDUE"))
        base = round_amount(amount * Decimal(table.get(old, "EXCHANGE_RATE")), table.get(old, "BASECURR"))
        base = base_due if amount == due else base
        paid = Decimal(table.get(old, "TRX_TOTALPAID") or "0") + amount
        row = old.copy()
        trx = Decimal(table.get(old, "TRX_TOTALENTERED"))
        _set(table, row, totals(trx, entered, paid, entered - base_due + base))
        state = "Paid" if amount == due else "Partially Paid"
        _set(table, row, {"STATE": state, "RAWSTATE": RAW_STATES[state], "WHENPAID": day})
        row = self._state.stamped(table, row)
        self._state.replace(table, old, row)
        location = self._lines.get(self.lines_of(row)[0], "LOCATIONID")
        entity = row[table.owner_at] or self._state.entity_of_location(location)
        self._state.post(build_payment(self._state, row, entity=entity, location=location, trx=amount, base=base))
        self._state.audit(table, row, "M", author.source)
        return row

    def delete(self, row: Row, author: Author) -> None:
        """Delete a bill with its lines and postings.

        Raises:
            FunctionRefusedError: A rule forbids it.
        """
        if self._is_paid(row):
            raise refusal("SANDBOX-BILL-PAID", "Transaction is already paid and can't be deleted")
        if self._bills.get(row, "STATE") in LEDGER_STATES:
            self._check_period(self._bills.get(row, "WHENPOSTED"), row[self._bills.owner_at])
        self._unpost(row)
        for item in self.lines_of(row):
            self._state.remove(self._lines, item)
        self._state.remove(self._bills, row)
        self._state.audit(self._bills, row, "D", author.source)

    def lines_of(self, row: Row) -> list[Row]:
        """The bill's lines in order."""
        numbers = self._lines.find("RECORDKEY", self._bills.get(row, "RECORDNO"))
        line_no = self._lines.at["LINE_NO"]
        return sorted((self._lines.rows[number] for number in numbers), key=lambda item: int(item[line_no]))

    # --- header ---------------------------------------------------------------------------------------------------

    def _header_input(self, values: Mapping[str, str]) -> dict[str, str]:
        """The fields that a writer may set, with dates in normal form."""
        chosen = {field: value for field, value in values.items() if field in _HEADER_INPUT}
        for field in values:
            if field not in self._bills.at and field not in {"ACTION", "RECORDNO"}:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object APBILL.")
        for field in _DATES:
            if chosen.get(field):
                chosen[field] = normal_date(chosen[field], field)
        return chosen

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        """Check what the header refers to, and fill in what follows from it."""
        table, state = self._bills, self._state
        vendor = self._vendor(table.get(row, "VENDORID"), row[table.owner_at])
        vendors = state.tables["VENDOR"]
        if not table.get(row, "WHENCREATED") and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        term = self._term(table.get(row, "TERMNAME"))
        created = table.get(row, "WHENCREATED")
        if not table.get(row, "WHENDUE") and term is not None and created:
            row[table.at["WHENDUE"]] = format_date(read_day(created) + timedelta(days=term))
        if not table.get(row, "WHENDUE") and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENDUE is missing.")
        if not table.get(row, "WHENPOSTED"):
            row[table.at["WHENPOSTED"]] = created
        owner = row[table.owner_at]
        base = self._base_currency(table.get(row, "BASECURR"), owner)
        currency = table.get(row, "CURRENCY") or vendors.get(vendor, "CURRENCY") or base
        follows = {
            "CURRENCY": currency,
            "BASECURR": base,
            "EXCHANGE_RATE": self._rate(table.get(row, "EXCHANGE_RATE"), currency, base, created),
            "VENDORNAME": vendors.get(vendor, "NAME"),
            "RAWSTATE": RAW_STATES.get(table.get(row, "STATE"), ""),
            "ONHOLD": table.get(row, "ONHOLD") or "false",
            "ENTITY": table.get(row, "VENDORID"),
            "PRBATCH": table.get(row, "PRBATCH") or f"Bills: {table.get(row, 'WHENPOSTED')}",
        }
        _set(table, row, follows)
        _set(table, row, owner_fields(state, owner))

    def _base_currency(self, given: str, owner: str) -> str:
        """The owner's base currency; a bill of the top level may name that of the entity of its lines."""
        base = self._state.currency_of(owner)
        known = {base} if owner else {base, *self._state.entity_currency.values()}
        if given and given not in known:
            raise refusal("SANDBOX-CURRENCY", f"The base currency {given[:40]} is not {base}.")
        return given or base

    def _check_base_currency(self, row: Row, items: Sequence[Row]) -> None:
        table, state = self._bills, self._state
        base, at = table.get(row, "BASECURR"), self._lines.at["LOCATIONID"]
        if row[table.owner_at] or base == state.base_currency:
            return
        for entity in {state.entity_of_location(item[at]) for item in items}:
            if state.currency_of(entity) != base:
                raise refusal("SANDBOX-CURRENCY", f"The base currency {base} is not that of entity {entity}.")

    def _vendor(self, vendor_id: str, owner: str) -> Row:
        vendors = self._state.tables["VENDOR"]
        vendor = vendors.by_business_key(vendor_id)
        if vendor is None or (vendor[vendors.owner_at] not in {"", owner}):
            raise refusal("SANDBOX-VENDOR", f"Vendor '{vendor_id}' specified is not valid.", "Enter a valid vendor.")
        if vendors.get(vendor, "STATUS") == "inactive":
            raise refusal("SANDBOX-VENDOR-INACTIVE", f"Activate the vendor {vendor_id}, then try again.")
        return vendor

    def _term(self, name: str) -> int | None:
        if not name:
            return None
        terms = self._state.tables["APTERM"]
        term = terms.by_business_key(name)
        if term is None:
            raise refusal("SANDBOX-TERM", f"The term name '{name}' is invalid.")
        days = terms.get(term, "DUEDATE")
        return int(days) if days.isdecimal() else _DEFAULT_TERM_DAYS

    def _rate(self, given: str, currency: str, base: str, day: str) -> str:
        if currency == base:
            return "1"
        if given:
            if not DECIMAL_TEXT.fullmatch(given) or not 0 < Decimal(given) < _HIGHEST_RATE:
                raise refusal("SANDBOX-CURRENCY", f"The exchange rate '{given[:40]}' is not valid.")
            return given
        return str(exchange_rate(currency, base, read_day(day) if day else self._state.clock.now().date()))

    def _check_number(self, row: Row) -> None:
        table = self._bills
        number = table.get(row, "RECORDID")
        if not number or self._state.options.duplicate_bill_number == "allow":
            return
        mine = table.get(row, "RECORDNO")
        for other_no in table.find("RECORDID", number):
            other = table.rows[other_no]
            same_vendor = table.get(other, "VENDORID") == table.get(row, "VENDORID")
            if same_vendor and str(other_no) != mine and table.get(other, "STATE") not in {"Reversed", "Reversal"}:
                raise refusal(
                    "BL03002185", "A transaction with that number already exists", "Use a unique number instead."
                )

    def _check_period(self, day: str, owner: str) -> None:
        closed = self._state.closed_through.get(owner)
        if closed and day and sortable(day) <= closed:
            last = f"{closed[4:6]}/{closed[6:8]}/{closed[:4]}"
            raise refusal(
                "SANDBOX-CLOSED-PERIOD",
                f"The date {day} is in a closed period. Date must be on or after the day that follows {last}.",
            )

    def _check_line_periods(self, row: Row, items: Sequence[Row]) -> None:
        """A bill of the top level posts into the entities of its lines, whose books must be open too."""
        if self._bills.get(row, "STATE") in LEDGER_STATES:
            at = self._lines.at["LOCATIONID"]
            for entity in {self._state.entity_of_location(item[at]) for item in items}:
                self._check_period(self._bills.get(row, "WHENPOSTED"), entity)

    def _is_paid(self, row: Row) -> bool:
        table = self._bills
        paid = Decimal(table.get(row, "TRX_TOTALPAID") or "0")
        return bool(paid) or table.get(row, "STATE") in {"Paid", "Partially Paid"}

    def _check_unpaid(self, row: Row) -> None:
        if self._is_paid(row):
            raise refusal("SANDBOX-BILL-PAID", "This cannot be changed because one or more bills are already paid.")

    def _check_changeable(self, row: Row) -> None:
        self._check_unpaid(row)
        table = self._bills
        if table.get(row, "MODULEKEY") == "9.PO":
            raise refusal("SANDBOX-BILL-PO", "This bill comes from a purchasing document; change it there.")
        if table.get(row, "STATE") in {"Reversed", "Reversal"}:
            raise refusal("SANDBOX-BILL-STATE", f"A bill in state {table.get(row, 'STATE')} cannot be changed.")

    # --- lines ----------------------------------------------------------------------------------------------------

    def _new_lines(self, row: Row, before: list[Row], lines: Sequence[Mapping[str, str]] | None) -> list[Row]:
        if lines is None:
            return [self._line(row, {}, at, item) for at, item in enumerate(before, 1)]
        if not lines:
            raise refusal("SANDBOX-NO-LINES", "No line items found; enter at least one line.")
        known = {self._lines.get(item, field): item for item in before for field in ("LINE_NO",)}
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
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object APBILLITEM.")
        item = table.blank() if old is None else old.copy()
        _set(table, item, {field: value for field, value in values.items() if field in _LINE_INPUT})
        now = self._state.clock.now()
        if old is None:
            item[table.at["RECORDNO"]] = self._state.new_number(table)
            item[table.at["WHENCREATED"]] = self._state.instants.local(now)
            item[table.at["CREATEDBY"]] = "1"
        bills = self._bills
        currency, base = bills.get(row, "CURRENCY"), bills.get(row, "BASECURR")
        trx_text = table.get(item, "TRX_AMOUNT")
        trx = read_amount(trx_text, currency, "TRX_AMOUNT")
        amount = round_amount(trx * Decimal(bills.get(row, "EXCHANGE_RATE")), base)
        account = self._account(table.get(item, "ACCOUNTNO"))
        self._check_dimensions(item, account, row[bills.owner_at])
        accounts = self._state.tables["GLACCOUNT"]
        follows = {
            "RECORDKEY": bills.get(row, "RECORDNO"),
            "LINE_NO": str(at),
            "TRX_AMOUNT": str(trx),
            "AMOUNT": str(amount),
            "ACCOUNTKEY": accounts.get(account, "RECORDNO"),
            "ACCOUNTTITLE": accounts.get(account, "TITLE"),
            "DEPARTMENTNAME": self._name("DEPARTMENT", "TITLE", table.get(item, "DEPARTMENTID")),
            "LOCATIONNAME": self._name("LOCATION", "NAME", table.get(item, "LOCATIONID")),
            "ENTRY_DATE": bills.get(row, "WHENPOSTED"),
            "CURRENCY": currency,
            "BASECURR": base,
            "EXCHANGE_RATE": bills.get(row, "EXCHANGE_RATE"),
            "STATE": bills.get(row, "RAWSTATE") or RAW_STATES["Posted"],
            "RECORDTYPE": "pi",
            "LINEITEM": "true",
            "FORM1099": table.get(item, "FORM1099") or "false",
        }
        _set(table, item, follows)
        item[table.owner_at] = row[bills.owner_at]
        return self._state.stamped(table, item, now)

    def _name(self, object_name: str, field: str, value: str) -> str:
        table = self._state.tables[object_name]
        row = table.by_business_key(value) if value else None
        return "" if row is None else table.get(row, field)

    def _account(self, account_no: str) -> Row:
        accounts = self._state.tables["GLACCOUNT"]
        account = accounts.by_business_key(account_no)
        if account is None or accounts.get(account, "STATUS") == "inactive":
            raise refusal("SANDBOX-ACCOUNT", f"Account {account_no} is not valid.")
        return account

    def _check_dimensions(self, item: Row, account: Row, owner: str) -> None:
        accounts = self._state.tables["GLACCOUNT"]
        account_no = accounts.get(account, "ACCOUNTNO")
        for field, object_name, flag, word in _DIMENSIONS:
            value = self._lines.get(item, field)
            needed = accounts.get(account, flag) == "true"
            if not value and needed:
                raise refusal(
                    "SANDBOX-DIMENSION",
                    f"This transaction is missing the {word} dimension for the Account {account_no}."
                    f" The account number '{account_no}' requires a {word}.",
                )
            if value:
                self._check_dimension(object_name, word, value, owner)
        if not self._lines.get(item, "LOCATIONID") and self._state.options.location_required:
            raise refusal(
                "SANDBOX-DIMENSION", "This transaction is missing the Location dimension: Location is required."
            )

    def _check_dimension(self, object_name: str, word: str, value: str, owner: str) -> None:
        table = self._state.tables[object_name]
        found = table.by_business_key(value)
        hidden = found is not None and owner and found[table.owner_at] not in {"", owner}
        if found is None or hidden or table.get(found, "STATUS") == "inactive":
            raise refusal("SANDBOX-DIMENSION-INVALID", f"The {word.lower()} '{value}' is invalid.")
        if object_name == "LOCATION" and owner and self._state.entity_of_location(value) not in {"", owner}:
            raise refusal("SANDBOX-DIMENSION-INVALID", f"The {word.lower()} '{value}' is invalid.")

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

    # --- totals and postings --------------------------------------------------------------------------------------

    def _with_totals(self, row: Row, items: Sequence[Row]) -> Row:
        table, lines = self._bills, self._lines
        trx = sum((Decimal(lines.get(item, "TRX_AMOUNT")) for item in items), _ZERO)
        base = sum((Decimal(lines.get(item, "AMOUNT")) for item in items), _ZERO)
        _set(table, row, totals(trx, base, Decimal(table.get(row, "TRX_TOTALPAID") or "0"), _ZERO))
        return row

    def _opposite(self, old: Row, day: str, description: str) -> Row:
        table = self._bills
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
        _set(table, row, changes)
        return self._state.stamped(table, row)

    def _opposite_line(self, reversal: Row, item: Row) -> Row:
        table = self._lines
        line = item.copy()
        changes = {
            "RECORDNO": self._state.new_number(table),
            "RECORDKEY": self._bills.get(reversal, "RECORDNO"),
            "TRX_AMOUNT": str(-Decimal(table.get(item, "TRX_AMOUNT"))),
            "AMOUNT": str(-Decimal(table.get(item, "AMOUNT"))),
        }
        _set(table, line, changes)
        return self._state.stamped(table, line)

    def _post(self, row: Row, items: Sequence[Row]) -> None:
        if self._bills.get(row, "STATE") in LEDGER_STATES:
            self._state.post(build_posting(self._state, row, items))

    def _unpost(self, row: Row) -> None:
        for posting in self._state.ledger.postings_of(Document("APBILL", int(self._bills.get(row, "RECORDNO")))):
            self._state.unpost(posting)


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


def _set(table: Table, row: Row, values: Mapping[str, str]) -> None:
    for field, value in values.items():
        if table.spec.kinds.get(field) != NESTED:
            row[table.at[field]] = value


def build_posting(state: State, row: Row, items: Sequence[Row]) -> Posting:
    """The journal entry of a bill: debit the accounts of its lines, credit payables, entity by entity."""
    bills, lines = state.tables["APBILL"], state.tables["APBILLITEM"]
    owner = row[bills.owner_at]
    entries: list[Entry] = []
    for item in items:
        coding = coding_of(state, lines, item, owner)
        trx, base = Decimal(lines.get(item, "TRX_AMOUNT")), Decimal(lines.get(item, "AMOUNT"))
        entries.append(Entry(DEBIT, lines.get(item, "ACCOUNTNO"), trx, base, coding))
        entries.append(Entry(CREDIT, AP_ACCOUNT, trx, base, coding))
    return journal_entry(state, bills, row, BILL, bills.get(row, "WHENPOSTED"), entries)


def build_payment(state: State, row: Row, *, entity: str, location: str, trx: Decimal, base: Decimal) -> Posting:
    """The journal entry of a payment: debit payables, credit the bank."""
    coding = Coding(entity, location)
    entries = (Entry(DEBIT, AP_ACCOUNT, trx, base, coding), Entry(CREDIT, BANK_ACCOUNT, trx, base, coding))
    bills = state.tables["APBILL"]
    paid = bills.get(row, "WHENPAID") or bills.get(row, "WHENDUE")
    return journal_entry(state, bills, row, PAYMENT, paid, entries)
