"""The plan: what is sent, with what effect, and every refusal with its rule and what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from push_cases import (
    LINK,
    NOW,
    PAIRED_BILL,
    PAIRED_VENDOR,
    bill,
    intacct_bill,
    intacct_line,
    intacct_vendor,
    line,
    plan,
    stored,
    tables,
    vendor,
)

from intacct_pipelines.domain.keys import EntityKey, read_source_mark
from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.domain.push import Change, LedgerLine, Operation, State
from intacct_pipelines.push.bill_words import words_of
from intacct_pipelines.push.parties import party_id_of
from intacct_pipelines.push.sources import rows_of
from intacct_pipelines.settings import LinkSettings
from intacct_pipelines.warehouse.outbox import Reason

BOTH = (PAIRED_VENDOR, PAIRED_BILL)
LATE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TOP = replace(LINK, entity=EntityKey("acme"))


def with_bill(**changes):
    """Tables whose one bill differs."""
    return tables(bill__ap_bill=[bill(**changes)])


def with_line(**changes):
    """Tables whose one line differs."""
    return tables(bill__ap_bill_line=[line(**changes)])


def paired(intacct=None, **changes):
    """Tables whose bill has a pair over 80 dollars, so that an update is due."""
    return tables(
        bill__ap_bill=[bill(**changes)],
        intacct__ap_bill=[intacct_bill(**({"trx_total_entered": Decimal(80)} | (intacct or {})))],
        intacct__ap_bill_line=[intacct_line(trx_amount=Decimal(80))],
    )


def inactive_vendor(status):
    """Tables whose vendor may not be used in Intacct."""
    return tables(intacct__vendor=[intacct_vendor(status=status)])


OPEN_ENTITY = {"bill__ap_bill_line": [line(location_id=None)]}
REFUSALS = [
    # rule, class, tables, matches, other arguments
    ("S-APR-02", "not_approved", with_bill(approval_status="APPROVING"), None, {}),
    ("S-APR-02", "not_approved", paired(approval_status="ASSIGNED"), BOTH, {}),
    ("S-BIL-03", "archived", with_bill(is_archived=True), None, {}),
    ("S-BIL-03", "archived", with_bill(record_status="DRAFT"), None, {}),
    ("S-VEN-01", "missing_reference", with_bill(vendor_id="v404"), None, {}),
    ("S-VEN-05", "inactive", inactive_vendor("inactive"), None, {}),
    ("S-VEN-05", "inactive", inactive_vendor("active non-posting"), None, {}),
    ("S-VEN-10", "excluded", tables(), None, {"link": replace(LINK, excluded_vendors=frozenset({"v1"}))}),
    ("S-BP-12", "missing_account", with_line(gl_account_id=None), None, {}),
    ("S-BP-12", "missing_account", with_line(gl_account_id="a4"), None, {}),
    ("S-BP-12", "missing_account", with_line(gl_account_id="a3"), None, {}),
    ("S-BP-12", "inactive", with_line(gl_account_id="a2"), None, {}),
    ("S-DEP-01", "missing_reference", with_line(department_id="d2"), None, {}),
    ("S-DEP-01", "missing_reference", with_line(department_id="d404"), None, {}),
    ("S-DEP-01", "inactive", with_line(department_id="d3"), None, {}),
    ("S-CLS-01", "missing_reference", with_line(class_id="c404"), None, {}),
    ("S-LOC-01", "missing_reference", with_line(location_id="l404"), None, {}),
    ("S-ERR-09", "missing_dimension", with_line(department_id=None), None, {}),
    ("S-CFG-20", "missing_dimension", with_line(location_id=None), None, {}),
    ("S-CFG-20", "missing_dimension", with_line(location_id=None), None, {"link": TOP}),
    ("S-CFG-19", "other_entity", with_line(location_id="l2"), None, {}),
    ("S-IDM-08", "period_closed", tables(), None, {"closed_through": date(2026, 2, 28)}),
    ("S-BIL-09", "period_closed", paired(), BOTH, {"closed_through": date(2026, 2, 28)}),
    ("S-BIL-09", "period_closed", paired(), BOTH, {"closed_through": date(2026, 2, 10)}),
    ("S-IDM-07", "unbalanced", with_line(amount=Decimal("99.99")), None, {}),
    ("S-IDM-07", "unbalanced", tables(bill__ap_bill_line=[]), None, {}),
    ("S-IDM-07", "amount", with_bill(amount=Decimal("100.001")), None, {}),
    ("S-CUR-04", "currency", with_bill(currency="CHF"), None, {}),
    ("S-CUR-04", "currency", with_bill(currency=None), None, {}),
    (
        "S-BIL-06",
        "record_locked",
        paired({"state": "Paid", "trx_total_paid": Decimal(80), "trx_total_due": 0}),
        BOTH,
        {},
    ),
    ("S-BIL-06", "record_locked", paired({"state": "Reversed", "trx_total_due": Decimal(0)}), BOTH, {}),
    ("S-BIL-09", "record_locked", paired({"state": "Partially Paid", "trx_total_paid": Decimal(5)}), BOTH, {}),
    ("S-BIL-11", "conflict", paired({"modified_at": NOW}), BOTH, {}),
    ("S-PUR-05", "source_locked", paired({"module_key": "9.PO"}), BOTH, {}),
    ("S-CFG-11", "ownership_level", paired({"owner_entity_id": None}), BOTH, {}),
    ("S-IDM-03", "field_length", with_bill(document_no="9" * 31), None, {}),
    ("S-IDM-03", "field_characters", with_bill(document_no="A&B"), None, {}),
    ("S-IDM-03", "missing_field", with_bill(document_no=None), None, {}),
    ("S-IDM-04", "duplicate", tables(intacct__ap_bill=[intacct_bill()]), None, {}),
    # A mark that could not be read back would let the bill be entered twice; one such id stops no other record.
    (
        "S-IDM-04",
        "field_characters",
        tables(bill__ap_bill=[bill("b;1", document_no="INV-1")], bill__ap_bill_line=[line("b;1")]),
        None,
        {},
    ),
    (
        "S-IDM-04",
        "duplicate",
        tables(
            bill__ap_bill=[bill(), bill("b2", document_no="INV-b1")],
            bill__ap_bill_line=[line(), line("b2")],
        ),
        None,
        {},
    ),
    # The same number with other capitals or spaces is the same number, as reconciliation says too.
    (
        "S-IDM-04",
        "duplicate",
        tables(intacct__ap_bill=[intacct_bill(document_no=" inv-B1", description=None)]),
        None,
        {},
    ),
    (
        "S-IDM-04",
        "duplicate",
        tables(bill__ap_bill=[bill(), bill("b2", document_no="inv-b1 ")], bill__ap_bill_line=[line(), line("b2")]),
        None,
        {},
    ),
    # A copy that carries our mark, however a person has numbered it since.
    ("S-IDM-04", "duplicate", tables(intacct__ap_bill=[intacct_bill(document_no="CORRECTED")]), None, {}),
    # A pair that a person refused: the number alone is enough to wait.
    (
        "S-IDM-04",
        "duplicate",
        tables(
            bill__ap_bill=[bill(document_no="INV-b9")],
            intacct__ap_bill=[
                intacct_bill(trx_total_entered=Decimal(80)),
                intacct_bill(501, document_no="INV-b9", description=None),
            ],
            intacct__ap_bill_line=[intacct_line()],
        ),
        BOTH,
        {},
    ),
    ("S-VCR-06", "not_positive", with_bill(amount=Decimal("-5.00")), None, {}),
    ("S-VCR-06", "not_positive", paired(amount=Decimal("-100.00")), BOTH, {}),
    ("S-BIL-07", "not_positive", with_bill(amount=Decimal("0.00")), None, {}),
    ("S-CUR-01", "currency", paired({"currency": "EUR"}), BOTH, {}),
    ("S-CUR-01", "currency", paired({"currency": "EUR", "trx_total_entered": Decimal(100)}), BOTH, {}),
    ("S-ERR-41", "quarantined", tables(), None, {"quarantined": {("bill.ap_bill", "b1")}}),
    ("S-ERR-41", "quarantined", tables(), None, {"quarantined": {("bill.ap_bill_line", "b1-1")}}),
    ("S-ERR-41", "quarantined", paired(), BOTH, {"quarantined": {("intacct.ap_bill", "500")}}),
    ("S-IDM-06", "deleted_in_intacct", tables(), None, {"posted": {("ap_bill", "b1")}}),
    ("S-ERR-41", "field_characters", with_bill(description="a\x01b"), None, {}),
]


@pytest.mark.parametrize(
    ("rule", "kind", "rows", "matches", "more"),
    REFUSALS,
    ids=[f"{rule}-{kind}-{n}" for n, (rule, kind, *_) in enumerate(REFUSALS)],
)
def test_a_bill_that_must_not_be_sent_is_held_with_rule_and_remedy(rule, kind, rows, matches, more):
    """Nothing ineligible becomes an item; the reader learns which rule and what to do."""
    made = plan(rows, matches=matches or (PAIRED_VENDOR,), **more)
    holds = [hold for hold in made.holds if hold.object_name == "ap_bill"]
    assert [item for item in made.items if item.object_name == "ap_bill"] == []
    assert {(hold.rule, hold.kind) for hold in holds} == {(rule, kind)}
    assert all(hold.reason and hold.remedy.endswith(".") for hold in holds)


VENDOR_REFUSALS = [
    ("S-BP-03", "unmapped_1099", [vendor(is_1099=True)], [], {}),
    ("S-VEN-03", "ambiguous", [vendor()], [intacct_vendor()], {}),
    ("S-VEN-03", "ambiguous", [vendor(name="VENDOR  V1")], [intacct_vendor()], {}),
    ("S-VEN-03", "duplicate", [vendor(), vendor("v2", name="Vendor v1")], [], {}),
    ("S-VEN-08", "duplicate", [vendor()], [intacct_vendor(vendor_id=party_id_of("org1", "v1"), name="Else")], {}),
    ("S-VEN-05", "archived", [vendor(is_archived=True)], [], {}),
    ("S-CUR-04", "currency", [vendor(currency="CHF")], [], {}),
    ("S-IDM-06", "deleted_in_intacct", [vendor()], [], {"posted": {("vendor", "v1")}}),
]


@pytest.mark.parametrize(
    ("rule", "kind", "vendors", "there", "more"),
    VENDOR_REFUSALS,
    ids=[f"{rule}-{kind}-{n}" for n, (rule, kind, *_) in enumerate(VENDOR_REFUSALS)],
)
def test_a_held_vendor_holds_its_bills_by_name(rule, kind, vendors, there, more):
    """The bill says which vendor it waits for, under the vendor's own rule."""
    made = plan(tables(bill__vendor=vendors, intacct__vendor=there), matches=(), **more)
    assert made.items == ()
    held = {hold.source_id: hold for hold in made.holds}
    assert (held["v1"].rule, held["v1"].kind) == (rule, kind)
    assert (held["b1"].rule, held["b1"].held_by) == (rule, "v1")
    assert held["v1"].label in held["b1"].reason


