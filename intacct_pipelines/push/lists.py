"""The lists that are pushed: what each has of its own. How they are pushed is in ``list_records``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.push.list_records import ListPlanner
from intacct_pipelines.push.parties import POSTAL_ADDRESS, check_currency, party_id_of
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_BY_HAND: Final = "Make the account in Intacct; the next sync pairs the two by their number."
_DEBIT, _CREDIT = "debit", "credit"
_BALANCE, _INCOME = "balancesheet", "incomestatement"

ACCOUNT_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "COST_OF_GOODS_SOLD": (_INCOME, _DEBIT),
    "EXPENSE": (_INCOME, _DEBIT),
    "OTHER_EXPENSE": (_INCOME, _DEBIT),
    "INCOME": (_INCOME, _CREDIT),
    "OTHER_INCOME": (_INCOME, _CREDIT),
    "FIXED_ASSET": (_BALANCE, _DEBIT),
    "OTHER_ASSET": (_BALANCE, _DEBIT),
    "OTHER_CURRENT_ASSET": (_BALANCE, _DEBIT),
    "EQUITY": (_BALANCE, _CREDIT),
    "LONG_TERM_LIABILITY": (_BALANCE, _CREDIT),
    "OTHER_CURRENT_LIABILITY": (_BALANCE, _CREDIT),
}
"""BILL's type of an account → where it stands in Intacct, and the side on which it grows."""

_MONEY_TYPES: Final = frozenset({"BANK", "CREDIT_CARD"})
_CONTROL_TYPES: Final = frozenset({"ACCOUNTS_PAYABLE", "ACCOUNTS_RECEIVABLE"})

ITEM_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("NON_INVENTORY", "OTHER_CHARGE", "SERVICE"), "Non-Inventory"),
}
"""BILL's type of an item → Intacct's; stock wants a cost method and groups that BILL does not have."""


class AccountPlanner(ListPlanner):
    """Decides about the accounts of one link (S-COA-01, S-COA-05)."""

    object_name: ClassVar[str] = "gl_account"
    reads: ClassVar[tuple[str, ...]] = ("intacct.gl_account", "bill.gl_account")
    rule: ClassVar[str] = "S-COA-01"
    title: ClassVar[str] = "title"
    code: ClassVar[str] = "account_no"
    link_map: ClassVar[str] = "account_map"
    lengths: ClassVar[Mapping[str, int]] = {"account_no": 24, "title": 80}

    def new(self, row: Row) -> dict[str, str]:
        """Return where the account stands and what year-end does to it.

        Raises:
            Held: BILL's type does not say, or it is the account of a bank, a card or a subledger.
        """
        kind = text(row, "account_type")
        if kind in _MONEY_TYPES:
            reason = f"it is of type {kind}, which comes of a bank or charge account in Intacct"
            raise Held("bank_account", "S-BP-01", reason, "Make the bank or charge account in Intacct.")
        if kind in _CONTROL_TYPES:
            reason = f"it is of type {kind}: a subledger would have to be set to it"
            raise Held("control_account", self.rule, reason, _BY_HAND)
        if kind not in ACCOUNT_TYPES:
            reason = f"its type {kind or 'is missing and'} does not say where it stands"
            raise Held("account_type", self.rule, reason, "Give it another type in BILL, or make it in Intacct.")
        account_type, side = ACCOUNT_TYPES[kind]
        return {"account_type": account_type, "normal_balance": side, "closing_type": self._closing_type(account_type)}

    def _closing_type(self, account_type: str) -> str:
        """Return what year-end does to such accounts: what it does to all others of the company."""
        alike = [row for row in self._sources.live("intacct.gl_account") if row.get("account_type") == account_type]
        if account_type == _BALANCE or {text(row, "closing_type") for row in alike} == {"non-closing account"}:
            return "non-closing account"
        reason = "the account to which it closes at year-end is not known"
        raise Held("missing_field", self.rule, reason, _BY_HAND)

    def check_change(self, row: Row, paired: Row, changes: Mapping[str, str]) -> None:  # noqa: ARG002  # as declared
        """Keep the account of a bank or card in use (S-COA-04)."""
        kind = text(row, "account_type")
        if "status" in changes and kind in _MONEY_TYPES | _CONTROL_TYPES:
            reason = f"it is of type {kind}, on which payments and subledgers rest"
            raise Held("bank_account", "S-COA-04", reason, "Close the account in Intacct, if it is out of use.")


