"""What an account requires of a line is filled, or the record held, before anything is sent (S-CRD-04, S-ERR-09)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from card_cases import CardCase, card_link
from payables_cases import PAYABLES_LINK, credit, credit_line, payables_plan, settled
from push_cards import books
from push_cards import plan as plan_cards
from push_cases import LINK, PAIRED_BILL, PAIRED_VENDOR, line, plan, tables
from push_receivables import invoice, invoice_line, memo, memo_line, memos, plan_receivables, receivables
from transfer_cases import OUT, TRANSFER_LINK, plan_transfers, transfer_rows

GIVEN = {"department": "ENG", "class": "K1"}
CLASSES = [{"class_id": "K1", "status": "active"}, {"class_id": "K2", "status": "inactive"}]


def requiring(rows, *dimensions, account="6000"):
    """Rows in which an account requires dimensions, and Intacct has classes."""
    flags = {f"is_{name}_required": True for name in dimensions}
    rows["intacct.accounting_class"] = CLASSES
    rows["intacct.gl_account"] = [
        {**row, **flags} if row["account_no"] == account else row for row in rows["intacct.gl_account"]
    ]
    return rows


def a_bill(rows, given):
    return plan(rows, link=replace(LINK, where_required=given))


def a_credit(rows, given):
    rows |= {"bill.vendor_credit": [credit()], "bill.vendor_credit_line": [credit_line()], "intacct.ap_adjustment": []}
    link = replace(PAYABLES_LINK, where_required=given)
    return payables_plan(rows, matches=(PAIRED_VENDOR, PAIRED_BILL), link=link, objects={"vendor_credit"})


def an_invoice(rows, given):
    return plan_receivables(rows, link=replace(LINK, where_required=given), objects={"ar_invoice"})


def a_memo(rows, given):
    also = frozenset({"credit_memo"})
    return plan_receivables(rows, link=replace(LINK, where_required=given, also_pushed=also), objects={"credit_memo"})


def a_transfer(rows, given):
    return plan_transfers(rows, link=replace(TRANSFER_LINK, where_required=given))


DOCUMENTS = [
    pytest.param(tables, a_bill, "6000", "APBILLITEMS.APBILLITEM", "CLASSID", id="bill"),
    pytest.param(settled, a_credit, "6000", "apadjustmentitems.lineitem", "classid", id="vendor credit"),
    pytest.param(
        lambda: receivables(bill__ar_invoice=[invoice()], bill__ar_invoice_line=[invoice_line()]),
        an_invoice,
        "4000",
        "invoiceitems.lineitem",
        "classid",
        id="invoice",
    ),
    pytest.param(
        lambda: memos(bill__credit_memo=[memo()], bill__credit_memo_line=[memo_line()]),
        a_memo,
        "4000",
        "aradjustmentitems.lineitem",
        "classid",
        id="credit memo",
    ),
    pytest.param(transfer_rows, a_transfer, OUT, "ENTRIES.GLENTRY", "CLASSID", id="journal entry"),
]


def sent_lines(item, place):
    payload = item.payload
    for name in place.split("."):
        payload = payload[name]
    return payload


@pytest.mark.parametrize(("rows", "planned", "account", "place", "field"), DOCUMENTS)
def test_a_required_dimension_is_filled_and_told_or_holds_the_document(rows, planned, account, place, field):
    """With where_required the line gets it and the plan says so; without it nothing is sent (S-ERR-09)."""
    item = planned(requiring(rows(), "class", account=account), GIVEN).items[0]
    sent = [one for one in sent_lines(item, place) if account in {one.get("ACCOUNTNO"), one.get("glaccountno")}]
    assert [one[field] for one in sent] == ["K1"]
    assert "1 lines take class K1, because an account requires one [S-ERR-09]" in item.warnings
    hold = planned(requiring(rows(), "class", account=account), {}).holds[0]
    assert (hold.rule, hold.kind) == ("S-ERR-09", "missing_dimension")
    assert f"account {account} requires a class" in hold.reason
    free = planned(rows(), GIVEN).items[0]
    assert not any(line.get(field) for line in sent_lines(free, place))
    assert not any("requires" in warning for warning in free.warnings)


@pytest.mark.parametrize(("rows", "planned", "account", "place", "field"), DOCUMENTS)
def test_a_dimension_that_no_line_carries_holds_the_document(rows, planned, account, place, field):  # noqa: ARG001  # of the same list
    """An account that requires a project cannot be sent to: BILL's lines name none that is sent (S-ERR-09)."""
    hold = planned(requiring(rows(), "project", account=account), GIVEN).holds[0]
    assert (hold.rule, hold.kind) == ("S-ERR-09", "missing_dimension")
    assert "requires a project" in hold.reason