def test_an_approved_bill_becomes_one_create_with_its_effect_on_the_ledger():
    """Payload, natural key and ledger lines say exactly what will be posted."""
    [item] = plan().items
    assert (item.operation, item.natural_key) == (Operation.CREATE, {"VENDORID": "V-11", "RECORDID": "INV-b1"})
    assert item.payload["WHENCREATED"] == item.payload["WHENPOSTED"] == "02/10/2026"
    assert item.payload["APBILLITEMS"] == {
        "APBILLITEM": [{"ACCOUNTNO": "6000", "TRX_AMOUNT": "100.00", "LOCATIONID": "100-A", "DEPARTMENTID": "ENG"}]
    }
    assert item.ledger_effect == (
        LedgerLine("debit", "6000", Decimal("100.00"), "USD"),
        LedgerLine("credit", "accounts payable", Decimal("100.00"), "USD"),
    )


def test_mark_and_key_are_written_into_the_record():
    """Duplicates can be found after any server-side window, by the record itself (S-IDM-04)."""
    rows = tables(bill__vendor=[vendor("v2")], bill__ap_bill=[bill(vendor_id="v2", description="rent")])
    made = plan(rows, matches=())
    by_object = {item.object_name: item for item in made.items}
    comments, description = by_object["vendor"].payload["COMMENTS"], by_object["ap_bill"].payload["DESCRIPTION"]
    assert read_source_mark(comments) == ("bill", "v2")
    assert read_source_mark(description) == ("bill", "b1")
    assert by_object["vendor"].key in comments
    assert by_object["ap_bill"].key in description
    assert description.endswith(" rent")


