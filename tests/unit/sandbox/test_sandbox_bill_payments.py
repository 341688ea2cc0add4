"""The BILL twin's payments, credits, receivables: what the facts say, in BILL's words, by BILL's rules."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import pytest

from intacct_pipelines.sandbox.http import Request

LISTS = {
    "/v3/payments": "stp",
    "/v3/vendor-credits": "vcr",
    "/v3/funding-accounts/banks": "bac",
    "/v3/customers": "0cu",
    "/v3/invoices": "00e",
    "/v3/receivable-payments": "0rp",
    "/v3/credit-memos": "",
    "/v3/classifications/items": "0ii",
    "/v3/classifications/jobs": "0jo",
    "/v3/classifications/employees": "0em",
    "/v3/users": "006",
}


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_pages_single_records_and_ids_of_its_kind(caller, path):
    """A list is followed to its end, each record can be read by itself, and its id begins as BILL's do."""
    records = caller.read_all(path, max=7, sort="createdTime:asc")
    assert records
    assert len({record["id"] for record in records}) == len(records)
    assert all(record["id"].startswith(LISTS[path]) for record in records)
    status, single = caller.send("GET", f"{path}/{records[-1]['id']}")
    assert status == 200
    assert single == {name: value for name, value in records[-1].items() if name != "usage"}


@pytest.mark.parametrize("path", ["/v3/payments", "/v3/receivable-payments", "/v3/vendor-credits", "/v3/credit-memos"])
def test_lists_without_a_published_time_filter_refuse_one(caller, path):
    """BILL publishes no time filter for these, so a client may not rely on one."""
    status, errors = caller.send("GET", path, filters='updatedTime:gte:"2026-01-01"')
    assert (status, errors[0]["code"]) == (400, "BDC_1002")


def test_a_bill_says_what_its_payments_and_credits_say(caller):
    """Paid, credited and scheduled amounts of every bill are the sums of what paid, was used and is to come."""
    paid: dict[str, Decimal] = {}
    scheduled: dict[str, Decimal] = {}
    for payment in caller.read_all("/v3/payments", max=100):
        into = scheduled if payment["status"] == "SCHEDULED" else paid
        for share in payment["billPayments"] if payment["status"] in {"SCHEDULED", "PAID"} else ():
            into[share["billId"]] = into.get(share["billId"], Decimal(0)) + share["amount"]
    credited: dict[str, Decimal] = {}
    for credit in caller.read_all("/v3/vendor-credits", max=100):
        for use in credit["usage"]:
            credited[use["billId"]] = credited.get(use["billId"], Decimal(0)) + use["amount"]
        assert credit["appliedAmount"] == sum(use["amount"] for use in credit["usage"])
    bills = caller.read_all("/v3/bills", max=100)
    assert {b["id"]: b["paidAmount"] for b in bills if b["paidAmount"]} == paid
    assert {b["id"]: b["creditAmount"] for b in bills if b["creditAmount"]} == credited
    assert {b["id"]: b["scheduledAmount"] for b in bills if b["scheduledAmount"]} == scheduled
    assert all((b["paymentStatus"] == "SCHEDULED") == bool(b["scheduledAmount"]) for b in bills)
    assert paid
    assert credited
    assert scheduled


def test_credits_of_a_payment_are_in_the_credits_own_use(caller):
    """Both sides of an application agree: the payment names the credit, the credit names the payment."""
    told = {
        (payment["id"], share["billId"], used["id"], used["amount"])
        for payment in caller.read_all("/v3/payments", max=100)
        for share in payment["billPayments"]
        for used in share.get("vendorCredits", ())
    }
    kept = {
        (use["paymentId"], use["billId"], credit["id"], use["amount"])
        for credit in caller.read_all("/v3/vendor-credits", max=100)
        for use in credit["usage"]
        if "paymentId" in use
    }
    assert told == kept != set()


