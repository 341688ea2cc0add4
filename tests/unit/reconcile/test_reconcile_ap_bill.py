"""Reconciling AP bills: how pairs are found, and one test for each reason of a difference."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from reconcile_cases import JUST_NOW, LATER, LONG_AGO, NOW, Case, make_link, shown, verdicts

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.errors import DataContractError

MISSING_IN_INTACCT = "missing_in_intacct"
MISSING_IN_PLATFORM = "missing_in_platform"


def rule(number):
    """One case whose id ends with the rule that it is about."""
    return pytest.mark.parametrize("number", [pytest.param(number, id=f"[{number}]")])


def case_of(**policy):
    return Case(link=make_link(**policy)).vendors()


def pair_of(case, bill=None, intacct=None):
    """Add one bill that both sides know, with what differs."""
    case.bill(**(bill or {}))
    case.intacct_bill(**(intacct or {}))
    return case


def methods(result):
    return list(result.matches[["platform_id", "intacct_record_no", "method"]].itertuples(index=False, name=None))


# Pairs


def test_equal_bills_match_without_difference():
    """Two copies of one bill are a match and nothing else."""
    result = pair_of(case_of()).bills()
    assert methods(result) == [("b1", 11, "natural_key")]
    assert list(result.matches["is_equal"]) == [True]
    assert verdicts(result) == []


def test_a_confirmed_pair_goes_before_a_natural_key():
    """What a person confirmed holds, although number and vendor say otherwise."""
    case = case_of().cross("b1", 12)
    case.bill()
    case.intacct_bill(11)
    case.intacct_bill(12, number="INV-X")
    assert methods(case.bills()) == [("b1", 12, "crosswalk")]


def test_the_source_named_in_a_record_goes_before_a_natural_key():
    """A bill that we made is known by the mark in its description, whatever its number [S-IDM-04]."""
    case = case_of()
    case.bill("b1")
    case.bill("b2", number="INV-2")
    case.intacct_bill(11, number="INV-2", description=f"Paper {source_mark('bill', 'b1')}")
    case.intacct_bill(12, number="INV-1")
    assert methods(case.bills())[0] == ("b1", 11, "mark")


@pytest.mark.parametrize("number", [" inv-1 ", "INV-1", "ＩＮＶ-1"])
def test_numbers_pair_without_regard_to_width_case_and_space(number):
    """What people cannot see does not keep two bills apart, nor is it a difference."""
    case = pair_of(case_of(), {"number": number})
    result = case.bills()
    assert methods(result) == [("b1", 11, "natural_key")]
    assert verdicts(result) == []


def test_repeated_numbers_pair_by_date_and_amount():
    """A number that repeats is no key by itself; with date and amount it is."""
    case = case_of()
    for position, amount in enumerate(("10.00", "20.00"), start=1):
        case.bill(f"b{position}", amount)
        case.intacct_bill(10 + position, amount)
    assert methods(case.bills()) == [("b1", 11, "natural_key"), ("b2", 12, "natural_key")]


def test_bills_of_different_vendors_do_not_pair():
    """The same number at another vendor is another bill."""
    case = case_of().vendors(2)
    pair_of(case, None, {"vendor_id": "V-2"})
    assert {kind for kind, *_ in verdicts(case.bills())} == {MISSING_IN_INTACCT, MISSING_IN_PLATFORM}


def test_indistinguishable_bills_are_a_duplicate_with_all_ids():
    """Two bills that nothing tells apart are not paired by chance; each row is shown once, with its companions."""
    case = case_of()
    case.bill("b1")
    case.bill("b2")
    case.intacct_bill(11)
    result = case.bills()
    assert shown(result, "kind", "verdict", "platform_id", "intacct_record_no", "platform_value", "intacct_value") == [
        ("duplicate", "break", None, 11, "b1, b2", "INV-1"),
        ("duplicate", "break", "b1", None, "INV-1", "11"),
        ("duplicate", "break", "b2", None, "INV-1", "11"),
    ]


def test_a_second_record_with_our_mark_is_a_duplicate():
    """A bill that was posted twice is found, although the first of the two is paired [S-IDM-04]."""
    case = case_of().cross("b1", 11)
    case.bill()
    mark = source_mark("bill", "b1")
    case.intacct_bill(11, description=mark)
    case.intacct_bill(12, number="INV-1-2", description=mark)
    assert shown(case.bills(), "kind", "verdict", "intacct_record_no") == [("duplicate", "break", 12)]


@pytest.mark.parametrize("side", ["bill", "intacct"])
def test_a_second_copy_of_a_paired_bill_is_a_duplicate(side):
    """An invoice entered twice is not missing on the other side, else it would be posted or paid twice."""
    case = pair_of(case_of()).cross("b1", 11)
    if side == "bill":
        case.bill("b2")
    else:
        case.intacct_bill(12)
    ((kind, verdict, delta),) = shown(case.bills(), "kind", "verdict", "amount_difference")
    assert (kind, verdict, abs(delta)) == ("duplicate", "break", Decimal("100.00"))


def test_a_second_copy_that_nobody_approved_waits_for_approval():
    """Whoever approves may still deny it [S-APR-02] [S-BIL-05]."""
    case = pair_of(case_of()).cross("b1", 11)
    case.bill("b2", approval_status="DENIED")
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "expected", "S-APR-02")]


def test_an_undone_twin_does_not_make_a_bill_ambiguous():
    """A bill that was reversed and entered again pairs with the one that stands."""
    case = case_of()
    case.bill()
    case.intacct_bill(11, state="Reversed")
    case.intacct_bill(12)
    result = case.bills()
    assert methods(result) == [("b1", 12, "natural_key")]
    assert verdicts(result) == [(MISSING_IN_PLATFORM, "", "expected", "S-BIL-01")]


def test_a_refused_pair_is_never_made():
    """What a person refused stays apart, however alike."""
    case = pair_of(case_of()).cross("b1", 11, status="refused")
    assert methods(case.bills()) == []


def test_the_crosswalk_of_another_link_or_object_does_not_count():
    """Ids are confirmed for one link and one object."""
    case = case_of().cross("b1", 12, object_="vendor")
    case.crosswalk_rows.append({**case.crosswalk_rows[0], "link": "acme-200", "object": "ap_bill"})
    case.bill()
    case.intacct_bill(11)
    case.intacct_bill(12, number="INV-2")
    assert methods(case.bills()) == [("b1", 11, "natural_key")]


def test_a_crosswalk_that_contradicts_itself_is_refused():
    """One bill cannot be confirmed with two."""
    case = case_of().cross("b1", 11).cross("b1", 12)
    case.bill()
    case.intacct_bill(11)
    case.intacct_bill(12)
    with pytest.raises(DataContractError, match="confirms one ap_bill with several"):
        case.bills()


@pytest.mark.parametrize("table", ["bill.ap_bill", "intacct.ap_bill", "bill.ap_bill_line", "intacct.vendor"])
def test_repeated_keys_are_refused(table):
    """A row that stands twice could not end in one place."""
    case = pair_of(case_of())
    case.rows[table].append(dict(case.rows[table][0]))
    with pytest.raises(DataContractError, match="repeat"):
        case.bills()


def test_a_row_without_amount_is_refused():
    """Absent is not zero."""
    case = pair_of(case_of(), {"amount": "5.00"})
    case.rows["bill.ap_bill"][0]["amount"] = None
    with pytest.raises(DataContractError, match="no amount, such as id b1"):
        case.bills()


# Bills that are only in BILL


@rule("S-APR-02")
@pytest.mark.parametrize("approval", ["UNASSIGNED", "ASSIGNED", "APPROVING", "DENIED", "UNDEFINED"])
def test_an_unapproved_bill_is_not_expected_in_intacct(approval, number):
    """Only approved bills travel, when the link says so."""
    case = case_of()
    case.bill(approval_status=approval)
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "expected", number)]


@rule("S-APR-02")
def test_a_link_that_takes_all_bills_expects_unapproved_ones(number):
    """Without the filter an unapproved bill that is missing is a break."""
    case = case_of(approved_only=False)
    case.bill(approval_status="ASSIGNED")
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "break", "")], number


@rule("S-APR-02")
@pytest.mark.parametrize("status", ["DRAFT", "DRAFT_DELETED"])
def test_a_draft_is_not_expected_in_intacct(status, number):
    """A draft is not approved, whatever its approval status says."""
    case = case_of(approved_only=False)
    case.bill(record_status=status)
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "expected", number)]


@rule("S-BIL-03")
@pytest.mark.parametrize("archived", [{"is_archived": True}, {"record_status": "INACTIVE"}])
def test_an_archived_bill_is_not_expected_in_intacct(archived, number):
    """Only live bills travel."""
    case = case_of()
    case.bill(**archived)
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "expected", number)]


@rule("S-VEN-10")
def test_bills_of_an_excluded_vendor_stay_behind_on_both_sides(number):
    """The link can keep one vendor's documents apart."""
    case = case_of(excluded_vendors=frozenset({"v1"}))
    case.bill()
    case.intacct_bill(number="INV-2")
    assert verdicts(case.bills()) == [
        (MISSING_IN_INTACCT, "", "expected", number),
        (MISSING_IN_PLATFORM, "", "expected", number),
    ]


