"""Which invoices of Intacct go into BILL, with what, and which wait; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from into_bill_cases import BACK, of_bill, of_intacct
from push_cases import NOW, stored

from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.routes import Route, Routes
from intacct_pipelines.push.channel import is_by
from intacct_pipelines.push.into_bill.requests import found_in, write_of
from intacct_pipelines.push.plan import build_plan

NAME = "bill_ar_invoice"
PAIR = {"object": "customer", "platform_id": "x1", "intacct_record_no": 70, "method": "crosswalk"}


def invoice(record_no=500, **changes):
    """A posted invoice of Intacct."""
    row = {
        "record_no": record_no,
        "state": "Posted",
        "customer_id": "C-7",
        "customer_name": "Harbor Stores",
        "document_no": "H-1",
        "description": None,
        "invoice_date": date(2026, 3, 1),
        "due_date": date(2026, 3, 31),
        "currency": "USD",
        "trx_total_entered": Decimal("110.00"),
        "trx_total_paid": Decimal("0.00"),
        "module_key": "4.AR",
        "owner_entity_id": "100",
    }
    return {**row, **changes}


def line(record_no, amount, account, **changes):
    """A line of it."""
    row = {"record_no": record_no, "invoice_record_no": 500, "line_no": record_no, "trx_amount": Decimal(amount)}
    codes = {"account_no": account, "department_id": "", "location_id": "", "class_id": "", "description": ""}
    return {**row, **codes, **changes}


def plan(invoices=None, *, link=BACK, pairs=(PAIR,), theirs=(), customer=None, **more):
    """A plan of invoices alone."""
    rows = [invoice()] if invoices is None else invoices
    lines = [line(1, "100.00", "4000", description="Rope"), line(2, "10.00", "2200")]
    tables = {
        "intacct.customer": [of_intacct("bill_customer")],
        "bill.customer": [{**of_bill("bill_customer"), "currency": "USD", **(customer or {})}],
        "bill.gl_account": [
            {"id": "a4", "account_no": "4000", "name": "Sales"},
            {"id": "a2", "account_no": "2200", "name": "Sales tax"},
        ],
        "intacct.ar_invoice": rows,
        "intacct.ar_invoice_line": [{**one, "invoice_record_no": row["record_no"]} for row in rows for one in lines],
        "bill.ar_invoice": list(theirs),
    }
    return build_plan(link, tables, pairs, revisions={}, closed_through=None, now=NOW, objects=[NAME], **more)


def kinds(made):
    """Class of reason and rule of what is held."""
    return [(hold.kind, hold.rule) for hold in made.holds]


def test_a_new_invoice_is_sent_as_reviewed():
    """S-INV-01, S-INV-03: numbers as numbers, the tax as the line that it is, and no mail to the customer."""
    item = stored(plan().items[0])
    write = write_of(item, "0080ORG")
    assert (write.method, write.path, write.body) == (
        "POST",
        "/v3/invoices",
        {
            "customer": {"id": "x1"},
            "invoiceNumber": "H-1",
            "invoiceDate": "2026-03-01",
            "dueDate": "2026-03-31",
            "invoiceLineItems": [
                {
                    "description": "Rope",
                    "classifications": {"chartOfAccountId": "a4"},
                    "quantity": Decimal(1),
                    "price": Decimal("100.00"),
                },
                {"classifications": {"chartOfAccountId": "a2"}, "quantity": Decimal(1), "price": Decimal("10.00")},
            ],
            "processingOptions": {"sendEmail": False},
        },
    )
    assert (plan().items[0].amount, plan().items[0].currency) == (Decimal("110.00"), "USD")


@pytest.mark.parametrize("total", [Decimal("110.0"), Decimal(110), Decimal("110.00")])
def test_an_invoice_is_known_again_by_all_that_its_header_says(total):
    """S-IDM-03: customer, number, days and total; one that differs in any is somebody's else."""
    item = stored(plan().items[0])
    shown = {"id": "i1", "customerId": "x1", "invoiceNumber": "H-1", "invoiceDate": "2026-03-01"}
    shown |= {"dueDate": "2026-03-31", "totalAmount": total}
    assert is_by(item, found_in(PUSHED[NAME], shown))
    for change in ({"totalAmount": Decimal(111)}, {"dueDate": "2026-04-01"}, {"invoiceNumber": "H-2"}):
        assert not is_by(item, found_in(PUSHED[NAME], {**shown, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Draft"},
        {"state": "Partially Paid", "trx_total_paid": Decimal(1)},
        {"trx_total_paid": Decimal("0.01")},
        {"trx_total_entered": Decimal(-110)},
        {"owner_entity_id": "200"},
    ],
)
def test_what_is_not_fully_unpaid_and_of_this_level_does_not_travel(change):
    """S-INV-01, S-CFG-11, S-CRM-01: posted, nothing paid, no credit, of the link's own level."""
    made = plan([invoice(**change)])
    assert (made.items, made.holds) == ((), ())


def test_of_two_accounts_at_one_place_one_gets_an_invoice():
    """S-CFG-10: by its customer; what another account brought, and what leads to several, goes into none."""
    one = Routes({"east": BACK.organization_id, "west": "org2"}, (Route("east", customers=frozenset({"C-7"})),))
    other = replace(one, rows=(Route("west", customers=frozenset({"C-7"})),))
    none = replace(one, rows=(Route("west", vendors=frozenset({"C-7"})),))
    found = [plan(link=replace(BACK, routes=routes)) for routes in (one, other, none)]
    assert [(len(each.items), [hold.kind for hold in each.holds]) for each in found] == [
        (1, []), (0, []), (0, ["no_route"]),
    ]  # fmt: skip
    brought = plan([invoice(description="BILL:of-another k1")], link=replace(BACK, routes=one))
    assert (brought.items, brought.holds) == ((), ())


def test_a_link_that_goes_one_way_sends_no_invoice():
    """S-CFG-10: transactions of B and D travel into Intacct alone."""
    assert plan(link=replace(BACK, one_way=True)).items == ()


def test_an_invoice_that_bill_has_is_left_alone():
    """S-SCH-05: whichever side it came from, its pair is not made again."""
    theirs = {"id": "i1", "customer_id": "x1", "document_no": "H-1", "currency": "USD", "amount": Decimal(110)}
    pair = {"object": "ar_invoice", "platform_id": "i1", "intacct_record_no": 500, "method": "crosswalk"}
    made = plan(theirs=[theirs], pairs=[PAIR, pair])
    assert (made.items, made.holds) == ((), ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"document_no": " "}, ("missing_field", "S-IDM-03")),
        ({"trx_total_entered": Decimal(0)}, ("not_positive", "S-INV-01")),
        ({"trx_total_entered": Decimal(111)}, ("unbalanced", "S-IDM-07")),
        ({"currency": "CAD"}, ("currency", "S-CUR-01")),
        ({"customer_id": "C-8"}, ("missing_reference", "S-CUS-01")),
        ({"description": "BILL:00e01ABCDEFGHIJKLMNO key"}, ("came_from_bill", "S-SCH-05")),
    ],
)
def test_what_cannot_be_sent_is_held_with_its_rule(change, reason):
    """Each with a rule and a remedy."""
    made = plan([invoice(**change)])
    assert (made.items, kinds(made)) == ((), [reason])


