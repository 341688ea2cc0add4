"""How one organisation shows its receivables: customers, items, invoices, received payments, credit memos."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.payments import credit_status
from intacct_pipelines.sandbox.rates import usd_rate
from intacct_pipelines.sandbox.receivables_business import RECEIVABLE_ACCOUNT, seen_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from intacct_pipelines.sandbox.business import Business, Entity
    from intacct_pipelines.sandbox.receivables_business import CreditMemo, Customer, Deposit, Invoice, Receipt, SaleLine

_ITEM_TYPES: Final = {"service": "SERVICE", "product": "INVENTORY", "sales_tax": "SALES_TAX"}
_RECEIVABLES: Final = "2"


class ReceivableRecords:
    """The records of one organisation, as BILL sends them.

    Args:
        business: The company.
        entity: The entity that the organisation is linked to.
        id_of: Collection and id in the company → id here.
        bank_id: The bank account that receives.
        user_id: Who made everything.
    """

    def __init__(
        self, business: Business, entity: Entity, id_of: Callable[[str, str], str], bank_id: str, user_id: str
    ) -> None:
        self._facts = business.receivables
        self._entity = entity
        self._id_of = id_of
        self._bank_id = bank_id
        self._user_id = user_id
        self._items = {item.item_id: item for item in self._facts.items}
        self._mine = [c for c in self._facts.customers if entity.organization_id in c.bill_ids]
        self._customer_ids = {c.key: c.bill_ids[entity.organization_id] for c in self._mine}
        self._invoices = [i for i in seen_by("bill", self._facts.invoices) if i.entity_id == entity.entity_id]
        self._receipts = [r for r in seen_by("bill", self._facts.receipts) if r.entity_id == entity.entity_id]
        self._memos = [m for m in seen_by("bill", self._facts.credit_memos) if m.entity_id == entity.entity_id]
        self._invoice_ids = {invoice.key: invoice.bill_id for invoice in self._invoices}
        self._received: dict[int, list[tuple[Receipt, Decimal]]] = defaultdict(list)
        for receipt in self._receipts:
            for one in receipt.applications:
                self._received[one.invoice_key].append((receipt, one.amount))
        self._credited: dict[int, Decimal] = defaultdict(Decimal)
        for memo in self._memos:
            for one in memo.applications:
                self._credited[one.invoice_key] += one.amount

    def items(self) -> Iterator[dict[str, Any]]:
        """Items; a sales tax is one."""
        for item in self._facts.items:
            is_tax = item.kind == "sales_tax"
            yield {
                "id": self._id_of("items", item.item_id),
                "archived": item.status != "active",
                "type": _ITEM_TYPES[item.kind],
                "name": item.name,
                "shortName": item.item_id,
                "price": None if is_tax else item.price,
                "chartOfAccountId": self._account(item.income_account_no),
                "expenseChartOfAccountId": self._account(item.expense_account_no),
                "taxable": not is_tax,
                "percentage": item.tax_percentage if is_tax else None,
                "createdTime": item.created_at,
                "updatedTime": item.modified_at,
            }

    def _account(self, account_no: str) -> str:
        return self._id_of("chart-of-accounts", account_no) if account_no else ""

    def customers(self) -> Iterator[dict[str, Any]]:
        """Customers of the organisation, what they owe among it."""
        owed: dict[int, Decimal] = defaultdict(Decimal)
        for invoice in self._invoices:
            owed[invoice.customer_key] += self._due(invoice)
        for customer in self._mine:
            yield self._customer(customer, owed[customer.key])

    def _customer(self, customer: Customer, owed: Decimal) -> dict[str, Any]:
        address = {key: value for key, value in customer.address.items() if key != "country_name"}
        return {
            "id": self._customer_ids[customer.key],
            "archived": customer.bill_archived,
            "name": customer.name,
            "companyName": customer.name,
            "email": customer.email,
            "phone": customer.phone,
            "accountType": "BUSINESS",
            "accountNumber": f"C{customer.key:06d}",
            "invoiceCurrency": customer.currency,
            "paymentTermId": self._id_of("payment-terms", customer.term),
            "billingAddress": {**address, "countryName": customer.address["country_name"]},
            "balance": {"amount": owed},
            "hasBankAccount": False,
            "authorizedToCharge": False,
            "createdTime": customer.created_at,
            "updatedTime": customer.modified_at,
        }

    def invoices(self) -> Iterator[dict[str, Any]]:
        """Invoices with their lines and what was received on them; sales tax stands in the header."""
        for invoice in self._invoices:
            yield self._invoice(invoice)

    def _paid(self, invoice: Invoice) -> Decimal:
        received = self._received[invoice.key]
        return sum((amount for receipt, amount in received if receipt.voided_on is None), start=invoice.total * 0)

    def _due(self, invoice: Invoice) -> Decimal:
        return invoice.total - self._paid(invoice) - self._credited[invoice.key]

    def _invoice(self, invoice: Invoice) -> dict[str, Any]:
        due, nothing = self._due(invoice), invoice.total * 0
        tax = self._items.get(invoice.tax_item_id)
        return {
            "id": invoice.bill_id,
            "archived": False,
            "recordStatus": "ACTIVE",
            "invoiceNumber": invoice.number,
            "invoiceDate": invoice.invoice_date,
            "dueDate": invoice.due_date,
            "customerId": self._customer_ids[invoice.customer_key],
            "totalAmount": invoice.total,
            "dueAmount": due,
            "scheduledAmount": nothing,
            "creditAmount": self._credited[invoice.key] + nothing,
            "status": "PAID_IN_FULL" if due <= 0 else "OPEN" if due == invoice.total else "PARTIAL_PAYMENT",
            "exchangeRate": usd_rate(invoice.currency),
            "invoiceLineItems": self._lines("ili", invoice.bill_id, [one for one in invoice.lines if not one.is_tax]),
            "payToChartOfAccountId": self._account(RECEIVABLE_ACCOUNT),
            "payments": [
                {
                    "id": receipt.bill_id,
                    "amount": amount,
                    "date": receipt.receipt_date,
                    "status": "VOID" if receipt.voided_on else "PAID",
                }
                for receipt, amount in self._received[invoice.key]
            ],
            "salesTaxItemId": self._id_of("items", tax.item_id) if tax else "",
            "salesTaxTotal": invoice.tax + nothing,
            "salesTaxPercentage": tax.tax_percentage if tax else None,
            "enableCardPayment": True,
            "convenienceFee": {"percentage": Decimal("2.9")},
            "createdBy": self._user_id,
            "createdTime": invoice.created_at,
            "updatedTime": invoice.bill_modified_at,
        }

    def _lines(self, prefix: str, document_id: str, lines: Sequence[SaleLine]) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{prefix}{document_id[3:18]}{at:02d}",
                "description": line.description,
                "price": line.price,
                "quantity": line.quantity,
                "classifications": self._coding(line),
            }
            for at, line in enumerate(lines)
        ]

    def _coding(self, line: SaleLine) -> dict[str, str]:
        known = {
            "chartOfAccountId": ("chart-of-accounts", line.account_no),
            "departmentId": ("departments", line.department_id),
            "locationId": ("locations", line.location_id),
            "accountingClassId": ("accounting-classes", line.class_id),
            "itemId": ("items", line.item_id),
        }
        return {field: self._id_of(kind, source_id) for field, (kind, source_id) in known.items() if source_id}

    def receipts(self) -> Iterator[dict[str, Any]]:
        """Received payments, with their part of each invoice and the fee on top."""
        for receipt in self._receipts:
            yield {
                "id": receipt.bill_id,
                "customerId": self._customer_ids[receipt.customer_key],
                "amount": receipt.amount,
                "paymentDate": receipt.receipt_date,
                "invoicePayments": [
                    {
                        "invoiceId": self._invoice_ids[one.invoice_key],
                        "amount": one.amount,
                        "paymentDate": receipt.receipt_date,
                    }
                    for one in receipt.applications
                ],
                "description": receipt.description,
                "referenceNumber": receipt.reference,
                "unappliedAmount": receipt.unapplied,
                "convenienceFeeAmount": receipt.fee,
                "receivablesType": receipt.method,
                "status": "VOID" if receipt.voided_on else "PAID",
                "onlinePayment": receipt.is_online,
                "receivablesAccount": {"id": self._bank_id, "type": "BANK_ACCOUNT"},
                "createdTime": receipt.created_at,
                "updatedTime": receipt.bill_modified_at,
            }

    def memos(self) -> Iterator[dict[str, Any]]:
        """Credit memos with their lines and use."""
        for memo in self._memos:
            yield self._memo(memo)

    def _memo(self, memo: CreditMemo) -> dict[str, Any]:
        lines = self._lines("cml", memo.bill_id, memo.lines)
        return {
            "id": memo.bill_id,
            "archived": False,
            "customerId": self._customer_ids[memo.customer_key],
            "referenceNumber": memo.number,
            "creditDate": memo.credit_date,
            "description": memo.description,
            "payToChartOfAccountId": self._account(RECEIVABLE_ACCOUNT),
            "amount": memo.total,
            "appliedAmount": memo.applied + memo.total * 0,
            "status": credit_status(memo.total, memo.applied),
            "creditMemoLineItems": [
                {**line, "amount": one.amount, "taxable": False} for line, one in zip(lines, memo.lines, strict=True)
            ],
            "usage": [
                {"invoiceId": self._invoice_ids[one.invoice_key], "amount": one.amount} for one in memo.applications
            ],
            "createdTime": memo.created_at,
            "updatedTime": memo.bill_modified_at,
        }

    def movements(self) -> Iterator[dict[str, Any]]:
        """Money movements of receivables; a deposit by hand is none."""
        for deposit in seen_by("bill", self._facts.deposits):
            if deposit.entity_id == self._entity.entity_id and deposit.kind == "transfer":
                yield _movement(deposit)


def _movement(deposit: Deposit) -> dict[str, Any]:
    return {
        "entity": "MoneyMovement",
        "id": deposit.bill_id,
        "createdTime": deposit.created_at,
        "updatedTime": deposit.modified_at,
        "name": deposit.reference,
        "type": _RECEIVABLES,
        "amount": deposit.amount,
        "processDate": deposit.deposit_date,
        "status": "1",
    }