@rule("S-VEN-03")
def test_bills_of_vendors_with_one_name_wait_for_their_vendors(number):
    """While two vendors share a name, nobody knows whose bill it is: one cause, told for each bill."""
    case = case_of()
    case.intacct_vendor(2, "Vendor 1")
    pair_of(case)
    assert verdicts(case.bills()) == [
        (MISSING_IN_INTACCT, "", "expected", number),
        (MISSING_IN_PLATFORM, "", "expected", number),
    ]


def test_a_bill_whose_vendor_is_missing_says_so():
    """The cause is the vendor, not the bill."""
    case = case_of()
    case.bill_vendor("v2", "Only in BILL")
    case.bill(vendor_id="v2")
    ((kind, verdict, reason),) = shown(case.bills(), "kind", "verdict", "reason")
    assert (kind, verdict) == (MISSING_IN_INTACCT, "break")
    assert "vendor is not in Intacct" in reason


@rule("S-SCH-04")
def test_a_young_difference_is_in_flight(number):
    """What changed less than the grace ago may settle by itself; after that it is a break."""
    case = case_of(grace=timedelta(hours=24))
    case.bill(modified_at=JUST_NOW)
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "in_flight", number)]
    assert verdicts(case.bills(now=JUST_NOW + timedelta(hours=24))) == [(MISSING_IN_INTACCT, "", "break", "")]


