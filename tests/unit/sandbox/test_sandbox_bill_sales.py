"""BILL's writes of what is sold, to whom and by whom: customers, items, employees."""

from __future__ import annotations

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
