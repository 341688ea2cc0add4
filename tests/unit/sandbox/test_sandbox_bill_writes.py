"""BILL's writes: creating, changing, archiving and approving, one at a time and in bulk."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from intacct_pipelines.sandbox.http import Request

VENDOR = {
    "name": "Cedar Paper Co",
    "accountType": "BUSINESS",
    "address": {"line1": "1 Mill Rd", "city": "Troy", "zipOrPostalCode": "12180", "country": "US"},
    "additionalInfo": {"taxId": "12-3456789", "taxIdType": "EIN", "track1099": True},
    "billCurrency": "USD",
}


@pytest.fixture
def vendor(caller):
    """A fresh vendor."""
    status, made = caller.send("POST", "/v3/vendors", VENDOR)
    assert status == 201
    return made


@pytest.fixture
def body(caller, vendor):
    """The body of a bill with two coded lines."""
    account = caller.read_all("/v3/classifications/chart-of-accounts", max=100)[7]["id"]
    department = caller.read_all("/v3/classifications/departments", max=100)[0]["id"]
    return {
        "vendorId": vendor["id"],
        "invoice": {"invoiceNumber": "CP-1001", "invoiceDate": "2026-01-02"},
        "dueDate": "2026-01-31",
        "billLineItems": [
            {
                "amount": 149.00,
                "description": "Paper",
                "classifications": {"chartOfAccountId": account, "departmentId": department},
            },
            {"amount": "79.99", "description": "Ink"},
        ],
    }


def test_a_vendor_is_created_changed_archived_and_restored(caller, vendor, clock):
    """Create answers 201 with BILL's id; a change merges groups of fields and moves the time; archive repeats."""
    assert vendor["id"].startswith("009")
    assert (vendor["archived"], vendor["networkStatus"]) == (False, "NOT_CONNECTED")
    clock.advance(60)
    path = f"/v3/vendors/{vendor['id']}"
    status, changed = caller.send("PATCH", path, {"email": "a@b.example", "additionalInfo": {"track1099": False}})
    assert (status, changed["email"]) == (200, "a@b.example")
    assert changed["additionalInfo"] == {"taxId": "12-3456789", "taxIdType": "EIN", "track1099": False}
    assert changed["updatedTime"] > vendor["updatedTime"]
    for act, archived in (("archive", True), ("archive", True), ("restore", False)):
        assert caller.send("POST", f"{path}/{act}")[1]["archived"] is archived
    assert caller.send("GET", path)[0] == 200


def test_everything_wrong_with_a_vendor_is_said_at_once(caller):
    """Missing fields get one entry each, without a code; unknown fields have BDC_1002."""
    status, errors = caller.send("POST", "/v3/vendors", {"address": {"line1": "1 Mill Rd"}})
    assert status == 400
    assert "name: must not be null" in {error["message"] for error in errors}
    assert "address.city: must not be null" in {error["message"] for error in errors}
    assert all("code" not in error for error in errors)
    status, errors = caller.send("POST", "/v3/vendors", {**VENDOR, "nmae": "x"})
    assert (status, errors[0]["code"]) == (400, "BDC_1002")


def test_a_bill_is_created_exactly(caller, vendor, body):
    """Amounts given as number or text are kept exactly, the total is the sum, and the reply is what is read later."""
    status, bill = caller.send("POST", "/v3/bills", body)
    assert status == 201
    assert bill["amount"] == Decimal("228.99")
    assert (bill["paymentStatus"], bill["approvalStatus"], bill["archived"]) == ("UNPAID", "UNASSIGNED", False)
    assert bill["vendorName"] == vendor["name"]
    assert bill["billLineItems"][0]["classifications"] == body["billLineItems"][0]["classifications"]
    assert caller.send("GET", f"/v3/bills/{bill['id']}") == (200, bill)
    found = caller.read_all("/v3/bills", filters=f"vendorId:eq:{vendor['id']}")
    assert [b["id"] for b in found] == [bill["id"]]
    assert caller.send("GET", f"/v3/vendors/{vendor['id']}")[1]["balance"]["amount"] == Decimal("228.99")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vendorId": "009none"}, "vendorId: does not exist"),
        ({"dueDate": "31.01.2026"}, "dueDate: is not valid"),
        ({"dueDate": None}, "dueDate: must not be null"),
        ({"billLineItems": []}, "billLineItems: must not be empty"),
        ({"billLineItems": [{"amount": "1.005"}]}, "billLineItems[0].amount: is not valid"),
        ({"billLineItems": [{"amount": "NaN"}]}, "billLineItems[0].amount: is not valid"),
        ({"billLineItems": [{"description": "no amount"}]}, "billLineItems[0].amount: is not valid"),
        (
            {"billLineItems": [{"amount": 1, "classifications": {"departmentId": "0denone"}}]},
            "billLineItems[0].classifications.departmentId: does not exist",
        ),
    ],
)
def test_a_wrong_bill_is_refused(caller, twin, body, change, message):
    """Nothing is stored of a bill with a wrong reference, date or amount."""
    before = len(twin.bills())
    status, errors = caller.send("POST", "/v3/bills", {**body, **change})
    assert status == 400
    assert [error["message"] for error in errors] == [message]
    assert len(twin.bills()) == before


