"""Which payments of Intacct are recorded in BILL, with what, and which wait; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from into_bill_cases import BACK, of_bill, of_intacct
from push_cases import NOW, stored, tables
from push_cases import plan as intacct_planned

from intacct_pipelines.domain.approval import why_a_person
from intacct_pipelines.domain.keys import read_intacct_mark, without_intacct_mark
from intacct_pipelines.domain.link import Gate, IntoBill
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.channel import Stopped, is_by
from intacct_pipelines.push.into_bill.open_documents import check_open
from intacct_pipelines.push.into_bill.requests import found_in, write_of
from intacct_pipelines.push.plan import build_plan

NAME = "bill_ap_payment"
PAIRS = (
    {"object": "vendor", "platform_id": "x1", "intacct_record_no": 70, "method": "crosswalk"},
    {"object": "ap_bill", "platform_id": "b1", "intacct_record_no": 500, "method": "crosswalk"},
    {"object": "ap_bill", "platform_id": "b2", "intacct_record_no": 501, "method": "crosswalk"},
)


def payment(**changes):
    """A posted payment of Intacct."""
    row = {
        "record_no": 900,
        "state": "Posted",
        "vendor_id": "V-7",
        "vendor_name": "Zenith Quarries",
        "document_no": "1042",
        "description": None,
        "payment_date": date(2026, 3, 1),
        "currency": "USD",
        "trx_total_entered": Decimal("100.00"),
        "owner_entity_id": "100",
    }
    return {**row, **changes}


def detail(record_no=1, bill=500, amount="100.00", **changes):
    """What it pays."""
    return {
        "record_no": record_no,
        "payment_record_no": 900,
        "bill_record_no": bill,
        "trx_payment_amount": None if amount is None else Decimal(amount),
        **changes,
    }


def bill(bill_id="b1", due="100.00", **changes):
    """A bill of BILL over 100 dollars."""
    row = {"id": bill_id, "vendor_id": "x1", "document_no": f"N-{bill_id}", "currency": "USD", "is_archived": False}
    return {**row, "amount": Decimal("100.00"), "due_amount": Decimal(due), "scheduled_amount": Decimal(0), **changes}


def theirs(payment_id="p1", bill_id="b1", **changes):
    """A payment of BILL, with what it pays."""
    row = {"id": payment_id, "vendor_id": "x1", "single_status": "CLEARED", "status": "PAID", "description": None}
    share = {"id": f"s-{payment_id}", "payment_id": payment_id, "bill_id": bill_id, "amount": Decimal("100.00")}
    return {**row, **changes}, share


def plan(paid=None, details=None, bills=None, in_bill=(), *, link=BACK, pairs=PAIRS, vendor=None, **more):
    """A plan of payments alone."""
    bills = [bill("b1"), bill("b2")] if bills is None else bills
    rows = {
        "intacct.vendor": [of_intacct("bill_vendor")],
        "bill.vendor": [{**of_bill("bill_vendor"), "currency": "USD", **(vendor or {})}],
        "intacct.ap_payment": [payment()] if paid is None else paid,
        "intacct.ap_payment_detail": [detail()] if details is None else details,
        "intacct.ap_bill": [{"record_no": number} for number in (500, 501, 502)],
        "bill.ap_bill": bills,
        "bill.ap_payment": [one for one, _ in in_bill],
        "bill.ap_payment_detail": [share for _, share in in_bill],
    }
    return build_plan(link, rows, pairs, revisions={}, closed_through=None, now=NOW, objects=[NAME], **more)


def kinds(made):
    """Class of reason and rule of what is held."""
    return [(hold.kind, hold.rule) for hold in made.holds]


def test_a_payment_is_recorded_as_reviewed():
    """S-PAY-01: bill by bill, not for the vendor's sync to take it back, and known again by its key alone."""
    details = [detail(1, 500, "40.00"), detail(2, 500, "20.00"), detail(3, 501, "40.00")]
    [item] = plan(details=details).items
    write = write_of(stored(item), "0080ORG")
    assert (write.method, write.path, write.body) == (
        "POST",
        "/v3/bills/record-payment",
        {
            "vendorId": "x1",
            "processDate": "2026-03-01",
            "toPrintCheck": False,
            "description": f"INTACCT:900 {item.key} 1042",
            "payments": [{"billId": "b1", "amount": Decimal("60.00")}, {"billId": "b2", "amount": Decimal("40.00")}],
            "allowExport": False,
        },
    )
    assert (item.amount, item.currency, item.warnings, len(write.body["description"])) == (100, "USD", (), 53)
    shown = {"id": "p9", "vendorId": "x1", "description": item.payload["description"]}
    assert is_by(stored(item), found_in(PUSHED[NAME], shown))
    assert not is_by(stored(item), found_in(PUSHED[NAME], {**shown, "description": "INTACCT:900"}))