@pytest.mark.parametrize(
    ("lost", "setting"),
    [
        ({"department_id": "d404"}, "departments"),
        ({"class_id": "c404"}, "classes"),
        ({"location_id": "l404"}, "locations"),
    ],
)
def test_a_line_without_counterpart_names_the_setting_that_maps_it(lost, setting):
    """S-DEP-01, S-CLS-01, S-LOC-01: by the word that stands in the connections file."""
    [hold] = [one for one in plan(with_line(**lost), matches=(PAIRED_VENDOR,)).holds if one.object_name == "ap_bill"]
    assert f"`{setting}` of the link" in hold.remedy
    assert setting in LinkSettings.model_fields


def test_words_that_would_make_the_mark_ambiguous_are_left_out():
    """A description that names another BILL record never hides the source."""
    [item] = plan(with_bill(description="see BILL:other")).items
    assert read_source_mark(item.payload["DESCRIPTION"]) == ("bill", "b1")


def test_a_new_vendor_comes_before_its_bills():
    """Parents first; the child names the parent's key and its future id (S-VEN-09)."""
    rows = tables(bill__vendor=[vendor("v2")], bill__ap_bill=[bill(vendor_id="v2")])
    parent, child = plan(rows, matches=()).items
    assert (parent.object_name, child.depends_on) == ("vendor", (parent.key,))
    assert child.payload["VENDORID"] == parent.payload["VENDORID"] == party_id_of("org1", "v2")
    assert parent.agrees == {"name": "Vendor v2", "is_archived": "false"}


