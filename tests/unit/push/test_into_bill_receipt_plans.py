"""Which receipts of Intacct are recorded in BILL, with what, and which wait; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from into_bill_cases import BACK, of_bill, of_intacct
from push_cases import NOW, stored

from intacct_pipelines.domain.approval import why_a_person
from intacct_pipelines.domain.link import Gate, IntoBill
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import Stopped, is_by
from intacct_pipelines.push.into_bill.open_documents import check_open
from intacct_pipelines.push.into_bill.requests import found_in, write_of
from intacct_pipelines.push.plan import build_plan

NAME = "bill_ar_payment"
PAIRS = (
    {"object": "customer", "platform_id": "x1", "intacct_record_no": 70, "method": "crosswalk"},
    {"object": "ar_invoice", "platform_id": "i1", "intacct_record_no": 500, "method": "crosswalk"},
)


def receipt(**changes):
    """A receipt of Intacct."""
    row = {
        "record_no": 900,
        "state": "Complete",
        "customer_id": "C-7",
        "customer_name": "Harbor Stores",
        "reference_no": "CHK-9",
        "document_no": None,
        "description": None,
        "receipt_date": date(2026, 3, 1),
        "payment_method": "Printed Check",
        "currency": "USD",
        "trx_total_entered": Decimal("100.00"),
        "owner_entity_id": "100",
    }
    return {**row, **changes}


def detail(record_no=1, invoice=500, amount="100.00", **changes):
    """What it settles."""
    own = {"record_no": record_no, "payment_record_no": 900, "invoice_record_no": invoice}
    return {**own, "trx_payment_amount": None if amount is None else Decimal(amount), **changes}


def invoice(due="100.00", **changes):
    """An invoice of BILL over 100 dollars."""
    row = {"id": "i1", "customer_id": "x1", "document_no": "H-1", "currency": "USD", "is_archived": False}
    return {**row, "amount": Decimal("100.00"), "due_amount": Decimal(due), "scheduled_amount": Decimal(0), **changes}


def theirs(**changes):
    """A receipt of BILL, with what it settles."""
    row = {"id": "p1", "customer_id": "x1", "status": "PAID", "description": None}
    return {**row, **changes}, {"id": "s1", "payment_id": "p1", "invoice_id": "i1", "amount": Decimal("100.00")}


def plan(received=None, details=None, invoices=None, in_bill=(), *, link=BACK, pairs=PAIRS, **more):
    """A plan of receipts alone."""
    rows = {
        "intacct.customer": [of_intacct("bill_customer")],
        "bill.customer": [{**of_bill("bill_customer"), "currency": "USD"}],
        "intacct.ar_payment": [receipt()] if received is None else received,
        "intacct.ar_payment_detail": [detail()] if details is None else details,
        "intacct.ar_invoice": [{"record_no": 500}, {"record_no": 501}],
        "bill.ar_invoice": [invoice()] if invoices is None else invoices,
        "bill.ar_payment": [one for one, _ in in_bill],
        "bill.ar_payment_detail": [share for _, share in in_bill],
    }
    return build_plan(link, rows, pairs, revisions={}, closed_through=None, now=NOW, objects=[NAME], **more)


def kinds(made):
    """Class of reason and rule of what is held."""
    return [(hold.kind, hold.rule) for hold in made.holds]


def test_a_receipt_is_recorded_as_reviewed():
    """S-ARP-01: customer, day, how it was paid, and how much of each invoice; known again by its key alone."""
    [item] = plan([receipt(trx_total_entered=Decimal("130.00"))], [detail(), detail(2, 501, "20.00")]).items
    write = write_of(stored(item), "0080ORG")
    assert (write.method, write.path, write.body) == (
        "POST",
        "/v3/invoices/record-payment",
        {
            "customerId": "x1",
            "paymentDate": "2026-03-01",
            "paymentType": "CHECK",
            "amount": Decimal("100.00"),
            "description": f"INTACCT:900 {item.key} CHK-9",
            "invoices": [{"id": "i1", "amount": Decimal("100.00")}],
        },
    )
    assert item.warnings == ("100.00 of 130.00: BILL does not have the rest of what it settles [S-INV-01]",)
    shown = {"id": "p9", "customerId": "x1", "description": item.payload["description"]}
    assert is_by(stored(item), found_in(PUSHED[NAME], shown))
    assert not is_by(stored(item), found_in(PUSHED[NAME], {**shown, "description": "INTACCT:900"}))


@pytest.mark.parametrize(
    ("method", "expected"), [("EFT", "ACH"), ("Cash", "CASH"), ("Credit Card", "CREDIT_CARD"), ("Wire", "OTHER")]
)
def test_bill_is_told_how_it_was_paid_in_its_own_words(method, expected):
    """S-ARP-01: what BILL has no word for is OTHER."""
    [item] = plan([receipt(payment_method=method)]).items
    assert item.payload["paymentType"] == expected


def test_it_is_a_setting_and_a_persons_word():
    """S-ARP-01: nothing without `also_pushed`; the policy approves it only if `approve_payments` says so."""
    assert [PUSHED[NAME].is_let_by(replace(BACK, also_pushed=frozenset(names))) for names in ((), (NAME,))] == [
        False,
        True,
    ]
    auto = replace(BACK, gate=Gate.AUTO, auto_approve_items=9, auto_approve_amount={"any": Decimal(1000)})
    assert why_a_person(auto, plan().items)
    assert not why_a_person(replace(auto, into_bill=IntoBill(approves_payments=True)), plan().items)


@pytest.mark.parametrize(
    "changes",
    [
        {"received": [receipt(state="Reversed")]},
        {"received": [receipt(state="Reversal")]},
        {"received": [receipt(state="Draft")]},
        {"details": [detail(invoice=501)]},
        {"details": [detail(amount=None, trx_credit_amount=Decimal(100))]},
        {"invoices": [invoice(is_archived=True)]},
        {"link": replace(BACK, one_way=True)},
    ],
)
def test_what_received_nothing_on_an_invoice_of_bill_does_not_travel(changes):
    """S-ARP-03, S-INV-01, S-CRM-01: reversals, drafts, invoices that BILL lacks, credits alone."""
    made = plan(**changes)
    assert (made.items, made.holds) == ((), ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"invoices": [invoice(due="99.99")]}, ("already_settled", "S-ARP-01")),
        ({"invoices": [invoice(scheduled_amount=Decimal(5))]}, ("paid_twice", "S-ARP-01")),
        ({"in_bill": [theirs(status="SCHEDULED")]}, ("paid_twice", "S-ARP-01")),
        ({"in_bill": [theirs()]}, ("duplicate", "S-ARP-01")),
        ({"details": [detail(), detail(2, amount=None, trx_credit_amount=Decimal(1))]}, ("credit_used", "S-CRM-01")),
        ({"invoices": [invoice(customer_id="x2")]}, ("other_party", "S-ARP-01")),
        ({"received": [receipt(description="BILL:p7")]}, ("came_from_bill", "S-SCH-05")),
        ({"posted": {(NAME, "900")}}, ("deleted_in_bill", "S-IDM-06")),
    ],
)
def test_what_would_count_twice_or_is_unclear_is_held(changes, expected):
    """S-ARP-01: an invoice is never told as paid where BILL collects it too, or may have this receipt already."""
    made = plan(**changes)
    assert (made.items, kinds(made)) == ((), [expected])


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [
        ("Complete", "PAID", []),
        ("Reversed", "PAID", [("voided_in_intacct", "S-ARP-03")]),
        ("Complete", "VOID", [("voided_in_bill", "S-ARP-03")]),
        ("Reversed", "VOID", []),
    ],
)
def test_what_is_void_on_one_side_only_is_told(state, status, expected):
    """S-ARP-03: of what we recorded."""
    recorded = theirs(status=status, description=plan().items[0].payload["description"])
    pair = {"object": "ar_payment", "platform_id": "p1", "intacct_record_no": 900, "method": "crosswalk"}
    made = plan([receipt(state=state)], in_bill=[recorded], pairs=(*PAIRS, pair))
    assert (made.items, kinds(made)) == ((), expected)


def test_the_last_look_asks_for_the_invoice():
    """S-ARP-01: of less than is told, nothing is sent."""
    item, asked = replace(stored(plan().items[0]), attempts=1), []
    check_open(item, lambda path: asked.append(path) or {"dueAmount": Decimal("100.00")})
    with pytest.raises(Stopped):
        check_open(item, lambda _path: {"dueAmount": Decimal("99.99")})
    assert asked == ["/v3/invoices/i1"]
