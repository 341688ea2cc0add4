"""BILL's lists: pages, filters, sorting, and what a record looks like."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest


def test_pages_hold_every_bill_once(caller, twin):
    """Following `nextPage` to its absence yields each bill exactly once, whatever the page size."""
    expected = [bill.id for bill in twin.bills(caller.organization_id)]
    assert expected
    for size in (1, 7, 100):
        assert [bill["id"] for bill in caller.read_all("/v3/bills", max=size)] == expected


def test_page_size_defaults_to_20(caller):
    """Without `max` a page holds 20 records."""
    assert len(caller.send("GET", "/v3/bills")[1]["results"]) == 20


@pytest.mark.parametrize("size", ["0", "101", "-1", "x", "1.5"])
def test_page_size_out_of_range_is_refused(caller, size):
    """`max` is 1 to 100."""
    assert caller.send("GET", "/v3/bills", max=size)[0] == 400


def test_tokens_are_signed_and_bound_to_their_question(caller):
    """A token that was changed, or is used for another list, filter or size, is refused."""
    token = caller.send("GET", "/v3/bills", max=5, sort="updatedTime:asc")[1]["nextPage"]
    assert caller.send("GET", "/v3/bills", page=token)[0] == 200
    assert caller.send("GET", "/v3/bills", page=token, max=5, sort="updatedTime:asc")[0] == 200
    assert caller.send("GET", "/v3/bills", page="A" + token[1:])[0] == 400
    assert caller.send("GET", "/v3/bills", page="ünknown")[0] == 400
    assert caller.send("GET", "/v3/vendors", page=token)[0] == 400
    assert caller.send("GET", "/v3/bills", page=token, sort="dueDate:asc")[0] == 400
    assert caller.send("GET", "/v3/bills", page=token, max=6)[0] == 400


def test_previous_pages_lead_back(caller):
    """`prevPage` is absent on the first page and leads back to it from the second."""
    first = caller.send("GET", "/v3/bills", max=5)[1]
    second = caller.send("GET", "/v3/bills", max=5, page=first["nextPage"])[1]
    assert "prevPage" not in first
    assert caller.send("GET", "/v3/bills", max=5, page=second["prevPage"])[1]["results"] == first["results"]


def test_an_empty_page_may_have_a_next_one(caller, twin):
    """With the switch on, a list begins with an empty page and is complete all the same."""
    expected = caller.read_all("/v3/bills", max=100)
    twin.options.empty_first_page = True
    first = caller.send("GET", "/v3/bills", max=100)[1]
    assert first["results"] == []
    assert caller.read_all("/v3/bills", max=100) == expected


def test_changed_since_a_time_in_order(caller):
    """The incremental question: changed since, archived or not, in the order of change."""
    everything = caller.read_all("/v3/bills", max=100, sort="updatedTime:asc")
    times = [bill["updatedTime"] for bill in everything]
    assert times == sorted(times)
    since = times[-5]
    found = caller.read_all("/v3/bills", filters=f'updatedTime:gte:"{since}"', sort="updatedTime:asc")
    assert [bill["updatedTime"] for bill in found] == [time for time in times if time >= since]
    for form in (since[:-6], since[:19], f"{since[:23]}Z"):
        assert caller.read_all("/v3/bills", filters=f'updatedTime:gte:"{form}"') != []


@pytest.mark.parametrize(
    ("path", "filters", "check"),
    [
        ("/v3/bills", 'paymentStatus:in:"PAID,PARTIAL"', lambda r: r["paymentStatus"] in {"PAID", "PARTIAL"}),
        ("/v3/bills", "paymentStatus:ne:PAID", lambda r: r["paymentStatus"] != "PAID"),
        ("/v3/bills", "dueDate:lt:2025-06-01,archived:eq:false", lambda r: r["dueDate"] < "2025-06-01"),
        ("/v3/vendors", "archived:eq:true", lambda r: r["archived"]),
        ("/v3/vendors", "address.country:eq:US", lambda r: r["address"]["country"] == "US"),
        ("/v3/vendors", 'billCurrency:nin:"USD,EUR"', lambda r: r["billCurrency"] == "JPY"),
        ("/v3/classifications/departments", "name:sw:Fi", lambda r: r["name"].startswith("Fi")),
    ],
)
def test_filters_select(caller, path, filters, check):
    """A filter keeps exactly the records for which it holds."""
    everything = caller.read_all(path, max=100)
    expected = [record["id"] for record in everything if check(record)]
    assert expected
    assert len(expected) < len(everything)
    assert [record["id"] for record in caller.read_all(path, max=100, filters=filters)] == expected


def test_bills_are_found_by_classification_of_a_line(caller):
    """A bill is found when any of its lines is coded so."""
    department = caller.read_all("/v3/classifications/departments", max=100)[0]["id"]
    found = caller.read_all("/v3/bills", max=100, filters=f"classifications.departmentId:eq:{department}")
    assert found
    for bill in found:
        assert any(line["classifications"].get("departmentId") == department for line in bill["billLineItems"])


@pytest.mark.parametrize(
    "filters",
    [
        "invoiceNumber:eq:1",
        "approvalStatus:eq:APPROVED",
        "id:sw:00n",
        "dueDate:eq:2026-01-01",
        "updatedTime:gte:2026-01-01T00:00:00.000Z",  # a value with a colon needs quotes
        "updatedTime:gte:yesterday",
        "dueDate:lt:2026-13-01",
        "archived:eq:yes",
        "archived",
        "archived:eq:true;vendorId:eq:1",
        'vendorId:in:"open',
    ],
)
def test_filters_outside_the_published_table_are_refused(caller, filters):
    """Unknown fields, operators and forms are an error: a typo never returns page 1 unfiltered."""
    assert caller.send("GET", "/v3/bills", filters=filters)[0] == 400


def test_unknown_query_parameters_are_ignored(caller):
    """A misspelt parameter changes nothing, as with BILL."""
    assert caller.send("GET", "/v3/bills", filter="archived:eq:true") == caller.send("GET", "/v3/bills")


def test_lists_sort_by_several_keys(caller):
    """Keys count in the order in which they are given, each with its direction."""
    vendors = caller.read_all("/v3/vendors", max=100, sort="billCurrency:desc,name:asc")
    keys = [(vendor["billCurrency"], vendor["name"]) for vendor in vendors]
    by_name = sorted(keys, key=lambda key: key[1])
    assert keys == sorted(by_name, key=lambda key: key[0], reverse=True)
    for sort in ("amount:asc", "dueDate", "dueDate:up", "invoice.invoiceNumber:asc"):
        assert caller.send("GET", "/v3/bills", sort=sort)[0] == 400


def test_rows_that_change_between_pages_move(caller, twin):
    """A page is no snapshot: a row that is touched while pages are read moves behind the reader's place."""
    query = {"max": 10, "sort": "updatedTime:asc"}
    first = caller.send("GET", "/v3/bills", **query)[1]
    twin.edit_bill(first["results"][0]["id"], description="touched")
    rest = caller.read_all("/v3/bills", **query, page=first["nextPage"])
    seen = [bill["id"] for bill in first["results"] + rest]
    assert len(seen) - len(set(seen)) == 1
    assert len(set(seen)) == len(twin.bills(caller.organization_id)) - 1