class DepartmentPlanner(ListPlanner):
    """Decides about the departments of one link (S-DEP-01)."""

    object_name: ClassVar[str] = "department"
    reads: ClassVar[tuple[str, ...]] = ("intacct.department", "bill.department")
    rule: ClassVar[str] = "S-DEP-01"
    title: ClassVar[str] = "title"
    link_map: ClassVar[str] = "department_map"
    has_parents: ClassVar[bool] = True
    lengths: ClassVar[Mapping[str, int]] = {"title": 80}


class LocationPlanner(ListPlanner):
    """Decides about the locations of one link (S-LOC-01): each stands under an entity, where there are entities."""

    object_name: ClassVar[str] = "location"
    reads: ClassVar[tuple[str, ...]] = ("intacct.entity", "intacct.location", "bill.location")
    rule: ClassVar[str] = "S-LOC-01"
    link_map: ClassVar[str] = "location_map"
    lengths: ClassVar[Mapping[str, int]] = {"name": 100}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # An entity is a location too, whether or not the list of locations shows it.
        self._ids |= {fold(entity_id) for entity_id in context.sources.entities}

    def parent(self, row: Row) -> tuple[str, ItemKey | None]:  # noqa: ARG002  # as declared
        """Return the entity under which the location stands; a location that is there stays where it is (S-CFG-20).

        Raises:
            Held: The link ends at the top level, and BILL does not know entities.
        """
        if not self._sources.entities:
            return "", None
        if not self._link.entity.entity_id:
            reason = "BILL does not say to which entity it belongs, and its lines would fall to none"
            raise Held("missing_reference", "S-CFG-20", reason, "Make the location in Intacct, under its entity.")
        return self._link.entity.entity_id, None


class ClassPlanner(ListPlanner):
    """Decides about the accounting classes of one link (S-CLS-01)."""

    object_name: ClassVar[str] = "accounting_class"
    reads: ClassVar[tuple[str, ...]] = ("intacct.accounting_class", "bill.accounting_class")
    rule: ClassVar[str] = "S-CLS-01"
    link_map: ClassVar[str] = "class_map"
    has_parents: ClassVar[bool] = True
    lengths: ClassVar[Mapping[str, int]] = {"class_id": 30, "name": 100}


class TermPlanner(ListPlanner):
    """Decides about the payment terms of one link, which do not travel unless the link says so (S-TRM-01)."""

    object_name: ClassVar[str] = "ap_term"
    reads: ClassVar[tuple[str, ...]] = ("intacct.ap_term", "bill.ap_term")
    rule: ClassVar[str] = "S-TRM-01"
    code: ClassVar[str] = "name"
    link_map: ClassVar[str] = "term_map"
    lengths: ClassVar[Mapping[str, int]] = {"name": 40}

    def new(self, row: Row) -> dict[str, str]:
        """Return when such bills are due, counted from their date.

        Raises:
            Held: BILL does not say.
        """
        if row.get("due_days") is None:
            raise Held("missing_field", self.rule, "it has no days until due", "Give it days in BILL.")
        return {"due_days": str(row["due_days"]), "due_from": "from invoice/bill date"}

    def changes(self, row: Row, paired: Row) -> dict[str, str]:
        """Return nothing: the name is the key, and other days would move due dates that people agreed on.

        Raises:
            Held: The days differ.
        """
        days = row.get("due_days")
        if days is not None and text(paired, "due_days") not in {"", str(days)}:
            reason = (
                f"Intacct's term {paired['name']} is due after {text(paired, 'due_days')} days, BILL's after {days}"
            )
            raise Held("conflict", self.rule, reason, "Decide which is right, and correct the other by hand.")
        return {}


