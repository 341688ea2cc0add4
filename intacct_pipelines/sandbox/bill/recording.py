"""Payments and receipts that were made outside, written down in an organisation from request bodies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.bodies import object_of, text_of
from intacct_pipelines.sandbox.bill.payload import invalid, refusal, to_amount, to_date
from intacct_pipelines.sandbox.rates import usd_rate

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization
    from intacct_pipelines.sandbox.bill.records import BillRecord

_FIELDS: Final = frozenset(
    {
        "vendorId", "processDate", "toPrintCheck", "payments", "description", "classifications", "syncReference",
        "allowExport",
    }
)  # fmt: skip
_SHARE: Final = frozenset({"billId", "amount", "vendorCredits"})
_RECEIPT: Final = frozenset({"customerId", "paymentDate", "paymentType", "amount", "invoices", "description"})
_TYPES: Final = frozenset({"CASH", "CHECK", "CREDIT_CARD", "ACH", "PAYPAL", "OTHER"})


class PaymentRecorder:
    """Makes offline payments of bodies; nothing is stored when anything in a body is refused.

    What BILL does with more than is due is not documented; this twin refuses it, with codes of its own.

    Args:
        organization: What gets the payment.
        now: The instant to write down.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self._organization = organization
        self._now = now

    def record(self, body: Any) -> dict[str, Any]:
        """A new payment made outside, not yet stored.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS)
        wrong = [
            f"{field}: must not be null" for field in ("vendorId", "processDate", "payments") if not body.get(field)
        ]
        if not isinstance(body.get("toPrintCheck"), bool):
            wrong.append("toPrintCheck: must be true or false")
        if not isinstance(body.get("allowExport", True), bool):
            wrong.append("allowExport: must be true or false")
        if body.get("processDate") and to_date(body["processDate"]) is None:
            wrong.append("processDate: is not valid")
        if not isinstance(body.get("payments") or [], list):
            wrong.append("payments: must be a list")
        texts = {name: text_of(body.get(name), name, wrong) for name in ("description", "syncReference")}
        account = object_of(body.get("classifications") or {}, frozenset({"chartOfAccountId"})).get("chartOfAccountId")
        if account and account not in self._organization.collections["chart-of-accounts"]:
            wrong.append("classifications.chartOfAccountId: does not exist")
        vendor = self._organization.vendors.get(str(body.get("vendorId")))
        if body.get("vendorId") and vendor is None:
            wrong.append("vendorId: does not exist")
        if wrong or vendor is None:
            raise invalid(wrong)
        shares = [self._share(one, vendor["id"]) for one in body["payments"]]
        amount = sum((share["amount"] for share in shares), start=Decimal(0))
        rate = usd_rate(vendor.get("billCurrency", "USD"))
        payment_id = self._organization.new_id("stp")
        return {
            "id": payment_id,
            "vendorId": vendor["id"],
            "vendorName": vendor["name"],
            "billId": shares[0]["billId"] if len(shares) == 1 else None,
            "billPayments": shares,
            "amount": amount,
            **texts,
            "processDate": to_date(body["processDate"]),
            "transactionNumber": f"R{payment_id[3:]}",
            "status": "PAID",
            "singleStatus": "UNDEFINED",
            "exchangeRate": rate,
            "fundingAmount": (amount * rate).quantize(Decimal("0.01")),
            "onlinePayment": False,
            "toPrintCheck": body["toPrintCheck"],
            "allowExport": body.get("allowExport"),
            "classifications": {"chartOfAccountId": account},
            "disbursementType": "CHECK" if body["toPrintCheck"] else "OFFLINE",
            "disbursementStatus": "DONE",
            "disbursementInfo": {"isVoidable": True},
            "createdBy": self._organization.user_id,
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def _share(self, body: Any, vendor_id: str) -> dict[str, Any]:
        body = object_of(body, _SHARE)
        bill = self._organization.bills.get(str(body.get("billId")))
        if bill is None or bill.vendor_id != vendor_id:
            raise invalid(["payments.billId: does not exist"])
        if body.get("vendorCredits"):
            raise refusal(400, "SANDBOX-1423", "The sandbox records no use of vendor credits.")
        amount = to_amount(body.get("amount"), minor_unit_digits(bill.currency))
        if amount is None or amount <= 0:
            raise invalid(["payments.amount: is not valid"])
        self._check_due(bill, amount)
        return {"id": self._organization.new_id("blp"), "billId": bill.id, "amount": amount}

    @staticmethod
    def _check_due(bill: BillRecord, amount: Decimal) -> None:
        if bill.archived:
            raise refusal(400, "SANDBOX-1424", "The bill is archived.")
        if amount > bill.amount - bill.paid - bill.scheduled:
            raise refusal(400, "SANDBOX-1422", "The payment exceeds what is due of the bill.")


class ReceiptRecorder:
    """Makes offline receipts of bodies; nothing is stored when anything in a body is refused.

    Args:
        organization: What gets the receipt.
        now: The instant to write down.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self._organization = organization
        self._now = now

    def record(self, body: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """A new receipt and the invoices as it leaves them, by id; none of them stored yet.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _RECEIPT)
        wrong = [
            f"{field}: must not be null"
            for field in ("paymentDate", "paymentType", "amount", "invoices")
            if not body.get(field)
        ]
        if body.get("paymentType") and body["paymentType"] not in _TYPES:
            wrong.append("paymentType: is not valid")
        if body.get("paymentDate") and to_date(body["paymentDate"]) is None:
            wrong.append("paymentDate: is not valid")
        if not isinstance(body.get("invoices") or [], list):
            wrong.append("invoices: must be a list")
        description = text_of(body.get("description"), "description", wrong)
        if wrong:
            raise invalid(wrong)
        receipt_id, day = self._organization.new_id("0rp"), to_date(body["paymentDate"])
        invoices: dict[str, dict[str, Any]] = {}
        shares = []
        for one in body["invoices"]:
            invoice, share = self._share(one, invoices)
            payment = {"id": receipt_id, "amount": share, "date": day, "status": "PAID"}
            due = invoice["dueAmount"] - share
            settled = {"dueAmount": due, "status": "PAID_IN_FULL" if due <= 0 else "PARTIAL_PAYMENT"}
            paid = {"payments": [*invoice["payments"], payment], "updatedTime": self._now}
            invoices[invoice["id"]] = {**invoice, **settled, **paid}
            shares.append({"invoiceId": invoice["id"], "amount": share, "paymentDate": day})
        customers = {invoice["customerId"] for invoice in invoices.values()}
        if customers != {body.get("customerId", *customers)}:
            raise invalid(["invoices: must be of one customer"])
        (customer,) = customers
        amount, applied = to_amount(body["amount"], 6), sum((share["amount"] for share in shares), start=Decimal(0))
        if amount is None or amount < applied:
            raise invalid(["amount: is not valid"])
        receipt = {
            "id": receipt_id,
            "customerId": customer,
            "amount": amount,
            "paymentDate": day,
            "invoicePayments": shares,
            "description": description,
            "unappliedAmount": amount - applied,
            "convenienceFeeAmount": applied * 0,
            "receivablesType": body["paymentType"],
            "status": "PAID",
            "onlinePayment": False,
            "createdTime": self._now,
            "updatedTime": self._now,
        }
        return receipt, invoices

    def _share(self, body: Any, changed: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], Decimal]:
        body = object_of(body, frozenset({"id", "amount"}))
        invoice_id = str(body.get("id"))
        invoice = changed.get(invoice_id) or self._organization.collections["invoices"].get(invoice_id)
        if invoice is None:
            raise invalid(["invoices.id: does not exist"])
        amount = to_amount(body.get("amount"), 6)
        if amount is None or amount <= 0:
            raise invalid(["invoices.amount: is not valid"])
        if invoice["archived"]:
            raise refusal(400, "SANDBOX-1424", "The invoice is archived.")
        if amount > invoice["dueAmount"]:
            raise refusal(400, "SANDBOX-1422", "The payment exceeds what is due of the invoice.")
        return invoice, amount
