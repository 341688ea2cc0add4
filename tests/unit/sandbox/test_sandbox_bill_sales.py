"""BILL's writes of what is sold, to whom and by whom: customers, items, employees."""

from __future__ import annotations

from decimal import Decimal

import pytest

CUSTOMER = {
    "name": "Harbor Stores",
    "email": "pay@harbor.example",
    "billingAddress": {"line1": "1 Pier", "city": "Reno", "zipOrPostalCode": "89501", "country": "US"},
}
_LISTS = "/v3/classifications"


def test_a_customer_is_made_changed_archived_and_restored(caller, clock):
    """Create answers 201 with BILL's id; a change merges groups of fields and moves the time; archive repeats."""
    status, made = caller.send("POST", "/v3/customers", CUSTOMER)
    assert (status, made["id"][:3], made["archived"], made["invoiceCurrency"]) == (201, "0cu", False, "USD")
    clock.advance(60)
    path = f"/v3/customers/{made['id']}"
    status, changed = caller.send("PATCH", path, {"phone": "555", "billingAddress": {"city": "Elko"}})
    assert (status, changed["billingAddress"]) == (200, {**CUSTOMER["billingAddress"], "city": "Elko"})
    assert changed["updatedTime"] > made["updatedTime"]
    for act, archived in (("archive", True), ("archive", True), ("restore", False)):
        assert caller.send("POST", f"{path}/{act}")[1]["archived"] is archived
    assert [one["id"] for one in caller.read_all("/v3/customers", filters="name:eq:Harbor Stores")] == [made["id"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "name: must not be null"),
        ({"email": None}, "email: must not be null"),
        ({"name": "x" * 101}, "name: size must be between 1 and 100"),
        ({"email": "nobody"}, "email: must be a well-formed email address"),
        ({"accountType": "COMPANY"}, "accountType: is not valid"),
        ({"invoiceCurrency": "dollar"}, "invoiceCurrency: must be an ISO 4217 code"),
        ({"paymentTermId": "00pnone"}, "paymentTermId: does not exist"),
        ({"contact": {"middleName": "x"}}, "contact.middleName: is not known"),
        ({"billingAddress": {"country": "USA"}}, "billingAddress.country: must be an ISO 3166 code"),
        ({"phone": 5}, "phone: must be a text"),
        ({"shortName": "x"}, "Unknown parameter: shortName"),
    ],
)
def test_a_wrong_customer_is_refused_and_changes_nothing(caller, change, message):
    """What the published schema wants, and what it does not know (bill v3, customers)."""
    before = len(caller.read_all("/v3/customers", max=100))
    made = caller.send("POST", "/v3/customers", CUSTOMER)[1]
    for method, path in (("POST", "/v3/customers"), ("PATCH", f"/v3/customers/{made['id']}")):
        status, errors = caller.send(method, path, {**CUSTOMER, **change})
        assert (status, errors[0]["message"][: len(message)]) == (400, message)
    after = caller.read_all("/v3/customers", max=100)
    assert (len(after), next(one for one in after if one["id"] == made["id"])["name"]) == (before + 1, CUSTOMER["name"])


@pytest.mark.parametrize(
    ("kind", "body", "change"),
    [
        ("employees", {"firstName": "Ana", "lastName": "Lee", "shortName": "E-7"}, {"lastName": "Li"}),
        ("items", {"type": "OTHER_CHARGE", "name": "Survey", "price": 12.5, "taxable": True}, {"price": 13}),
    ],
)
def test_people_and_items_are_kept_one_by_one_and_in_bulk(caller, kind, body, change):
    """Create, change, archive and restore, as all classifications have them."""
    path = f"{_LISTS}/{kind}"
    status, made = caller.send("POST", path, body)
    assert status == 201
    changed = caller.send("PATCH", f"{path}/{made['id']}", change)[1]
    assert changed == {**made, **change}
    assert caller.send("POST", f"{path}/{made['id']}/archive")[1]["archived"] is True
    ids = [one["id"] for one in caller.send("POST", f"{path}/bulk", [body, body])[1][kind]]
    archived = caller.send("POST", f"{path}/bulk/archive", ids=",".join(ids))[1][kind]
    assert [one["archived"] for one in archived] == [True, True]


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("employees", {"shortName": "E-7"}, "firstName: must not be null"),
        ("employees", {"firstName": "x" * 101}, "firstName: size must be between 1 and 100"),
        ("employees", {"firstName": "Ana", "name": "Ana"}, "Unknown parameter: name"),
        ("employees", {"firstName": "Ana", "parentId": "0emnone"}, "parentId: does not exist"),
        ("items", {"name": "Survey"}, "type: must not be null"),
        ("items", {"type": "KIT", "name": "Survey"}, "type: is not valid"),
        ("items", {"type": "SERVICE", "name": "Survey", "price": "x"}, "price: is not valid"),
        ("items", {"type": "SERVICE", "name": "Survey", "percentage": 5}, "percentage: is not for items"),
        ("items", {"type": "SERVICE", "name": "Survey", "taxable": "yes"}, "taxable: must be true or false"),
        ("items", {"type": "SERVICE", "name": "Survey", "chartOfAccountId": "0canone"}, "chartOfAccountId: does not"),
        ("jobs", {"name": "Bridge", "shortName": "x" * 41}, "shortName: size must be between 0 and 40"),
    ],
)
def test_wrong_people_and_items_are_refused(caller, kind, body, message):
    """Required fields, types, lengths and references."""
    status, errors = caller.send("POST", f"{_LISTS}/{kind}", body)
    assert (status, errors[0]["message"][: len(message)]) == (400, message)


