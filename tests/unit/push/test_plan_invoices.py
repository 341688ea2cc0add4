"""Invoices: what is created and mended in Intacct, how it is written, and what waits and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from push_cases import LINK
from push_receivables import (
    PAIRED_CUSTOMER,
    PAIRED_INVOICE,
    intacct_invoice,
    intacct_invoice_lines,
    invoice,
    invoice_line,
    plan_receivables,
    receivables,
)

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.push.wire import function_of

BOTH = (PAIRED_CUSTOMER, PAIRED_INVOICE)


def only(plan):
    """The plan's one item, and no hold."""
    assert plan.holds == ()
    (item,) = plan.items
    return item


def hold(plan):
    """The plan's one hold as class and rule, and no item."""
    assert plan.items == ()
    (one,) = plan.holds
    assert one.reason
    assert one.remedy
    return one.kind, one.rule


def paired(bill=(), intacct=(), **tables):
    """A plan over an invoice that both sides have, changed on either."""
    return plan_receivables(
        receivables(
            **{
                "bill__ar_invoice": [invoice(**dict(bill))],
                "intacct__ar_invoice": [intacct_invoice(**dict(intacct))],
                "intacct__ar_invoice_line": intacct_invoice_lines(),
                **tables,
            }
        ),
        matches=BOTH,
    )


def test_a_written_invoice_tells_what_both_sides_say_from_then_on():
    """S-CFG-21: customer, number and days; BILL reckons the lines itself."""
    said = {"customer_id": "C-21", "document_no": "AR-i1", "invoice_date": "2026-02-10", "due_date": "2026-03-12"}
    assert only(plan_receivables()).agrees == said
    assert only(paired(intacct={"document_no": "OLD"})).agrees == said


def test_an_invoice_is_written_in_the_order_of_the_schema_with_its_tax_as_a_line():
    """`create_invoice` (API: accounts-receivable, invoices); the sales tax is a line on its account (S-INV-03)."""
    item = only(plan_receivables())
    assert function_of(item).xml() == (
        "<create_invoice><customerid>C-21</customerid>"
        "<datecreated><year>2026</year><month>02</month><day>10</day></datecreated>"
        "<dateposted><year>2026</year><month>02</month><day>10</day></dateposted>"
        "<datedue><year>2026</year><month>03</month><day>12</day></datedue>"
        f"<action>Submit</action><invoiceno>AR-i1</invoiceno><description>BILL:i1 {item.key}</description>"
        "<basecurr>USD</basecurr><currency>USD</currency><exchratetype>Intacct Daily Rate</exchratetype>"
        "<invoiceitems>"
        "<lineitem><glaccountno>4000</glaccountno><amount>100.00</amount><memo>Hours</memo>"
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></lineitem>"
        "<lineitem><glaccountno>2200</glaccountno><amount>8.00</amount><memo>Sales tax</memo>"
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></lineitem>"
        "</invoiceitems></create_invoice>"
    )
    assert (item.amount, item.currency, item.source_revision) == (Decimal("108.00"), "USD", "r1")
    assert item.natural_key == {"CUSTOMERID": "C-21", "RECORDID": "AR-i1"}
    assert item.label == "invoice AR-i1 of Harbor Hotels"


def test_an_invoice_debits_receivables_and_credits_sales_and_tax():
    """The plan shows what reaches the ledger."""
    effect = [(one.side, one.account, one.amount) for one in only(plan_receivables()).ledger_effect]
    assert effect == [
        ("credit", "4000", Decimal("100.00")),
        ("credit", "2200", Decimal("8.00")),
        ("debit", "accounts receivable", Decimal("108.00")),
    ]


def test_an_invoice_in_another_currency_names_the_day_of_the_rate():
    """Intacct takes its own daily rate of the day in the ledger."""
    rows = receivables(bill__ar_invoice=[invoice(currency="EUR")])
    item = only(plan_receivables(rows, currencies={"USD", "EUR"}))
    xml = function_of(item).xml()
    assert (
        "<basecurr>USD</basecurr><currency>EUR</currency>"
        "<exchratedate><year>2026</year><month>02</month><day>10</day></exchratedate>"
        "<exchratetype>Intacct Daily Rate</exchratetype>"
    ) in xml


def test_an_equal_pair_is_left_alone_however_its_lines_are_split_and_its_tax_is_coded():
    """Lines are compared in sums; a tax line's dimensions do not count (S-INV-03)."""
    sale, tax = intacct_invoice_lines()
    half = {**sale, "trx_amount": Decimal("50.00")}
    lines = [half, {**half, "record_no": 7003, "line_no": 3}, {**tax, "department_id": None}]
    plan = paired(intacct__ar_invoice_line=lines)
    assert (plan.items, plan.holds) == ((), ())