@pytest.mark.parametrize("vendor_id", ["v1", "x" * 64, "00901ABCDEFGHIJKL"])
def test_a_derived_vendor_id_is_stable_and_short(vendor_id):
    """At most 20 safe characters, the same for ever, whatever the vendor is called (S-VEN-09)."""
    derived = party_id_of("org1", vendor_id)
    assert len(derived) <= 20
    assert derived.replace("-", "").isalnum()
    assert derived == party_id_of("org1", vendor_id) != party_id_of("org2", vendor_id)


def test_a_mapped_1099_vendor_carries_the_given_form_and_box():
    """Form and box are the link's, never invented (S-BP-03)."""
    rows = tables(bill__vendor=[vendor("v1099", is_1099=True)], bill__ap_bill=[])
    [item] = plan(rows, matches=()).items
    assert (item.payload["FORM1099TYPE"], item.payload["FORM1099BOX"]) == ("NEC", "1")


def test_a_term_that_intacct_lacks_is_left_out_with_a_warning():
    """Terms do not sync; a term that is there is sent, one that is not would be refused (S-TRM-01)."""
    rows = tables(bill__vendor=[vendor("v2", ap_term_id="t1"), vendor("v3", ap_term_id="t2")], bill__ap_bill=[])
    known, unknown = plan(rows, matches=()).items
    assert (known.payload["TERMNAME"], known.warnings) == ("Net 30", ())
    assert "TERMNAME" not in unknown.payload
    assert "S-TRM-01" in unknown.warnings[0]


def test_a_vendor_whose_name_and_tax_id_changed_is_held_with_its_bills():
    """It may be another company under the same id (S-VEN-08)."""
    changed = vendor(name="New name", tax_id="2", modified_at=LATE)
    rows = tables(bill__vendor=[changed], intacct__vendor=[intacct_vendor(tax_id="1", owner_entity_id="100")])
    made = plan(rows)
    assert next(hold for hold in made.holds if hold.object_name == "vendor").kind == "vendor_replaced"
    assert made.items == ()


@pytest.mark.parametrize("tax_id", ["1", None])
def test_a_vendor_that_bill_renamed_gets_its_name_and_nothing_else(tax_id):
    """The record is named by its number; comments and contact stay as people left them (S-VEN-01, S-VEN-08)."""
    changed = vendor(name="New name", tax_id=tax_id, email="new@example.com", modified_at=LATE)
    rows = tables(bill__vendor=[changed], intacct__vendor=[intacct_vendor(tax_id="1", owner_entity_id="100")])
    update, document = plan(rows).items
    assert (update.operation, update.target_id) == (Operation.UPDATE, "11")
    assert update.payload == {"RECORDNO": "11", "NAME": "New name"}
    assert update.changes == (Change("name", "Vendor v1", "New name"),)
    assert (document.object_name, document.depends_on) == ("ap_bill", ())