def test_only_a_scheduled_payment_can_be_cancelled(caller):
    """Cancelling gives the bill back what was to come; a payment under way is refused."""
    payments = caller.read_all("/v3/payments", max=100)
    scheduled = next(p for p in payments if p["singleStatus"] == "SCHEDULED")
    cleared = next(p for p in payments if p["singleStatus"] == "CLEARED")
    assert caller.send("POST", f"/v3/payments/{cleared['id']}/cancel")[0] == 400
    status, cancelled = caller.send("POST", f"/v3/payments/{scheduled['id']}/cancel")
    assert (status, cancelled["status"], cancelled["singleStatus"]) == (200, "CANCELLED", "CANCELED")
    assert cancelled["updatedTime"] > scheduled["updatedTime"]
    bill = caller.send("GET", f"/v3/bills/{scheduled['billPayments'][0]['billId']}")[1]
    assert (bill["scheduledAmount"], bill["paymentStatus"], bill["dueAmount"]) == (0, "UNPAID", bill["amount"])


def test_a_void_is_a_request_unless_the_payment_was_made_outside(caller_for):
    """BILL deals with a request later; a recorded payment is void at once, and its bills are open again."""
    callers = [caller_for(at) for at in range(3)]
    outside = next((c, p) for c in callers for p in c.read_all("/v3/payments", max=100) if not p["onlinePayment"])
    caller, payment = outside
    body = {"type": "VOID_ONLY", "reason": "Typed twice"}
    assert caller.send("POST", f"/v3/payments/{payment['id']}/void", {"type": "VOID_ONLY"})[0] == 400
    assert caller.send("POST", f"/v3/payments/{payment['id']}/void", {**body, "type": "UNDO"})[0] == 400
    before = {s["billId"]: caller.send("GET", f"/v3/bills/{s['billId']}")[1] for s in payment["billPayments"]}
    status, voided = caller.send("POST", f"/v3/payments/{payment['id']}/void", body)
    assert (status, voided["singleStatus"], voided["status"]) == (200, "VOIDED", "VOID")
    assert voided["voidInfo"][-1]["status"] == "ACCEPTED"
    for share in payment["billPayments"]:
        bill = caller.send("GET", f"/v3/bills/{share['billId']}")[1]
        assert bill["dueAmount"] == before[share["billId"]]["dueAmount"] + share["amount"]
    assert caller.send("POST", f"/v3/payments/{payment['id']}/void", body)[0] == 400
    cleared = next(p for p in caller.read_all("/v3/payments", max=100) if p["singleStatus"] == "CLEARED")
    asked = caller.send("POST", f"/v3/payments/{cleared['id']}/void", body)[1]
    assert (asked["singleStatus"], asked["status"]) == ("VOID_PENDING", "PAID")
    assert asked["voidInfo"][-1]["status"] == "TO_BE_PROCESSED"


def test_a_payment_made_outside_is_recorded_up_to_what_is_due(caller):
    """S-PAY-06: one payment of several bills of one vendor; it pays them, has no online part, and is void at once."""
    bill = next(b for b in caller.read_all("/v3/bills", max=100) if b["dueAmount"] > 1 and not b["archived"])
    body = {"vendorId": bill["vendorId"], "processDate": "2026-11-20", "toPrintCheck": False, "allowExport": False}
    share = {"billId": bill["id"], "amount": 1}

    def record(**changes):
        return caller.send("POST", "/v3/bills/record-payment", {**body, "payments": [share], **changes})

    for wrong in (
        {"payments": []},
        {"payments": [{**share, "amount": str(bill["dueAmount"] + 1)}]},
        {"payments": [{**share, "amount": 0}]},
        {"payments": [{**share, "billId": "00nNobody"}]},
        {"vendorId": "009Nobody"},
        {"processDate": "yesterday"},
        {"toPrintCheck": None},
        {"amount": 1},
    ):
        assert record(**wrong)[0] == 400, wrong
    status, made = record(description="By wire")
    assert (status, made["onlinePayment"], made["amount"], made["description"]) == (200, False, 1, "By wire")
    assert made["id"] in {one["id"] for one in caller.read_all("/v3/payments", max=100)}
    after = caller.send("GET", f"/v3/bills/{bill['id']}")[1]
    assert (after["dueAmount"], after["paidAmount"]) == (bill["dueAmount"] - 1, bill["paidAmount"] + 1)
    void = {"type": "VOID_ONLY", "reason": "Typed twice"}
    assert caller.send("POST", f"/v3/payments/{made['id']}/void", void)[1]["singleStatus"] == "VOIDED"
    assert caller.send("GET", f"/v3/bills/{bill['id']}")[1]["dueAmount"] == bill["dueAmount"]