def test_an_edited_unpaid_invoice_is_updated_in_place():
    """`update_invoice` names the record and the lines that are replaced; a further line is new (S-INV-01)."""
    lines = [invoice_line(), invoice_line(line_no=2, quantity=Decimal(1), price=Decimal("10.005"), description=None)]
    plan = paired(bill={"amount": Decimal("118.01")}, bill__ar_invoice_line=lines)
    item = only(plan)
    assert (item.operation, item.target_id) == (Operation.UPDATE, "700")
    xml = function_of(item).xml()
    assert xml.startswith('<update_invoice key="700"><customerid>C-21</customerid>')
    assert "basecurr" not in xml
    assert "<action>" not in xml
    assert (
        "<updateinvoiceitems>"
        '<updatelineitem line_num="1"><glaccountno>4000</glaccountno><amount>100.00</amount><memo>Hours</memo>'
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></updatelineitem>"
        '<updatelineitem line_num="2"><glaccountno>4000</glaccountno><amount>10.01</amount>'
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></updatelineitem>"
        "<lineitem><glaccountno>2200</glaccountno><amount>8.00</amount><memo>Sales tax</memo>"
        "<locationid>100-A</locationid><departmentid>ENG</departmentid></lineitem>"
        "</updateinvoiceitems>"
    ) in xml
    told = {one.field: (one.old, one.new) for one in item.changes}
    assert told["amount"] == ("108.00", "118.01")
    assert told["line 2 account"] == ("2200", "4000")
    assert told["line 3"] == ("", "8.00 to 2200, ENG, 100-A")