def test_quantity_times_price_makes_an_amount(caller, body):
    """A line without an amount has quantity times price."""
    line = {"quantity": 3, "price": 2.5}
    bill = caller.send("POST", "/v3/bills", {**body, "billLineItems": [line]})[1]
    assert (bill["amount"], bill["billLineItems"][0]["quantity"]) == (Decimal("7.50"), Decimal(3))


def test_put_replaces_lines_and_patch_keeps_them(caller, body, clock):
    """PUT removes lines that it does not name, PATCH keeps them; both keep the ids of those they name."""
    bill = caller.send("POST", "/v3/bills", body)[1]
    first, second = (line["id"] for line in bill["billLineItems"])
    path = f"/v3/bills/{bill['id']}"
    clock.advance(1)
    status, patched = caller.send("PATCH", path, {"billLineItems": [{"id": second, "amount": 80}]})
    assert status == 200
    assert [(line["id"], line["amount"]) for line in patched["billLineItems"]] == [
        (first, Decimal("149.00")),
        (second, Decimal("80.00")),
    ]
    assert patched["billLineItems"][1]["description"] == "Ink"
    put = caller.send("PUT", path, {**body, "billLineItems": [{"id": second, "amount": 81}, {"amount": 1}]})[1]
    ids = [line["id"] for line in put["billLineItems"]]
    assert (ids[0], len(ids)) == (second, 2)
    assert first not in ids
    assert put["amount"] == Decimal("82.00")
    assert put["updatedTime"] > bill["updatedTime"]
    assert caller.send("PATCH", path, {"billLineItems": [{"id": "bli-none", "amount": 1}]})[0] == 400


def test_a_paid_bill_keeps_at_least_what_was_paid(caller, twin, body):
    """An amount below what has been paid is refused."""
    bill = caller.send("POST", "/v3/bills", body)[1]
    twin.edit_bill(bill["id"], paid=Decimal("228.99"))
    assert caller.send("GET", f"/v3/bills/{bill['id']}")[1]["paymentStatus"] == "PAID"
    line = bill["billLineItems"][0]["id"]
    assert caller.send("PATCH", f"/v3/bills/{bill['id']}", {"billLineItems": [{"id": line, "amount": 1}]})[0] == 400


def test_an_archived_bill_is_inactive_and_comes_back(caller, twin, body):
    """Archive and restore work over HTTP and in process, and lists show both kinds unless filtered."""
    bill = caller.send("POST", "/v3/bills", body)[1]
    twin.archive_bill(bill["id"])
    archived = caller.send("GET", f"/v3/bills/{bill['id']}")[1]
    assert (archived["archived"], archived["recordStatus"]) == (True, "INACTIVE")
    query = f"vendorId:eq:{bill['vendorId']}"
    assert len(caller.read_all("/v3/bills", filters=query)) == 1
    assert caller.read_all("/v3/bills", filters=f"{query},archived:eq:false") == []
    assert caller.send("POST", f"/v3/bills/{bill['id']}/restore")[1]["archived"] is False


def test_a_used_number_is_refused_only_when_switched_on(caller, twin, body):
    """Whether BILL refuses a used number is unknown: the twin can do both."""
    assert caller.send("POST", "/v3/bills", body)[0] == 201
    assert caller.send("POST", "/v3/bills", body)[0] == 201
    twin.options.refuse_used_number = True
    assert caller.send("POST", "/v3/bills", body)[0] == 400