@pytest.mark.parametrize(
    ("rule", "kind", "bill_side", "intacct_side"),
    [
        ("S-CFG-11", "ownership_level", {"name": "New"}, {"owner_entity_id": None}),
        ("S-CFG-21", "conflict", {"name": "New"}, {"modified_at": LATE + timedelta(hours=1)}),
        ("S-CFG-21", "conflict", {"name": "New", "modified_at": None}, {}),
        ("S-VEN-05", "inactive", {}, {"status": "inactive"}),
        ("S-VEN-05", "still_used", {"is_archived": True}, {}),
    ],
)
def test_a_vendor_is_not_changed_where_the_rule_forbids_it(rule, kind, bill_side, intacct_side):
    """Level, age and open bills decide, and the reader is told (S-CFG-11, S-CFG-21, S-VEN-05)."""
    changed = vendor(**{"modified_at": LATE, **bill_side})
    paired_vendor = intacct_vendor(**{"owner_entity_id": "100", **intacct_side})
    made = plan(tables(bill__vendor=[changed], intacct__vendor=[paired_vendor]))
    hold = next(hold for hold in made.holds if hold.object_name == "vendor")
    assert (hold.kind, hold.rule, bool(hold.remedy)) == (kind, rule, True)
    assert not [item for item in made.items if item.object_name == "vendor"]


def test_a_vendor_that_bill_archived_is_made_inactive_after_everything_else():
    """Its last bill is settled, so nothing needs it any more (S-VEN-05)."""
    gone, new = vendor(is_archived=True, modified_at=LATE), vendor("v2")
    intacct = [intacct_vendor(owner_entity_id="100")]
    made = plan(tables(bill__vendor=[gone, new], intacct__vendor=intacct, bill__ap_bill=[bill(vendor_id="v2")]))
    assert [item.object_name for item in made.items] == ["vendor", "ap_bill", "vendor"]
    assert made.items[-1].payload == {"RECORDNO": "11", "STATUS": "inactive"}


def test_an_excluded_vendor_is_not_changed():
    """What the link excludes is left alone (S-VEN-10)."""
    changed = vendor(name="New name", modified_at=LATE)
    rows = tables(bill__vendor=[changed], intacct__vendor=[intacct_vendor(owner_entity_id="100")], bill__ap_bill=[])
    made = plan(rows, link=replace(LINK, excluded_vendors=frozenset({"v1"})))
    assert (made.items, made.holds) == ((), ())


def test_an_equal_pair_needs_nothing():
    """What agrees is neither written nor held."""
    rows = tables(intacct__ap_bill=[intacct_bill()], intacct__ap_bill_line=[intacct_line()])
    made = plan(rows, matches=BOTH)
    assert (made.items, made.holds) == ((), ())


def test_an_edit_in_bill_updates_the_unpaid_bill_in_place():
    """By RECORDNO, lines replaced by LINE_NO, the old effect taken back and the new one posted (S-BIL-08, S-BIL-09)."""
    [item] = plan(paired(), matches=BOTH).items
    assert (item.operation, item.target_id) == (Operation.UPDATE, "500")
    assert next(iter(item.payload)) == "RECORDNO"
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["LINE_NO"] == "1"
    assert "ACTION" not in item.payload
    assert [(one.side, one.account, one.amount) for one in item.ledger_effect] == [
        ("credit", "6000", Decimal(80)),
        ("debit", "accounts payable", Decimal(80)),
        ("debit", "6000", Decimal(100)),
        ("credit", "accounts payable", Decimal(100)),
    ]


@pytest.mark.parametrize(("rows", "matches"), [(tables(), (PAIRED_VENDOR,)), (paired(), BOTH)])
def test_a_written_bill_tells_what_both_sides_say_from_then_on(rows, matches):
    """S-CFG-21: what BILL changes before anybody read both alike is BILL's own change, and no conflict."""
    [item] = plan(rows, matches=matches).items
    wanted = words_of(intacct_bill(), [intacct_line()])
    assert item.agrees == {column: value for column, value in wanted.items() if value}


@pytest.mark.parametrize(
    "intacct",
    [
        {"vendor_id": "V-12"},
        {"document_no": "OTHER"},
        {"bill_date": date(2026, 2, 9)},
        {"due_date": date(2026, 3, 1)},
    ],
)
def test_each_edited_field_leads_to_an_update(intacct):
    """Vendor, number and dates count as much as the amount (S-BIL-09)."""
    rows = tables(intacct__ap_bill=[intacct_bill(**intacct)], intacct__ap_bill_line=[intacct_line()])
    assert [item.operation for item in plan(rows, matches=BOTH).items] == [Operation.UPDATE]


