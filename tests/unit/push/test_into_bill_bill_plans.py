"""Which bills of Intacct a plan brings into BILL, with what, and which it leaves or holds; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from into_bill_cases import BACK
from push_cases import LINK, PAIRED_BILL, PAIRED_VENDOR, bill, intacct_bill, intacct_line, line, plan, tables, vendor

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.sources import Sources

BILL = "bill_ap_bill"
KEY = ("ap_bill", "b1", "500")
LATE = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def rows_of(ours=None, lines=None, theirs=(), their_lines=(), **more):
    """One bill of Intacct that BILL may have."""
    ours = intacct_bill(description=None) if ours is None else ours
    sides = {
        "intacct__ap_bill": [ours] if isinstance(ours, dict) else ours,
        "intacct__ap_bill_line": [intacct_line()] if lines is None else lines,
        "bill__ap_bill": list(theirs),
        "bill__ap_bill_line": list(their_lines),
    }
    return tables(**sides, **more)


def back(rows, *, link=BACK, matches=(PAIRED_VENDOR,), **more):
    """The plan into BILL of bills alone."""
    return plan(rows, link=link, matches=matches, objects=more.pop("objects", [BILL]), **more)


def kinds(planned):
    return [(hold.kind, hold.rule) for hold in planned.holds]


def held(rows, **more):
    """The one reason for which the bill is held."""
    planned = back(rows, **more)
    assert planned.items == ()
    [reason] = kinds(planned)
    return reason


def test_a_fully_unpaid_bill_is_made_with_its_coding_under_the_key_of_its_item():
    """S-BIL-01: BILL's ids of vendor, account and dimensions; the key in its description, the sum as what waits."""
    [item] = back(rows_of(intacct_bill(description="Slate"))).items
    assert (item.operation, item.source_id, item.target_id) == (Operation.CREATE, "500", None)
    assert (item.amount, item.currency, item.ledger_effect) == (Decimal("100.00"), "USD", ())
    assert item.payload == {
        "vendorId": "v1",
        "invoice": {"invoiceNumber": "INV-b1", "invoiceDate": "2026-02-10"},
        "dueDate": "2026-03-12",
        "billLineItems": [
            {
                "amount": "100.00",
                "classifications": {"chartOfAccountId": "a1", "departmentId": "d1", "locationId": "l1"},
            }
        ],
        "description": f"INTACCT:500 {item.key} Slate",
    }
    assert item.natural_key == {"vendorId": "v1", "invoice.invoiceNumber": "INV-b1"}
    assert back(rows_of(intacct_bill(description="Slate"))).items[0].key == item.key


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "Draft"},
        {"state": "Paid", "trx_total_paid": Decimal("100.00")},
        {"state": "Partially Paid", "trx_total_paid": Decimal("0.01")},
        {"trx_total_paid": Decimal("0.01")},
        {"state": "Selected"},
        {"state": "Reversed"},
        {"owner_entity_id": None},
        {"owner_entity_id": "200"},
        {"trx_total_entered": Decimal("-100.00")},
        {"description": "SPEND:r1 key"},
        {"description": "BUSINESS_CENTER:r1 key"},
    ],
    ids=lambda changes: " ".join(map(str, changes.values())),
)
def test_what_is_not_posted_paid_in_part_of_another_level_or_another_platforms_does_not_travel(changes):
    """S-BIL-01, S-BIL-02, S-CFG-11, S-VCR-06: nobody waits for such a bill, and BILL must not pay it twice."""
    planned = back(rows_of(intacct_bill(**{"description": None, **changes})))
    assert (planned.items, planned.holds) == ((), ())


def test_of_a_link_of_one_way_no_bill_goes_into_bill():
    """S-CFG-10: configurations B and D carry transactions from BILL alone."""
    planned = back(rows_of(), link=replace(BACK, one_way=True))
    assert (planned.items, planned.holds) == ((), ())


def test_what_bill_has_is_left_alone():
    """Its pair is told by the comparison, whoever made it."""
    planned = back(rows_of(theirs=[bill()], their_lines=[line()]), matches=(PAIRED_VENDOR, PAIRED_BILL))
    assert (planned.items, planned.holds) == ((), ())