@rule("S-SCH-04")
def test_the_younger_side_decides_the_age_of_a_pair(number):
    """A pair is in flight when either side changed just now."""
    case = pair_of(case_of(), {"amount": "5.00"}, {"amount": "6.00", "created_at": JUST_NOW, "modified_at": JUST_NOW})
    result = case.bills()
    assert verdicts(result) == [("amount", "amount", "in_flight", number)]
    assert shown(result, "age_seconds") == [(3600,)]


def test_a_rule_goes_before_the_grace():
    """An explained difference is expected at any age, so that its reason does not change overnight."""
    case = case_of()
    case.bill(approval_status="ASSIGNED", modified_at=JUST_NOW)
    assert verdicts(case.bills())[0][2:] == ("expected", "S-APR-02")


def test_a_bill_without_any_instant_is_a_break():
    """An unknown age is not young."""
    case = case_of()
    case.bill(modified_at=None, created_at=None)
    assert verdicts(case.bills()) == [(MISSING_IN_INTACCT, "", "break", "")]


def test_a_bill_that_never_changed_is_as_old_as_its_creation():
    """A null modification time falls back to the creation."""
    case = case_of()
    case.bill(modified_at=None, created_at=JUST_NOW)
    assert verdicts(case.bills())[0][2] == "in_flight"


# Bills that are only in Intacct


@rule("S-BIL-01")
@pytest.mark.parametrize("state", ["Draft", "Submitted", "Partially Approved", "Declined", "Reversed", "No Value"])
def test_only_posted_bills_are_expected_in_bill(state, number):
    """A bill that is not posted does not travel."""
    case = case_of()
    case.intacct_bill(state=state)
    assert verdicts(case.bills()) == [(MISSING_IN_PLATFORM, "", "expected", number)]