def test_an_update_tells_each_field_that_it_changes_with_its_old_value():
    """What is sent by place is told by place, a line that goes or comes as a whole (S-BIL-09)."""
    rows = tables(
        bill__ap_bill=[bill(document_no="NEW", description="Mine")],
        intacct__ap_bill=[intacct_bill(gl_posting_date=date(2026, 2, 12), due_date=None)],
        intacct__ap_bill_line=[
            intacct_line(trx_amount=Decimal(80), department_id="OPS", description="Ink"),
            intacct_line(901, line_no=2, trx_amount=Decimal("20.00")),
        ],
    )
    [update] = plan(rows, matches=BOTH).items
    assert update.changes == (
        Change("number", "INV-b1", "NEW"),
        Change("date in the ledger", "2026-02-12", "2026-02-10"),
        Change("due date", "", "2026-03-12"),
        Change("description", "BILL:b1", f"BILL:b1 {update.key} Mine"),
        Change("line 1 amount", "80", "100.00"),
        Change("line 1 department", "OPS", "ENG"),
        Change("line 1 text", "Ink", ""),
        Change("line 2", "20.00 to 6000, ENG, 100-A", ""),
    )


def test_edited_coding_leads_to_an_update():
    """A line on another department is a difference, though the amounts agree."""
    rows = tables(intacct__ap_bill=[intacct_bill()], intacct__ap_bill_line=[intacct_line(department_id="OPS")])
    assert [item.operation for item in plan(rows, matches=BOTH).items] == [Operation.UPDATE]


def test_what_a_line_has_no_more_is_taken_from_it():
    """An update empties what BILL took away: what is not sent would stay, and be planned again for ever."""
    rows = tables(intacct__ap_bill=[intacct_bill()], intacct__ap_bill_line=[intacct_line(class_id="GRANT")])
    [item] = plan(rows, matches=BOTH).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["CLASSID"] == ""
    [new] = plan().items
    assert "CLASSID" not in new.payload["APBILLITEMS"]["APBILLITEM"][0]


def test_first_open_keeps_both_dates():
    """The document keeps its own day, and the ledger gets the first open one (S-IDM-08)."""
    link = replace(LINK, closed_period=ClosedPeriod.FIRST_OPEN)
    [item] = plan(link=link, closed_through=date(2026, 2, 28)).items
    assert (item.payload["WHENCREATED"], item.payload["WHENPOSTED"]) == ("02/10/2026", "03/01/2026")
    assert "S-IDM-08" in item.warnings[0]


def test_the_day_after_the_close_is_open():
    """The border belongs to the closed side only."""
    assert len(plan(closed_through=date(2026, 2, 9)).items) == 1
    assert len(plan(closed_through=date(2026, 2, 10)).items) == 0


def test_over_ten_million_the_true_amount_is_posted_with_a_warning():
    """Never 0 (S-BIL-07)."""
    large = Decimal("10000000.01")
    rows = tables(bill__ap_bill=[bill(amount=large)], bill__ap_bill_line=[line(amount=large)])
    [item] = plan(rows).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["TRX_AMOUNT"] == "10000000.01"
    assert "S-BIL-07" in item.warnings[0]


def test_a_purchase_order_number_that_bill_cannot_hold_is_sent_whole_with_a_warning():
    """BILL's own sync would fail on its way back (S-PUR-06)."""
    short, long = "P" * 100, "P" * 101
    [item] = plan(with_bill(purchase_order_no=short)).items
    assert (item.payload["DOCNUMBER"], item.warnings) == (short, ())
    [item] = plan(with_bill(purchase_order_no=long)).items
    assert item.payload["DOCNUMBER"] == long
    assert "S-PUR-06" in item.warnings[0]