@pytest.mark.parametrize(("kind", "most"), [("vendors", 20), ("bills", 100)])
def test_bulk_is_all_or_nothing(caller, body, kind, most):
    """One wrong element refuses the whole array, with the entries of all that are wrong; too many are refused."""
    path, good = f"/v3/{kind}", VENDOR if kind == "vendors" else body
    before = len(caller.read_all(path, max=100))
    status, errors = caller.send("POST", f"{path}/bulk", [good, {}, good, {}])
    assert status == 400
    assert len(errors) >= 4
    assert caller.send("POST", f"{path}/bulk", [good] * (most + 1))[0] == 400
    assert caller.send("POST", f"{path}/bulk", [])[0] == 400
    assert len(caller.read_all(path, max=100)) == before
    status, made = caller.send("POST", f"{path}/bulk", [good, good])
    assert status == 201
    assert len(made["vendors"] if kind == "vendors" else made) == 2
    assert len(caller.read_all(path, max=100)) == before + 2


def test_a_large_bill_needs_the_policy_s_approval(caller, body, clock):
    """A bill that a policy matches is ASSIGNED, stands among the pending, and the session's user approves it."""
    large = copy.deepcopy(body)
    large["billLineItems"][0]["amount"] = 6000
    bill = caller.send("POST", "/v3/bills", large)[1]
    assert (bill["approvalStatus"], bill["approvers"][0]["status"]) == ("ASSIGNED", "WAITING")
    pending = caller.send("GET", "/v3/bill-approvals/pending-user-approvals")[1]["bills"]
    assert bill["id"] in {b["billId"] for b in pending}
    clock.advance(60)
    action = [{"billId": bill["id"], "action": "APPROVE", "comment": "fine"}]
    assert caller.send("POST", "/v3/bill-approvals/actions", action) == (200, {"status": "SUCCESS"})
    approved = caller.send("GET", f"/v3/bills/{bill['id']}")[1]
    assert (approved["approvalStatus"], approved["approvers"][0]["status"]) == ("APPROVED", "APPROVED")
    assert approved["updatedTime"] > bill["updatedTime"]
    assert caller.send("POST", "/v3/bill-approvals/actions", action)[0] == 400


def test_a_policy_is_made_replaced_and_deleted(caller, body):
    """Values go in as text and come out as objects; a policy with two approvers needs both."""
    path, me = "/v3/bill-approvals/policies", caller.send("GET", "/v3/login/session")[1]["userId"]
    (first,) = caller.send("GET", path)[1]
    assert first["rules"][0]["values"][0]["value"] == "5000"
    assert caller.send("DELETE", f"{path}/{first['id']}") == (200, {"status": "SUCCESS"})
    rule = {"key": "VENDOR_ID", "op": "eq", "values": [body["vendorId"]]}
    policy = {"policyName": "Cedar", "rules": [rule], "approvers": ["006other"]}
    status, made = caller.send("POST", path, policy)
    assert (status, made["approvers"]["users"][0]["userId"]) == (201, "006other")
    assert caller.send("PUT", f"{path}/{made['id']}", {**policy, "approvers": [me, "006other"]})[0] == 200
    bill = caller.send("POST", "/v3/bills", body)[1]
    assert [a["approverOrder"] for a in bill["approvers"]] == [0, 1]
    caller.send("POST", "/v3/bill-approvals/actions", [{"billId": bill["id"], "action": "APPROVE"}])
    assert caller.send("GET", f"/v3/bills/{bill['id']}")[1]["approvalStatus"] == "APPROVING"
    for wrong in ({}, {**policy, "rules": []}, {**policy, "rules": [{**rule, "key": "BILL_AMOUNT"}]}):
        assert caller.send("POST", path, wrong)[0] == 400
    assert caller.send("DELETE", f"{path}/0apnone")[0] == 404


@pytest.mark.parametrize("state", ["ASSIGNED", "APPROVING"])
def test_a_waiting_bill_can_be_denied(caller, twin, state):
    """A denial ends the approval whatever others said."""
    bill = next(b for b in twin.bills() if b.approval_status == state)
    caller.organization_id = bill.organization_id
    caller.log_in()
    action = [{"billId": bill.id, "action": "DENY"}]
    assert caller.send("POST", "/v3/bill-approvals/actions", action)[0] == 200
    assert twin.bill(bill.id).approval_status == "DENIED"
    assert caller.send("POST", "/v3/bill-approvals/actions", [{"billId": bill.id, "action": "PAY"}])[0] == 400