@rule("S-BIL-02")
@pytest.mark.parametrize("paid", [{"state": "Paid"}, {"state": "Partially Paid"}, {"trx_total_paid": Decimal("0.01")}])
def test_paid_bills_are_not_expected_in_bill(paid, number):
    """Partly and fully paid bills never reach BILL."""
    case = case_of()
    case.intacct_bill(**paid)
    assert verdicts(case.bills()) == [(MISSING_IN_PLATFORM, "", "expected", number)]


@rule("S-BIL-02")
def test_a_paid_bill_that_bill_holds_is_still_compared(number):
    """Payment explains an absence, not a different amount."""
    paid = {"state": "Paid", "trx_total_paid": Decimal("6.00"), "modified_at": LATER}
    case = pair_of(case_of(), {"amount": "5.00", "paid_amount": Decimal("6.00")}, {"amount": "6.00", **paid})
    assert verdicts(case.bills()) == [("amount", "amount", "break", "")], number


@rule("S-VCR-06")
def test_a_negative_bill_is_a_vendor_credit_in_bill(number):
    """Negative bills travel as vendor credits."""
    case = case_of()
    case.intacct_bill(amount="-5.00")
    assert verdicts(case.bills()) == [(MISSING_IN_PLATFORM, "", "expected", number)]


def test_an_unpaid_posted_bill_that_is_missing_in_bill_is_a_break():
    """It should have travelled."""
    case = case_of()
    case.intacct_bill()
    assert verdicts(case.bills()) == [(MISSING_IN_PLATFORM, "", "break", "")]


def test_a_bill_whose_source_was_deleted_says_so():
    """Deleting in BILL does not remove the bill in Intacct; the reason names the rule of such deletions."""
    case = case_of()
    case.bill(_deleted=True)
    case.intacct_bill(description=source_mark("bill", "b1"))
    ((verdict, reason),) = shown(case.bills(), "verdict", "reason")
    assert verdict == "break"
    assert "deleted in BILL" in reason


@rule("S-CFG-11")
@pytest.mark.parametrize("owner", [None, "200"])
def test_bills_of_another_owner_are_out_of_scope(owner, number):
    """A bill of the top level or of another entity is counted, and not a difference of this link."""
    case = case_of()
    case.intacct_bill(owner_entity_id=owner)
    result = case.bills()
    assert verdicts(result) == []
    (total,) = result.totals[["class", "rule", "intacct_count", "intacct_total"]].itertuples(index=False, name=None)
    assert total == ("out_of_scope", number, 1, Decimal("100.00"))


@rule("S-CFG-11")
def test_a_bill_of_another_owner_that_is_ours_is_still_paired(number):
    """Else a bill that was posted at the wrong level would look missing, and be posted again."""
    case = pair_of(case_of(), None, {"owner_entity_id": None, "description": source_mark("bill", "b1")})
    assert methods(case.bills()) == [("b1", 11, "mark")], number


# Bills on both sides


@rule("S-BIL-07")
def test_a_bill_over_ten_million_that_arrived_as_nothing_is_one_break(number):
    """The vendor sync writes 0 and no state; that is one break which names the rule, at any age."""
    zeroed = {"amount": "0", "state": "No Value", "lines": [], "modified_at": JUST_NOW}
    case = pair_of(case_of(), {"amount": "10000000.01", "modified_at": JUST_NOW}, zeroed)
    ((kind, verdict, rule_, reason, delta),) = shown(
        case.bills(), "kind", "verdict", "rule", "reason", "amount_difference"
    )
    assert (kind, verdict, rule_, delta) == ("amount", "break", "", Decimal("10000000.01"))
    assert number in reason


@rule("S-BIL-07")
def test_ten_million_exactly_is_an_ordinary_amount(number):
    """The limit itself still travels."""
    case = pair_of(case_of(), {"amount": "10000000"}, {"amount": "0", "lines": []})
    assert number not in shown(case.bills(), "reason")[0][0]