def test_a_second_edit_of_the_same_invoice_is_another_operation():
    """The way back to an earlier content must not look like a repeat (S-IDM-01)."""
    first = only(paired(bill={"due_date": date(2026, 3, 20)}))
    later = only(
        paired(bill={"due_date": date(2026, 3, 20)}, intacct={"modified_at": datetime(2026, 2, 25, 8, 0, tzinfo=UTC)})
    )
    assert first.key != later.key


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_archived": True}, ("archived", "S-INV-02")),
        ({"record_status": "DRAFT"}, ("archived", "S-INV-02")),
        ({"amount": Decimal(0)}, ("not_positive", "S-INV-02")),
        ({"amount": Decimal("-108.00")}, ("not_positive", "S-CRM-01")),
        ({"amount": Decimal("108.01")}, ("unbalanced", "S-IDM-07")),
        ({"document_no": None}, ("missing_field", "S-IDM-03")),
        ({"document_no": "A&B"}, ("field_characters", "S-IDM-03")),
        ({"document_no": "9" * 31}, ("field_length", "S-IDM-03")),
        ({"currency": "CAD"}, ("currency", "S-CUR-04")),
        ({"customer_id": "c9"}, ("missing_reference", "S-CUS-01")),
        ({"tax_item_id": None}, ("missing_account", "S-INV-03")),
        ({"tax_item_id": "bare"}, ("missing_account", "S-INV-03")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_an_invoice_that_is_not_ready_is_held(changes, expected):
    """Each with its rule and what to do."""
    assert hold(plan_receivables(receivables(bill__ar_invoice=[invoice(**changes)]))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": None}, ("missing_field", "S-IDM-07")),
        ({"gl_account_id": None}, ("missing_account", "S-BP-12")),
        ({"gl_account_id": None, "item_id": "bare"}, ("missing_account", "S-BP-12")),
        ({"location_id": "l2"}, ("other_entity", "S-CFG-19")),
        ({"location_id": None}, ("missing_dimension", "S-CFG-20")),
        ({"department_id": "d2"}, ("missing_reference", "S-DEP-01")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_an_invoice_with_a_line_that_cannot_be_written_is_held(changes, expected):
    """A line needs a price, an account and its dimensions."""
    assert hold(plan_receivables(receivables(bill__ar_invoice_line=[invoice_line(**changes)]))) == expected


def test_a_line_without_account_takes_that_of_its_item_and_says_so():
    """S-BP-12: the account is resolved from the item, visibly."""
    rows = receivables(bill__ar_invoice_line=[invoice_line(gl_account_id=None, item_id="hours")])
    item = only(plan_receivables(rows))
    assert item.warnings == ("line 1 takes its account from item Hours [S-BP-12]",)
    assert item.ledger_effect[0].account == "4000"


def test_an_invoice_waits_for_its_customer_by_name():
    """A customer without pair, or an inactive one, holds its invoices (S-CUS-01)."""
    plan = plan_receivables(matches=())
    assert hold(plan) == ("missing_reference", "S-CUS-01")
    assert "Harbor Hotels" in plan.holds[0].reason
    assert plan.holds[0].held_by == "c1"
    asleep = [{**receivables()["intacct.customer"][0], "status": "inactive"}]
    assert hold(plan_receivables(receivables(intacct__customer=asleep))) == ("inactive", "S-CUS-01")


def test_with_advanced_sales_tax_no_invoice_is_created():
    """S-TAX-01: invoices are made in Intacct."""
    assert hold(plan_receivables(link=replace(LINK, advanced_sales_tax=True))) == ("advanced_sales_tax", "S-TAX-01")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"module_key": "8.SO"}, ("source_locked", "S-SAL-03")),
        ({"trx_total_paid": Decimal(1)}, ("record_locked", "S-INV-01")),
        ({"state": "Paid"}, ("record_locked", "S-INV-01")),
        ({"owner_entity_id": None}, ("ownership_level", "S-CFG-11")),
        ({"currency": "EUR"}, ("currency", "S-CUR-01")),
        ({"modified_at": datetime(2026, 3, 1, 9, 0, tzinfo=UTC)}, ("conflict", "S-ERR-41")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else str(value),
)
def test_an_invoice_that_intacct_does_not_let_us_edit_is_held(changes, expected):
    """Born from an order, paid, of another level, edited by a person: none of them is overwritten."""
    assert hold(paired(bill={"due_date": date(2026, 3, 20)}, intacct=changes)) == expected


def test_an_edit_that_would_take_a_line_or_a_dimension_away_is_held():
    """What `update_invoice` does with what is not named is not known, so it is not tried (S-INV-02)."""
    fewer = paired(bill={"amount": Decimal("100.00"), "tax_amount": None, "tax_item_id": None})
    assert hold(fewer) == ("fewer_lines", "S-INV-02")
    assert hold(paired(bill__ar_invoice_line=[invoice_line(department_id=None)])) == ("lost_dimension", "S-INV-02")


def test_nothing_is_posted_to_a_closed_period():
    """S-IDM-08: held, or on the first open day where the link says so; the document keeps its date."""
    closed = date(2026, 2, 28)
    assert hold(plan_receivables(closed_through=closed)) == ("period_closed", "S-IDM-08")
    item = only(plan_receivables(closed_through=closed, link=replace(LINK, closed_period=ClosedPeriod.FIRST_OPEN)))
    xml = function_of(item).xml()
    assert "<datecreated><year>2026</year><month>02</month><day>10</day></datecreated>" in xml
    assert "<dateposted><year>2026</year><month>03</month><day>01</day></dateposted>" in xml
    assert item.warnings == ("dated 2026-02-10, in the ledger on 2026-03-01 [S-IDM-08]",)


def test_an_invoice_that_intacct_has_already_is_not_created_again():
    """By number, by mark, twice in BILL, or posted before and gone (S-IDM-04, S-IDM-06)."""
    same_number = receivables(intacct__ar_invoice=[intacct_invoice(description=None, document_no=" ar-I1 ")])
    assert hold(plan_receivables(same_number)) == ("duplicate", "S-IDM-04")
    same_mark = receivables(intacct__ar_invoice=[intacct_invoice(document_no="OTHER")])
    assert hold(plan_receivables(same_mark)) == ("duplicate", "S-IDM-04")
    lines = [invoice_line(), invoice_line("i2")]
    twice = receivables(bill__ar_invoice=[invoice(), invoice("i2", document_no="ar-i1")], bill__ar_invoice_line=lines)
    assert {one.kind for one in plan_receivables(twice).holds} == {"duplicate"}
    assert hold(plan_receivables(posted={("ar_invoice", "i1")})) == ("deleted_in_intacct", "S-IDM-06")


def test_a_record_with_a_newer_copy_in_quarantine_waits():
    """Nothing is planned from what is known to be out of date (S-ERR-41)."""
    for key in (("bill.ar_invoice", "i1"), ("bill.ar_invoice_line", "i1-1")):
        assert hold(plan_receivables(quarantined={key})) == ("quarantined", "S-ERR-41")


def test_an_invoice_that_stands_in_a_closed_period_is_not_edited():
    """S-ERR-29: not even where its new day is open."""
    rows = receivables(
        bill__ar_invoice=[invoice(invoice_date=date(2026, 3, 1))],
        intacct__ar_invoice=[intacct_invoice()],
        intacct__ar_invoice_line=intacct_invoice_lines(),
    )
    plan = plan_receivables(rows, matches=BOTH, closed_through=date(2026, 2, 28))
    assert hold(plan) == ("period_closed", "S-ERR-29")


def two_places():
    """An invoice with lines of two entities."""
    lines = [invoice_line(), invoice_line(line_no=2, quantity=Decimal(1), location_id="l2")]
    return receivables(bill__ar_invoice=[invoice(amount=Decimal("133.00"))], bill__ar_invoice_line=lines)


def test_the_tax_of_lines_of_several_entities_belongs_to_none():
    """S-CFG-20: at top level the line's location says in whose books it stands."""
    top = replace(LINK, entity=EntityKey("acme"))
    assert hold(plan_receivables(two_places(), link=top)) == ("missing_dimension", "S-CFG-20")


def test_the_tax_of_lines_of_several_locations_takes_the_first_and_says_so():
    """S-INV-03: within one entity the plan tells where the tax stands."""
    rows = two_places()
    rows["bill.location"].append({"id": "l3", "name": "North B", "short_name": "100-B"})
    rows["intacct.location"].append({"location_id": "100-B", "parent_id": "100", "status": "active"})
    rows["bill.ar_invoice_line"][1]["location_id"] = "l3"
    item = only(plan_receivables(rows))
    assert item.warnings == ("its lines have several locations; the sales tax takes that of the first [S-INV-03]",)
    assert item.payload["invoiceitems"]["lineitem"][2]["locationid"] == "100-A"
