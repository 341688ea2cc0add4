"""Advances of customers: money that is on no invoice yet, kept on an account that the line names (§5.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Documents, Form, fill
from intacct_pipelines.sandbox.intacct.fields import words
from intacct_pipelines.sandbox.intacct.financial import bank_account
from intacct_pipelines.sandbox.intacct.invoices import customer_of
from intacct_pipelines.sandbox.intacct.receivables import ADVANCE
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import normal_date
from intacct_pipelines.sandbox.ledger import CREDIT

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.intacct.state import Row

FORM: Final = Form(
    "ARADVANCE",
    "ARADVANCEITEM",
    "advance",
    ADVANCE,
    CREDIT,
    RATE_INPUT
    | words(
        "CUSTOMERID PAYMENTMETHOD PAYMENTDATE RECEIPTDATE FINANCIALENTITY UNDEPOSITEDACCOUNTNO DOCNUMBER DESCRIPTION"
    ),
)


class Advances(Documents):
    """Writes ARADVANCE: into a bank account, or into undeposited funds."""

    form: ClassVar[Form] = FORM

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        table, owner = self._headers, row[self._headers.owner_at]
        if draft:
            raise refusal("SANDBOX-NOT-OFFERED", "The sandbox keeps no drafts of advances.")
        for field in ("CUSTOMERID", "PAYMENTMETHOD", "PAYMENTDATE", "RECEIPTDATE"):
            if not table.get(row, field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        days = {field: normal_date(table.get(row, field), field) for field in ("PAYMENTDATE", "RECEIPTDATE")}
        customer = customer_of(self._state, table.get(row, "CUSTOMERID"), owner)
        bank, undeposited = table.get(row, "FINANCIALENTITY"), table.get(row, "UNDEPOSITEDACCOUNTNO")
        if bool(bank) == bool(undeposited):
            raise refusal("SANDBOX-REQUIRED", "Name either a bank account or an undeposited funds account.")
        currency = bank_account(self._state, bank, owner).currency if bank else customer.currency
        fill(table, row, {**days, "WHENCREATED": days["RECEIPTDATE"], "CUSTOMERNAME": customer.name})
        fill(table, row, {"RECORDID": table.get(row, "DOCNUMBER"), "CLEARED": "false"})
        self._complete_money(row, currency)

    def _offset_account(self, row: Row) -> str:
        table = self._headers
        bank = self._state.financial_accounts.get(table.get(row, "FINANCIALENTITY"))
        return table.get(row, "UNDEPOSITEDACCOUNTNO") if bank is None else bank.account_no