@rule("S-BIL-06")
def test_an_edit_in_bill_after_payment_does_not_travel(number):
    """A paid bill cannot be updated in Intacct, so an edit that is younger than the payment stays in BILL."""
    paid = {"state": "Paid", "trx_total_paid": Decimal("5.00")}
    case = pair_of(
        case_of(), {"amount": "6.00", "paid_amount": Decimal("5.00"), "modified_at": LATER}, {"amount": "5.00", **paid}
    )
    assert verdicts(case.bills()) == [("amount", "amount", "expected", number)]


@rule("S-BIL-09")
def test_an_edit_in_bill_after_part_payment_does_not_travel(number):
    """Part payment stops edits as well."""
    part = {"state": "Partially Paid", "trx_total_paid": Decimal("1.00")}
    case = pair_of(
        case_of(), {"bill_date": date(2026, 2, 2), "paid_amount": Decimal("1.00"), "modified_at": LATER}, part
    )
    assert verdicts(case.bills()) == [("date", "bill_date", "expected", number)]


@rule("S-BIL-09")
def test_an_edit_in_bill_after_the_close_does_not_travel(number):
    """A closed period stops edits; without the close the same edit is a break."""
    case = pair_of(case_of(), {"amount": "6.00", "modified_at": LATER}, {"amount": "5.00"})
    assert verdicts(case.bills()) == [("amount", "amount", "break", "")]
    case.closed_through = date(2026, 2, 1)
    assert verdicts(case.bills()) == [("amount", "amount", "expected", number)]
    case.closed_through = date(2026, 1, 31)
    assert verdicts(case.bills()) == [("amount", "amount", "break", "")]


@rule("S-BIL-09")
def test_an_edit_does_not_travel_into_books_that_the_entity_of_its_lines_closed(number):
    """S-CFG-23: at the top level the latest closed day of the entities that its lines go to counts."""
    case = case_of()
    case.add("intacct.entity", record_no=1, entity_id="100")
    case.add("intacct.entity", record_no=2, entity_id="200")
    for record_no, location in enumerate(("100", "200"), start=3):
        case.add("intacct.location", record_no=record_no, location_id=f"{location}-A", parent_id=location)
    lines = [
        {"location_id": "100-A", "trx_amount": Decimal("2.00")},
        {"location_id": "200-A", "trx_amount": Decimal("3.00")},
    ]
    pair_of(case, {"amount": "6.00", "modified_at": LATER}, {"amount": "5.00", "lines": lines})

    def of_amount():
        return [one[2:] for one in verdicts(case.bills()) if one[0] == "amount"]

    assert of_amount() == [("break", "")]
    case.closed_later = {"200": date(2026, 2, 1)}
    assert of_amount() == [("expected", number)]
    case.closed_later = {"200": date(2026, 1, 31), "300": date(2026, 12, 31)}
    assert of_amount() == [("break", "")]
    case.closed_through, case.closed_later = date(2026, 2, 1), {"300": date(2026, 12, 31)}
    assert of_amount() == [("expected", number)]


@rule("S-BIL-11")
@pytest.mark.parametrize("approval", ["APPROVED", "APPROVING"])
def test_an_edit_in_intacct_after_approval_is_refused_by_bill(approval, number):
    """BILL's approval mode refuses the edit."""
    case = pair_of(case_of(), {"amount": "5.00", "approval_status": approval}, {"amount": "6.00", "modified_at": LATER})
    assert verdicts(case.bills()) == [("amount", "amount", "expected", number)]


@rule("S-BIL-11")
def test_a_wrong_copy_that_nobody_edited_is_a_break(number):
    """A copy is always younger than its original: without a later edit in Intacct no rule hides the difference."""
    case = pair_of(case_of(), {"amount": "5.00"}, {"amount": "6.00", "created_at": LATER, "modified_at": LATER})
    assert verdicts(case.bills()) == [("amount", "amount", "break", "")], number


@rule("S-BIL-08")
def test_a_recreated_bill_is_linked_to_its_predecessor(number):
    """The vendor sync deletes and makes anew; the pair holds and remembers the record that it replaces."""
    case = case_of().cross("b1", 11)
    case.bill()
    case.intacct_bill(11, _deleted=True)
    case.intacct_bill(12)
    result = case.bills()
    (match,) = result.matches[["intacct_record_no", "predecessor_record_no", "rule"]].itertuples(index=False, name=None)
    assert match == (12, 11, number)
    assert verdicts(result) == []


