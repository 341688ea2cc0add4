"""What is sent into BILL, call by call, against what BILL's documentation names; and what is never sent.

The fields are those of BILL's own public collection of requests (API version 3, November 2025).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from into_bill_cases import BACK, OBJECTS, created, of_bill, of_intacct, plan_of, updated
from into_bill_credit_cases import ADJUSTED, KEYS, MEMO, NEGATIVE, changed, lines_of
from push_cases import intacct_bill, intacct_line, stored, tables
from push_cases import plan as bills_planned

from intacct_pipelines.clients.bill.client import BillClient
from intacct_pipelines.clients.bill.options import Credentials
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.push.channel import is_by
from intacct_pipelines.push.into_bill.channel import BillChannel
from intacct_pipelines.push.into_bill.requests import body_of, found_in, told, write_of

_ADDRESS = ("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country")
_NAMED = {"name", "shortName", "description", "parentId"}
PUBLISHED = {
    "bill_gl_account": {"name", "description", "parentId", "account.type", "account.number"},
    "bill_department": _NAMED,
    "bill_location": _NAMED,
    "bill_accounting_class": _NAMED,
    "bill_project": _NAMED,
    "bill_employee": {"firstName", "lastName", "shortName", "parentId"},
    "bill_item": {
        *_NAMED,
        *("type", "price", "chartOfAccountId", "expenseChartOfAccountId"),
        *("purchaseDescription", "purchaseCost", "taxable", "percentage"),
    },
    "bill_vendor": {
        *("name", "accountType", "shortName", "accountNumber", "email", "phone", "billCurrency"),
        *(f"address.{one}" for one in _ADDRESS),
        *("paymentInformation.payeeName", "paymentInformation.email"),
        *(f"additionalInfo.{one}" for one in ("taxId", "taxIdType", "track1099", "combinePayments", "paymentTermId")),
    },
    "bill_customer": {
        *("name", "companyName", "email", "accountType", "phone", "description", "invoiceCurrency", "accountNumber"),
        *(f"billingAddress.{one}" for one in _ADDRESS),
    },
}
"""Fields that a body may have."""
NEEDED = {
    **{name: {"name"} for name in PUBLISHED},
    "bill_employee": {"firstName", "lastName"},
    "bill_item": {"type", "name"},
    "bill_vendor": {
        *("name", "address.line1", "address.city", "address.zipOrPostalCode", "address.country"),
    },
    "bill_customer": {"name", "email"},
}
"""Fields without which BILL makes no record."""
_CLASSIFICATIONS = "/v3/classifications"
MADE = {
    "bill_gl_account": (
        f"{_CLASSIFICATIONS}/chart-of-accounts",
        {"name": "Cloud", "account": {"number": "6700", "type": "EXPENSE"}},
    ),
    "bill_department": (f"{_CLASSIFICATIONS}/departments", {"shortName": "LAB", "name": "Labs"}),
    "bill_location": (f"{_CLASSIFICATIONS}/locations", {"shortName": "100-R", "name": "Reno"}),
    "bill_accounting_class": (f"{_CLASSIFICATIONS}/accounting-classes", {"shortName": "GRANT-A", "name": "Grant A"}),
    "bill_project": (f"{_CLASSIFICATIONS}/jobs", {"shortName": "BRIDGE", "name": "Bridge"}),
    "bill_employee": (
        f"{_CLASSIFICATIONS}/employees",
        {"shortName": "E-7", "firstName": "Ana", "lastName": "Lee"},
    ),
    "bill_item": (
        f"{_CLASSIFICATIONS}/items",
        {
            "shortName": "SURVEY",
            "name": "Survey",
            "type": "OTHER_CHARGE",
            "description": "Of land",
            "price": Decimal("12.50"),
            "taxable": False,
            "chartOfAccountId": "a4",
        },
    ),
    "bill_vendor": (
        "/v3/vendors",
        {
            "shortName": "V-7",
            "name": "Zenith Quarries",
            "accountType": "BUSINESS",
            "billCurrency": "USD",
            "email": "pay@zenith.example",
            "phone": "555-0100",
            "accountNumber": "A-1",
            "address": {
                "line1": "1 Quarry Road",
                "line2": "Dock 2",
                "city": "Reno",
                "stateOrProvince": "NV",
                "zipOrPostalCode": "89501",
                "country": "US",
            },
            "paymentInformation": {"payeeName": "Zenith Quarries LLC"},
            "additionalInfo": {"taxId": "12-3456789", "track1099": True},
        },
    ),
    "bill_customer": (
        "/v3/customers",
        {
            "accountNumber": "C-7",
            "name": "Harbor Stores",
            "accountType": "BUSINESS",
            "invoiceCurrency": "USD",
            "email": "pay@harbor.example",
            "phone": "555-0200",
            "companyName": "Harbor Stores Inc",
            "billingAddress": {
                "line1": "1 Quarry Road",
                "line2": "Dock 2",
                "city": "Reno",
                "stateOrProvince": "NV",
                "zipOrPostalCode": "89501",
                "country": "US",
            },
        },
    ),
}
"""Path and body of the call that makes one record, as reviewed."""


def leaves(body, above=""):
    """The dotted places of a body."""
    for name, value in body.items():
        yield from leaves(value, f"{above}{name}.") if isinstance(value, dict) else [f"{above}{name}"]


@pytest.mark.parametrize("name", OBJECTS)
def test_a_new_record_is_sent_as_reviewed(name):
    """S-VEN-01: method, path and body, of published fields, with all that BILL needs."""
    write = write_of(stored(created(name)), "0080ORG")
    assert (write.method, write.path, write.body) == ("POST", *MADE[name])
    assert NEEDED[name] <= set(leaves(write.body)) <= PUBLISHED[name]


@pytest.mark.parametrize("name", OBJECTS)
def test_a_change_names_the_record_and_only_what_changed(name):
    """BILL's PATCH leaves alone what it does not name; archiving is a call of its own."""
    title, field = {
        **dict.fromkeys(("bill_gl_account", "bill_department"), ("title", "name")),
        "bill_employee": ("last_name", "lastName"),
    }.get(name, ("name", "name"))
    write = write_of(stored(updated(name, **{title: "Renamed"})), "0080ORG")
    assert (write.method, write.path, write.body) == ("PATCH", f"{MADE[name][0]}/x1", {field: "Renamed"})
    write = write_of(stored(updated(name, status="inactive")), "0080ORG")
    assert (write.method, write.path, write.body) == ("POST", f"{MADE[name][0]}/x1/archive", {})
    archived = of_bill(name, is_archived=True)
    [item] = plan_of(name, [of_intacct(name)], [archived], pairs=[(70, "x1")]).items
    assert write_of(stored(item), "0080ORG").path == f"{MADE[name][0]}/x1/restore"