def test_a_receipt_from_outside_is_recorded_up_to_what_is_due(caller):
    """S-ARP-01: invoices of one customer; what is on none stays as the customer's credit."""
    invoice = next(i for i in caller.read_all("/v3/invoices", max=100) if i["dueAmount"] > 1)
    body = {"paymentDate": "2026-11-20", "paymentType": "CHECK", "amount": "1.50"}
    share = {"id": invoice["id"], "amount": 1}

    def record(**changes):
        return caller.send("POST", "/v3/invoices/record-payment", {**body, "invoices": [share], **changes})

    for wrong in (
        {"invoices": []},
        {"invoices": [{**share, "amount": str(invoice["dueAmount"] + 1)}]},
        {"invoices": [{**share, "id": "00eNobody"}]},
        {"customerId": "0cuNobody"},
        {"paymentType": "GOLD"},
        {"amount": "0.50"},
        {"vendorId": "009"},
    ):
        assert record(**wrong)[0] == 400, wrong
    status, made = record(description="By check")
    assert (status, made["unappliedAmount"], made["invoices"][0]["payments"][-1]["amount"]) == (200, Decimal("0.50"), 1)
    listed = next(one for one in caller.read_all("/v3/receivable-payments", max=100) if one["id"] == made["id"])
    assert (listed["onlinePayment"], listed["description"], listed["amount"]) == (False, "By check", Decimal("1.50"))
    after = caller.send("GET", f"/v3/invoices/{invoice['id']}")[1]
    assert (after["dueAmount"], after["status"]) == (invoice["dueAmount"] - 1, "PARTIAL_PAYMENT")


def test_a_vendor_credit_is_archived_for_good(caller):
    """Archiving is final for vendor credits; a credit memo can be restored."""
    credit = next(c for c in caller.read_all("/v3/vendor-credits", max=100) if not c["archived"])
    assert caller.send("POST", f"/v3/vendor-credits/{credit['id']}/archive")[1]["archived"] is True
    assert caller.send("POST", f"/v3/vendor-credits/{credit['id']}/restore")[0] == 404
    memo = caller.read_all("/v3/credit-memos", max=100)[0]
    assert caller.send("POST", f"/v3/credit-memos/{memo['id']}/archive")[1]["archived"] is True
    assert caller.send("POST", f"/v3/credit-memos/{memo['id']}/restore")[1]["archived"] is False


CREDITS = {
    "vendor-credits": ("vendorId", "/v3/vendors", "vendorCreditLineItems", "amount"),
    "credit-memos": ("customerId", "/v3/customers", "creditMemoLineItems", "price"),
}


