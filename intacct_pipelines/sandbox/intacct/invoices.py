"""Customers' invoices and adjustments: what is special about them among documents."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Documents, Form, fill
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES, words
from intacct_pipelines.sandbox.intacct.receivables import ADJUSTMENT, INVOICE
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_date, read_day
from intacct_pipelines.sandbox.ledger import CREDIT
from intacct_pipelines.sandbox.receivables_business import RECEIVABLE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.sandbox.intacct.state import Row, State

_HEADER: Final = RATE_INPUT | words(
    "CUSTOMERID WHENCREATED WHENPOSTED RECORDID DOCNUMBER DESCRIPTION SUPDOCID PRBATCH BILLTOPAYTOCONTACTNAME"
    " SHIPTORETURNTOCONTACTNAME"
)
INVOICES: Final = Form(
    "ARINVOICE", "ARINVOICEITEM", "invoice", INVOICE, CREDIT, _HEADER | words("TERMNAME WHENDUE TAXSOLUTIONID")
)
ADJUSTMENTS: Final = Form("ARADJUSTMENT", "ARADJUSTMENTITEM", "adjustment", ADJUSTMENT, CREDIT, _HEADER)


class KnownCustomer(NamedTuple):
    """What a document must know of its customer."""

    name: str
    currency: str


def customer_of(state: State, customer_id: str, owner: str) -> KnownCustomer:
    """The customer, which must be active and of this entity or the top level.

    Raises:
        FunctionRefusedError: There is none, or it is inactive.
    """
    table = state.tables["CUSTOMER"]
    row = table.by_business_key(customer_id)
    if row is None or row[table.owner_at] not in {"", owner}:
        raise refusal("SANDBOX-CUSTOMER", f"Customer '{customer_id[:60]}' specified is not valid.")
    if table.get(row, "STATUS") != "active":
        raise refusal("SANDBOX-CUSTOMER-INACTIVE", f"Activate the customer {customer_id}, then try again.")
    return KnownCustomer(table.get(row, "NAME"), table.get(row, "CURRENCY"))


class _CustomerDocuments(Documents):
    """What invoices and adjustments have in common."""

    _batch: ClassVar[str]

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        table = self._headers
        customer = customer_of(self._state, table.get(row, "CUSTOMERID"), row[table.owner_at])
        created = table.get(row, "WHENCREATED")
        if not created and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        self._complete_due(row, created, draft=draft)
        self._complete_money(row, customer.currency)
        posted = table.get(row, "WHENPOSTED") or created
        follows = {
            "WHENPOSTED": posted,
            "CUSTOMERNAME": customer.name,
            "RAWSTATE": RAW_STATES.get(table.get(row, "STATE"), ""),
            "PRBATCH": table.get(row, "PRBATCH") or f"{self._batch}: {posted}",
        }
        fill(table, row, follows)

    def _complete_due(self, row: Row, created: str, *, draft: bool) -> None:
        """Adjustments are due at once."""
        del draft
        fill(self._headers, row, {"WHENDUE": created})

    def _offset_account(self, row: Row) -> str:  # noqa: ARG002  # every document of receivables has the same
        return RECEIVABLE_ACCOUNT


class Invoices(_CustomerDocuments):
    """Writes invoices."""

    form: ClassVar[Form] = INVOICES
    _batch = "Invoices"

    def _complete_due(self, row: Row, created: str, *, draft: bool) -> None:
        table = self._headers
        term = self._checks.term_days(table.get(row, "TERMNAME"))
        if not table.get(row, "WHENDUE") and term is not None and created:
            fill(table, row, {"WHENDUE": format_date(read_day(created) + timedelta(days=term))})
        if not table.get(row, "WHENDUE") and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field datedue or termname is missing.")

    def _check_number(self, row: Row) -> None:
        table = self._headers
        number = table.get(row, "RECORDID")
        if not number or self._state.options.duplicate_bill_number == "allow":
            return
        for other_no in table.find("RECORDID", number):
            other = table.rows[other_no]
            same = table.get(other, "CUSTOMERID") == table.get(row, "CUSTOMERID")
            stands = table.get(other, "STATE") not in {"Reversed", "Reversal"}
            if same and stands and str(other_no) != table.get(row, "RECORDNO"):
                raise refusal(
                    "BL03002185", "A transaction with that number already exists", "Use a unique number instead."
                )

    def _check_changeable(self, row: Row) -> None:
        super()._check_changeable(row)
        if self._headers.get(row, "MODULEKEY") == "8.SO":
            raise refusal("SANDBOX-INVOICE-SO", "This invoice comes from an order-entry document; change it there.")


class CustomerAdjustments(_CustomerDocuments):
    """Writes adjustments of receivables."""

    form: ClassVar[Form] = ADJUSTMENTS
    _batch = "Adjustments"

    def _check_lines(self, row: Row, items: Sequence[Row]) -> None:  # noqa: ARG002  # the header does not matter
        if len({Decimal(self._lines.get(item, "TRX_AMOUNT")) < 0 for item in items}) > 1:
            raise refusal("SANDBOX-SIGN", "The amounts of an adjustment must be all positive or all negative.")
