"""Employees' expense reports: what is special about them among documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.expense_business import EMPLOYEE_PAYABLE_ACCOUNT
from intacct_pipelines.sandbox.intacct.documents import Documents, Form, fill
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES, words
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.ledger import DEBIT, PostingKind

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.intacct.state import Row

EXPENSES: Final = PostingKind("Expense report", "EJ", "6.EE", "ei")
FORM: Final = Form(
    "EEXPENSES",
    "EEXPENSESITEM",
    "expense report",
    EXPENSES,
    DEBIT,
    words("EMPLOYEEID WHENCREATED WHENPOSTED RECORDID DESCRIPTION MEMO CURRENCY BASECURR SUPDOCID"),
)


class ExpenseReports(Documents):
    """Writes expense reports in the entity's own currency; what another one needs is not documented."""

    form: ClassVar[Form] = FORM

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        table = self._headers
        if draft:
            raise refusal("SANDBOX-NOT-OFFERED", "The sandbox keeps no drafts of expense reports.")
        employees = self._state.tables["EMPLOYEE"]
        employee_id, owner = table.get(row, "EMPLOYEEID"), row[table.owner_at]
        employee = employees.by_business_key(employee_id)
        if employee is None or employee[employees.owner_at] not in {"", owner}:
            raise refusal("SANDBOX-EMPLOYEE", f"Employee '{employee_id[:60]}' specified is not valid.")
        if employees.get(employee, "STATUS") != "active":
            raise refusal("SANDBOX-EMPLOYEE", f"Activate the employee {employee_id}, then try again.")
        contact = self._state.tables["CONTACT"].rows.get(int(employees.get(employee, "CONTACTKEY") or 0))
        created = table.get(row, "WHENCREATED")
        if not created:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        self._complete_money(row, "")
        if table.get(row, "CURRENCY") != table.get(row, "BASECURR"):
            raise refusal("SANDBOX-CURRENCY", "The sandbox takes expense reports in the base currency alone.")
        posted = table.get(row, "WHENPOSTED") or created
        follows = {
            "WHENPOSTED": posted,
            "CONTACTNAME": "" if contact is None else self._state.tables["CONTACT"].get(contact, "CONTACTNAME"),
            "RAWSTATE": RAW_STATES[table.get(row, "STATE")],
            "PRBATCH": table.get(row, "PRBATCH") or f"Expenses: {posted}",
        }
        fill(table, row, follows)

    def _offset_account(self, row: Row) -> str:  # noqa: ARG002  # every report has the same
        return EMPLOYEE_PAYABLE_ACCOUNT