@rule("S-BIL-08")
def test_a_deleted_bill_that_was_not_made_again_is_a_break_that_names_it(number):
    """The history is not lost when the second half of the edit never came."""
    case = case_of()
    case.bill()
    case.intacct_bill(_deleted=True)
    ((verdict, reason),) = shown(case.bills(), "verdict", "reason")
    assert verdict == "break"
    assert number in reason


@rule("S-BIL-10")
def test_quantity_is_not_compared(number):
    """Quantity does not travel."""
    case = pair_of(case_of(), {"lines": [{"quantity": Decimal(7), "price": Decimal("14.2857")}]})
    assert verdicts(case.bills()) == [], number


@rule("S-TRM-01")
def test_a_due_date_that_follows_other_terms_is_expected(number):
    """Terms do not travel: each side's due date follows its own."""
    case = case_of()
    case.rows["bill.vendor"][0]["ap_term_id"] = "t30"
    case.add("bill.ap_term", id="t30", name="Net 30", due_days=30)
    pair_of(case, {"due_date": date(2026, 3, 3)}, {"due_date": date(2026, 2, 16), "term_name": "Net 15"})
    assert verdicts(case.bills()) == [("date", "due_date", "expected", number)]


@rule("S-TRM-01")
@pytest.mark.parametrize(
    ("due_date", "term_name"),
    [(date(2026, 3, 3), "Net 30"), (date(2026, 3, 9), "Net 15")],
    ids=["same term", "typed by hand"],
)
def test_a_due_date_that_no_term_explains_is_a_break(due_date, term_name, number):
    """Equal terms, or a date that does not follow BILL's own term, explain nothing."""
    case = case_of()
    case.rows["bill.vendor"][0]["ap_term_id"] = "t30"
    case.add("bill.ap_term", id="t30", name="Net 30", due_days=30)
    pair_of(case, {"due_date": due_date}, {"due_date": date(2026, 2, 16), "term_name": term_name})
    assert verdicts(case.bills()) == [("date", "due_date", "break", "")], number


@rule("S-PUR-05")
def test_an_edit_in_bill_of_a_purchase_order_s_bill_does_not_travel(number):
    """Bills born in Purchasing must not be edited in BILL."""
    case = pair_of(case_of(), {"amount": "6.00", "modified_at": LATER}, {"amount": "5.00", "module_key": "9.PO"})
    assert verdicts(case.bills()) == [("amount", "amount", "expected", number)]


@rule("S-PUR-04")
@pytest.mark.parametrize(
    ("reference", "verdict"), [("PO-1", None), ("", "expected"), ("PO-2", "break")], ids=["same", "empty", "other"]
)
def test_a_purchase_order_s_number_is_compared(reference, verdict, number):
    """The reference number carries it; an empty one explains why it differs, another one does not."""
    case = pair_of(case_of(), {"purchase_order_no": "PO-1"}, {"module_key": "9.PO", "reference_no": reference})
    explained = number if verdict == "expected" else ""
    assert verdicts(case.bills()) == ([("coding", "reference_no", verdict, explained)] if verdict else [])


@rule("S-PUR-04")
def test_other_bills_may_have_any_reference(number):
    """Only bills from a purchase order are compared by it."""
    case = pair_of(case_of(), {"purchase_order_no": "PO-1"}, {"reference_no": "X"})
    assert verdicts(case.bills()) == [], number


@rule("S-PAY-01")
def test_a_payment_made_in_intacct_is_expected_to_be_unknown_in_bill(number):
    """Payments do not travel to BILL."""
    case = pair_of(case_of(), None, {"state": "Paid", "trx_total_paid": Decimal("100.00")})
    assert verdicts(case.bills()) == [("state", "paid_amount", "expected", number)]


def test_a_payment_made_in_bill_that_intacct_lacks_is_a_break():
    """Payments do travel to Intacct; credits that were applied count as paid."""
    case = pair_of(case_of(), {"paid_amount": Decimal("60.00"), "credit_amount": Decimal("40.00")})
    assert shown(case.bills(), "field", "verdict", "amount_difference") == [("paid_amount", "break", Decimal("100.00"))]


