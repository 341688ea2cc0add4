"""How one organisation shows what settled its bills: bank accounts, vendor credits, payments, money movements."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.ledger import AP_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization
    from intacct_pipelines.sandbox.bill.records import BillRecord
    from intacct_pipelines.sandbox.business import Business, Line
    from intacct_pipelines.sandbox.settlements import CreditUse, FundsTransfer, Payment, Settlements, VendorCredit

COARSE: Final = {
    "SCHEDULED": "SCHEDULED",
    "CANCELED": "CANCELLED",  # BILL spells the two words differently
    "VOIDED": "VOID",
    "FUNDING_FAILED_VOIDED": "VOID",
}
"""`singleStatus` → `status`; PAID for any other."""
_DISBURSEMENT: Final = {
    "CLEARED": "DONE",
    "UNDEFINED": "DONE",
    "DISBURSEMENT_ON_HOLD": "HOLD",
    "DISBURSEMENT_FAILED_ACTION_NEEDED": "FAILED",
    "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED": "FAILED",
}
_VOIDABLE: Final = frozenset({"PROCESSED", "SENT", "DELIVERED", "EXPIRING", "CLEARED", "UNDEFINED"})
_PAYABLES: Final = "1"
_DAYS_ON_THE_WAY: Final = 4


class SettlementRecords:
    """The records of one organisation, as BILL sends them.

    Args:
        business: The company.
        entity_id: The entity that the organisation is linked to.
        vendor_ids: Vendor key → id here.
        id_of: Collection and id in the company → id here.
        user_id: Who made everything.
    """

    def __init__(
        self,
        business: Business,
        entity_id: str,
        vendor_ids: dict[int, str],
        id_of: Callable[[str, str], str],
        user_id: str,
    ) -> None:
        self._facts: Settlements = business.settlements
        self._entity_id = entity_id
        self._vendor_ids = vendor_ids
        self._vendor_names = {vendor.key: vendor.name for vendor in business.vendors}
        self._id_of = id_of
        self._user_id = user_id
        self._start = min((vendor.created_at for vendor in business.vendors), default=None)
        self._bill_ids = {bill.key: bill.bill_id for bill in business.bills if bill.entity_id == entity_id}
        self._payment_ids = {payment.key: payment.bill_id for payment in self._facts.payments}
        self._credit_ids = {credit.key: credit.bill_id for credit in self._facts.credits}
        self._uses: dict[int, list[CreditUse]] = defaultdict(list)
        self._with_payment: dict[tuple[int, int], list[CreditUse]] = defaultdict(list)
        for use in self._facts.uses:
            if use.in_bill:
                self._uses[use.credit_key].append(use)
                self._with_payment[use.payment_key or 0, use.bill_key].append(use)

    def banks(self) -> Iterator[dict[str, Any]]:
        """The organisation's bank accounts; clearing is none of them."""
        for bank in self._facts.bank_accounts:
            if bank.entity_id == self._entity_id and bank.bill_id:
                yield {
                    "id": bank.bill_id,
                    "archived": bank.archived,
                    "status": "VERIFIED",
                    "createdBy": self._user_id,
                    "routingNumber": bank.routing_number,
                    "accountNumber": f"*****{bank.number[-4:]}",
                    "nameOnAccount": bank.name,
                    "bankName": bank.bank_name,
                    "type": "CHECKING",
                    "ownerType": "BUSINESS",
                    "accessToAdmins": True,
                    "default": {"payables": not bank.archived, "receivables": not bank.archived},
                    "chartOfAccountId": self._id_of("chart-of-accounts", bank.account_no),
                    "createdTime": self._start,
                    "updatedTime": self._start,
                }

    def credits(self) -> Iterator[dict[str, Any]]:
        """Vendor credits with their lines and use."""
        for credit in self._facts.credits:
            if credit.entity_id == self._entity_id and credit.in_bill:
                yield self._credit(credit)

    def _credit(self, credit: VendorCredit) -> dict[str, Any]:
        uses = self._uses[credit.key]
        applied = sum((use.amount for use in uses), start=credit.total * 0)
        return {
            "id": credit.bill_id,
            "archived": credit.archived,
            "vendorId": self._vendor_ids[credit.vendor_key],
            "referenceNumber": credit.number,
            "creditDate": credit.credit_date,
            "description": credit.description,
            "applyToChartOfAccountId": self._id_of("chart-of-accounts", AP_ACCOUNT),
            "amount": credit.total,
            "appliedAmount": applied,
            "status": credit_status(credit.total, applied),
            "vendorCreditLineItems": [
                {"id": f"vcl{credit.bill_id[3:18]}{at:02d}", **self._line(line)} for at, line in enumerate(credit.lines)
            ],
            "usage": [
                {
                    "billId": self._bill_ids[use.bill_key],
                    "paymentId": self._payment_ids.get(use.payment_key or 0, ""),
                    "amount": use.amount,
                }
                for use in uses
            ],
            "createdTime": credit.created_at,
            "updatedTime": credit.modified_at,
        }

    def _line(self, line: Line) -> dict[str, Any]:
        known = {
            "chartOfAccountId": ("chart-of-accounts", line.account_no),
            "departmentId": ("departments", line.department_id),
            "locationId": ("locations", line.location_id),
            "accountingClassId": ("accounting-classes", line.class_id),
        }
        coding = {field: self._id_of(kind, source_id) for field, (kind, source_id) in known.items() if source_id}
        return {"description": line.description, "amount": line.amount, "classifications": coding}

    def payments(self) -> Iterator[dict[str, Any]]:
        """Payments by BILL and recorded in it."""
        for payment in self._facts.payments:
            if payment.entity_id == self._entity_id and payment.in_bill:
                yield self._payment(payment)

    def _payment(self, payment: Payment) -> dict[str, Any]:
        by_bill = payment.way == "platform"
        bank = next(b for b in self._facts.bank_accounts if b.entity_id == self._entity_id and b.bill_id)
        shares = [
            {
                "id": share.bill_id,
                "billId": self._bill_ids[share.bill_key],
                "amount": share.amount,
                "vendorCredits": [
                    {"id": self._credit_ids[use.credit_key], "amount": use.amount}
                    for use in self._with_payment[payment.key, share.bill_key]
                ]
                or None,
            }
            for share in payment.shares
        ]
        return {
            "id": payment.bill_id,
            "vendorId": self._vendor_ids[payment.vendor_key],
            "vendorName": self._vendor_names[payment.vendor_key],
            "billId": shares[0]["billId"] if len(shares) == 1 else None,
            "billPayments": shares,
            "amount": payment.amount,
            "description": payment.memo,
            "processDate": payment.process_date,
            "fundingAccount": {"type": "BANK_ACCOUNT", "id": bank.bill_id} if by_bill else None,
            "processingOptions": {"requestPayFaster": False, "createBill": False} if by_bill else None,
            "transactionNumber": payment.transaction_number,
            "confirmationNumber": payment.confirmation_number,
            "status": COARSE.get(payment.status, "PAID"),
            "singleStatus": payment.status,
            "exchangeRate": payment.exchange_rate,
            "fundingAmount": payment.funding_amount,
            "onlinePayment": by_bill,
            "toPrintCheck": None if by_bill else payment.way == "print_check",
            "classifications": (
                None if by_bill else {"chartOfAccountId": self._id_of("chart-of-accounts", payment.account_no)}
            ),
            "disbursementType": payment.method,
            "disbursementStatus": _DISBURSEMENT.get(payment.status, "IN_PROGRESS"),
            "disbursementInfo": _disbursement(payment),
            "voidInfo": self._voids(payment),
            "cancelRequestSubmitted": payment.status == "CANCELED",
            "createdBy": self._user_id,
            "createdTime": payment.created_at,
            "updatedTime": payment.modified_at,
        }

    def _voids(self, payment: Payment) -> list[dict[str, Any]] | None:
        if payment.status not in {"VOIDED", "VOID_PENDING"}:
            return None
        request = void_request(
            f"vdi{payment.bill_id[3:]}", self._user_id, "VOID_AND_CREDIT", payment.void_reason or "Stopped"
        )
        status = "ACCEPTED" if payment.status == "VOIDED" else "TO_BE_PROCESSED"
        return [{**request, "status": status, "createdTime": payment.created_at, "updatedTime": payment.modified_at}]

    def movements(self) -> Iterator[dict[str, Any]]:
        """Money movements of payables, as the older API sends them: codes and days as text."""
        for transfer in self._facts.transfers:
            if transfer.entity_id == self._entity_id and transfer.in_bill:
                yield _movement(transfer)


