"""The lists that go into BILL: what each has of its own. How they go is in ``records``."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.push.into_bill.records import IntoBillPlanner
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intacct_pipelines.push.into_bill.merging import Shared
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_LENGTHS: Final = {"name": 100, "short_name": 40}
"""BILL publishes none for its lists; these are those of its vendors."""

_MOST_DAYS: Final = 999
"""BILL's bound of a term's days (bill v3, payment terms)."""

ACCOUNT_TYPES: Final[Mapping[tuple[str, str], str]] = {
    ("incomestatement", "debit"): "EXPENSE",
    ("incomestatement", "credit"): "INCOME",
    ("balancesheet", "debit"): "OTHER_CURRENT_ASSET",
    ("balancesheet", "credit"): "OTHER_CURRENT_LIABILITY",
}
"""Where an account stands in Intacct and the side on which it grows → the type that BILL gives to such accounts.

Intacct knows no finer type; people may give the account another one in BILL, which stays.
"""


class AccountsIntoBill(IntoBillPlanner):
    """Decides about the accounts of one link (S-COA-01, S-COA-03)."""

    object_name: ClassVar[str] = "bill_gl_account"
    reads: ClassVar[tuple[str, ...]] = ("intacct.gl_account", "bill.gl_account")
    rule: ClassVar[str] = "S-COA-01"
    id: ClassVar[str] = "account_no"
    title: ClassVar[str] = "title"
    code: ClassVar[str] = "account_no"
    lengths: ClassVar[Mapping[str, int]] = {"name": 100}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        tables = ("intacct.checking_account", "intacct.savings_account")
        self._banks = {text(row, "account_no") for table in tables for row in context.sources.live(table)}

    def new(self, row: Row) -> dict[str, str]:
        """Return the type: a bank's where a bank account of Intacct names the account (S-COA-03).

        Raises:
            Held: Intacct does not say where the account stands.
        """
        place = self._pushed.field("account_type")
        if text(row, "account_no") in self._banks:
            return {place: "BANK"}
        kind = ACCOUNT_TYPES.get((text(row, "account_type"), text(row, "normal_balance")))
        if kind is None:
            reason = "Intacct does not say where it stands and on which side it grows"
            raise Held("account_type", self.rule, reason, "Make the account in BILL; the next sync pairs the two.")
        return {place: kind}

    def check_archiving(self, row: Row, twin: Row) -> None:
        """Keep the account of a bank in use, to which payments may point (S-COA-04)."""
        if text(twin, "account_type") in {"BANK", "CREDIT_CARD", "ACCOUNTS_PAYABLE", "ACCOUNTS_RECEIVABLE"}:
            reason = f"BILL has {text(row, 'account_no')} as {text(twin, 'account_type')}, on which payments rest"
            raise Held("bank_account", "S-COA-04", reason, "Archive the account in BILL, if it is out of use there.")


class DepartmentsIntoBill(IntoBillPlanner):
    """Decides about the departments of one link (S-DEP-01)."""

    object_name: ClassVar[str] = "bill_department"
    reads: ClassVar[tuple[str, ...]] = ("intacct.department", "bill.department")
    rule: ClassVar[str] = "S-DEP-01"
    id: ClassVar[str] = "department_id"
    title: ClassVar[str] = "title"
    has_parents: ClassVar[bool] = True
    lengths: ClassVar[Mapping[str, int]] = _LENGTHS


class LocationsIntoBill(IntoBillPlanner):
    """Decides about the locations of one link (S-LOC-01); an entity is no location in BILL."""

    object_name: ClassVar[str] = "bill_location"
    reads: ClassVar[tuple[str, ...]] = ("intacct.entity", "intacct.location", "bill.location")
    rule: ClassVar[str] = "S-LOC-01"
    id: ClassVar[str] = "location_id"
    lengths: ClassVar[Mapping[str, int]] = _LENGTHS

    def stays(self, row: Row) -> bool:
        """Return whether it is an entity, which Intacct's list of locations may show too."""
        return text(row, "location_id") in self._sources.entities


class ClassesIntoBill(IntoBillPlanner):
    """Decides about the accounting classes of one link (S-CLS-01)."""

    object_name: ClassVar[str] = "bill_accounting_class"
    reads: ClassVar[tuple[str, ...]] = ("intacct.accounting_class", "bill.accounting_class")
    rule: ClassVar[str] = "S-CLS-01"
    id: ClassVar[str] = "class_id"
    mark: ClassVar[str] = "description"
    has_parents: ClassVar[bool] = True
    lengths: ClassVar[Mapping[str, int]] = _LENGTHS


class ProjectsIntoBill(IntoBillPlanner):
    """Decides about the projects of one link, which BILL calls jobs; Intacct is their master (S-PRJ-01 to S-PRJ-03)."""

    object_name: ClassVar[str] = "bill_project"
    reads: ClassVar[tuple[str, ...]] = ("intacct.project", "bill.project")
    rule: ClassVar[str] = "S-PRJ-01"
    id: ClassVar[str] = "project_id"
    has_parents: ClassVar[bool] = True
    is_mastered: ClassVar[bool] = True
    lengths: ClassVar[Mapping[str, int]] = _LENGTHS