@pytest.fixture
def invoice(caller):
    """The body of an invoice with two lines, one of them coded."""
    customer = caller.send("POST", "/v3/customers", CUSTOMER)[1]
    account = caller.read_all(f"{_LISTS}/chart-of-accounts", max=100)[0]["id"]
    return {
        "customer": {"id": customer["id"]},
        "invoiceNumber": "H-1",
        "invoiceDate": "2026-03-01",
        "dueDate": "2026-03-31",
        "invoiceLineItems": [
            {"price": "10.05", "quantity": 3, "description": "Rope", "classifications": {"chartOfAccountId": account}},
            {"price": 0.99},
        ],
        "processingOptions": {"sendEmail": False},
    }


def test_an_invoice_is_made_exactly(caller, invoice):
    """Its total is that of the lines, price by quantity; all of it is open; it is found by its customer."""
    status, made = caller.send("POST", "/v3/invoices", invoice)
    assert (status, made["invoiceNumber"], made["status"]) == (201, "H-1", "OPEN")
    assert (made["totalAmount"], made["dueAmount"]) == (Decimal("31.14"), Decimal("31.14"))
    assert (made["invoiceDate"], made["dueDate"]) == ("2026-03-01", "2026-03-31")
    [seen] = caller.read_all("/v3/invoices", filters=f"customerId:eq:{invoice['customer']['id']}")
    assert (seen["id"], seen["customerId"]) == (made["id"], invoice["customer"]["id"])
    assert [line["quantity"] for line in seen["invoiceLineItems"]] == [3, 1]


def test_an_invoice_without_number_and_dates_gets_them(caller, invoice):
    """BILL numbers it, and dates it today."""
    body = {name: invoice[name] for name in ("customer", "invoiceLineItems")}
    made = caller.send("POST", "/v3/invoices", body)[1]
    assert made["invoiceNumber"]
    assert (made["invoiceDate"], made["dueDate"]) == ("2026-03-16", "2026-03-16")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customer": None}, "customer: must not be null"),
        ({"customer": {"id": "0cunone"}}, "customer.id: does not exist"),
        ({"customerId": "0cu"}, "Unknown parameter: customerId"),
        ({"invoiceLineItems": []}, "invoiceLineItems: must not be null"),
        ({"invoiceLineItems": [{"quantity": 1}]}, "invoiceLineItems[0].price: must not be null"),
        ({"invoiceLineItems": [{"price": 1, "amount": 1}]}, "Unknown parameter: amount"),
        ({"invoiceLineItems": [{"price": "x"}]}, "invoiceLineItems[0].price: is not valid"),
        (
            {"invoiceLineItems": [{"price": 1, "classifications": {"itemId": "0iinone"}}]},
            "invoiceLineItems[0].classifications.itemId: does not exist",
        ),
        ({"invoiceDate": "03/01/2026"}, "invoiceDate: is not valid"),
        ({"salesTaxTotal": 1}, "Unknown parameter: salesTaxTotal"),
    ],
)
def test_a_wrong_invoice_is_refused(caller, invoice, change, message):
    """What the published schema wants, and what it does not know (bill v3, invoices)."""
    before = len(caller.read_all("/v3/invoices", max=100))
    status, errors = caller.send("POST", "/v3/invoices", {**invoice, **change})
    assert (status, errors[0]["message"]) == (400, message)
    assert len(caller.read_all("/v3/invoices", max=100)) == before