@pytest.mark.parametrize(
    ("bill", "intacct", "words"),
    [
        ({"is_archived": True}, {}, "S-BIL-04"),
        ({}, {"state": "Reversed"}, "live in BILL"),
    ],
)
def test_a_bill_that_is_undone_on_one_side_is_a_break(bill, intacct, words):
    """One side's bill stands alone."""
    ((kind, verdict, reason),) = shown(pair_of(case_of(), bill, intacct).bills(), "kind", "verdict", "reason")
    assert (kind, verdict) == ("state", "break")
    assert words in reason


def test_differences_within_the_tolerance_are_none():
    """The tolerance holds for its currency alone, and up to and including itself."""
    case = case_of(tolerance={"USD": Decimal("0.05")})
    amounts = {"INV-1": ("1.00", "1.05", "USD"), "INV-2": ("1.00", "1.06", "USD"), "INV-3": ("1.00", "1.05", "EUR")}
    for position, (number, (ours, theirs, currency)) in enumerate(amounts.items()):
        case.bill(f"b{position}", ours, number, currency=currency, lines=[])
        case.intacct_bill(position, theirs, number, currency=currency, lines=[])
    assert shown(case.bills(), "intacct_id", "amount_difference") == [
        ("INV-2", Decimal("-0.06")),
        ("INV-3", Decimal("-0.05")),
    ]


def test_amounts_of_different_currencies_are_never_subtracted():
    """Another currency is a difference of its own [S-CUR-01]."""
    result = pair_of(case_of(), {"currency": "EUR"}).bills()
    assert shown(result, "field", "platform_value", "intacct_value", "amount_difference") == [
        ("currency", "EUR", "USD", Decimal(0))
    ]
    assert set(result.totals["currency"]) == {"EUR", "USD"}


def test_coding_is_compared_in_intacct_s_words():
    """Lines are compared by account and dimensions, summed, whatever their order and number."""
    case = case_of()
    case.add("bill.department", id="d1", name="Sales", short_name="SALES")
    case.bill(
        amount="10.00",
        lines=[
            {"amount": Decimal("4.00")},
            {"amount": Decimal("5.00"), "department_id": "d1"},
            {"amount": Decimal("1.00")},
        ],
    )
    case.intacct_bill(
        amount="10.00",
        lines=[{"trx_amount": Decimal("5.00"), "department_id": "SALES"}, {"trx_amount": Decimal("5.00")}],
    )
    assert verdicts(case.bills()) == []


def test_a_difference_of_coding_shows_what_is_coded_otherwise():
    """Only the codings that differ are shown, and the money that moved."""
    case = case_of()
    case.bill(
        amount="10.00", lines=[{"amount": Decimal("4.00")}, {"amount": Decimal("6.00"), "gl_account_id": "a6100"}]
    )
    case.intacct_bill(
        amount="10.00",
        lines=[{"trx_amount": Decimal("4.00")}, {"trx_amount": Decimal("6.00"), "account_no": "7000"}],
    )
    assert shown(case.bills(), "kind", "field", "platform_value", "intacct_value", "money_at_stake") == [
        ("coding", "lines", "6100///: 6.00", "7000///: 6.00", Decimal("6.00"))
    ]


def test_a_wrong_amount_is_told_once():
    """Where the totals differ, the same coding with another sum is no second difference."""
    case = pair_of(case_of(), {"amount": "6.00"}, {"amount": "5.00"})
    assert [kind for kind, *_ in verdicts(case.bills())] == ["amount"]


def test_coding_without_counterpart_says_so():
    """A department that Intacct does not have needs a mapping."""
    case = case_of()
    case.add("bill.department", id="d1", name="Sales")
    pair_of(case, {"lines": [{"department_id": "d1"}]})
    ((kind, verdict, reason),) = shown(case.bills(), "kind", "verdict", "reason")
    assert (kind, verdict) == ("coding", "break")
    assert "no counterpart" in reason