def test_a_mended_cause_frees_all_that_it_held():
    """Nobody lists the bills one by one: the next plan has them (S-ERR-44)."""
    bills = [bill(f"b{number}") for number in range(3)]
    lines = [line(one["id"], gl_account_id="a3") for one in bills]
    rows = tables(bill__ap_bill=bills, bill__ap_bill_line=lines)
    before = plan(rows)
    assert ({hold.kind for hold in before.holds}, before.items) == ({"missing_account"}, ())
    rows["intacct.gl_account"].append({"account_no": "7777", "status": "active"})
    after = plan(rows)
    assert ([item.source_id for item in after.items], after.holds) == (["b0", "b1", "b2"], ())


def test_a_currency_without_decimals_is_written_without_them():
    """Yen have no minor unit."""
    rows = tables(
        bill__ap_bill=[bill(currency="JPY", amount=Decimal(1500))],
        bill__ap_bill_line=[line(amount=Decimal("1500.00"))],
    )
    [item] = plan(rows, currencies={"USD", "JPY"}).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["TRX_AMOUNT"] == "1500"
    assert item.payload["BASECURR"] == "USD"


def test_a_negative_line_credits_its_account():
    """Sides follow the sign; amounts in the effect are positive."""
    lines = [line(amount=Decimal(105)), line(line_no=2, amount=Decimal(-5))]
    [item] = plan(tables(bill__ap_bill_line=lines)).items
    assert item.ledger_effect == (
        LedgerLine("debit", "6000", Decimal(105), "USD"),
        LedgerLine("credit", "6000", Decimal(5), "USD"),
        LedgerLine("credit", "accounts payable", Decimal(100), "USD"),
    )


def test_a_number_is_sent_as_it_is_written():
    """Only comparing ignores capitals (S-IDM-04)."""
    [item] = plan(with_bill(document_no="Inv-B1")).items
    assert item.payload["RECORDID"] == item.natural_key["RECORDID"] == "Inv-B1"


def test_the_same_edit_of_a_target_that_changed_in_between_is_another_operation():
    """Else going back and forth would find its own old key and never be sent (S-IDM-01)."""
    before, after, elsewhere = (
        plan(paired(changes), matches=BOTH).items[0].key
        for changes in ({}, {"modified_at": NOW - timedelta(days=2)}, {"trx_total_entered": Decimal(70)})
    )
    assert len({before, after, elsewhere}) == 3


def test_archiving_the_copy_frees_the_bill_that_it_copied():
    """What the remedy of a double says to do does help (S-IDM-04)."""
    bills = [bill(), bill("b2", document_no="INV-b1", is_archived=True)]
    made = plan(tables(bill__ap_bill=bills, bill__ap_bill_line=[line(), line("b2")]))
    assert [item.source_id for item in made.items] == ["b1"]


@pytest.mark.parametrize(
    ("currency", "amount", "sent"),
    [("JPY", "9999999999999", "9999999999999"), ("USD", "9999999999999.99", "9999999999999.99")],
)
def test_an_amount_of_thirteen_digits_is_sent_to_the_last_unit(currency, amount, sent):
    """No float, no exponent, no decimals that the currency does not have; above 10 million too (S-BIL-07)."""
    rows = tables(
        bill__ap_bill=[bill(currency=currency, amount=Decimal(amount))],
        bill__ap_bill_line=[line(amount=Decimal(amount))],
    )
    [item] = plan(rows, currencies={"USD", "JPY"}).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["TRX_AMOUNT"] == sent
    assert (item.amount, item.currency) == (Decimal(amount), currency)
    assert any("S-BIL-07" in warning for warning in item.warnings)


def test_the_default_location_serves_lines_without_one():
    """The link may name a location for uncoded lines (S-CFG-20)."""
    link = replace(LINK, default_location="100-A")
    [item] = plan(with_line(location_id=None), link=link).items
    assert item.payload["APBILLITEMS"]["APBILLITEM"][0]["LOCATIONID"] == "100-A"


def test_unapproved_bills_pass_where_the_link_says_so():
    """approved_only is a setting (S-APR-02, S-BIL-05)."""
    assert len(plan(with_bill(approval_status="ASSIGNED"), link=replace(LINK, approved_only=False)).items) == 1


def test_deleted_records_are_not_planned():
    """What BILL deleted is not sent, and a deleted Intacct bill is no duplicate."""
    rows = tables(intacct__ap_bill=[intacct_bill(_deleted=True)])
    assert len(plan(rows).items) == 1
    assert plan(with_bill(_deleted=True)).items == ()