def test_the_vendors_behaviour_is_the_other_value_of_the_setting():
    """S-PAY-01: nothing is recorded unless `also_pushed` names it."""
    assert not PUSHED[NAME].is_let_by(BACK)
    assert PUSHED[NAME].is_let_by(replace(BACK, also_pushed=frozenset({NAME})))


def test_a_person_approves_it_unless_the_policy_says_so_itself():
    """The limits of a policy say nothing of money that BILL is told was paid; `approve_payments` does."""
    items = plan().items
    auto = replace(BACK, gate=Gate.AUTO, auto_approve_items=9, auto_approve_amount={"any": Decimal(1000)})
    assert "record money in BILL" in why_a_person(auto, items)
    said = replace(auto, into_bill=IntoBill(approves_payments=True))
    assert why_a_person(said, items) == ""
    assert why_a_person(replace(said, auto_approve_items=0), items)


@pytest.mark.parametrize(
    "change",
    [{"state": "Draft"}, {"state": "Submitted"}, {"state": "Voided"}, {"description": "SPEND:s1"}],
)
def test_only_a_posted_payment_that_no_platform_made_travels(change):
    """S-PAY-07, S-PAY-04: what waits for approval or was taken back has paid nothing."""
    made = plan([payment(**change)])
    assert (made.items, made.holds) == ((), ())


def test_what_pays_no_bill_of_bill_does_not_travel():
    """S-BIL-02, S-CON-02: bills that BILL lacks or archived, and what credits alone settled; nor with `one_way`."""
    nothing = [
        plan(details=[detail(bill=502)]),
        plan(bills=[bill(is_archived=True)]),
        plan(details=[detail(amount=None, trx_inline_amount=Decimal("100.00"))]),
        plan(link=replace(BACK, one_way=True)),
    ]
    assert [(made.items, made.holds) for made in nothing] == [((), ())] * 4


def test_what_bill_has_of_it_is_recorded_and_the_rest_is_told():
    """S-BIL-02: one of two bills."""
    paid = [payment(trx_total_entered=Decimal("150.00"))]
    [item] = plan(paid, [detail(), detail(2, 502, "50.00")]).items
    assert item.amount == Decimal("100.00")
    assert item.warnings == ("100.00 of 150.00: BILL does not have the rest of what it settles [S-BIL-02]",)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bills": [bill(due="99.99")]}, ("already_settled", "S-PAY-09")),
        ({"details": [detail(amount="-1.00")]}, ("already_settled", "S-PAY-09")),
        ({"bills": [bill(scheduled_amount=Decimal(5))]}, ("paid_twice", "S-PAY-09")),
        ({"in_bill": [theirs(single_status="SCHEDULED", status="SCHEDULED")]}, ("paid_twice", "S-PAY-09")),
        ({"in_bill": [theirs(status="APPROVING", single_status=None)]}, ("paid_twice", "S-PAY-09")),
        ({"in_bill": [theirs()]}, ("duplicate", "S-PAY-09")),
        (
            {"details": [detail(), detail(2, amount=None, trx_adjustment_amount=Decimal(1))]},
            ("credit_used", "S-VCR-04"),
        ),
        ({"bills": [bill(vendor_id="x2")]}, ("other_party", "S-PAY-01")),
        ({"bills": [bill(currency="EUR")]}, ("currency", "S-CUR-01")),
        ({"vendor": {"is_archived": True}}, ("inactive", "S-VEN-05")),
        ({"paid": [payment(description="BILL:p7")]}, ("came_from_bill", "S-SCH-05")),
        ({"quarantined": {("bill.ap_bill", "b1")}}, ("quarantined", "S-ERR-41")),
        ({"quarantined": {("intacct.ap_payment_detail", "1")}}, ("quarantined", "S-ERR-41")),
        ({"posted": {(NAME, "900")}}, ("deleted_in_bill", "S-IDM-06")),
    ],
)
def test_what_would_count_twice_or_is_unclear_is_held(changes, expected):
    """S-PAY-09: a bill is never told as paid where BILL pays it too, has it paid already, or may have this payment."""
    made = plan(**changes)
    assert (made.items, kinds(made)) == ((), [expected])
    assert ("TWICE" in made.holds[0].reason) == (expected[0] == "paid_twice")