def test_lines_that_got_what_an_account_requires_are_not_what_both_sides_say():
    """BILL's lines do not have it, so only the rest of the bill is agreed on (S-CFG-21)."""
    [filled], [free] = (a_bill(rows, GIVEN).items for rows in (requiring(tables(), "class"), tables()))
    assert free.agrees.keys() - filled.agrees.keys() == {"lines"}


def test_whom_a_document_is_of_is_named_where_the_account_requires_it():
    """A bill's vendor and an invoice's customer are its own; the other one is nobody."""
    (item,) = a_bill(requiring(tables(), "vendor"), {}).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["VENDORID"] == "V-11"
    (hold,) = a_bill(requiring(tables(), "customer"), {}).holds
    assert "requires a customer" in hold.reason
    rows = receivables(bill__ar_invoice=[invoice()], bill__ar_invoice_line=[invoice_line()])
    item = an_invoice(requiring(rows, "customer", account="4000"), {}).items[0]
    assert item.payload["invoiceitems"]["lineitem"][0]["customerid"] == item.payload["customerid"]


def test_what_is_filled_is_in_use_and_never_replaces_what_the_line_says():
    """A class that is not active holds; a line's own department stays."""
    (hold,) = a_bill(requiring(tables(), "class"), {"class": "K2"}).holds
    assert (hold.kind, hold.rule) == ("inactive", "S-CLS-01")
    rows = requiring(tables(bill__ap_bill_line=[line()]), "class")
    rows["intacct.department"].append({"department_id": "OPS", "status": "active"})
    (item,) = a_bill(rows, {"department": "OPS", "class": "K1"}).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["DEPARTMENTID"] == "ENG"
    assert item.warnings == ("1 lines take class K1, because an account requires one [S-ERR-09]",)


def test_a_bill_that_was_filled_is_not_planned_again():
    """What was filled is what BILL's line comes to: Intacct's bill has it, so nothing differs."""
    rows = requiring(tables(bill__ap_bill_line=[line(department_id=None)]), "department")
    (item,) = a_bill(rows, GIVEN).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["DEPARTMENTID"] == "ENG"


# --- the account behind a card -------------------------------------------------------------------------------------


def charged(given, *dimensions, coded=None):
    """A charge on a card account behind which stands 2100, which requires dimensions."""
    link = replace(card_link({"offset_account": "2100"}), where_required=given)
    case = books(CardCase(link=link))
    flags = {f"is_{name}_required": True for name in dimensions}
    case.add("intacct.gl_account", record_no=9, account_no="2100", status="active", **flags)
    case.add("intacct.accounting_class", record_no=1, class_id="K1", status="active")
    case.charge("t1", coded={"account": "6400", **(coded or {})})
    return plan_cards(case)


def test_what_the_account_behind_a_card_requires_is_filled_or_holds_the_charge():
    """The line's dimensions stand on the offset account too, so what that requires is looked at first (S-CRD-04)."""
    (hold,) = charged({}, "class").holds
    assert (hold.rule, hold.kind) == ("S-CRD-04", "missing_dimension")
    assert "account 2100 requires a class" in hold.reason
    (item,) = charged(GIVEN, "class", "location").items
    (sent,) = item.payload["ccpayitems"]["ccpayitem"]
    assert (sent["classid"], sent["locationid"], sent.get("departmentid")) == ("K1", "L1", None)
    assert "1 lines take class K1, because an account requires one [S-CRD-04]" in item.warnings
    (item,) = charged({}, "department", coded={"department": "ENG"}).items
    assert item.payload["ccpayitems"]["ccpayitem"][0]["departmentid"] == "ENG"
    (hold,) = charged(GIVEN, "employee").holds
    assert "requires an employee" in hold.reason


def test_an_account_behind_a_card_that_intacct_does_not_have_holds_the_charge():
    """A setting that names nothing would look like an account that requires nothing (S-CRD-04)."""
    link = card_link({"offset_account": "2199"})
    case = books(CardCase(link=link))
    case.charge("t1")
    (hold,) = plan_cards(case).holds
    assert (hold.rule, hold.kind) == ("S-CRD-04", "missing_account")