def paid_by_check(organization: Organization, bill: BillRecord, now: datetime) -> dict[str, Any]:
    """The record of a payment of a whole bill by a check that BILL wrote today and that the bank has paid."""
    bank = next(one for one in organization.collections["banks"].values() if not one["archived"])
    amount = bill.amount - bill.paid
    payment_id = organization.new_id("stp")
    share = {"id": organization.new_id("bps"), "billId": bill.id, "amount": amount, "vendorCredits": None}
    days = {"sentDate": now.date(), "arrivesByDate": now.date()}
    number = len(organization.collections["payments"]) + 1
    return {
        "id": payment_id,
        "vendorId": bill.vendor_id,
        "vendorName": organization.vendors[bill.vendor_id]["name"],
        "billId": bill.id,
        "billPayments": [share],
        "amount": amount,
        "description": "",
        "processDate": now.date(),
        "fundingAccount": {"type": "BANK_ACCOUNT", "id": bank["id"]},
        "processingOptions": {"requestPayFaster": False, "createBill": False},
        "transactionNumber": f"T{number:07d}",
        "confirmationNumber": f"P{number:07d}",
        "status": "PAID",
        "singleStatus": "CLEARED",
        "exchangeRate": Decimal(1),
        "fundingAmount": amount,
        "onlinePayment": True,
        "toPrintCheck": None,
        "classifications": None,
        "disbursementType": "CHECK",
        "disbursementStatus": _DISBURSEMENT["CLEARED"],
        "disbursementInfo": {
            "isVoidable": is_voidable("CLEARED"),
            "checkDisbursement": {**days, "checkNumber": 1000 + number},
        },
        "voidInfo": None,
        "cancelRequestSubmitted": False,
        "createdBy": organization.user_id,
        "createdTime": now,
        "updatedTime": now,
    }