class EmployeePlanner(ListPlanner):
    """Decides about the employees of one link (S-EMP-01); one function makes an employee with the person's contact."""

    object_name: ClassVar[str] = "employee"
    reads: ClassVar[tuple[str, ...]] = ("intacct.entity", "intacct.employee", "bill.employee")
    rule: ClassVar[str] = "S-EMP-01"
    title: ClassVar[str] = "contact_name"

    def name(self, row: Row) -> str:
        """Return first and last name."""
        return f"{text(row, 'first_name')} {text(row, 'last_name')}".strip()

    def shown(self, record: Row) -> str:
        """Return first and last name."""
        return self.name(record)

    def _label(self, row: Row) -> str:
        return f"employee {self.record_id(row) or row['id']}"

    def new(self, row: Row) -> dict[str, str]:
        """Return the person's names and those of the contact, which no other contact has.

        Raises:
            Held: At the top level of a company with several base currencies an employee needs a location.
        """
        currencies = {text(entity, "currency") for entity in self._sources.entities.values()}
        if not self._link.entity.entity_id and len(currencies) > 1:
            reason = "Intacct wants a location for it, which BILL does not know"
            raise Held("missing_field", self.rule, reason, "Make the employee in Intacct.")
        first, last = text(row, "first_name").strip(), text(row, "last_name").strip()
        listed = ", ".join(part for part in (last, first) if part)
        names = {"first_name": first, "last_name": last}
        return {"contact_name": f"{listed} ({self.record_id(row)})", **names}

    def arguments(self, row: Row, columns: Mapping[str, str]) -> dict[str, str]:
        """Return the arguments with the name as it is printed in its place, after the contact's own."""
        arguments: dict[str, str] = {}
        for place, value in super().arguments(row, columns).items():
            arguments[place] = value
            if place == "personalinfo.contact.contactname":
                arguments["personalinfo.contact.printas"] = self.name(row)
        return arguments

    def changes(self, row: Row, paired: Row) -> dict[str, str]:
        """Return only what makes the employee inactive: the name is the contact's.

        Raises:
            Held: The names differ, or Intacct has made the employee inactive.
        """
        status = self._updates.status(row, paired)
        if status is not None:
            return status
        if super().changes(row, {**paired, self.title: self.shown(paired)}):
            reason = f"its name differs from that of Intacct's employee {paired['employee_id']}"
            raise Held("name_of_contact", self.rule, reason, "Correct the contact in Intacct, or the name in BILL.")
        return {}


class ItemPlanner(ListPlanner):
    """Decides about the items of one link (S-ITM-01); their accounts and prices stay each side's own (S-ITM-02)."""

    object_name: ClassVar[str] = "item"
    reads: ClassVar[tuple[str, ...]] = ("intacct.item", "bill.item")
    rule: ClassVar[str] = "S-ITM-01"
    lengths: ClassVar[Mapping[str, int]] = {"item_id": 30, "name": 100}

    def stays(self, row: Row) -> bool:
        """Return whether it is a sales tax, which is no item in Intacct."""
        return text(row, "item_type").startswith("SALES_TAX")

    def new(self, row: Row) -> dict[str, str]:
        """Return the type.

        Raises:
            Held: Intacct would need more than BILL knows.
        """
        kind = text(row, "item_type")
        if kind not in ITEM_TYPES:
            reason = f"an item of type {kind or 'unknown'} needs more in Intacct than BILL knows"
            raise Held("item_type", self.rule, reason, "Make the item in Intacct; the next sync pairs the two.")
        return {"item_type": ITEM_TYPES[kind]}


class CustomerPlanner(ListPlanner):
    """Decides about the customers of one link (S-CUS-01 to S-CUS-03)."""

    object_name: ClassVar[str] = "customer"
    reads: ClassVar[tuple[str, ...]] = ("intacct.customer", "bill.customer", "bill.ar_invoice")
    rule: ClassVar[str] = "S-CUS-01"
    lengths: ClassVar[Mapping[str, int]] = {"name": 100}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._owing = {
            row["customer_id"]
            for row in context.sources.live("bill.ar_invoice")
            if row.get("due_amount") and not row.get("is_archived")
        }

    def record_id(self, row: Row) -> str:
        """Return the id for a customer that BILL made: the same for ever (S-CFG-17)."""
        return party_id_of(self._link.organization_id, row["id"])

    def new(self, row: Row) -> dict[str, str]:
        """Return how the customer is reached, and its currency.

        Raises:
            Held: The entity does not use the currency.
        """
        currency = text(row, "currency")
        check_currency(currency, self._context.currencies, "customer")
        names = {"print_as": text(row, "company_name") or self.name(row)}
        return {**names, "email": text(row, "email"), "phone": text(row, "phone"), "currency": currency}

    def arguments(self, row: Row, columns: Mapping[str, str]) -> dict[str, str]:
        """Return the arguments with the postal address beside what Intacct's table shows."""
        arguments = super().arguments(row, columns)
        contact = {f"DISPLAYCONTACT.MAILADDRESS.{field}": text(row, column) for field, column in POSTAL_ADDRESS}
        return arguments | {place: value for place, value in contact.items() if value}

    def check_change(self, row: Row, paired: Row, changes: Mapping[str, str]) -> None:  # noqa: ARG002  # as declared
        """Keep a customer in use who still owes something."""
        if "status" in changes and row["id"] in self._owing:
            reason = "it is archived in BILL, which has invoices of it that are not paid"
            raise Held("still_used", self.rule, reason, "Settle or cancel its invoices first.")


LIST_PLANNERS: Final = (
    AccountPlanner,
    DepartmentPlanner,
    LocationPlanner,
    ClassPlanner,
    TermPlanner,
    EmployeePlanner,
    ItemPlanner,
    CustomerPlanner,
)
"""The planner of every list."""