def test_maps_of_the_link_translate_coding():
    """The link's maps and default location hold for the comparison as they do for a push [S-CFG-20]."""
    case = case_of(account_map={"6000": "60000"}, default_location="100")
    pair_of(case, None, {"lines": [{"account_no": "60000", "location_id": "100"}]})
    assert verdicts(case.bills()) == []


def test_what_pushing_filled_because_an_account_requires_it_agrees():
    """A department that BILL does not name is the link's where Intacct's lines all have one [S-ERR-09]."""
    coded = {"lines": [{"department_id": "OPS"}]}
    assert verdicts(pair_of(case_of(where_required={"department": "OPS"}), None, coded).bills()) == []
    assert [kind for kind, *_ in verdicts(pair_of(case_of(), None, coded).bills())] == ["coding"]
    other = pair_of(case_of(where_required={"department": "SALES"}), None, coded)
    assert [kind for kind, *_ in verdicts(other.bills())] == ["coding"]
    none = pair_of(case_of(where_required={"department": "OPS"}))
    assert verdicts(none.bills()) == []


def test_every_field_that_differs_is_told():
    """Number, vendor and dates of a confirmed pair are each a difference of their own."""
    case = case_of().vendors(2).cross("b1", 11)
    pair_of(
        case,
        {"number": "INV-1a", "bill_date": date(2026, 2, 2), "due_date": date(2026, 3, 4)},
        {"vendor_id": "V-2"},
    )
    assert {field for _, field, _, _ in verdicts(case.bills())} == {"document_no", "vendor_id", "bill_date", "due_date"}


def test_an_instant_in_the_future_is_as_young_as_now():
    """A clock that was set back makes no difference older, and no age negative."""
    case = case_of()
    case.bill(modified_at=datetime(2026, 12, 1, tzinfo=UTC))
    assert shown(case.bills(), "verdict", "age_seconds") == [("in_flight", 0)]


def test_nothing_against_nothing_is_nothing():
    """An entity without rows reconciles."""
    result = Case().bills()
    assert [len(frame) for frame in (result.matches, result.differences, result.totals, result.proposals)] == [0] * 4


def test_totals_hold_each_class_of_each_currency():
    """Counts and money of both sides per class, verdict and rule; platform less Intacct."""
    case = pair_of(case_of())
    case.bill("b2", "50.00", "INV-2", approval_status="ASSIGNED")
    case.bill("b3", "1000", "INV-3", currency="JPY", created_at=LONG_AGO)
    case.intacct_bill(12, "70.00", "INV-4", state="Paid")
    columns = ["currency", "class", "verdict", "rule", "platform_count", "intacct_count", "difference"]
    assert list(case.bills(NOW).totals[columns].itertuples(index=False, name=None)) == [
        ("JPY", "missing_in_intacct", "break", "", 1, 0, Decimal(1000)),
        ("USD", "matched_equal", "", "", 1, 1, Decimal(0)),
        ("USD", "missing_in_intacct", "expected", "S-APR-02", 1, 0, Decimal(50)),
        ("USD", "missing_in_platform", "expected", "S-BIL-02", 0, 1, Decimal(-70)),
    ]


@pytest.mark.parametrize("one_way", [True, False])
def test_with_one_way_transactions_what_is_made_in_intacct_stays_there(one_way):
    """S-CFG-10: in B and D nothing travels to BILL, neither a bill nor an edit; a bill that BILL deleted is a break."""
    case = Case(link=make_link(one_way=one_way)).vendors(1)
    case.intacct_bill()
    assert verdicts(case.bills())[0][2:] == (("expected", "S-CFG-10") if one_way else ("break", ""))
    case.bill("b1", "90.00", approval_status="UNASSIGNED")
    case.rows["intacct.ap_bill"][0]["modified_at"] = LATER
    assert verdicts(case.bills())[0][2:] == (("expected", "S-CFG-10") if one_way else ("break", ""))
    gone = Case(link=make_link(one_way=one_way)).vendors(1)
    gone.bill("b1", _deleted=True)
    gone.intacct_bill(description=source_mark("bill", "b1"))
    assert verdicts(gone.bills())[0][2:] == ("break", "")