class EmployeesIntoBill(IntoBillPlanner):
    """Decides about the employees of one link (S-EMP-01); holds and labels name their ids, not the people."""

    object_name: ClassVar[str] = "bill_employee"
    reads: ClassVar[tuple[str, ...]] = ("intacct.employee", "bill.employee")
    rule: ClassVar[str] = "S-EMP-01"
    id: ClassVar[str] = "employee_id"
    lengths: ClassVar[Mapping[str, int]] = {"first_name": 100, "last_name": 100, "short_name": 40}

    def named(self, row: Row) -> dict[str, str]:
        """Return first and last name, as the employee's contact has them."""
        return {column: text(row, column).strip() for column in ("first_name", "last_name")}

    def called(self, twin: Row) -> str:
        """Return first and last name."""
        return f"{text(twin, 'first_name')} {text(twin, 'last_name')}".strip()

    def label(self, row: Row) -> str:
        """Return a short name for people."""
        return f"employee {text(row, 'employee_id')}"


ITEM_TYPES: Final[Mapping[str, str]] = {
    "Inventory": "INVENTORY",
    **dict.fromkeys(
        ("Non-Inventory", "Non-Inventory (Purchase only)", "Non-Inventory (Sales only)"),
        "OTHER_CHARGE",
    ),
}
"""Intacct's type of an item → BILL's, of those that BILL's public pages show; kits have no counterpart there."""


class ItemsIntoBill(IntoBillPlanner):
    """Decides about the items of one link (S-ITM-01).

    A new one takes price and accounts along (S-ITM-02); from then on they stay each side's own, as on the way into
    Intacct.
    """

    object_name: ClassVar[str] = "bill_item"
    reads: ClassVar[tuple[str, ...]] = ("intacct.item", "bill.item", "intacct.gl_account", "bill.gl_account")
    rule: ClassVar[str] = "S-ITM-01"
    id: ClassVar[str] = "item_id"
    lengths: ClassVar[Mapping[str, int]] = _LENGTHS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theirs: dict[str, list[str]] = defaultdict(list)
        for row in context.sources.live("bill.gl_account"):
            if not row.get("is_archived"):
                theirs[context.sources.coding.account_no(row["id"]) or ""].append(row["id"])
        # An account is known by its number (S-COA-01); of two with one number nothing says which is meant.
        self._accounts = {
            str(row["record_no"]): found[0]
            for row in context.sources.live("intacct.gl_account")
            if len(found := theirs.get(text(row, "account_no"), [])) == 1
        }

    def new(self, row: Row) -> dict[str, str]:
        """Return type, description, price, whether it is taxed, and the accounts that BILL has.

        Raises:
            Held: BILL has no such type.
        """
        kind = text(row, "item_type")
        if kind not in ITEM_TYPES:
            reason = f"BILL has no counterpart of an item of type {kind or 'unknown'}"
            raise Held(
                "item_type", self.rule, reason, "Make the item in BILL, if it needs one; the next sync pairs the two."
            )
        told = {"type": ITEM_TYPES[kind], "description": text(row, "extended_description").strip()}
        told |= {
            place: str(row[column])
            for place, column in (("price", "base_price"), ("purchaseCost", "standard_cost"))
            if row.get(column) is not None
        }
        if row.get("is_taxable") is not None:
            told["taxable"] = "true" if row["is_taxable"] else "false"
        for place, column in (
            ("chartOfAccountId", "income_account_key"),
            ("expenseChartOfAccountId", "expense_account_key"),
        ):
            told[place] = self._accounts.get(text(row, column), "")
        return {place: value for place, value in told.items() if value}


class TermsIntoBill(IntoBillPlanner):
    """Decides about the payment terms of one link, which do not travel unless the link says so (S-TRM-01).

    They are made and never changed: how BILL's API changes one is not documented, and none is archived there.
    """

    object_name: ClassVar[str] = "bill_ap_term"
    reads: ClassVar[tuple[str, ...]] = ("intacct.ap_term", "bill.ap_term")
    rule: ClassVar[str] = "S-TRM-01"
    id: ClassVar[str] = "name"
    code: ClassVar[str] = "name"
    is_company_wide: ClassVar[bool] = True
    lengths: ClassVar[Mapping[str, int]] = {"name": 100}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._days = {
            str(row["due_days"]): text(row, "name")
            for row in context.sources.live("bill.ap_term")
            if row.get("due_days") is not None
        }
        fresh = [row for row in self._rows.values() if row["record_no"] not in self._twins and self._travels(row)]
        self._new_days = Counter(text(row, "due_days").strip() for row in fresh)

    def new(self, row: Row) -> dict[str, str]:
        """Return the days until due.

        Raises:
            Held: BILL cannot say when such documents are due, or has or gets another term of these days.
        """
        days = text(row, "due_days").strip()
        is_plain = days.isascii() and days.isdigit() and int(days) <= _MOST_DAYS
        if not is_plain or text(row, "due_from") != "from invoice/bill date":
            reason = f"BILL counts up to {_MOST_DAYS} days from a document's date, and nothing else"
            raise Held("term_days", self.rule, reason, "Leave the term to Intacct, or make one like it in BILL.")
        if days in self._days:
            reason = f"BILL has a term of {days} days already, {self._days[days]}, and takes no second"
            raise Held("duplicate", self.rule, reason, "Pair the two with `map`, or name both in `terms` of the link.")
        if self._new_days[days] > 1:
            reason = f"several terms in Intacct are of {days} days, of which BILL takes one"
            raise Held("duplicate", self.rule, reason, "Inactivate all but one of them in Intacct.")
        return {self._pushed.field("due_days"): str(int(days))}

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:  # noqa: ARG002  # as declared
        """Yield nothing: a term that is there is left as it is."""
        yield from ()


LISTS_INTO_BILL: Final = (
    AccountsIntoBill,
    DepartmentsIntoBill,
    LocationsIntoBill,
    ClassesIntoBill,
    ProjectsIntoBill,
    EmployeesIntoBill,
    ItemsIntoBill,
    TermsIntoBill,
)
"""The planner of every list."""