def test_a_payment_of_bill_that_pays_nothing_or_is_a_pair_stands_in_no_way():
    """S-CON-16: what BILL voided, and what it paid of the bill before and Intacct knows of."""
    paired = {"object": "ap_payment", "platform_id": "p2", "intacct_record_no": 901, "method": "crosswalk"}
    others = [theirs(single_status="VOIDED"), theirs("p2")]
    assert len(plan(in_bill=others, pairs=(*PAIRS, paired)).items) == 1


def test_two_payments_of_one_plan_share_what_is_open():
    """S-PAY-09: of two that pay the bill whole the second is held; what is on its way counts as well."""
    paid = [payment(), payment(record_no=901)]
    details = [detail(), detail(2, payment_record_no=901)]
    made = plan(paid, details)
    assert ([item.source_id for item in made.items], kinds(made)) == (["900"], [("already_settled", "S-PAY-09")])
    later = plan(paid, details, in_hand=[stored(made.items[0])])
    assert (later.items, kinds(later)) == ((), [("already_settled", "S-PAY-09")])


def test_a_bill_that_is_on_its_way_into_bill_is_waited_for():
    """S-PAY-01: recorded without it, the payment would never tell of it."""
    coming = replace(stored(plan().items[0]), object_name="bill_ap_bill", source_id="502")
    made = plan(details=[detail(), detail(2, 502)], in_hand=[coming])
    assert (made.items, kinds(made)) == ((), [("parent_waits", "S-PAY-01")])


@pytest.mark.parametrize(
    ("state", "status", "marked", "expected"),
    [
        ("Posted", "UNDEFINED", True, []),
        ("Voided", "UNDEFINED", True, [("voided_in_intacct", "S-PAY-04")]),
        ("Posted", "VOIDED", True, [("voided_in_bill", "S-PAY-04")]),
        ("Voided", "VOIDED", True, []),
        ("Voided", "UNDEFINED", False, []),
    ],
)
def test_what_is_void_on_one_side_only_is_told(state, status, marked, expected):
    """S-PAY-04: of what we recorded; what BILL paid itself is the other direction's."""
    [item] = plan().items
    recorded = theirs(single_status=status, description=item.payload["description"] if marked else "By hand")
    pair = {"object": "ap_payment", "platform_id": "p1", "intacct_record_no": 900, "method": "crosswalk"}
    made = plan([payment(state=state)], in_bill=[recorded], pairs=(*PAIRS, pair))
    assert (made.items, kinds(made)) == ((), expected)


def test_the_last_look_stops_what_is_not_open_any_more():
    """S-PAY-09, S-IDM-03: right before it is sent; of one that was sent before nothing is decided by that."""
    item = stored(plan().items[0])
    check_open(item, lambda _path: {"dueAmount": Decimal("100.00"), "scheduledAmount": Decimal(0)})
    for answer in (
        {"dueAmount": Decimal("99.99")},
        {"dueAmount": Decimal("100.00"), "scheduledAmount": Decimal(1)},
        {"dueAmount": Decimal("100.00"), "archived": True},
    ):
        with pytest.raises(Stopped) as stopped:
            check_open(replace(item, attempts=1), lambda _path, answer=answer: answer)
        assert stopped.value.outcome is not None
        assert (stopped.value.outcome.state.value, stopped.value.outcome.reason.rule) == ("expired", "S-PAY-09")
        with pytest.raises(Stopped) as stopped:
            check_open(replace(item, attempts=2), lambda _path, answer=answer: answer)
        assert stopped.value.outcome is None


def test_a_record_of_intacts_payment_never_becomes_a_payment_in_intacct():
    """S-SCH-05: without its pair it is held, whatever the bill says is due."""
    words = f"INTACCT:900 {plan().items[0].key} 1042"
    assert (read_intacct_mark(words), without_intacct_mark(words)) == ("900", "1042")
    row, share = theirs(description=words, process_date=date(2026, 3, 1), currency="USD", amount=Decimal("100.00"))
    rows = tables(bill__ap_payment=[{**row, "vendor_id": "v1"}], bill__ap_payment_detail=[share])
    made = intacct_planned(rows, objects=["ap_payment"])
    assert (made.items, kinds(made)) == ((), [("came_from_intacct", "S-SCH-05")])