def test_a_number_that_stands_twice_is_held():
    """S-IDM-04: nothing else would tell an invoice of BILL from ours; a withdrawn one frees its number."""
    theirs = {"id": "i1", "customer_id": "x1", "document_no": "h-1", "currency": "USD", "amount": Decimal(1)}
    made = plan(theirs=[theirs])
    assert (made.items, kinds(made)) == ((), [("duplicate", "S-IDM-04")])
    assert len(plan(theirs=[{**theirs, "is_archived": True}]).items) == 1
    made = plan([invoice(), invoice(501)])
    assert (made.items, kinds(made)) == ((), [("duplicate", "S-IDM-04")] * 2)


def test_an_invoice_waits_for_its_customer():
    """S-CUS-01: one that is archived in BILL, or that its name contradicts, carries no new invoice."""
    assert kinds(plan(customer={"is_archived": True})) == [("inactive", "S-CUS-01")]
    made = plan(pairs=[{**PAIR, "method": "natural_key"}], customer={"name": "Else"})
    assert kinds(made) == [("unconfirmed_pair", "S-CUS-03")]


def test_an_invoice_of_an_order_keeps_its_number_and_says_what_is_lost():
    """S-SAL-01: the order is in BILL only as this invoice."""
    [item] = plan([invoice(module_key="8.SO", reference_no="SO-7")]).items
    assert (item.natural_key["invoiceNumber"], "SO-7" in item.warnings[0]) == ("H-1", True)


def test_what_was_made_before_or_is_in_quarantine_waits():
    """S-IDM-06, S-ERR-41."""
    assert kinds(plan(posted={(NAME, "500")})) == [("deleted_in_bill", "S-IDM-06")]
    for name in (("intacct.ar_invoice", "500"), ("intacct.ar_invoice_line", "1")):
        assert kinds(plan(quarantined={name})) == [("quarantined", "S-ERR-41")]


def test_advanced_sales_tax_is_no_obstacle_on_this_way():
    """S-TAX-02: such invoices are made in Intacct, which knows the tax, and travel with it."""
    [item] = plan(link=replace(BACK, advanced_sales_tax=True)).items
    assert [one["price"] for one in item.payload["invoiceLineItems"]] == ["100.00", "10.00"]