def test_what_came_from_bill_and_lost_its_pair_is_held():
    """S-SCH-05: it would stand in BILL twice."""
    assert held(rows_of(intacct_bill(description="BILL:b1 key"))) == ("came_from_bill", "S-SCH-05")


def test_what_went_into_bill_and_lost_its_pair_does_not_come_back_as_another():
    """S-SCH-05: BILL's bill says from which bill of Intacct it came."""
    [item] = back(rows_of()).items
    rows = rows_of([], [], [bill(description=item.payload["description"])], [line()])
    planned = plan(rows, objects=["vendor", "ap_bill"])
    assert [one for one in planned.items if one.object_name == "ap_bill"] == []
    assert [(hold.kind, hold.rule) for hold in planned.holds if hold.source_id == "b1"] == [
        ("came_from_intacct", "S-SCH-05")
    ]


def test_a_bill_of_a_purchase_order_carries_its_number():
    """S-PUR-01, S-PUR-04: that of the order, which stands in the reference number; no other bill's travels."""
    born = intacct_bill(description=None, module_key="9.PO", reference_no="PO-7")
    [item] = back(rows_of(born)).items
    assert (item.payload["purchaseOrderNumber"], item.warnings) == ("PO-7", ())
    [item] = back(rows_of({**born, "reference_no": None})).items
    assert "purchaseOrderNumber" not in item.payload
    assert "[S-PUR-04]" in item.warnings[0]
    [item] = back(rows_of({**born, "module_key": "3.AP"})).items
    assert "purchaseOrderNumber" not in item.payload
    assert held(rows_of({**born, "reference_no": "P" * 101})) == ("field_length", "S-PUR-06")
    assert len(back(rows_of({**born, "reference_no": "P" * 100})).items) == 1


