"""What the gateway checks of every document: vendors, accounts, dimensions, currencies and open periods."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import DECIMAL_TEXT
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError, refusal
from intacct_pipelines.sandbox.intacct.values import read_day, sortable
from intacct_pipelines.sandbox.rates import exchange_rate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

_DIMENSIONS: Final = (
    # line field, object, flag of the account, word in the texts
    ("DEPARTMENTID", "DEPARTMENT", "REQUIREDEPT", "Department"),
    ("LOCATIONID", "LOCATION", "REQUIRELOC", "Location"),
    ("CLASSID", "CLASS", "REQUIRECLASS", "Class"),
)
_NAMED: Final = ("Project", "Task", "Customer", "Vendor", "Employee", "Item", "Contract", "Warehouse")
"""Further dimensions that an account may require; what they name is not looked up."""
_DEFAULT_TERM_DAYS: Final = 30
_HIGHEST_RATE: Final = 1_000_000


class Checks:
    """Looks things up for a document that is being written, and refuses what the company does not allow.

    Every method raises ``FunctionRefusedError`` when a rule forbids what it is asked about.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def vendor(self, vendor_id: str, owner: str) -> Row:
        """The vendor, which must be active and of this entity or the top level."""
        vendors = self._state.tables["VENDOR"]
        vendor = vendors.by_business_key(vendor_id)
        if vendor is None or (vendor[vendors.owner_at] not in {"", owner}):
            raise refusal("SANDBOX-VENDOR", f"Vendor '{vendor_id}' specified is not valid.", "Enter a valid vendor.")
        if vendors.get(vendor, "STATUS") == "inactive":
            raise refusal("SANDBOX-VENDOR-INACTIVE", f"Activate the vendor {vendor_id}, then try again.")
        return vendor

    def term_days(self, name: str) -> int | None:
        """Days of a payment term; None without a name."""
        if not name:
            return None
        terms = self._state.tables["APTERM"]
        term = terms.by_business_key(name)
        if term is None:
            raise refusal("SANDBOX-TERM", f"The term name '{name}' is invalid.")
        days = terms.get(term, "DUEDATE")
        return int(days) if days.isdecimal() else _DEFAULT_TERM_DAYS

    def account(self, account_no: str) -> Row:
        """The general-ledger account, which must be active."""
        accounts = self._state.tables["GLACCOUNT"]
        account = accounts.by_business_key(account_no)
        if account is None or accounts.get(account, "STATUS") == "inactive":
            raise refusal("SANDBOX-ACCOUNT", f"Account {account_no} is not valid.")
        return account

    def labelled(self, module: str, label: str) -> str:
        """The account for which a label in use stands; cards have those of payables."""
        labels = self._state.tables["ARACCOUNTLABEL" if module == "AR" else "APACCOUNTLABEL"]
        found = labels.by_business_key(label)
        if found is None or labels.get(found, "STATUS") != "active":
            raise refusal("SANDBOX-ACCOUNT-LABEL", f"The account label '{label[:80]}' is not valid.")
        return labels.get(found, "GLACCOUNTNO")

    def dimensions(self, lines: Table, item: Row, account: Row, owner: str) -> None:
        """Check that a line has the dimensions that its account requires, and that they exist."""
        accounts = self._state.tables["GLACCOUNT"]
        account_no = accounts.get(account, "ACCOUNTNO")
        for field, object_name, flag, word in _DIMENSIONS:
            value = lines.get(item, field)
            if not value and accounts.get(account, flag) == "true":
                raise _lacking(word, account_no)
            if value:
                self._dimension(object_name, word, value, owner)
        for word in _NAMED:
            field = f"{word.upper()}ID"
            is_there = field in lines.at and lines.get(item, field)
            if accounts.get(account, f"REQUIRE{word.upper()}") == "true" and not is_there:
                raise _lacking(word, account_no)
        if not lines.get(item, "LOCATIONID") and self._state.options.location_required:
            raise refusal(
                "SANDBOX-DIMENSION", "This transaction is missing the Location dimension: Location is required."
            )

    def _dimension(self, object_name: str, word: str, value: str, owner: str) -> None:
        table = self._state.tables[object_name]
        found = table.by_business_key(value)
        hidden = found is not None and owner and found[table.owner_at] not in {"", owner}
        if found is None or hidden or table.get(found, "STATUS") == "inactive":
            raise refusal("SANDBOX-DIMENSION-INVALID", f"The {word.lower()} '{value}' is invalid.")
        if object_name == "LOCATION" and owner and self._state.entity_of_location(value) not in {"", owner}:
            raise refusal("SANDBOX-DIMENSION-INVALID", f"The {word.lower()} '{value}' is invalid.")

    def base_currency(self, given: str, owner: str) -> str:
        """The owner's base currency; a document of the top level may name that of the entity of its lines."""
        base = self._state.currency_of(owner)
        known = {base} if owner else {base, *self._state.entity_currency.values()}
        if given and given not in known:
            raise refusal("SANDBOX-CURRENCY", f"The base currency {given[:40]} is not {base}.")
        return given or base

    def base_currency_of_lines(self, base: str, owner: str, locations: Iterable[str]) -> None:
        """Check that a top-level document's base currency is that of its lines' entities."""
        state = self._state
        if owner or base == state.base_currency:
            return
        for entity in {state.entity_of_location(location) for location in locations}:
            if state.currency_of(entity) != base:
                raise refusal("SANDBOX-CURRENCY", f"The base currency {base} is not that of entity {entity}.")

    def rate(self, given: str, currency: str, base: str, day: str) -> str:
        """The exchange rate as given, or that of the day."""
        if currency == base:
            return "1"
        if given:
            if not DECIMAL_TEXT.fullmatch(given) or not 0 < Decimal(given) < _HIGHEST_RATE:
                raise refusal("SANDBOX-CURRENCY", f"The exchange rate '{given[:40]}' is not valid.")
            return given
        return str(exchange_rate(currency, base, read_day(day) if day else self._state.clock.now().date()))

    def reclassification(self, owner: str) -> None:
        """Check that the entity, or else the company, lets posted documents be reclassified."""
        table = self._state.tables["AFRSETUP"]
        switches = {row[table.owner_at]: table.get(row, "DISABLERECLASS") for row in table.rows.values()}
        if switches.get(owner, switches.get("", "false")) == "true":
            raise refusal("SANDBOX-RECLASSIFY", "Reclassification of posted transactions is disabled.")

    def period(self, day: str, owner: str) -> None:
        """Check that the entity's books are open on a day."""
        closed = self._state.closed_through.get(owner)
        if closed and day and sortable(day) <= closed:
            last = f"{closed[4:6]}/{closed[6:8]}/{closed[:4]}"
            raise refusal(
                "SANDBOX-CLOSED-PERIOD",
                f"The date {day} is in a closed period. Date must be on or after the day that follows {last}.",
            )

    def periods_of_lines(self, day: str, locations: Iterable[str]) -> None:
        """Check that the books of the lines' entities are open, into which a top-level document posts."""
        for entity in {self._state.entity_of_location(location) for location in locations}:
            self.period(day, entity)

    def name(self, object_name: str, field: str, value: str) -> str:
        """A field of a list record that people call so; empty if there is none."""
        table = self._state.tables[object_name]
        row = table.by_business_key(value) if value else None
        return "" if row is None else table.get(row, field)


def _lacking(word: str, account_no: str) -> FunctionRefusedError:
    return refusal(
        "SANDBOX-DIMENSION",
        f"This transaction is missing the {word} dimension for the Account {account_no}."
        f" The account number '{account_no}' requires a {word}.",
    )