@pytest.mark.parametrize("name", OBJECTS)
def test_a_record_that_bill_shows_as_it_was_sent_is_known_again(name):
    """What a look-up reads has the fields that an item compares, also where BILL leaves out what is empty."""
    item = stored(created(name))
    record = found_in(PUSHED[name], {"id": "new", **write_of(item, "0080ORG").body})
    assert (record.record_id, record.text) == ("new", "")
    assert {field: record.fields[field] for field in item.natural_key} == dict(item.natural_key)


def test_texts_become_what_bills_column_is():
    """Flags and numbers are no texts in JSON; money stays exact."""
    pushed = PUSHED["bill_vendor"]
    assert body_of(pushed, {"archived": "false", "name": "1"}) == {"archived": False, "name": "1"}
    assert body_of(pushed, {"balance": {"amount": "0.10"}}) == {"balance": {"amount": Decimal("0.10")}}
    assert [told(one) for one in (None, True, False, Decimal("0.10"), " a ")] == ["", "true", "false", "0.10", "a"]


def test_nothing_is_deleted_or_taken_back_in_bill():
    """S-IDM-06: there is no such operation on the way into BILL."""
    assert {operation for name in OBJECTS for operation in PUSHED[name].functions} <= set(Operation)
    assert all(Operation.REVERSE not in PUSHED[name].functions for name in OBJECTS)


def bill_item():
    """The item that makes a bill."""
    rows = {
        "bill__ap_bill": [],
        "intacct__ap_bill": [intacct_bill(description="Slate", module_key="9.PO", reference_no="PO-7")],
        "intacct__ap_bill_line": [intacct_line(description="Roof")],
    }
    [planned] = bills_planned(tables(**rows), link=BACK, objects=["bill_ap_bill"]).items
    return stored(planned)


@dataclass
class Answering:
    """A session at an organisation whose lists hold some records."""

    results: list
    asked: list = field(default_factory=list)
    organization_id: str = "0080ORG"

    def list(self, path, *, filters=(), may_be_plain=False):
        """One page of all of them."""
        self.asked.append((path, tuple(filters), may_be_plain))
        yield self