def test_tests_can_approve_and_edit(caller, twin, clock):
    """What a person does in the web app is one call in a test, and moves the time of change."""
    bill = next(b for b in twin.bills(caller.organization_id) if b.approval_status == "ASSIGNED")
    clock.advance(5)
    twin.approve(bill.id)
    twin.edit_bill(bill.id, amount=Decimal("17.00"), number="CHANGED")
    seen = caller.send("GET", f"/v3/bills/{bill.id}")[1]
    assert (seen["approvalStatus"], seen["amount"], seen["invoice"]["invoiceNumber"]) == (
        "APPROVED",
        Decimal("17.00"),
        "CHANGED",
    )
    assert seen["updatedTime"].startswith("2026-03-16T12:00:05")
    with pytest.raises(KeyError):
        twin.approve("00n-none")


@pytest.mark.parametrize("kind", ["chart-of-accounts", "departments", "locations", "accounting-classes", "jobs"])
def test_classifications_are_kept_one_by_one_and_in_bulk(caller, kind):
    """Create, change, archive and restore work alike for each kind."""
    path = f"/v3/classifications/{kind}"
    extra = {"account": {"type": "EXPENSE", "number": "6999"}} if kind == "chart-of-accounts" else {"shortName": "N1"}
    status, made = caller.send("POST", path, {"name": "New one", **extra})
    assert status == 201
    assert caller.send("PATCH", f"{path}/{made['id']}", {"description": "changed"})[1]["description"] == "changed"
    assert caller.send("POST", f"{path}/{made['id']}/archive")[1]["archived"] is True
    status, bulk = caller.send("POST", f"{path}/bulk", [{"name": "A"}, {"name": "B"}])
    (envelope,) = bulk
    ids = [record["id"] for record in bulk[envelope]]
    assert caller.send("PATCH", f"{path}/bulk", [{"id": ids[0], "name": "C"}])[1][envelope][0]["name"] == "C"
    archived = caller.send("POST", f"{path}/bulk/archive", ids=",".join(ids))[1][envelope]
    assert all(record["archived"] for record in archived)
    assert caller.send("POST", path, {"description": "no name"})[0] == 400


def test_two_terms_with_equal_days_are_refused(caller):
    """A payment term's days are unique, 0 to 999; terms are never archived."""
    path = f"/v3/organizations/{caller.organization_id}/payment-terms"
    assert caller.send("POST", path, {"name": "Again 30", "daysDue": 30})[0] == 400
    assert caller.send("POST", path, {"name": "Late", "daysDue": 1000})[0] == 400
    status, term = caller.send("POST", path, {"name": "Net 90", "daysDue": 90})
    assert (status, term["daysDue"]) == (201, 90)
    assert caller.send("PATCH", f"{path}/{term['id']}", {"name": "90 days"})[1]["name"] == "90 days"
    assert caller.send("POST", f"{path}/{term['id']}/archive")[0] == 404


@pytest.mark.parametrize("name", ["half a pair \ud800", "control \x01\x1f", 'quote " and \\', "株式会社 & <b>"])
def test_odd_text_survives(caller, name):
    """Half a surrogate pair, control characters and quotes come back as they were sent."""
    made = caller.send("POST", "/v3/vendors", {**VENDOR, "name": name})[1]
    assert made["name"] == name
    assert caller.send("GET", f"/v3/vendors/{made['id']}")[1]["name"] == name


@pytest.mark.parametrize("content", [b"{", b"[1", b'{"a": NaN}', b"[" * 100_000, b"[" * 900 + b"]" * 900, b"\xff\xfe"])
def test_a_body_that_is_no_json_is_refused(caller, twin, business, content):
    """Broken, endless and hostile bodies get one clear refusal."""
    headers = {"devkey": business.dev_key, "sessionid": caller.session_id}
    assert twin.handle(Request("POST", "/connect/v3/bills", "", headers, content)).status == 400


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shortName": "x" * 41}, "shortName: size must be between 0 and 40"),
        ({"accountType": "COMPANY"}, "accountType: is not valid"),
        ({"accountType": ["PERSON"]}, "accountType: must be a text"),
        ({"phone": 5}, "phone: must be a text"),
        ({"additionalInfo": "x"}, "additionalInfo: must be an object"),
        ({"address": {**VENDOR["address"], "city": {}}}, "address.city: must be a text"),
        ({"address": {**VENDOR["address"], "country": "USA"}}, "address.country: must be an ISO 3166 code"),
    ],
)
def test_a_vendors_fields_keep_their_bounds(caller, change, message):
    """Lengths, the published account types and two-letter countries hold when a vendor is made and changed (§2.1)."""
    status, errors = caller.send("POST", "/v3/vendors", {**VENDOR, **change})
    assert status == 400
    assert errors[0]["message"].startswith(message)