@pytest.fixture(params=CREDITS)
def made(caller, request):
    """A fresh credit of two lines: its path, the name of its lines and of their number, and the credit."""
    party, parties, lines, amount = CREDITS[request.param]
    account, department = (
        caller.read_all(f"/v3/classifications/{kind}", max=1)[0]["id"] for kind in ("chart-of-accounts", "departments")
    )
    codes = {"chartOfAccountId": account, "departmentId": department}
    body = {
        party: caller.read_all(parties, max=100)[0]["id"],
        "referenceNumber": "N-1",
        "creditDate": "2026-02-03",
        "description": "Before",
        lines: [{amount: one, "description": "Slate", "classifications": codes} for one in (30, 12)],
    }
    status, credit = caller.send("POST", f"/v3/{request.param}", body)
    assert status == 201
    return f"/v3/{request.param}/{credit['id']}", lines, amount, credit


def test_patch_takes_text_and_lines_of_a_credit_and_keeps_what_it_is_not_told(caller, made):
    """Bill v3, vendor credits and credit memos: a line by its id; no number and no day; nothing while one is wrong."""
    path, lines, amount, before = made
    first, second = before[lines]
    status, after = caller.send(
        "PATCH", path, {"description": "After", lines: [{"id": first["id"], amount: 31}, {amount: 7}]}
    )
    assert (status, after["description"], after["amount"], after["status"]) == (
        200,
        "After",
        Decimal("50.00"),
        "NOT_APPLIED",
    )
    assert after[lines][0] == {**first, amount: 31, "amount": Decimal("31.00")}
    assert (after[lines][1], after[lines][2].get("classifications")) == (second, None)
    for field, value in (("referenceNumber", "N-2"), ("creditDate", "2026-02-04")):
        assert caller.send("PATCH", path, {field: value})[0] == 400
    for wrong in ({"id": "none", amount: 1}, {"id": first["id"], amount: 0}, "x"):
        assert caller.send("PATCH", path, {lines: [wrong]})[0] == 400
    assert caller.send("PATCH", path, {lines: "x"})[0] == 400
    assert {**caller.send("GET", path)[1], "usage": []} == after


def test_put_gives_a_credit_anew(caller, made):
    """Bill v3: an omitted line is removed, one without an id is new, and a line has no more than it is given."""
    path, lines, amount, before = made
    (party,) = {"vendorId", "customerId"} & before.keys()
    whole = {party: before[party], "referenceNumber": "N-2", "creditDate": "2026-02-04"}
    kept = {"id": before[lines][1]["id"], amount: 5}
    status, after = caller.send("PUT", path, {**whole, lines: [kept, {amount: 6}]})
    assert (status, after["id"], after["referenceNumber"], after["creditDate"]) == (
        200,
        before["id"],
        "N-2",
        "2026-02-04",
    )
    assert (after["amount"], after.get("description")) == (Decimal("11.00"), None)
    assert [line.get("classifications") for line in after[lines]] == [None, None]
    assert (after[lines][0]["id"], len({line["id"] for line in after[lines]})) == (kept["id"], 2)
    for field in (*whole, lines):
        less = {name: value for name, value in {**whole, lines: [kept]}.items() if name != field}
        assert caller.send("PUT", path, less)[0] == 400
    assert caller.send("PUT", path, {**whole, party: "nobody", lines: [kept]})[0] == 400
    assert {**caller.send("GET", path)[1], "usage": []} == after


def test_a_credit_that_is_used_or_archived_is_not_changed(caller, made):
    """What is used stands in bills and invoices; codes of this twin's own, since BILL documents none."""
    path, lines, amount, _ = made
    kind = path.split("/")[2]
    spent = next(one for one in caller.read_all(f"/v3/{kind}", max=100) if one["appliedAmount"] and not one["archived"])
    status, errors = caller.send("PATCH", f"/v3/{kind}/{spent['id']}", {"description": "After"})
    assert (status, errors[0]["code"]) == (400, "SANDBOX-1426")
    caller.send("POST", f"{path}/archive")
    status, errors = caller.send("PATCH", path, {lines: [{amount: 1}]})
    assert (status, errors[0]["code"]) == (400, "SANDBOX-1425")


