"""Payments that were made outside, written down in an organisation from request bodies."""

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