def credit_status(total: Decimal, applied: Decimal) -> str:
    """How far a credit is used, in BILL's word."""
    if not applied:
        return "NOT_APPLIED"
    return "FULLY_APPLIED" if applied >= total else "PARTIALLY_APPLIED"


def is_voidable(status: str) -> bool:
    """Whether BILL would take a request to void a payment in this state."""
    return status in _VOIDABLE


def void_request(request_id: str, user_id: str, void_type: str, reason: str) -> dict[str, Any]:
    """A request to void a payment, without its state and times."""
    return {"id": request_id, "requestedBy": user_id, "type": void_type, "reason": reason}


def _disbursement(payment: Payment) -> dict[str, Any]:
    sent = payment.process_date + timedelta(days=1)
    on_the_way = {"sentDate": sent, "arrivesByDate": sent + timedelta(days=_DAYS_ON_THE_WAY)}
    parts: dict[str, Any] = {"isVoidable": is_voidable(payment.status)}
    match payment.method:
        case "CHECK":
            parts["checkDisbursement"] = {**on_the_way, "checkNumber": int(payment.check_number)}
        case "ACH":
            parts["achDisbursement"] = on_the_way
        case "RPPS":
            parts["rppsDisbursement"] = {**on_the_way, "traceNumber": payment.key}
        case "INTERNATIONAL":
            parts["internationalDisbursement"] = {**on_the_way, "amount": payment.amount}
        case "VIRTUAL_CARD":
            parts["vcardDisbursement"] = {"arrivesByDate": sent, "last4CardNumber": f"{payment.key % 10_000:04d}"}
    return parts


def _movement(transfer: FundsTransfer) -> dict[str, Any]:
    return {
        "entity": "MoneyMovement",
        "id": transfer.bill_id,
        "createdTime": transfer.created_at,
        "updatedTime": transfer.modified_at,
        "name": transfer.name,
        "type": _PAYABLES,
        "amount": -transfer.amount,
        "processDate": transfer.process_date,
        "status": transfer.status,
    }