def test_the_same_input_gives_the_same_bytes_in_any_order():
    """A plan is deterministic; the order of the input rows does not matter."""
    rows = tables(bill__ap_bill=[bill("b1"), bill("b2")], bill__ap_bill_line=[line("b1"), line("b2")])
    shuffled = {name: list(reversed(part)) for name, part in rows.items()}
    assert plan(rows).document() == plan(shuffled).document()


def test_the_content_hash_is_about_content_alone():
    """A later plan with the same content has the same hash and another id; another content has another hash."""
    first, later = plan(), plan(now=NOW + timedelta(hours=1))
    assert first.content_hash == later.content_hash
    assert first.plan_id != later.plan_id
    assert plan(with_bill(due_date=date(2026, 4, 1))).content_hash != first.content_hash


def test_a_changed_content_has_another_key_and_the_same_content_the_same():
    """The key follows from what is written (S-IDM-01)."""
    keys = [plan(rows).items[0].key for rows in (tables(), tables(), with_bill(due_date=date(2026, 4, 1)))]
    assert keys[0] == keys[1] != keys[2]


def test_the_document_reads_as_json_with_money_as_text():
    """No float anywhere in the document."""
    document = json.loads(plan().document(), parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert document["items"][0]["amount"] == "100.00"


@pytest.mark.parametrize(
    ("held", "mended", "more"),
    [
        (tables(bill__vendor=[]), tables(), {}),
        (tables(intacct__gl_account=[]), tables(), {}),
        (with_bill(approval_status="DENIED"), tables(), {}),
        (tables(), tables(), {"closed_through": date(2026, 2, 28)}),
    ],
    ids=["vendor missing", "account missing", "not approved", "period closed"],
)
def test_a_held_record_is_in_the_next_plan_once_its_cause_is_mended(held, mended, more):
    """Nobody has to ask for it: each plan looks at everything anew (S-VEN-01, S-BP-12, S-APR-02, S-IDM-08)."""
    before = plan(held, **more)
    assert (before.items, [hold.source_id for hold in before.holds]) == ((), ["b1"])
    assert [item.source_id for item in plan(mended).items] == ["b1"]


def test_what_intacct_refused_is_held_with_its_words_until_its_content_changes():
    """The same bytes are not sent again by themselves (S-ERR-40)."""
    [item] = plan().items
    reason = Reason("period_closed", "S-IDM-08", "the subledger is closed", "Open the period.")
    refused = {item.key: replace(stored(item, State.REJECTED), reason=reason)}
    made = plan(refused=refused)
    [hold] = made.holds
    assert (made.items, hold.kind, hold.rule, hold.amount) == ((), "period_closed", "S-IDM-08", Decimal("100.00"))
    assert "the subledger is closed" in hold.reason
    assert hold.remedy.startswith("Open the period.")
    assert hold.remedy.endswith("retry b1")
    assert plan(refused=refused).content_hash == made.content_hash
    assert len(plan(with_bill(document_no="NEW"), refused=refused).items) == 1


def test_the_documents_of_a_refused_vendor_wait_for_it_by_name():
    """They are not sent to a vendor that is not there."""
    rows = tables(intacct__vendor=[])
    vendor_item, bill_item = plan(rows, matches=()).items
    reason = Reason("refused", "S-ERR-40", "no", "Mend it.")
    made = plan(
        rows, matches=(), refused={vendor_item.key: replace(stored(vendor_item, State.REJECTED), reason=reason)}
    )
    assert made.items == ()
    assert [(hold.source_id, hold.held_by) for hold in made.holds] == [("v1", ""), (bill_item.source_id, "v1")]


def test_frames_become_rows_without_nan():
    """An empty cell is None, whatever the frame calls it."""
    frame = pd.DataFrame(
        {"a": [Decimal("1.10"), None], "b": [pd.NaT, date(2026, 1, 1)], "c": pd.array([1, None], "Int64")}
    )
    assert rows_of(frame) == [
        {"a": Decimal("1.10"), "b": None, "c": 1},
        {"a": None, "b": date(2026, 1, 1), "c": None},
    ]


def test_an_object_that_is_not_asked_for_is_not_planned():
    """What a link does not push makes neither an item nor a hold."""
    assert {item.object_name for item in plan().items} == {"ap_bill"}
    without = plan(objects=["vendor"])
    assert (without.items, {hold.object_name for hold in without.holds} - {"vendor"}) == ((), set())