def test_unset_fields_are_left_out_and_times_have_an_offset(caller):
    """Nothing is null or empty; times have milliseconds and an offset."""

    def check(value):
        if isinstance(value, dict):
            assert all(item not in (None, "", {}) for item in value.values())
            for item in value.values():
                check(item)
        elif isinstance(value, list):
            for item in value:
                check(item)

    bills = caller.read_all("/v3/bills", max=100)
    vendors = caller.read_all("/v3/vendors", max=100)
    check(bills)
    check(vendors)
    assert any("purchaseOrderNumber" not in bill for bill in bills)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", b["updatedTime"]) for b in bills)


def test_amounts_have_their_currency_s_places(caller_for, business):
    """Decimals are written as numbers with the currency's own places; lines add up to the bill."""
    for index, places in ((0, 2), (2, 0)):
        caller = caller_for(index)
        currencies = {v["id"]: v["billCurrency"] for v in caller.read_all("/v3/vendors", max=100)}
        own = business.entities[index].currency
        for bill in caller.read_all("/v3/bills", max=100):
            amounts = [Decimal(line["amount"]) for line in bill["billLineItems"]]
            assert sum(amounts) == bill["amount"]
            settled = bill["paidAmount"] + bill["creditAmount"] + bill["scheduledAmount"]
            assert bill["dueAmount"] == bill["amount"] - settled
            if currencies[bill["vendorId"]] == own:
                assert -Decimal(bill["amount"]).as_tuple().exponent == places


def test_a_bill_has_no_currency_and_no_posting_date(caller):
    """What BILL does not tell, the twin does not tell: currency is the vendor's."""
    bill = caller.send("GET", "/v3/bills", max=1)[1]["results"][0]
    assert {"currency", "glPostingDate", "syncStatus"}.isdisjoint(bill)
    assert set(bill["invoice"]) == {"invoiceNumber", "invoiceDate"}


def test_classifications_carry_numbers_and_short_names(caller, business):
    """Accounts are known by number, the other lists by the short name that holds Intacct's id."""
    accounts = caller.read_all("/v3/classifications/chart-of-accounts", max=100)
    assert {a["account"]["number"] for a in accounts} == {a.account_no for a in business.accounts}
    departments = {d["shortName"]: d for d in caller.read_all("/v3/classifications/departments", max=100)}
    assert set(departments) == {d.id for d in business.departments}
    assert departments["21"]["parentId"] == departments["20"]["id"]
    locations = caller.read_all("/v3/classifications/locations", max=100)
    assert {loc["shortName"] for loc in locations} == set(business.entities[0].location_ids)
    terms = caller.read_all(f"/v3/organizations/{caller.organization_id}/payment-terms", max=100)
    assert {(t["name"], t["daysDue"]) for t in terms} == {(t.name, t.days) for t in business.terms}


def test_a_vendor_owes_the_sum_of_its_open_bills(caller):
    """A vendor's balance follows its bills."""
    bills = caller.read_all("/v3/bills", max=100)
    for vendor in caller.read_all("/v3/vendors", max=100)[:10]:
        owed = sum(bill["dueAmount"] for bill in bills if bill["vendorId"] == vendor["id"])
        assert vendor["balance"]["amount"] == owed


def test_a_busy_office_changes_rows(caller, twin, clock):
    """The disturbance that faults use moves a row's time of change."""
    before = {bill["id"]: bill["updatedTime"] for bill in caller.read_all("/v3/bills", max=100)}
    clock.advance(timedelta(minutes=1).total_seconds())
    twin.disturb(3)
    after = {bill["id"]: bill["updatedTime"] for bill in caller.read_all("/v3/bills", max=100)}
    assert sum(before[i] != after[i] for i in before) == 1