def test_a_bill_over_ten_million_is_sent_whole_and_told():
    """S-BIL-07: the vendor's own sync would bring it back as 0."""
    large = {"trx_total_entered": Decimal("10000000.01")}
    rows = rows_of(intacct_bill(description=None, **large), [intacct_line(trx_amount=Decimal("10000000.01"))])
    [item] = back(rows).items
    assert item.payload["billLineItems"][0]["amount"] == "10000000.01"
    assert "[S-BIL-07]" in item.warnings[0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (rows_of(intacct_bill(description=None, currency="CAD")), ("currency", "S-CUR-01")),
        (rows_of(lines=[intacct_line(trx_amount=Decimal(99))]), ("unbalanced", "S-IDM-07")),
        (rows_of(lines=[]), ("unbalanced", "S-IDM-07")),
        (rows_of(lines=[intacct_line(account_no="8888")]), ("missing_reference", "S-COA-01")),
        (rows_of(lines=[intacct_line(department_id="OPS2")]), ("missing_reference", "S-DEP-01")),
        (rows_of(lines=[intacct_line(location_id="100-Z")]), ("missing_reference", "S-LOC-01")),
        (rows_of(lines=[intacct_line(class_id="NONE")]), ("missing_reference", "S-CLS-01")),
        (rows_of(intacct_bill(description=None, document_no=None)), ("missing_field", "S-IDM-03")),
        (
            rows_of(
                intacct_bill(description=None, trx_total_entered=Decimal(0)), [intacct_line(trx_amount=Decimal(0))]
            ),
            ("not_positive", "S-BIL-07"),
        ),
        (rows_of(theirs=[bill("b9", document_no="inv-B1 ")]), ("duplicate", "S-IDM-04")),
        (rows_of(bill__vendor=[vendor(is_archived=True)]), ("inactive", "S-VEN-05")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_bill_could_not_hold_as_it_is_is_held_by_name(rows, expected):
    """Each with its rule; nothing is sent in part or coded otherwise."""
    assert held(rows) == expected


def test_what_links_records_and_people_decide_is_heeded():
    """S-VEN-10, S-CUR-01, S-ERR-41, S-IDM-06: an excluded vendor, a currency, a quarantined copy, what was made."""
    assert held(rows_of(), link=replace(BACK, excluded_vendors=frozenset({"v1"}))) == ("excluded", "S-VEN-10")
    assert held(rows_of(), link=replace(BACK, currencies=frozenset({"CAD"}))) == ("currency", "S-CUR-01")
    assert held(rows_of(), quarantined={("intacct.ap_bill_line", "900")}) == ("quarantined", "S-ERR-41")
    assert held(rows_of(), posted={(BILL, "500")}) == ("deleted_in_bill", "S-IDM-06")
    assert held(rows_of(), matches=()) == ("missing_reference", "S-VEN-01")


def test_a_number_may_be_used_again_once_its_bill_is_archived():
    """S-IDM-04: what was withdrawn in BILL is no copy."""
    assert len(back(rows_of(theirs=[bill("b9", is_archived=True)])).items) == 1


def test_two_bills_of_one_vendor_and_number_are_held_both():
    """S-IDM-04: BILL knows them apart by nothing else; one that is reversed does not count."""
    twice = [intacct_bill(description=None), intacct_bill(501, description=None)]
    lines = [intacct_line(), intacct_line(901, bill_record_no=501)]
    assert kinds(back(rows_of(twice, lines))) == [("duplicate", "S-IDM-04")] * 2
    twice[1]["state"] = "Reversed"
    assert len(back(rows_of(twice, lines)).items) == 1


def test_a_line_without_a_location_stands_for_the_links_own():
    """S-CFG-20: an entity is no location of BILL; the link says where lines without one belong."""
    rows = rows_of(lines=[intacct_line(location_id="100")])
    assert held(rows) == ("missing_reference", "S-LOC-01")
    [item] = back(rows, link=replace(BACK, default_location="100")).items
    assert "locationId" not in item.payload["billLineItems"][0]["classifications"]


def test_a_line_names_what_is_in_use_in_bill_and_one_record_alone():
    """S-DEP-01: an archived department is as good as none; of two that stand for the same a person chooses."""
    archived = {"id": "d1", "name": "Engineering", "short_name": "ENG", "is_archived": True}
    second = {"id": "d9", "name": "Engineering II", "short_name": "ENG", "is_archived": False}
    assert held(rows_of(bill__department=[archived])) == ("missing_reference", "S-DEP-01")
    [item] = back(rows_of(bill__department=[archived, second])).items
    assert item.payload["billLineItems"][0]["classifications"]["departmentId"] == "d9"
    both = rows_of(bill__department=[{**archived, "is_archived": False}, second])
    assert held(both) == ("ambiguous", "S-DEP-01")
    assert "`departments` of the link" in back(both).holds[0].remedy
    [item] = back(both, link=replace(BACK, department_map={"d1": "OTHER"})).items
    assert item.payload["billLineItems"][0]["classifications"]["departmentId"] == "d9"


def test_a_map_of_the_link_is_read_backwards():
    """What the way into Intacct makes of an id, the way back makes that id of."""
    rows = rows_of(lines=[intacct_line(account_no="6999")])
    [item] = back(rows, link=replace(BACK, account_map={"a1": "6999"})).items
    assert item.payload["billLineItems"][0]["classifications"]["chartOfAccountId"] == "a1"


# --- what changed since -----------------------------------------------------------------------------------------------

AGREED = {
    "vendor_id": "V-11",
    "document_no": "INV-b1",
    "bill_date": "2026-02-10",
    "due_date": "2026-03-12",
    "lines": "100 6000 ENG 100-A ",
    "line_names": "none",
}
WAITING = {"approval_status": "UNASSIGNED", "payment_status": "UNPAID"}


def changed(ours=None, lines=None, theirs=None, agreed=AGREED, link=BACK, **more):
    """The plan into BILL of a pair of which both last agreed on something."""
    ours = intacct_bill(**{"modified_at": LATE, **(ours or {})})
    rows = rows_of(ours, lines, [bill(**{**WAITING, **(theirs or {})})], more.pop("their_lines", [line()]))
    return back(rows, matches=(PAIRED_VENDOR, PAIRED_BILL), agreed={KEY: agreed}, link=link, **more)


def test_a_pair_agrees_on_what_both_say():
    """Field by field, in Intacct's words."""
    rows = rows_of(intacct_bill(due_date=date(2026, 4, 1)), None, [bill()], [line()])
    found = agreements(Sources(BACK, rows, [PAIRED_VENDOR, PAIRED_BILL]), [BILL])
    assert found == {KEY: {name: value for name, value in AGREED.items() if name != "due_date"}}


def test_what_only_intacct_changed_of_an_unpaid_bill_goes_into_bill():
    """S-CFG-21: named fields alone, lines in the place of those there."""
    marked = f"INTACCT:500 {'0' * 8}-{'0' * 4}-{'0' * 4}-{'0' * 4}-{'0' * 12} Said in BILL"
    [item] = changed({"due_date": date(2026, 4, 1)}, theirs={"description": marked}).items
    assert (item.operation, item.target_id, item.payload["dueDate"]) == (Operation.UPDATE, "b1", "2026-04-01")
    assert item.payload == {"dueDate": "2026-04-01", "description": f"INTACCT:500 {item.key} Said in BILL"}
    assert [(one.field, one.old, one.new) for one in item.changes] == [("due date", "2026-03-12", "2026-04-01")]
    split = [intacct_line(trx_amount=Decimal(60)), intacct_line(901, line_no=2, trx_amount=Decimal(40))]
    [item] = changed(lines=split).items
    assert [(one.get("id"), one["amount"]) for one in item.payload["billLineItems"]] == [
        ("b1-1", "60.00"),
        (None, "40.00"),
    ]
    [item] = changed({"document_no": "INV-2"}).items
    assert item.payload["invoice"] == {"invoiceNumber": "INV-2", "invoiceDate": "2026-02-10"}
    assert item.natural_key["invoice.invoiceNumber"] == "INV-b1"


def test_what_only_bill_changed_or_what_never_agreed_is_the_other_ways():
    """S-CFG-21: nothing is sent, nothing is held here."""
    for planned in (
        changed(theirs={"due_date": date(2026, 4, 1)}),
        changed({"due_date": date(2026, 4, 1)}, agreed={}),
        changed({"due_date": date(2026, 4, 1), "state": "Paid"}),
        changed({"due_date": date(2026, 4, 1)}, theirs={"is_archived": True}),
    ):
        assert (planned.items, planned.holds) == ((), ())


def test_what_both_changed_waits_for_a_person_on_both_ways():
    """S-CFG-21: the way into Intacct overwrites nothing either, although BILL's edit is the later one."""
    ours, theirs = {"due_date": date(2026, 4, 1)}, {"due_date": date(2026, 4, 2)}
    planned = changed(ours, theirs=theirs)
    assert (planned.items, kinds(planned)) == ((), [("conflict", "S-CFG-21")])
    rows = rows_of(intacct_bill(**ours), None, [bill(**theirs)], [line()])
    there = plan(rows, matches=(PAIRED_VENDOR, PAIRED_BILL), objects=["vendor", "ap_bill"], agreed={KEY: AGREED})
    assert kinds(there) == [("conflict", "S-CFG-21")]
    untouched = plan(
        rows_of(intacct_bill(), None, [bill(**theirs)], [line()]),
        matches=(PAIRED_VENDOR, PAIRED_BILL),
        objects=["vendor", "ap_bill"],
        agreed={KEY: AGREED},
    )
    assert [item.target_id for item in untouched.items if item.object_name == "ap_bill"] == ["500"]


HELD = ConflictPolicy()


def into_intacct(ours=None, theirs=None, *, policy=HELD, agreed=AGREED, **more):
    """The plan into Intacct of the same pair."""
    rows = rows_of(intacct_bill(**(ours or {})), None, [bill(**(theirs or {}))], [line()])
    link = replace(LINK, conflicts=policy)
    pairs = (PAIRED_VENDOR, PAIRED_BILL)
    return plan(rows, link=link, matches=pairs, objects=["vendor", "ap_bill"], agreed={KEY: agreed}, **more)


OURS, THEIRS = {"due_date": date(2026, 4, 1), "modified_at": LATE}, {"due_date": date(2026, 4, 2)}


@pytest.mark.parametrize("name", ["due_date", "ap_bill.due_date"])
def test_a_link_says_of_a_field_whose_word_stands(name):
    """S-CFG-21: BILL's goes into Intacct though that was edited later, Intacct's into BILL; the other way is silent."""
    for word, sent in ((Conflicts.PLATFORM, [0, 1]), (Conflicts.INTACCT, [1, 0])):
        policy = ConflictPolicy(fields={name: word, "lines": Conflicts.HOLD})
        there = changed(OURS, theirs=THEIRS, link=replace(BACK, conflicts=policy))
        back_again = into_intacct(OURS, THEIRS, policy=policy)
        assert [len(one.items) for one in (there, back_again)] == sent
        assert (there.holds, back_again.holds) == ((), ())
    other = ConflictPolicy(fields={"vendor.due_date": Conflicts.PLATFORM})
    assert kinds(into_intacct(OURS, THEIRS, policy=other)) == [("conflict", "S-CFG-21")]


def test_what_only_intacct_changed_is_nothing_for_the_way_back():
    """S-CFG-21: the plan into BILL has it; only where nothing goes there, or part of it is BILL's, it is held."""
    alone = into_intacct(OURS)
    assert (alone.items, alone.holds) == ((), ())
    assert kinds(into_intacct(OURS, policy=None)) == [("conflict", "S-CFG-21")]
    assert kinds(into_intacct({**OURS, "state": "Paid"})) == [("record_locked", "S-BIL-06")]
    held = into_intacct(OURS, {"document_no": "INV-B"})
    assert kinds(held) == [("conflict", "S-CFG-21")]
    assert "Intacct's word on its due date stands" in held.holds[0].reason


def test_a_persons_word_for_bill_outlives_intacts_later_edit():
    """S-BIL-11: an edit of what is not compared is held by its time, until a person says that BILL is right."""
    held = into_intacct({"modified_at": LATE}, THEIRS)
    assert kinds(held) == [("conflict", "S-BIL-11")]
    assert "resolve bill b1 --side platform" in held.holds[0].remedy
    assert len(into_intacct({"modified_at": LATE}, THEIRS, known_until={KEY: LATE}).items) == 1
    before = {KEY: LATE - timedelta(seconds=1)}
    assert kinds(into_intacct({"modified_at": LATE}, THEIRS, known_until=before)) == [("conflict", "S-BIL-11")]


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ({"approval_status": "APPROVED"}, ("approved_in_bill", "S-BIL-11")),
        ({"payment_status": "PARTIAL"}, ("record_locked", "S-BIL-09")),
        ({"scheduled_amount": Decimal(1)}, ("record_locked", "S-BIL-09")),
    ],
    ids=lambda value: " ".join(map(str, value if isinstance(value, tuple) else value.values())),
)
def test_a_bill_that_bill_approved_or_pays_is_not_edited_there(theirs, expected):
    """S-BIL-09, S-BIL-11: an edit in Intacct after approval is refused by BILL."""
    planned = changed({"due_date": date(2026, 4, 1)}, theirs=theirs)
    assert (planned.items, kinds(planned)) == ((), [expected])


