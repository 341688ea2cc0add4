"""A plan as people read it: the same facts as text, as a page and as JSON, and no way for a record to disguise them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import html
from push_cases import (
    PAIRED_BILL,
    PAIRED_VENDOR,
    bill,
    intacct_bill,
    intacct_line,
    item,
    line,
    plan,
    plan_of,
    tables,
    vendor,
)

from intacct_pipelines.domain.push import Change, Hold
from intacct_pipelines.report import plan_page as pages
from intacct_pipelines.report.plan import HIDDEN, refusals, sums
from intacct_pipelines.report.plan_page import plan_page
from intacct_pipelines.report.plan_text import plan_text

HOSTILE = "<script>alert(1)</script>\x1b[2Jevil\u202eknil"


@pytest.fixture(scope="module")
def varied():
    """Two new bills and a vendor, a changed bill, and bills held by two rules."""
    rows = tables(
        bill__vendor=[vendor(), vendor("v2", tax_id="12-3456789", email="v2@example.com", address_line1="1 Road")],
        bill__ap_bill=[
            bill(),
            bill("b2", vendor_id="v2"),
            bill("b3", amount=Decimal("20.50")),
            bill("b4", approval_status="DENIED"),
            bill("b5", approval_status="DENIED", currency="EUR"),
            bill("b6", is_archived=True),
        ],
        bill__ap_bill_line=[
            line(department_id=None, gl_account_id="a1", location_id="l1"),
            line("b2"),
            line("b3", amount=Decimal("20.50")),
            *(line(one) for one in ("b4", "b5", "b6")),
        ],
        intacct__ap_bill=[intacct_bill(trx_total_entered=Decimal("80.00"), document_no="INV-old")],
        intacct__ap_bill_line=[intacct_line(trx_amount=Decimal("80.00"))],
        intacct__gl_account=[{"account_no": "6000", "status": "active"}],
    )
    return plan(rows, matches=(PAIRED_VENDOR, PAIRED_BILL))


def read(page):
    """The page, parsed."""
    return html.fromstring(page)


def text_of(node):
    return " ".join(node.text_content().split())


def test_what_is_sent_is_counted_and_added_by_operation_object_and_currency(varied):
    """Counts and money, never across currencies."""
    assert [(one.operation, one.object, one.records, one.amount, one.currency) for one in sums(varied)] == [
        ("create", "vendor", 1, Decimal(0), ""),
        ("create", "ap_bill", 2, Decimal("120.50"), "USD"),
        ("update", "ap_bill", 1, Decimal("100.00"), "USD"),
    ]


def test_refusals_stand_together_by_rule_with_what_to_do(varied):
    """One remedy frees all of its records (S-APR-02, S-BIL-03)."""
    assert [(one.rule, one.kind, len(one.holds), one.money) for one in refusals(varied)] == [
        ("S-APR-02", "not_approved", 2, [("EUR", Decimal("100.00")), ("USD", Decimal("100.00"))]),
        ("S-BIL-03", "archived", 1, [("USD", Decimal("100.00"))]),
    ]


def test_the_text_shows_counts_money_changes_and_holds_with_rules(varied):
    """A person can approve from the text alone."""
    shown = plan_text(varied, ["Approved by ann."])
    for words in (
        "Approved by ann.",
        varied.content_hash,
        "create AP bill: 2, 120.50 USD",
        "    amount: 80.00 -> 100.00",
        "    number: INV-old -> INV-b1",
        "    line 1 department: ENG -> nothing",
        "    debit  6000 20.50 USD",
        "[S-APR-02] not approved: 2, 100.00 EUR, 100.00 USD. Approve it in BILL.",
    ):
        assert words in shown


def test_the_page_shows_each_item_with_changes_ledger_and_payload(varied):
    """An update stands as old and new value; a payload field has its place and its value."""
    page = read(plan_page(varied, ["The link only observes."]))
    assert "The link only observes." in text_of(page)
    changed = next(one for one in page.xpath("//section") if one.xpath(".//td[@class='old']"))
    changes, ledger, sent = (
        {tuple(map(text_of, row.iter("td"))) for row in one.iter("tr")} for one in changed.iter("table")
    )
    assert ("amount", "80.00", "100.00") in changes
    assert ("line 1 department", "ENG", "–") in changes
    assert ("APBILLITEMS.APBILLITEM[1].TRX_AMOUNT", "100.00") in sent
    assert {("6000", "", "80.00 USD"), ("6000", "100.00 USD", "")} <= ledger
    held = page.get_element_by_id("held-1")
    assert "Approve it in BILL." in text_of(held)
    assert "BILL says DENIED, not APPROVED" in text_of(held)


def test_the_document_has_the_same_changes(varied):
    """JSON says what text and page say."""
    changes = {one["operation"]: one["changes"] for one in json.loads(varied.document())["items"]}
    assert {"field": "amount", "old": "80.00", "new": "100.00"} in changes["update"]
    assert changes["create"] == []


def test_a_page_hides_personal_data_but_not_what_is_approved(varied):
    """Tax id, address and e-mail are in the stored document alone; names of partners are told."""
    page = plan_page(varied)
    assert HIDDEN in page
    assert "Vendor v2" in page
    for secret in ("12-3456789", "v2@example.com", "1 Road"):
        assert secret not in page
        assert secret in varied.document()


def test_nothing_that_a_record_says_becomes_markup_or_moves_the_cursor():
    """Every text of a record is data, wherever it stands."""
    one = item(label=HOSTILE, warnings=(HOSTILE,), changes=(Change(HOSTILE, HOSTILE, HOSTILE),))
    one = replace(one, payload={**one.payload, "NOTE": HOSTILE}, source_id=HOSTILE)
    made = plan_of(one, holds=[Hold("ap_bill", HOSTILE, HOSTILE, "not_approved", "S-APR-02", HOSTILE, HOSTILE)])
    page, shown = plan_page(made, [HOSTILE]), plan_text(made, [HOSTILE])
    assert not list(read(page).iter("script"))
    assert not re.search("[\x1b\u202e]", page + shown)


def test_a_page_asks_for_nothing_from_elsewhere(varied):
    """It can be kept and mailed: no script, no style sheet, no picture, no form, no address."""
    page = plan_page(varied)
    tree = read(page)
    assert not list(tree.iter("script", "link", "img", "iframe", "form", "object"))
    assert not re.search(r"https?://|url\(|@import", page)
    assert all(a.get("href").startswith("#") for a in tree.iter("a"))


def test_a_page_of_very_many_items_says_what_it_leaves_out(monkeypatch):
    """A browser draws no more; nothing is left out silently, and the sums count all."""
    monkeypatch.setattr(pages, "_SHOWN_ITEMS", 2)
    made = plan_of(*(item(f"b{n}") for n in range(5)))
    page = read(plan_page(made))
    assert len(list(page.iter("section"))) == 2
    assert f"3 more items are in the document: intacct-pipelines plan --show {made.plan_id}" in text_of(page)
    assert "50.00 USD" in text_of(page)


def test_an_empty_plan_is_a_page_too():
    """A day on which nothing is to be done is told as such."""
    assert "Nothing." in text_of(read(plan_page(plan_of())))