def test_jobs_can_be_made_although_projects_belong_to_intacct(caller):
    """BILL's API does offer what its sync does not: a job of one's own (S-PRJ-02)."""
    status, job = caller.send("POST", "/v3/classifications/jobs", {"name": "Made in BILL"})
    assert (status, job["id"][:3]) == (201, "0jo")
    assert job in caller.read_all("/v3/classifications/jobs", max=100)


def test_invoices_add_up_and_receipts_find_them(caller):
    """An invoice is its lines and its tax; what is due is what receipts and credit memos left of it."""
    received: dict[str, Decimal] = {}
    for receipt in caller.read_all("/v3/receivable-payments", max=100):
        parts = receipt["invoicePayments"]
        assert receipt["amount"] == sum(part["amount"] for part in parts) + receipt["unappliedAmount"]
        for part in parts if receipt["status"] == "PAID" else ():
            received[part["invoiceId"]] = received.get(part["invoiceId"], Decimal(0)) + part["amount"]
    for invoice in caller.read_all("/v3/invoices", max=100):
        lines = sum(line["price"] * line["quantity"] for line in invoice["invoiceLineItems"])
        assert invoice["totalAmount"] == lines + invoice["salesTaxTotal"]
        left = invoice["totalAmount"] - received.get(invoice["id"], 0) - invoice["creditAmount"]
        assert invoice["dueAmount"] == left
        words = {"PAID_IN_FULL"} if left <= 0 else {"OPEN", "PARTIAL_PAYMENT"}
        assert invoice["status"] in words


# ---- the older API ----------------------------------------------------------------------------------------------


def ask(twin, path, **form):
    """Send a form to the older API and return what is in its envelope."""
    import json  # noqa: PLC0415 - used here only

    reply = twin.handle(Request("POST", f"/api/v2{path}", "", {}, urlencode(form).encode()))
    assert reply.status == 200
    envelope = json.loads(reply.body, parse_float=Decimal)
    return envelope["response_status"], envelope["response_data"]


def test_money_movements_are_in_the_older_api_by_position(caller, twin, business):
    """Rows from a position on, payables negative and receivables positive, codes as text; refusals with HTTP 200."""
    login = {
        "userName": business.bill_username,
        "password": business.bill_password,
        "orgId": caller.organization_id,
        "devKey": business.dev_key,
    }
    assert ask(twin, "/Login.json", **{**login, "password": "x"}) == (
        1,
        {"error_code": "BDC_1101", "error_message": "User name and/or password do not match our records."},
    )
    _, session = ask(twin, "/Login.json", **login)
    who = {"devKey": business.dev_key, "sessionId": session["sessionId"]}
    rows: list[dict[str, object]] = []
    while True:
        question = f'{{"start": {len(rows)}, "max": 5, "sort": [{{"field": "createdTime", "asc": "true"}}]}}'
        status, page = ask(twin, "/List/MoneyMovement.json", **who, data=question)
        assert status == 0
        rows += page
        if len(page) < 5:
            break
    entity = business.entities[0]
    mine = [t for t in business.settlements.transfers if t.entity_id == entity.entity_id and t.in_bill]
    assert {row["id"] for row in rows} >= {transfer.bill_id for transfer in mine}
    assert {row["type"] for row in rows} == {"1", "2"}
    assert sum(row["amount"] for row in rows if row["type"] == "1") == -sum(t.amount for t in mine)
    assert rows == sorted(rows, key=lambda row: row["createdTime"])
    for data, code in (("{", "BDC_1002"), ('{"max": 1000}', "BDC_1002"), ('{"filters": [1]}', "SANDBOX-1430")):
        assert ask(twin, "/List/MoneyMovement.json", **who, data=data)[1]["error_code"] == code
    assert ask(twin, "/List/Nothing.json", **who)[1]["error_code"] == "BDC_1121"
    assert ask(twin, "/List/MoneyMovement.json", **{**who, "sessionId": "x"})[1]["error_code"] == "BDC_1109"