def test_put_needs_the_whole_bill_and_patch_does_not(caller, body):
    """PUT replaces a bill, so its body has all that a new bill needs; PATCH changes what it names (§1.10)."""
    made = caller.send("POST", "/v3/bills", body)[1]
    status, errors = caller.send("PUT", f"/v3/bills/{made['id']}", {"description": "new"})
    assert status == 400
    assert "dueDate: must not be null" in {error["message"] for error in errors}
    assert caller.send("GET", f"/v3/bills/{made['id']}")[1] == made
    assert caller.send("PATCH", f"/v3/bills/{made['id']}", {"description": "new"})[1]["description"] == "new"


def test_a_line_is_named_once(caller, body):
    """Two changes of one line in one body contradict each other and are refused."""
    made = caller.send("POST", "/v3/bills", body)[1]
    line = {"id": made["billLineItems"][0]["id"], "amount": 1}
    for method in ("PUT", "PATCH"):
        status, errors = caller.send(method, f"/v3/bills/{made['id']}", {**body, "billLineItems": [line, line]})
        assert (status, errors[0]["message"]) == (400, "billLineItems[1].id: is given twice")


def test_a_credits_zeros_have_no_sign(caller, body):
    """A bill below zero shows 0.00 as scheduled and credit amounts, never -0.00."""
    made = caller.send("POST", "/v3/bills", {**body, "billLineItems": [{"amount": -5}]})[1]
    assert [str(made[name]) for name in ("dueAmount", "scheduledAmount", "creditAmount")] == ["-5.00", "0.00", "0.00"]


def test_a_payment_term_is_updated_by_either_verb(caller):
    """The verb of a term's update is not documented, so both are served (§7)."""
    path = f"/v3/organizations/{caller.organization_id}/payment-terms"
    made = caller.send("POST", path, {"name": "Net 37", "daysDue": 37})[1]
    for verb, name in (("PUT", "Net 37 a"), ("PATCH", "Net 37 b")):
        status, changed = caller.send(verb, f"{path}/{made['id']}", {"name": name, "daysDue": 37})
        assert (status, changed["name"]) == (200, name)


def test_a_filter_ends_with_its_last_condition(caller):
    """A comma that nothing follows is a typo and is refused, as every malformed filter (§6)."""
    assert caller.send("GET", "/v3/bills", filters="archived:eq:false")[0] == 200
    assert caller.send("GET", "/v3/bills", filters="archived:eq:false,")[0] == 400


WRONG_TYPES = [None, True, 1, "", "x", [], [1], {}, {"id": []}, [{"id": 1}]]


def _replaced(body, path, value):
    made = copy.deepcopy(body)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


def _places(body, path=()):
    if path:
        yield path
    for key in body if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else ():
        yield from _places(body[key], (*path, key))


def test_wrong_types_are_refused_and_never_spoil_a_list(caller, vendor, body):
    """Whatever JSON stands in whatever place, the answer is one of BILL's, and all lists can still be sorted."""
    bill = caller.send("POST", "/v3/bills", body)[1]
    account = {"name": "New", "parentId": "", "account": {"type": "EXPENSE", "number": "6999"}}
    made = caller.send("POST", "/v3/classifications/chart-of-accounts", account)[1]
    targets = [
        ("POST", "/v3/vendors", VENDOR),
        ("PATCH", f"/v3/vendors/{vendor['id']}", VENDOR),
        ("POST", "/v3/bills", body),
        ("PATCH", f"/v3/bills/{bill['id']}", body),
        ("POST", "/v3/classifications/chart-of-accounts", account),
        ("PATCH", f"/v3/classifications/chart-of-accounts/{made['id']}", account),
        ("POST", "/v3/bill-approvals/actions", [{"billId": bill["id"], "action": "APPROVE"}]),
    ]
    for method, path, whole in targets:
        for place in list(_places(whole)):
            for value in WRONG_TYPES:
                status, _ = caller.send(method, path, _replaced(whole, place, value))
                assert status in {200, 201, 400, 404}, (method, path, place, value)
    for path, field in (("/v3/vendors", "name"), ("/v3/vendors", "phone"), ("/v3/bills", "description")):
        assert caller.read_all(path, max=100, sort=f"{field}:asc")
    for field in ("name", "description"):
        assert caller.read_all("/v3/classifications/chart-of-accounts", max=100, sort=f"{field}:desc")
