"""Payments, approvals and the organisation itself over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.edits import read_policy
from intacct_pipelines.sandbox.bill.payload import decode, invalid, json_reply, refusal
from intacct_pipelines.sandbox.bill.payments import COARSE, is_voidable, void_request
from intacct_pipelines.sandbox.bill.recording import PaymentRecorder, ReceiptRecorder
from intacct_pipelines.sandbox.bill.records_served import RecordsServed

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.bill.state import Call
    from intacct_pipelines.sandbox.http import Reply

_CARD_STATUSES: Final = ("VERIFIED", "NOMINATED")
_VOID_TYPES: Final = ("VOID_AND_CREDIT", "VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD", "VOID_ONLY")


class Workflow(RecordsServed):
    """The operations that move a record on, by the names that ``routes`` gives them."""

    def _cards(self, call: Call) -> Reply:
        """The cards that the user is verified, or nominated, to pay with."""
        status = call.parameter("cardUserStatus")
        if status not in _CARD_STATUSES:
            raise refusal(400, "BDC_1002", f"cardUserStatus: must be one of {', '.join(_CARD_STATUSES)}")
        cards = call.organization.funding_cards if status == _CARD_STATUSES[0] else []
        return json_reply(200, {"cards": cards, "rates": {"funding": {"creditCardRate": Decimal("2.9")}}})

    def _ap_cards(self, call: Call) -> Reply:
        return json_reply(200, call.organization.ap_cards)

    def _cancel_payment(self, call: Call) -> Reply:
        """Only what has not begun can be cancelled."""
        payment = self._record(call)
        if payment["singleStatus"] != "SCHEDULED":
            raise refusal(400, "SANDBOX-1420", "Only a scheduled payment can be cancelled.")
        self._settle(call, payment, "CANCELED", cancelRequestSubmitted=True)
        return self._get(call)

    def _void_payment(self, call: Call) -> Reply:
        """A payment made outside is voided at once, one by BILL when BILL has dealt with the request."""
        payment, body = self._record(call), decode(call.request.body)
        void_type, reason = (body.get(name) if isinstance(body, dict) else None for name in ("type", "reason"))
        wrong = [f"{n}: must not be null" for n, v in (("type", void_type), ("reason", reason)) if not v]
        if wrong:
            raise invalid(wrong)
        if void_type not in _VOID_TYPES or not isinstance(reason, str):
            raise refusal(400, "BDC_1002", f"type: must be one of {', '.join(_VOID_TYPES)}")
        if not is_voidable(payment["singleStatus"]):
            raise refusal(400, "SANDBOX-1421", "The payment cannot be voided in its state.")
        is_done = not payment["onlinePayment"]
        now = self._now()
        request = {
            **void_request(call.organization.new_id("vdi"), call.session.user_id, void_type, reason),
            "status": "ACCEPTED" if is_done else "TO_BE_PROCESSED",
            "createdTime": now,
            "updatedTime": now,
        }
        voids = [*(payment.get("voidInfo") or ()), request]
        self._settle(call, payment, "VOIDED" if is_done else "VOID_PENDING", voidInfo=voids)
        return self._get(call)

    def _record_payment(self, call: Call) -> Reply:
        """Write down that bills were paid outside; no money moves."""
        organization = call.organization
        payment = PaymentRecorder(organization, self._now()).record(decode(call.request.body))
        for share in payment["billPayments"]:
            bill = organization.bills[share["billId"]]
            bill.paid += share["amount"]
            bill.updated_at = self._now()
        organization.changed("bills")
        return json_reply(200, self._store(organization, "payments", [payment])[0])

    def _record_receipt(self, call: Call) -> Reply:
        """Write down that invoices were paid outside; the answer is not the receipt as lists show it."""
        organization = call.organization
        receipt, invoices = ReceiptRecorder(organization, self._now()).record(decode(call.request.body))
        organization.collections["invoices"].update(invoices)
        organization.changed("invoices")
        self._store(organization, "receivable-payments", [receipt])
        told = ("id", "customerId", "paymentDate", "amount", "unappliedAmount", "status", "description")
        settled = [{"id": one["id"], "payments": one["payments"]} for one in invoices.values()]
        answer = {name: receipt[name] for name in told}
        return json_reply(200, {**answer, "paymentType": receipt["receivablesType"], "invoices": settled})

    def _settle(self, call: Call, payment: dict[str, Any], status: str, **changes: Any) -> None:
        """Give a payment another state, and its bills what follows from it."""
        organization, before = call.organization, payment["singleStatus"]
        for share in payment["billPayments"]:
            bill = organization.bills[share["billId"]]
            if before == "SCHEDULED":
                bill.scheduled -= share["amount"]
            elif status == "VOIDED":
                bill.paid -= share["amount"]
            bill.updated_at = self._now()
        payment.update(singleStatus=status, status=COARSE.get(status, "PAID"), updatedTime=self._now(), **changes)
        organization.changed("payments")
        organization.changed("bills")

    # Approvals and organisations

    def _decide(self, call: Call) -> Reply:
        body = decode(call.request.body)
        if not isinstance(body, list) or not body:
            raise refusal(400, "BDC_1002", "An array of actions was expected.")
        editor = self._editor(call.organization)
        for action in body:
            bill = call.organization.bills.get(str(action.get("billId"))) if isinstance(action, dict) else None
            if bill is None:
                raise refusal(404, "SANDBOX-1404", "Object not found.")
            editor.decide(bill, call.session.user_id, action.get("action"))
        call.organization.changed("bills")
        return json_reply(200, {"status": "SUCCESS"})

    def _pending(self, call: Call) -> Reply:
        mine = {"userId": call.session.user_id, "status": "WAITING"}
        bills = [
            {"billId": bill.id, "vendorId": bill.vendor_id, "amount": bill.amount, "dueDate": bill.due_date}
            for bill in call.organization.bills.values()
            if any(mine.items() <= approver.items() for approver in bill.approvers)
        ]
        return json_reply(200, {"bills": bills})

    def _policies(self, call: Call) -> Reply:
        return json_reply(200, [_policy_json(policy) for policy in call.organization.policies])

    def _create_policy(self, call: Call) -> Reply:
        policy = {"id": call.organization.new_id("0ap"), "status": "ENABLED", **read_policy(decode(call.request.body))}
        call.organization.policies.append(policy)
        return json_reply(201, _policy_json(policy))

    def _change_policy(self, call: Call) -> Reply:
        """Replace or delete a policy; bills that wait already go on waiting."""
        policies = call.organization.policies
        policy = next((p for p in policies if p["id"] == call.groups["id"]), None)
        if policy is None:
            raise refusal(404, "SANDBOX-1404", "Object not found.")
        if call.request.method == "DELETE":
            policies.remove(policy)
            return json_reply(200, {"status": "SUCCESS"})
        policy.update(read_policy(decode(call.request.body)))
        return json_reply(200, _policy_json(policy))

    def _get_organization(self, call: Call) -> Reply:
        self._own_organization(call)
        return json_reply(200, call.organization.profile)

    def _own_organization(self, call: Call) -> None:
        if call.groups["organization"] != call.organization.id:
            raise refusal(404, "SANDBOX-1404", "Object not found.")

    def _terms(self, call: Call) -> Reply:
        """Payment terms stand under the organisation; otherwise they are a list as the others."""
        self._own_organization(call)
        call.groups["kind"] = "payment-terms"
        if call.request.method == "POST":
            return self._create(call)
        if "id" not in call.groups:
            return self._list(call)
        return self._get(call) if call.request.method == "GET" else self._update(call)


def _policy_json(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy as BILL sends it: values and approvers as objects, although plain text is sent when it is made."""
    rules = [
        {**rule, "values": [{"value": value, "displayName": value} for value in rule["values"]]}
        for rule in policy["rules"]
    ]
    users = [{"userId": user, "fullName": "Sandbox User"} for user in policy["approvers"]]
    return {**policy, "rules": rules, "approvers": {"users": users}}
