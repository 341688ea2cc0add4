"""One item of every kind that is sent into Intacct, planned from what a test lets the platform say."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from business_center_cases import BusinessCenterCase
from card_cases import FIELDS, CardCase, card_link
from payables_cases import (
    PAIRED_CREDIT,
    PAIRED_PAYMENT,
    PAYABLES_LINK,
    SETTLED,
    adjustment,
    credit,
    credit_line,
    intacct_payment,
    negative_bill,
    outside,
    payables_plan,
    paying,
    payment,
    settled,
    used,
)
from payables_cases import share as payment_share
from push_cards import books
from push_cases import LINK, PAIRED_BILL, PAIRED_VENDOR, bill, intacct_bill, intacct_line, intacct_vendor, line, vendor
from push_lists import created, of_bill, of_intacct, plan_of
from push_receivables import (
    PAIRED_CUSTOMER,
    PAIRED_INVOICE,
    intacct_invoice,
    invoice,
    invoice_line,
    memo,
    memo_line,
    memos,
    plan_receivables,
    receipt,
    receipts,
    receivables,
)
from push_receivables import share as receipt_share
from reconcile_cases import NOW as CARDS_NOW
from statement_cases import plan_payments, statement_case, statement_link
from transfer_cases import TRANSFER_LINK, money_in, movement, plan_transfers, transfer_rows
from transfer_cases import payment as carried

from intacct_pipelines.domain.attached import ATTACHED, BY_UPLOAD, Content, attachment_id, told_contents
from intacct_pipelines.domain.link import Clearing, ClosedPeriod, Form1099, Receivables, Reimbursements
from intacct_pipelines.push.bill_words import lines_in_words
from intacct_pipelines.push.channel import files_of
from intacct_pipelines.push.coded_lines import intacct_line as intacct_line_of
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.push.wire import function_of

CURRENCIES = frozenset({"USD", "EUR"})
CLEARED = replace(LINK, clearing=Clearing(money_in="1080"), receivables=Receivables(undeposited_account="1090"))


def _coding(said):
    names = (("department", "department_id", "d1"), ("location", "location_id", "l1"), ("class", "class_id", "k1"))
    return {column: code if name in said.coded else None for name, column, code in names}


def _lines(make, said, **more):
    return [
        make(line_no=number, amount=amount, description=said.line_text, **_coding(said), **more)
        for number, amount in enumerate(said.amounts, start=1)
    ]


def _priced(make, said):
    return _lines(make, said, quantity=None, price=None, currency=said.currency)


def _open(said, link):
    """The link with closed days moved, and what else every plan is told."""
    link = replace(link, closed_period=ClosedPeriod.FIRST_OPEN)
    return {"link": link, "closed_through": said.closed_through, "currencies": CURRENCIES}


def _lists(rows):
    """The rows with a class, and without dimensions that an account requires."""
    rows["bill.accounting_class"] = [{"id": "k1", "name": "Grant A", "short_name": "GRANT-A"}]
    rows["intacct.accounting_class"] = [{"class_id": "GRANT-A", "status": "active"}]
    rows["intacct.gl_account"] = [
        {"account_no": row["account_no"], "status": row["status"]} for row in rows["intacct.gl_account"]
    ]
    return rows


def _only(plan, object_name):
    assert plan.holds == ()
    (item,) = [item for item in plan.items if item.object_name == object_name]
    return item


# --- lists ---------------------------------------------------------------------------------------------------------


def _list_create(name, /, **own):
    return lambda said: created(name, **{column: getattr(said, word) for column, word in own.items()})


def _list_update(name, title):
    def planned(said):
        row = of_bill(name, **{title: said.name}) if said.is_full else of_bill(name, is_archived=True)
        return _only(plan_of(name, [row], [of_intacct(name)], pairs=[("x1", 70)]), name)

    return planned


def _employee_update(said):  # noqa: ARG001  # nothing of it is sent
    row = of_bill("employee", is_archived=True)
    return _only(plan_of("employee", [row], [of_intacct("employee")], pairs=[("x1", 70)]), "employee")


def _customer_create(said):
    own = {"name": said.name, "currency": said.currency, "company_name": said.text, "email": said.text}
    place = {f"address_{part}": said.words for part in ("line1", "city", "state", "zip")} if said.is_full else {}
    rows = [of_bill("customer", phone=said.text, **own, **place)]
    return _only(plan_of("customer", rows, currencies=CURRENCIES), "customer")


def _vendor_create(said):
    own = dict.fromkeys(("payee_name", "email", "phone", "tax_id", "account_number", "address_line1"), said.text)
    more = {"is_1099": said.is_full, "ap_term_id": "t1" if said.is_full else None, "currency": said.currency}
    link = replace(LINK, form_1099={"v1": Form1099("NEC", "1")})
    rows = settled(bill__vendor=[vendor(name=said.name, **own, **more)], intacct__vendor=[], intacct__ap_bill=[])
    return _only(payables_plan(rows, matches=(), **{**_open(said, link), "objects": {"vendor"}}), "vendor")


def _vendor_update(said):
    late = datetime(2026, 3, 1, tzinfo=UTC)
    theirs = intacct_vendor(name="Other", owner_entity_id="100", modified_at=datetime(2026, 2, 1, tzinfo=UTC))
    ours = vendor(name=said.name, modified_at=late) if said.is_full else vendor(is_archived=True, modified_at=late)
    rows = settled(bill__vendor=[ours], intacct__vendor=[theirs], bill__ap_bill=[])
    return _only(payables_plan(rows, objects={"vendor"}), "vendor")


# --- payables ------------------------------------------------------------------------------------------------------


def _bill(said):
    own = {"document_no": said.number, "bill_date": said.day, "due_date": said.due, "description": said.text}
    return bill(**own, currency=said.currency, amount=said.total, purchase_order_no="PO-1" if said.is_full else None)


def _bill_create(said):
    rows = _lists(settled(bill__ap_bill=[_bill(said)], bill__ap_bill_line=_lines(line, said), intacct__ap_bill=[]))
    rows["bill.vendor_credit"] = []
    return _only(payables_plan(rows, matches=(PAIRED_VENDOR,), **_open(said, PAYABLES_LINK)), "ap_bill")


def _bill_update(said):
    theirs = [intacct_bill(currency=said.currency, trx_total_entered=Decimal("0.03"), gl_posting_date=said.posted_on)]
    rows = _lists(settled(bill__ap_bill=[_bill(said)], bill__ap_bill_line=_lines(line, said), intacct__ap_bill=theirs))
    rows["bill.vendor_credit"], rows["intacct.ap_bill_line"] = [], [intacct_line()]
    matches = (PAIRED_VENDOR, PAIRED_BILL)
    return _only(payables_plan(rows, matches=matches, **_open(said, PAYABLES_LINK)), "ap_bill")


def _bill_reclassify(said):
    """The bill was coded anew after it was paid: to another account, and to what the platform says now."""
    money = {"currency": said.currency, "trx_total_entered": said.total, "trx_total_paid": said.total}
    theirs = intacct_bill(state="Paid", trx_total_due=Decimal(0), gl_posting_date=date(2026, 12, 31), **money)
    ours = bill(amount=said.total, currency=said.currency, description=said.text)
    rows = _lists(settled(bill__ap_bill=[ours], bill__ap_bill_line=_lines(line, said), intacct__ap_bill=[theirs]))
    own = {"account_no": "6100", "department_id": None, "location_id": "100-A" if "location" in said.coded else None}
    rows["intacct.ap_bill_line"] = [
        intacct_line(record_no=900 + number, line_no=number, trx_amount=amount, **own)
        for number, amount in enumerate(said.amounts, start=1)
    ]
    rows["intacct.transaction_security"] = [{"row_no": 1, "is_reclassification_disabled": False}]
    rows["bill.vendor_credit"] = []
    base = {"lines": lines_in_words(intacct_line_of(row).coding for row in rows["intacct.ap_bill_line"])}
    more = {**_open(said, PAYABLES_LINK), "objects": {"ap_bill"}, "agreed": {("ap_bill", "b1", "500"): base}}
    return _only(payables_plan(rows, matches=(PAIRED_VENDOR, PAIRED_BILL), **more), "ap_bill")


def _bill_reverse(said):
    void = payment(single_status="VOIDED")
    ours = bill(record_status="INACTIVE", modified_at=datetime.combine(said.day, time(12), UTC), currency=said.currency)
    rows = settled(
        bill__ap_bill=[ours],
        intacct__ap_bill=[intacct_bill(bill_date=date(2026, 1, 5), gl_posting_date=None, currency=said.currency)],
        bill__ap_payment=[void],
        bill__ap_payment_detail=[payment_share()],
    )
    more = {**_open(said, PAYABLES_LINK), "objects": {"ap_bill"}}
    return _only(payables_plan(rows, matches=(PAIRED_VENDOR, PAIRED_BILL), **more), "ap_bill")


def _vendor_credit(said):
    own = {"reference_no": said.number, "credit_date": said.day, "description": said.text}
    rows = [credit(**own, currency=said.currency, amount=said.total)]
    rows = _lists(settled(bill__vendor_credit=rows, bill__vendor_credit_line=_lines(credit_line, said)))
    return _only(payables_plan(rows, **_open(said, PAYABLES_LINK)), "vendor_credit")


def _vendor_credit_update(said):
    own = {"reference_no": said.number, "credit_date": said.day, "description": said.text}
    theirs = adjustment(currency=said.currency, adjustment_date=said.posted_on, trx_total_entered=Decimal("-0.01"))
    before = {
        "record_no": 1,
        "adjustment_record_no": 700,
        "line_no": 1,
        "account_no": "",
        "trx_amount": Decimal("-0.01"),
    }
    rows = settled(
        bill__vendor_credit=[credit(**own, currency=said.currency, amount=said.total)],
        bill__vendor_credit_line=_lines(credit_line, said),
        intacct__ap_adjustment=[theirs],
        intacct__ap_adjustment_line=[before],
    )
    agreed = {"vendor_id": "V-11", "reference_no": "VC-c1", "credit_date": said.posted_on, "lines": "0.01    "}
    more = {**_open(said, PAYABLES_LINK), "agreed": _agreed("vendor_credit", "c1", agreed)}
    return _only(payables_plan(_lists(rows), matches=SETTLED, **more), "vendor_credit")


def _agreed(name, record_id, fields):
    """What both sides last agreed on of a credit that BILL has changed since."""
    return {(name, record_id, "700"): {column: str(value) for column, value in fields.items()}}


def _owed(said):
    """A bill of Intacct over the whole, and a credit that may pay the last line of it, as an adjustment or a bill."""
    money = {"currency": said.currency}
    last = said.amounts[-1]
    owed = intacct_bill(trx_total_entered=said.total, trx_total_due=said.total, **money)
    own = {"trx_total_entered": -last, "trx_total_due": -last, **money}
    return {
        "bill__ap_bill": [bill(amount=said.total, **money)],
        "bill__ap_bill_line": [line(amount=said.total)],
        "intacct__ap_bill_line": [intacct_line(trx_amount=said.total)],
        "bill__vendor_credit": [credit(amount=last, reference_no=said.number, **money)],
        "bill__vendor_credit_line": [credit_line(amount=last)],
        "intacct__ap_bill": [owed] if said.is_full else [owed, negative_bill(document_no=said.number, **own)],
        "intacct__ap_adjustment": [adjustment(document_no=said.number, **own)] if said.is_full else [],
    }


def _credit_pair(said):
    table = {} if said.is_full else {"table": "intacct.ap_bill"}
    return (PAIRED_VENDOR, PAIRED_BILL, {**PAIRED_CREDIT, **table})


def _payment(said):
    money = said.total if len(said.amounts) == 1 else said.total - said.amounts[-1]
    own = {"process_date": said.day, "description": said.text, "amount": money, "currency": said.currency}
    ours = payment(**own, transaction_no=said.number) if said.is_online else outside(**own, check_no=said.number)
    rows = {
        "bill__ap_payment": [ours],
        "bill__ap_payment_detail": [payment_share(amount=str(money))],
        "bill__ap_payment_credit": [] if len(said.amounts) == 1 else [used(amount=str(said.amounts[-1]))],
    }
    rows = paying(**_owed(said), **rows)
    for bank in rows["intacct.checking_account"]:
        bank["currency"] = said.currency
    plan = payables_plan(rows, matches=_credit_pair(said), **{**_open(said, PAYABLES_LINK), "objects": {"ap_payment"}})
    return _only(plan, "ap_payment")


def _application(said):
    usage = {"id": "u1", "vendor_credit_id": "c1", "payment_id": None, "bill_id": "b1", "amount": said.amounts[-1]}
    rows = settled(**_owed(said), bill__vendor_credit_usage=[usage])
    rows["bill.vendor_credit"][0]["modified_at"] = datetime.combine(said.day, time(12), UTC)
    more = {**_open(said, PAYABLES_LINK), "objects": {"credit_application"}}
    return _only(payables_plan(rows, matches=_credit_pair(said), **more), "credit_application")


def _void(said):
    ours = payment(single_status="VOIDED", modified_at=datetime.combine(said.day, time(12), UTC))
    theirs = intacct_payment(payment_date=date(2026, 1, 5), currency=said.currency)
    rows = paying(bill__ap_payment=[ours], intacct__ap_payment=[theirs])
    plan = payables_plan(rows, matches=(*SETTLED, PAIRED_PAYMENT), **_open(said, PAYABLES_LINK))
    return _only(plan, "ap_payment")


# --- receivables ---------------------------------------------------------------------------------------------------


def _invoice(said):
    own = {"document_no": said.number, "invoice_date": said.day, "due_date": said.due, "currency": said.currency}
    return invoice(**own, amount=said.total, tax_amount=None)


def _invoice_create(said):
    rows = _lists(receivables(bill__ar_invoice=[_invoice(said)], bill__ar_invoice_line=_priced(invoice_line, said)))
    return _only(plan_receivables(rows, **_open(said, LINK)), "ar_invoice")


def _invoice_update(said):
    theirs = intacct_invoice(currency=said.currency, trx_total_entered=Decimal("0.03"), gl_posting_date=said.posted_on)
    before = {"record_no": 1, "invoice_record_no": 700, "line_no": 1, "account_no": "4000", "trx_amount": Decimal(1)}
    rows = receivables(
        bill__ar_invoice=[_invoice(said)],
        bill__ar_invoice_line=_priced(invoice_line, said),
        intacct__ar_invoice=[theirs],
        intacct__ar_invoice_line=[before],
    )
    plan = plan_receivables(_lists(rows), matches=(PAIRED_CUSTOMER, PAIRED_INVOICE), **_open(said, LINK))
    return _only(plan, "ar_invoice")


def _credit_memo(said):
    own = {"reference_no": said.number, "credit_date": said.day, "description": said.text}
    rows = [memo(**own, currency=said.currency, amount=said.total)]
    rows = _lists(memos(bill__credit_memo=rows, bill__credit_memo_line=_priced(memo_line, said)))
    return _only(plan_receivables(rows, **_open(said, LINK)), "credit_memo")


def _credit_memo_update(said):
    own = {"reference_no": said.number, "credit_date": said.day, "description": said.text}
    theirs = {
        "record_no": 700, "customer_id": "C-21", "document_no": "CM-m1", "state": "Posted", "description": "BILL:m1",
        "currency": said.currency, "adjustment_date": said.posted_on, "trx_total_entered": Decimal("-0.01"),
        "owner_entity_id": "100",
    }  # fmt: skip
    before = {
        "record_no": 1,
        "adjustment_record_no": 700,
        "line_no": 1,
        "account_no": "4000",
        "trx_amount": Decimal("-0.01"),
    }
    rows = memos(
        bill__credit_memo=[memo(**own, currency=said.currency, amount=said.total)],
        bill__credit_memo_line=_priced(memo_line, said),
        intacct__ar_adjustment=[theirs],
        intacct__ar_adjustment_line=[before],
    )
    agreed = {"customer_id": "C-21", "reference_no": "CM-m1", "credit_date": said.posted_on, "lines": "0.01 4000   "}
    pair = {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 700}
    more = {**_open(said, LINK), "agreed": _agreed("credit_memo", "m1", agreed)}
    return _only(plan_receivables(_lists(rows), matches=(PAIRED_CUSTOMER, pair), **more), "credit_memo")


def _receipt(said):
    paid = said.amounts[0]
    own = {"payment_date": said.day, "reference_no": said.number, "description": said.text, "amount": said.total}
    money = {"currency": said.currency, "unapplied_amount": said.total - paid, "is_online": said.is_online}
    owed = {"currency": said.currency, "trx_total_entered": paid, "trx_total_due": paid}
    rows = receipts(
        bill__ar_payment=[receipt(**own, **money)],
        bill__ar_payment_detail=[receipt_share(amount=str(paid))],
        intacct__ar_invoice=[intacct_invoice(**owed)],
    )
    link = {**_open(said, CLEARED), "objects": {"ar_payment"}}
    return _only(plan_receivables(rows, matches=(PAIRED_CUSTOMER, PAIRED_INVOICE), **link), "ar_payment")


def _advance(said):
    own = {"payment_date": said.day, "reference_no": said.number, "description": said.text, "amount": said.total}
    money = {"currency": said.currency, "unapplied_amount": said.total, "is_online": said.is_online}
    rows = receipts(bill__ar_payment=[receipt(**own, **money)], bill__ar_payment_detail=[])
    rows["intacct.gl_account"].append({"account_no": "2300", "status": "active"})
    link = replace(CLEARED, default_location="100-A", receivables=Receivables("1090", advance_account="2300"))
    plan = plan_receivables(rows, **{**_open(said, link), "objects": {"ar_payment", "ar_advance"}})
    return _only(plan, "ar_advance")


def _receipt_void(said):
    ours = receipt(status="VOID", modified_at=datetime.combine(said.day, time(12), UTC))
    theirs = {
        "record_no": 800, "customer_id": "C-21", "reference_no": "REF-r1", "state": "Complete", "currency": "USD",
        "receipt_date": date(2026, 1, 5), "description": "BILL:r1", "trx_total_entered": Decimal("108.00"),
        "owner_entity_id": "100", "financial_account_id": "MONEY-IN",
    }  # fmt: skip
    rows = receipts(bill__ar_payment=[ours], intacct__ar_payment=[theirs])
    pair = {"object": "ar_payment", "platform_id": "r1", "intacct_record_no": 800}
    link = {**_open(said, CLEARED), "objects": {"ar_payment"}}
    return _only(plan_receivables(rows, matches=(PAIRED_CUSTOMER, PAIRED_INVOICE, pair), **link), "ar_payment")


def _memo_application(said):
    theirs = {
        "record_no": 900, "customer_id": "C-21", "document_no": said.number, "state": "Posted",
        "description": "BILL:m1", "currency": said.currency, "trx_total_entered": -said.total,
        "trx_total_due": -said.total,
        "owner_entity_id": "100",
    }  # fmt: skip
    used = {"id": "m1#0", "credit_memo_id": "m1", "invoice_id": "i1", "amount": said.total}
    ours = {"reference_no": said.number, "modified_at": datetime.combine(said.day, time(12), UTC)}
    owed = {"currency": said.currency, "trx_total_entered": said.total, "trx_total_due": said.total}
    rows = receipts(
        bill__ar_payment=[],
        bill__credit_memo=[memo(**ours, currency=said.currency, amount=said.total)],
        bill__credit_memo_usage=[used],
        intacct__ar_invoice=[intacct_invoice(**owed)],
        intacct__ar_adjustment=[theirs],
    )
    pair = {"object": "credit_memo", "platform_id": "m1", "intacct_record_no": 900}
    link = {**_open(said, CLEARED), "objects": {"memo_application"}}
    plan = plan_receivables(rows, matches=(PAIRED_CUSTOMER, PAIRED_INVOICE, pair), **link)
    return _only(plan, "memo_application")


def _transfer(object_name):
    def planned(said):
        ours = {"process_date": said.day, "name": said.number}
        rows = transfer_rows(
            bill__money_movement=[movement(**ours, amount=-said.total), money_in(**ours, amount=said.total)],
            bill__ap_payment=[carried(process_date=said.day)],
            bill__ar_payment=[{"id": "r1", "payment_date": said.day, "status": "PAID", "is_online": True}],
        )
        link = replace(TRANSFER_LINK, clearing=replace(TRANSFER_LINK.clearing, currency=said.currency))
        department = "ENG" if "department" in said.coded else ""
        link = replace(link, entries=replace(link.entries, department=department))
        plan = plan_transfers(rows, **_open(said, link), objects=[object_name])
        return _only(plan, object_name)

    return planned


def _fee(said):
    ours = {"id": "r1", "payment_date": said.day, "status": "PAID", "is_online": True, "reference_no": said.number}
    ours |= {"currency": said.currency, "amount": Decimal(100), "convenience_fee_amount": said.total}
    rows = transfer_rows(bill__ar_payment=[ours])
    rows["intacct.gl_account"].append({"account_no": "4900", "status": "active"})
    link = replace(TRANSFER_LINK, clearing=replace(TRANSFER_LINK.clearing, currency=said.currency))
    link = replace(link, receivables=Receivables(fee_account="4900"), also_pushed=frozenset({"convenience_fee"}))
    department = "ENG" if "department" in said.coded else ""
    link = replace(link, entries=replace(link.entries, department=department))
    return _only(plan_transfers(rows, **_open(said, link), objects=["convenience_fee"]), "convenience_fee")


# --- cards ---------------------------------------------------------------------------------------------------------


def _card_charge(said):
    case = books(CardCase(link=card_link(closed_period=ClosedPeriod.FIRST_OPEN)))
    case.add("intacct.accounting_class", record_no=1, class_id="GRANT-A", status="active")
    case.add("intacct.card_account", record_no=1, card_id="CARD-100", currency=said.currency)
    words = {"department": "ENG", "location": "L1", "class": "GRANT-A"}
    coded = {"account": "6400"} | {name: word for name, word in words.items() if name in said.coded}
    when = datetime.combine(said.day, time(18), UTC)
    parts = [(str(amount), coded) for amount in said.amounts]
    more = {"occurred_at": when, "merchant_name": said.text, "currency": said.currency}
    case.charge(said.number, str(said.total), parts=parts, **more)
    for name in FIELDS.values():
        case.add("spend.custom_field", id=f"f-{name}", name=name, is_retired=False)
    plan = build_plan(
        case.link,
        case.rows,
        [],
        revisions={},
        closed_through=said.closed_through,
        now=CARDS_NOW,
        objects={"card_transaction"},
    )
    return _only(plan, "card_transaction")


def _statement_payment(said):
    ends = date(2026, 1, 31)
    link = statement_link(
        since=ends,
        days=(said.day - ends).days,
        entries={"department": "ENG" if "department" in said.coded else ""},
        closed_period=ClosedPeriod.FIRST_OPEN,
    )
    case = statement_case(link, str(said.total))
    (charge,), (booked,) = case.rows["spend.card_transaction"], case.rows["intacct.card_transaction"]
    charge |= {"currency": said.currency, "occurred_at": datetime.combine(ends, time(15), UTC)}
    booked |= {"currency": said.currency, "transaction_date": ends}
    return _only(plan_payments(case, closed_through=said.closed_through), "card_statement_payment")


def _reimbursement(object_name, said):
    people = {"u1": "P-1"}
    link = card_link(closed_period=ClosedPeriod.FIRST_OPEN, default_location="" if "location" in said.coded else "L1")
    link = replace(link, reimbursements=Reimbursements(frozenset({"PAID"}), people))
    case = books(CardCase(link=link))
    case.rows["intacct.entity"][0]["currency"] = said.currency
    case.add("intacct.accounting_class", record_no=1, class_id="GRANT-A", status="active")
    case.add("intacct.employee", record_no=1, employee_id="P-1", status="active")
    case.add("intacct.vendor", record_no=1, vendor_id="P-1", status="active")
    words = {"department": "ENG", "location": "L1", "class": "GRANT-A"}
    case.coded(said.number, account="6400", **{name: word for name, word in words.items() if name in said.coded})
    more = {"merchant_name": said.text, "reimbursement_type": "MILEAGE", "occurred_date": said.day}
    case.reimbursement(said.number, str(said.total), currency=said.currency, **more)
    for name in FIELDS.values():
        case.add("spend.custom_field", id=f"f-{name}", name=name, is_retired=False)
    plan = build_plan(
        link,
        case.rows,
        [],
        revisions={},
        closed_through=said.closed_through,
        now=CARDS_NOW,
        objects={object_name},
    )
    return _only(plan, object_name)


# --- business center -----------------------------------------------------------------------------------------------


def _center(object_name, said):
    case = books(BusinessCenterCase(closed_period=ClosedPeriod.FIRST_OPEN))
    own = dict.fromkeys(
        ("email", "phone", *(f"address_{part}" for part in ("line1", "city", "state", "zip"))), said.text
    )
    case.center_vendor(name=said.name, **(own if said.is_full else {}))
    if object_name == "business_center_bill":
        case.add("intacct.vendor", record_no=1, vendor_id="V-1", name=said.name, status="active")
    words = {"department": "ENG", "location": "L1"}
    coded = {f"{name}_id": word for name, word in words.items() if name in said.coded}
    lines = [
        {"gl_account_no": "6400", "amount": amount, "currency": said.currency, "description": said.line_text, **coded}
        for amount in said.amounts
    ]
    dated = {"bill_date": said.day, "due_date": said.due, "currency": said.currency}
    case.center_bill(amount=str(said.total), number=said.number, lines=lines, **dated)
    pairs = [{"object": "business_center_vendor", "platform_id": "v1", "intacct_record_no": 1, "method": "crosswalk"}]
    plan = build_plan(
        case.link,
        case.rows,
        pairs if object_name == "business_center_bill" else [],
        revisions={},
        closed_through=said.closed_through,
        now=CARDS_NOW,
        objects={object_name},
        currencies=CURRENCIES,
    )
    return _only(plan, object_name)


# --- files ---------------------------------------------------------------------------------------------------------


def _files(object_name, document, parent, *, is_there=False):
    """What the files of a document become: a picture of what was said in the platform, and one that came before it."""
    attached = ATTACHED[object_name] if object_name in ATTACHED else BY_UPLOAD[object_name]

    def planned(said):
        ours, theirs = parent(said)
        own = attachment_id(LINK.name, document, ours["id"])
        files = [("f1", f"{said.name}.pdf", said.words), ("f2", f"{said.number}.png", said.line_words)]
        table = {"id": "id", attached.parent: attached.parent, attached.file_name: attached.file_name}
        rows = {
            f"{attached.files.partition('.')[0]}.{document}": [ours],
            attached.files: [
                dict(zip(table, (file_id, ours["id"], name), strict=True)) | {"created_at": None}
                for file_id, name, _ in files
            ],
            f"intacct.{document}": [theirs],
            "intacct.attachment": [],
        }
        contents = {
            (attached.files, file_id): Content(len(words.encode()), hashlib.sha256(words.encode()).hexdigest())
            for file_id, _, words in files
        }
        if is_there:
            mark = f"{attached.files.partition('.')[0].upper()}:{ours['id']} key {told_contents(['0' * 64])}"
            rows["intacct.attachment"] = [{"record_no": 7, "attachment_id": own, "description": mark}]
        plan = build_plan(
            LINK,
            rows,
            [{"object": document, "platform_id": ours["id"], "intacct_record_no": theirs["record_no"]}],
            revisions={},
            closed_through=said.closed_through,
            now=CARDS_NOW,
            objects={object_name},
            contents=contents,
        )
        return _only(plan, object_name)

    return planned


def with_files(item, said):
    """The function that an item is, with the bytes of the files that it names."""
    texts = (words.encode() for words in (said.words, said.line_words))
    held = {hashlib.sha256(content).hexdigest(): content for content in texts}
    return function_of(item, {one: held[one.sha256] for one in files_of(item)} if files_of(item) else None)


def _attached_bill(said):
    own = {"currency": said.currency, "document_no": said.number}
    return bill(**own), intacct_bill(attachment_id=None, **own)


def _attached_invoice(said):
    own = {"currency": said.currency, "document_no": said.number}
    return invoice(**own), intacct_invoice(attachment_id=None, **own)


def _attached_charge(said):
    ours = {"id": "t1", "merchant_name": said.text, "currency": said.currency, "amount": said.total}
    return ours, {"record_no": 600, "currency": said.currency, "owner_entity_id": "100", "state": "Posted"}


_OF_BILLS = ("ap_bill", _attached_bill)
_OF_INVOICES = ("ar_invoice", _attached_invoice)
_OF_CHARGES = ("card_transaction", _attached_charge)


SENT = {
    ("gl_account", "create"): _list_create("gl_account", account_no="number", name="name"),
    ("gl_account", "update"): _list_update("gl_account", "name"),
    ("department", "create"): _list_create("department", short_name="number", name="name"),
    ("department", "update"): _list_update("department", "name"),
    ("location", "create"): _list_create("location", short_name="number", name="name"),
    ("location", "update"): _list_update("location", "name"),
    ("accounting_class", "create"): _list_create("accounting_class", short_name="number", name="name"),
    ("accounting_class", "update"): _list_update("accounting_class", "name"),
    ("ap_term", "create"): _list_create("ap_term", name="name"),
    ("employee", "create"): _list_create("employee", short_name="number", first_name="name", last_name="text"),
    ("employee", "update"): _employee_update,
    ("item", "create"): _list_create("item", short_name="number", name="name"),
    ("item", "update"): _list_update("item", "name"),
    ("customer", "create"): _customer_create,
    ("customer", "update"): _list_update("customer", "name"),
    ("vendor", "create"): _vendor_create,
    ("vendor", "update"): _vendor_update,
    ("ap_bill", "create"): _bill_create,
    ("ap_bill", "update"): _bill_update,
    ("ap_bill", "reverse"): _bill_reverse,
    ("ap_bill", "reclassify"): _bill_reclassify,
    ("vendor_credit", "create"): _vendor_credit,
    ("vendor_credit", "update"): _vendor_credit_update,
    ("ar_invoice", "create"): _invoice_create,
    ("ar_invoice", "update"): _invoice_update,
    ("ap_payment", "create"): _payment,
    ("ap_payment", "reverse"): _void,
    ("credit_memo", "create"): _credit_memo,
    ("credit_memo", "update"): _credit_memo_update,
    ("ar_payment", "create"): _receipt,
    ("ar_payment", "reverse"): _receipt_void,
    ("credit_application", "create"): _application,
    ("ar_advance", "create"): _advance,
    ("memo_application", "create"): _memo_application,
    ("ap_transfer_entry", "create"): _transfer("ap_transfer_entry"),
    ("ar_transfer_entry", "create"): _transfer("ar_transfer_entry"),
    ("convenience_fee", "create"): _fee,
    ("card_transaction", "create"): _card_charge,
    ("card_statement_payment", "create"): _statement_payment,
    ("reimbursement_report", "create"): lambda said: _reimbursement("reimbursement_report", said),
    ("reimbursement_bill", "create"): lambda said: _reimbursement("reimbursement_bill", said),
    ("business_center_vendor", "create"): lambda said: _center("business_center_vendor", said),
    ("business_center_bill", "create"): lambda said: _center("business_center_bill", said),
    ("ap_bill_file", "create"): _files("ap_bill_file", *_OF_BILLS),
    ("ap_bill_file", "update"): _files("ap_bill_file", *_OF_BILLS, is_there=True),
    ("ap_bill_attachment", "update"): _files("ap_bill_attachment", *_OF_BILLS, is_there=True),
    ("ar_invoice_file", "create"): _files("ar_invoice_file", *_OF_INVOICES),
    ("ar_invoice_file", "update"): _files("ar_invoice_file", *_OF_INVOICES, is_there=True),
    ("ar_invoice_attachment", "update"): _files("ar_invoice_attachment", *_OF_INVOICES, is_there=True),
    ("card_receipt_file", "create"): _files("card_receipt_file", *_OF_CHARGES),
    ("card_receipt_file", "update"): _files("card_receipt_file", *_OF_CHARGES, is_there=True),
    ("card_receipt", "update"): _files("card_receipt", *_OF_CHARGES, is_there=True),
}
"""Object and operation → the item that is planned of what the platform says."""
