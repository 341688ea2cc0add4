"""Creating and changing records of an organisation from request bodies: what is required, known and allowed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.bodies import (
    ACCOUNT_TYPES,
    ADDRESS,
    address_faults,
    instead,
    object_of,
    text_of,
    type_faults,
)
from intacct_pipelines.sandbox.bill.payload import invalid, refusal, to_amount, to_date
from intacct_pipelines.sandbox.bill.records import CODES_OF_PAYABLES, LINE_CLASSIFICATIONS, BillRecord, LineRecord

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization

_VENDOR_FIELDS: Final[dict[str, frozenset[str] | None]] = {
    **dict.fromkeys(("name", "shortName", "accountNumber", "accountType", "email", "phone", "billCurrency")),
    "address": ADDRESS,
    "paymentInformation": None,
    "additionalInfo": None,
    "autoPay": None,
}
_BILL_FIELDS: Final = frozenset(
    {
        "vendorId", "invoice", "dueDate", "description", "purchaseOrderNumber", "billLineItems", "classifications",
        "payFromChartOfAccountId", "vendorCredits", "billApprovals",
    }
)  # fmt: skip
_LINE_FIELDS: Final = frozenset({"id", "amount", "quantity", "price", "description", "classifications"})
_LONGEST_NAME: Final = 100
_LONGEST_SHORT_NAME: Final = 40
_MOST_LINES: Final = 1_000


class Editor:
    """Applies bodies to an organisation; nothing is stored when anything in a body is refused.

    Args:
        organization: What is changed.
        now: The instant to write down.
        refuse_used_number: Refuse to create a bill whose vendor has a bill of that number; BILL's behaviour is unknown.
    """

    def __init__(self, organization: Organization, now: datetime, *, refuse_used_number: bool = False) -> None:
        self._organization = organization
        self._now = now
        self._refuse_used_number = refuse_used_number

    # Vendors

    def create_vendor(self, body: Any) -> dict[str, Any]:
        """A new vendor, not yet stored."""
        body = object_of(body, frozenset(_VENDOR_FIELDS))
        wrong = [f"{field}: must not be null" for field in ("name", "address") if not body.get(field)]
        wrong += self._vendor_faults(body, required=True)
        if wrong:
            raise invalid(wrong)
        return {
            "id": self._organization.new_id("009"),
            "archived": False,
            "accountType": "BUSINESS",
            "billCurrency": "USD",
            "bankAccountStatus": "NO_ACCOUNT",
            "recurringPayments": False,
            "networkStatus": "NOT_CONNECTED",
            **body,
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def update_vendor(self, record: dict[str, Any], body: Any) -> dict[str, Any]:
        """The vendor with the body's fields in place of its own; groups of fields are merged."""
        body = object_of(body, frozenset(_VENDOR_FIELDS))
        if wrong := self._vendor_faults(body, required=False):
            raise invalid(wrong)
        changed = {**record, "updatedTime": self._now}
        for field, value in body.items():
            changed[field] = {**(record.get(field) or {}), **value} if isinstance(value, dict) else value
        return changed

    def _vendor_faults(self, body: dict[str, Any], *, required: bool) -> list[str]:
        if wrong := type_faults(body):
            return wrong
        name, address = body.get("name", "x"), body.get("address")
        if not name or len(name) > _LONGEST_NAME:
            wrong.append(f"name: size must be between 1 and {_LONGEST_NAME}")
        if len(body.get("shortName") or "") > _LONGEST_SHORT_NAME:
            wrong.append(f"shortName: size must be between 0 and {_LONGEST_SHORT_NAME}")
        if body.get("accountType", "BUSINESS") not in ACCOUNT_TYPES:
            wrong.append("accountType: is not valid")
        if address is not None:
            wrong += address_faults(address, "address", required=required)
        if len(body.get("billCurrency") or "") != 3 and "billCurrency" in body:  # noqa: PLR2004  # ISO 4217
            wrong.append("billCurrency: must be an ISO 4217 code")
        term = (body.get("additionalInfo") or {}).get("paymentTermId")
        if term and str(term) not in self._organization.collections["payment-terms"]:
            wrong.append("additionalInfo.paymentTermId: does not exist")
        return wrong

    # Bills

    def create_bill(self, body: Any) -> BillRecord:
        """A new bill, not yet stored; it awaits approval when a policy applies to it."""
        body = _whole_bill(body)
        vendor = self._vendor(body["vendorId"])
        bill = BillRecord(
            id=self._organization.new_id("00n"),
            organization_id=self._organization.id,
            vendor_id=vendor["id"],
            currency=vendor.get("billCurrency", "USD"),
            number="",
            invoice_date=self._now.date(),
            due_date=self._now.date(),
            lines=[],
            created_at=self._now,
            updated_at=self._now,
            created_by=self._organization.user_id,
        )
        self._apply(bill, body, keep_lines=False)
        self._check_number(bill)
        self._request_approval(bill)
        return bill

    def _check_number(self, bill: BillRecord) -> None:
        if self._refuse_used_number and bill.number:
            used = (b for b in self._organization.bills.values() if b.vendor_id == bill.vendor_id)
            if any(b.number == bill.number and not b.archived for b in used):
                raise refusal(400, "SANDBOX-1410", "The vendor has a bill of that invoice number.")

    def change_bill(self, bill: BillRecord, body: Any, *, keep_lines: bool) -> BillRecord:
        """A copy of the bill with the body's fields.

        Args:
            bill: Stays as it is.
            body: PUT's or PATCH's.
            keep_lines: PATCH keeps lines that the body does not name, PUT removes them.
        """
        body = object_of(body, _BILL_FIELDS) if keep_lines else _whole_bill(body)
        fields = {name: getattr(bill, name) for name in BillRecord.__slots__}
        changed = BillRecord(**{**fields, "lines": list(bill.lines), "updated_at": self._now})
        if "vendorId" in body:
            vendor = self._vendor(body["vendorId"])
            changed.vendor_id, changed.currency = vendor["id"], vendor.get("billCurrency", "USD")
        self._apply(changed, body, keep_lines=keep_lines)
        if changed.amount < changed.paid:
            raise refusal(400, "SANDBOX-1411", "The amount must not be less than what has been paid.")
        return changed

    def _vendor(self, vendor_id: Any) -> dict[str, Any]:
        vendor = self._organization.vendors.get(vendor_id) if isinstance(vendor_id, str) else None
        if vendor is None:
            raise invalid(["vendorId: does not exist"])
        return vendor

    def _apply(self, bill: BillRecord, body: dict[str, Any], *, keep_lines: bool) -> None:
        invoice = object_of(body.get("invoice") or {}, frozenset({"invoiceNumber", "invoiceDate"}))
        wrong: list[str] = []
        if "invoiceNumber" in invoice:
            bill.number = text_of(invoice["invoiceNumber"], "invoice.invoiceNumber", wrong)
        if "invoiceDate" in invoice:
            bill.invoice_date = to_date(invoice["invoiceDate"]) or instead(wrong, "invoice.invoiceDate", bill.due_date)
        if "dueDate" in body:
            bill.due_date = to_date(body["dueDate"]) or instead(wrong, "dueDate", bill.due_date)
        if "description" in body:
            bill.description = text_of(body["description"], "description", wrong)
        if "purchaseOrderNumber" in body:
            bill.purchase_order_number = text_of(body["purchaseOrderNumber"], "purchaseOrderNumber", wrong)
        if "payFromChartOfAccountId" in body:
            bill.pay_from_account_id = text_of(body["payFromChartOfAccountId"], "payFromChartOfAccountId", wrong)
        if "classifications" in body:
            bill.classifications = self._classifications(body["classifications"], "classifications", wrong)
        if "billLineItems" in body:
            self._apply_lines(bill, body["billLineItems"], wrong, keep_lines=keep_lines)
        if wrong:
            raise invalid(wrong)

    def _apply_lines(self, bill: BillRecord, lines: Any, wrong: list[str], *, keep_lines: bool) -> None:
        if not isinstance(lines, list) or len(lines) > _MOST_LINES:
            wrong.append("billLineItems: must be a list of at most 1000 lines")
            return
        old = {line.id: line for line in bill.lines}
        new: dict[str, LineRecord] = dict(old) if keep_lines else {}
        sent: set[str] = set()
        for i, body in enumerate(lines):
            where = f"billLineItems[{i}]"
            line = self._line(bill.currency, object_of(body, _LINE_FIELDS), old, where, wrong)
            if line.id in sent:
                wrong.append(f"{where}.id: is given twice")
            sent.add(line.id)
            new[line.id] = line
        bill.lines = list(new.values())

    def _line(
        self, currency: str, body: dict[str, Any], old: dict[str, LineRecord], where: str, wrong: list[str]
    ) -> LineRecord:
        before = old.get(body["id"]) if isinstance(body.get("id"), str) else None
        if "id" in body and before is None:
            wrong.append(f"{where}.id: does not exist")
        before = before or LineRecord(self._organization.new_id("bli"), Decimal(0))
        line = LineRecord(**{name: getattr(before, name) for name in LineRecord.__slots__})
        for field in ("quantity", "price"):
            if field in body:
                value = to_amount(body[field], 6)
                setattr(line, field, value if value is not None else instead(wrong, f"{where}.{field}", None))
        if "amount" in body or line.id not in old:
            product = (line.quantity or 0) * (line.price or 0) or None
            digits = minor_unit_digits(currency)
            amount = to_amount(body.get("amount", product if product is None else Decimal(product)), digits)
            line.amount = amount if amount is not None else instead(wrong, f"{where}.amount", Decimal(0))
        if "description" in body:
            line.description = text_of(body["description"], f"{where}.description", wrong)
        if "classifications" in body:
            ids = self._classifications(body["classifications"], f"{where}.classifications", wrong)
            line.account_id = ids.get("chartOfAccountId", line.account_id)
            line.class_id = ids.get("accountingClassId", line.class_id)
            line.department_id = ids.get("departmentId", line.department_id)
            line.location_id = ids.get("locationId", line.location_id)
            named = {field: value for field, value in ids.items() if value and field not in LINE_CLASSIFICATIONS}
            line.names = {**line.names, **named}
        return line

    def _classifications(self, body: Any, where: str, wrong: list[str]) -> dict[str, str]:
        ids = {key: value or "" for key, value in object_of(body or {}, frozenset(CODES_OF_PAYABLES)).items()}
        for field, record_id in ids.items():
            known = self._organization.collections[CODES_OF_PAYABLES[field]]
            if record_id and (not isinstance(record_id, str) or record_id not in known):
                wrong.append(f"{where}.{field}: does not exist")
        return ids

    # Approval

    def _request_approval(self, bill: BillRecord) -> None:
        """The first policy that matches assigns its approvers, whoever made the bill (since September 2025)."""
        for policy in self._organization.policies:
            if all(_matches(rule, bill) for rule in policy["rules"]):
                bill.approval_status = "ASSIGNED"
                bill.approvers = [
                    {"userId": user, "status": "WAITING", "approverOrder": i, "statusChangedTime": self._now}
                    for i, user in enumerate(policy["approvers"])
                ]
                return

    def decide(self, bill: BillRecord, user_id: str, action: Any) -> None:
        """Approve or deny a bill as a user.

        Raises:
            BillError: The action is unknown, or the bill does not wait for this user.
        """
        if action not in ("APPROVE", "DENY"):
            raise refusal(400, "BDC_1002", "action: must be APPROVE or DENY")
        waiting = [a for a in bill.approvers if a["status"] == "WAITING"]
        mine = next((a for a in waiting if a["userId"] == user_id), None)
        if mine is None or bill.approval_status not in {"ASSIGNED", "APPROVING"}:
            raise refusal(400, "SANDBOX-1412", "The bill does not wait for this user's approval.")
        done = {**mine, "status": "APPROVED" if action == "APPROVE" else "DENIED", "statusChangedTime": self._now}
        bill.approvers = [done if a is mine else a for a in bill.approvers]
        last = len(waiting) == 1
        bill.approval_status = "DENIED" if action == "DENY" else "APPROVED" if last else "APPROVING"
        bill.updated_at = self._now