def test_a_new_bill_is_looked_for_among_those_of_its_vendor():
    """S-IDM-04: by its number as people write it, or its key; a withdrawn one counts only if it is ours."""
    item = bill_item()

    def bill(record_id, number, **more):
        invoice = {"invoiceNumber": number, "invoiceDate": "2026-02-10"}
        return {"id": record_id, "vendorId": "v1", "invoice": invoice, "archived": False, **more}

    there = [
        bill("same", " inv-B1"),
        bill("other", "INV-2"),
        bill("withdrawn", "INV-b1", archived=True),
        bill("ours", "renumbered", archived=True, description=f"INTACCT:500 {item.key}"),
    ]
    session = Answering(there)
    found = BillChannel(session).look_up([item])
    assert [record.record_id for record in found[item.key]] == ["same", "ours"]
    assert session.asked == [("/v3/bills", (("vendorId", "eq", "v1"),), True)]


def test_a_new_bill_is_sent_as_reviewed():
    """S-BIL-01: amounts are numbers, days and ids texts; the look-up knows it again by its key alone."""
    item = bill_item()
    write = write_of(item, "0080ORG")
    codes = {"chartOfAccountId": "a1", "departmentId": "d1", "locationId": "l1"}
    assert (write.method, write.path, write.body) == (
        "POST",
        "/v3/bills",
        {
            "vendorId": "v1",
            "invoice": {"invoiceNumber": "INV-b1", "invoiceDate": "2026-02-10"},
            "dueDate": "2026-03-12",
            "purchaseOrderNumber": "PO-7",
            "billLineItems": [{"amount": Decimal("100.00"), "description": "Roof", "classifications": codes}],
            "description": f"INTACCT:500 {item.key} Slate",
        },
    )
    found = found_in(PUSHED["bill_ap_bill"], {"id": "new", **write.body})
    assert is_by(item, found)
    assert not is_by(item, found_in(PUSHED["bill_ap_bill"], {"id": "new", **write.body, "description": "Slate"}))


_TO_PAYABLES = {*("chartOfAccountId", "accountingClassId", "departmentId", "jobId", "locationId", "itemId")}
_CREDIT = {*("vendorId", "referenceNumber", "creditDate", "description", "vendorCreditLineItems")}
_CREDIT_MEMO = {*("customerId", "referenceNumber", "creditDate", "description", "creditMemoLineItems")}
_CREDIT_LINE = {*("id", "description", "amount", "classifications")}
_MEMO_LINE = {*_CREDIT_LINE, *("price", "quantity", "ratePercent", "taxable")}
CREDITS = {
    NEGATIVE: (_CREDIT, _CREDIT_LINE, {*_TO_PAYABLES, "employeeId", "customerId"}),
    ADJUSTED: (_CREDIT, _CREDIT_LINE, {*_TO_PAYABLES, "employeeId", "customerId"}),
    MEMO: (_CREDIT_MEMO, _MEMO_LINE, _TO_PAYABLES),
}
"""Fields of a credit that its PUT takes, those of its lines, and what these may be coded to."""


@pytest.mark.parametrize("name", CREDITS)
def test_a_change_of_a_credit_has_published_fields_alone(name):
    """S-VCR-01, S-CRM-01: `update_a_vendor_credit_patch` takes text and lines, the PUT of either credit the whole."""
    fields, line_fields, codes = CREDITS[name]
    place = PUSHED[name].patched[1]
    path = f"{PUSHED[name].target.source_object}/{KEYS[name][1]}"
    lines = [*lines_of(name, "-50.00"), *lines_of(name, "-4.00")]
    edits = {
        "PUT": ({"document_no": "N-2"}, None, fields),
        "PATCH": ({"trx_total_entered": Decimal("-54.00")}, lines, {"description", place}),
    }
    for method, (ours, recoded, known) in edits.items():
        [item] = changed(name, ours, lines=recoded).items
        write = write_of(stored(item), "0080ORG")
        assert (write.method, write.path, write.body.keys()) == (method, path, known)
        assert all(line.keys() <= line_fields for line in write.body[place])
        assert all(line["classifications"].keys() <= codes for line in write.body[place])


@pytest.mark.parametrize("verb", ["post", "patch", "put"])
@pytest.mark.parametrize("path", ["/v3/payments", "/v3/payments/bulk", "/v3/vendors/009/bank-account"])
def test_what_moves_money_is_refused_before_it_leaves(path, verb):
    """The way into BILL can never pay, whatever a plan says."""
    with BillClient(Credentials("key", "user", "secret")) as client, pytest.raises(ConfigurationError):
        getattr(client.session("0080ORG"), verb)(path, {})
    assert not any(path.startswith(one.target.source_object) for one in PUSHED.values() if one.target.name == "payment")