def test_a_line_that_is_gone_is_removed_by_a_person():
    """BILL's PATCH keeps lines that it is not told of."""
    two = [line(amount=Decimal(60)), line(line_no=2, amount=Decimal(40))]
    agreed = {**AGREED, "lines": "40 6000 ENG 100-A ; 60 6000 ENG 100-A "}
    planned = changed(their_lines=two, agreed=agreed)
    assert (planned.items, kinds(planned)) == ((), [("lines_removed", "S-BIL-09")])


def test_a_code_that_is_gone_is_removed_by_a_person():
    """S-BIL-09: BILL's PATCH keeps codes that it is not told of, so the same change would be planned for ever."""
    planned = changed(lines=[intacct_line(department_id="")])
    assert (planned.items, kinds(planned)) == ((), [("lost_dimension", "S-BIL-09")])


def test_what_was_planned_from_is_what_a_look_up_must_find():
    """An update starts from a state: amounts count alike with and without their zeros."""
    [item] = changed({"due_date": date(2026, 4, 1)}).items
    [same] = changed({"due_date": date(2026, 4, 1)}, theirs={"amount": Decimal(100)}).items
    [other] = changed({"due_date": date(2026, 4, 1)}, theirs={"approval_status": "ASSIGNED"}).items
    assert item.target_revision == same.target_revision != other.target_revision
    assert PUSHED[BILL].mark == "description"