def _whole_bill(sent: Any) -> dict[str, Any]:
    """The body of a bill that is made or replaced, with everything that is required."""
    body: dict[str, Any] = object_of(sent, _BILL_FIELDS)
    wrong = [f"{field}: must not be null" for field in ("vendorId", "invoice", "dueDate") if not body.get(field)]
    if not body.get("billLineItems"):
        wrong.append("billLineItems: must not be empty")
    if wrong:
        raise invalid(wrong)
    return body


def read_policy(body: Any) -> dict[str, Any]:
    """Read an approval policy: a name, rules with plain values, and the ids of its approvers in order.

    Raises:
        BillError: A part is missing or of the wrong form.
    """
    body = object_of(body, frozenset({"policyName", "rules", "approvers"}))
    wrong = []
    if not isinstance(body.get("policyName"), str):
        wrong.append("policyName: must not be null")
    rules, approvers = body.get("rules"), body.get("approvers")
    if not isinstance(rules, list) or not rules or not all(_is_rule(rule) for rule in rules):
        wrong.append("rules: must be rules with key, op and values")
    if not isinstance(approvers, list) or not approvers or not all(isinstance(user, str) for user in approvers):
        wrong.append("approvers: must be a list of user ids")
    if wrong:
        raise invalid(wrong)
    return dict(body)


def _is_rule(rule: Any) -> bool:
    if not isinstance(rule, dict) or rule.keys() != {"key", "op", "values"} or not isinstance(rule["values"], list):
        return False
    if not rule["values"] or not all(isinstance(value, str) for value in rule["values"]):
        return False
    return rule["key"] != "BILL_AMOUNT" or to_amount(rule["values"][0], 2) is not None


def _matches(rule: dict[str, Any], bill: BillRecord) -> bool:
    values = [str(value) for value in rule["values"]]
    match rule["key"]:
        case "BILL_AMOUNT":
            limit = Decimal(values[0])
            return {
                "gte": bill.amount >= limit,
                "gt": bill.amount > limit,
                "lt": bill.amount < limit,
                "lte": bill.amount <= limit,
            }.get(rule["op"], bill.amount == limit)
        case "VENDOR_ID":
            return bill.vendor_id in values
        case "CHART_OF_ACCOUNT_ID":
            return any(line.account_id in values for line in bill.lines)
        case "LOCATION_ID":
            return any(line.location_id in values for line in bill.lines)
    return False
