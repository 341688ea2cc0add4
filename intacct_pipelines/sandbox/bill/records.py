"""What an organisation holds, and how each record looks on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.rates import usd_rate

if TYPE_CHECKING:
    from datetime import date, datetime

LINE_CLASSIFICATIONS: Final = {
    "chartOfAccountId": "chart-of-accounts",
    "accountingClassId": "accounting-classes",
    "departmentId": "departments",
    "locationId": "locations",
}
"""Field of a bill line's classifications → the collection that it points into."""
CODES: Final = {**LINE_CLASSIFICATIONS, "jobId": "jobs", "itemId": "items"}
"""The same of lines of invoices and credit memos."""
CODES_OF_PAYABLES: Final = {**CODES, "employeeId": "employees", "customerId": "customers"}
"""The same of lines of vendor credits."""


@dataclass(slots=True)
class LineRecord:
    """One line of a bill."""

    id: str
    amount: Decimal
    description: str = ""
    account_id: str = ""
    department_id: str = ""
    location_id: str = ""
    class_id: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    names: dict[str, str] = field(default_factory=dict)
    """Project, item, employee and customer, by their field."""

    def to_json(self) -> dict[str, Any]:
        """The line as BILL sends it."""
        return {
            "id": self.id,
            "amount": self.amount,
            "quantity": self.quantity,
            "price": self.price,
            "description": self.description,
            "classifications": self.classifications(),
        }

    def classifications(self) -> dict[str, str]:
        """The ids of what the line is coded to; empty where it is not."""
        return {
            "chartOfAccountId": self.account_id,
            "accountingClassId": self.class_id,
            "departmentId": self.department_id,
            "locationId": self.location_id,
            **self.names,
        }


@dataclass(slots=True)
class BillRecord:
    """A bill in one organisation."""

    id: str
    organization_id: str
    vendor_id: str
    currency: str
    number: str
    invoice_date: date
    due_date: date
    lines: list[LineRecord]
    created_at: datetime
    updated_at: datetime
    created_by: str
    approval_status: str = "UNASSIGNED"
    approvers: list[dict[str, Any]] = field(default_factory=list)
    paid: Decimal = Decimal(0)
    """With money and with credits."""
    credit: Decimal = Decimal(0)
    """How much of `paid` was paid with credits."""
    scheduled: Decimal = Decimal(0)
    """What payments that are still to come will pay."""
    description: str = ""
    purchase_order_number: str = ""
    pay_from_account_id: str = ""
    classifications: dict[str, str] | None = None
    archived: bool = False

    @property
    def amount(self) -> Decimal:
        """The sum of the lines."""
        zero = Decimal(1).scaleb(-minor_unit_digits(self.currency)) * 0
        return sum((line.amount for line in self.lines), start=zero)

    @property
    def payment_status(self) -> str:
        """How far it is paid, in BILL's word."""
        if self.paid <= 0:
            return "SCHEDULED" if self.scheduled else "UNPAID"
        return "PAID" if self.paid >= self.amount else "PARTIAL"

    def to_json(self, vendor_name: str) -> dict[str, Any]:
        """The bill as BILL sends it; the name of its vendor comes only in replies."""
        amount = self.amount
        rate = usd_rate(self.currency)
        # A credit's amount is negative, its zero is not.
        nothing = abs(amount) * 0
        return {
            "id": self.id,
            "archived": self.archived,
            "recordStatus": "INACTIVE" if self.archived else "ACTIVE",
            "vendorId": self.vendor_id,
            "vendorName": vendor_name,
            "amount": amount,
            "fundingAmount": (amount * rate).quantize(Decimal("0.01")),
            "paidAmount": self.paid - self.credit + nothing,
            "dueAmount": amount - self.paid - self.scheduled,
            "scheduledAmount": self.scheduled + nothing,
            "creditAmount": self.credit + nothing,
            "exchangeRate": rate,
            "description": self.description,
            "purchaseOrderNumber": self.purchase_order_number,
            "dueDate": self.due_date,
            "invoice": {"invoiceNumber": self.number, "invoiceDate": self.invoice_date},
            "classifications": self.classifications,
            "payFromChartOfAccountId": self.pay_from_account_id,
            "billLineItems": [line.to_json() for line in self.lines],
            "paymentStatus": self.payment_status,
            "approvalStatus": self.approval_status,
            "approvers": self.approvers or None,
            "createdBy": self.created_by,
            "createdTime": self.created_at,
            "updatedTime": self.updated_at,
        }
