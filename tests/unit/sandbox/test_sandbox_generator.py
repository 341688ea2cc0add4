"""The generated company: the same for the same seed, believable, and different exactly where it says so."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from intacct_pipelines.domain.money import minor_unit_digits, parse_amount
from intacct_pipelines.sandbox.bill_maker import DIFFERENCES
from intacct_pipelines.sandbox.business import Bill, Business
from intacct_pipelines.sandbox.generator import VENDOR_DIFFERENCES, generate

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def company() -> Business:
    """A company of the usual size."""
    return generate(seed=7, bills=600, today=TODAY)


def _bills(company: Business, difference: str) -> list[Bill]:
    found = [bill for bill in company.bills if bill.difference == difference]
    assert found, difference
    return found


def test_same_seed_options_and_day_make_the_same_company():
    """Nothing but the arguments decides, so that a failing seed can be repeated."""
    assert generate(seed=3, bills=90, today=TODAY) == generate(seed=3, bills=90, today=TODAY)
    assert generate(seed=3, bills=90, today=TODAY) != generate(seed=4, bills=90, today=TODAY)


def test_credentials_and_organizations_depend_on_the_seed_alone():
    """A sandbox that is restarted with more bills is reached with the same credentials."""
    small, large = generate(bills=10, today=TODAY), generate(bills=200, today=TODAY + timedelta(days=40))
    assert (small.dev_key, small.user_password) == (large.dev_key, large.user_password)
    assert [e.organization_id for e in small.entities] == [e.organization_id for e in large.entities]


@pytest.mark.parametrize(("entities", "bills"), [(1, 60), (3, 60), (3, 300), (2, 1001)])
def test_every_difference_is_in_every_entity(entities: int, bills: int):
    """From 60 bills on each kind of difference can be shown in each entity."""
    company = generate(entities=entities, bills=bills, today=TODAY)
    assert len(company.bills) == bills
    for entity in company.entities:
        kinds = {bill.difference for bill in company.bills if bill.entity_id == entity.entity_id}
        assert kinds >= set(DIFFERENCES)
        vendor_kinds = {vendor.difference for vendor in company.vendors if vendor.entity_id == entity.entity_id}
        assert vendor_kinds >= set(VENDOR_DIFFERENCES)


def test_a_small_company_has_ordinary_bills_too():
    """With few bills at most half are differences, and the most telling kinds come first."""
    company = generate(entities=1, bills=8, today=TODAY)
    kinds = [bill.difference for bill in company.bills if bill.difference]
    assert kinds == list(DIFFERENCES)[:4]


def test_large_companies_take_seconds():
    """A benchmark's company is made quickly, with about 2.2 lines a bill; other work on the machine does not count."""
    start = time.process_time()
    company = generate(bills=20_000, today=TODAY)
    assert time.process_time() - start < 8
    assert 2.1 < sum(len(bill.lines) for bill in company.bills) / 20_000 < 2.3
    assert 0.1 < Counter(bool(bill.difference) for bill in company.bills)[True] / 20_000 < 0.2


def test_amounts_fit_their_currency(company: Business):
    """Every amount has the decimals of its currency, yen none, and a payment never exceeds its bill."""
    for bill in company.bills:
        for line in bill.lines:
            assert parse_amount(str(line.amount), bill.currency) == line.amount
            assert -line.amount.as_tuple().exponent == minor_unit_digits(bill.currency)
        assert bill.total > 0
        assert 0 <= bill.paid <= bill.total
    assert {bill.currency for bill in company.bills} == {"USD", "EUR", "JPY"}


def test_dates_are_in_order_and_past(company: Business):
    """A bill is dated within the years, then made, then changed, all before today."""
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    for bill in company.bills:
        assert TODAY - timedelta(days=365 * 2 + 1) <= bill.bill_date <= bill.due_date
        assert bill.bill_date <= bill.created_at.date()
        assert bill.created_at <= bill.intacct_modified_at < midnight
        assert bill.created_at <= bill.bill_modified_at < midnight


def test_the_newest_day_holds_few_changes():
    """A window of the 24 hours before the newest change is small in a company of any size."""
    company = generate(bills=5_000, today=TODAY)
    for times in (
        [bill.intacct_modified_at for bill in company.bills if bill.in_intacct],
        [bill.bill_modified_at for bill in company.bills if bill.in_bill],
    ):
        newest = max(times)
        assert sum(instant > newest - timedelta(hours=24) for instant in times) <= 30


def test_ids_look_like_the_systems_own(company: Business):
    """Bills, vendors and organisations have BILL's prefixes, 20 characters and no repeats."""
    ids = [bill.bill_id for bill in company.bills]
    vendor_ids = [bill_id for vendor in company.vendors for bill_id in vendor.bill_ids.values()]
    assert all(re.fullmatch(r"00n[0-9A-Za-z]{17}", bill_id) for bill_id in ids)
    assert all(re.fullmatch(r"009[0-9A-Za-z]{17}", bill_id) for bill_id in vendor_ids)
    assert all(re.fullmatch(r"008[0-9A-Za-z]{17}", e.organization_id) for e in company.entities)
    assert len(set(ids + vendor_ids)) == len(ids) + len(vendor_ids)
    assert [e.entity_id for e in company.entities] == ["100", "200", "300"]
    assert all(re.fullmatch(r"V-\d{5}", v.intacct_id) for v in company.vendors if v.intacct_id)


def test_lines_are_coded_within_the_entity(company: Business):
    """Locations belong to the bill's entity, and required dimensions are there, except where that is the difference."""
    required = {account.account_no: account.requires for account in company.accounts}
    locations = {location.id: location.entity_id for location in company.locations}
    for bill in company.bills:
        for line in bill.lines:
            assert locations[line.location_id] == bill.entity_id
            if bill.difference != "missing_dimension":
                assert "department" not in required[line.account_no] or line.department_id
                assert "class" not in required[line.account_no] or line.class_id
    for bill in _bills(company, "missing_dimension"):
        assert any("department" in required[line.account_no] and not line.department_id for line in bill.lines)
    assert required[company.expense_account] <= {"location"}


def test_what_may_be_pushed_has_no_reason_to_be_held(company: Business):
    """Approved bills that only BILL has are in open periods, of usable vendors, below ten million, and coded."""
    vendors = {vendor.key: vendor for vendor in company.vendors}
    closed = {entity.entity_id: entity.closed_through for entity in company.entities}
    for bill in [*_bills(company, "only_in_bill"), *_bills(company, "new_vendor")]:
        vendor = vendors[bill.vendor_key]
        assert (bill.in_bill, bill.in_intacct, bill.approval_status) == (True, False, "APPROVED")
        assert bill.gl_posting_date > closed[bill.entity_id]
        assert bill.total < Decimal(10_000_000)
        assert (vendor.intacct_status, vendor.is_1099, vendor.bill_archived) == ("active", False, False)
        assert (vendor.intacct_id is None) == (bill.difference == "new_vendor")


def test_each_held_bill_has_its_reason(company: Business):
    """The label of a held bill says what is wrong with it."""
    vendors = {vendor.key: vendor for vendor in company.vendors}
    closed = {entity.entity_id: entity.closed_through for entity in company.entities}
    assert all(b.gl_posting_date <= closed[b.entity_id] for b in _bills(company, "closed_period"))
    assert all(vendors[b.vendor_key].intacct_status == "inactive" for b in _bills(company, "inactive_vendor"))
    assert all(vendors[b.vendor_key].is_1099 for b in _bills(company, "unmapped_1099"))
    assert all(b.total > Decimal(10_000_000) for b in _bills(company, "over_ten_million_unposted"))
    assert all(b.approval_status != "APPROVED" for b in _bills(company, "not_yet_approved"))


def test_differences_show_on_the_side_that_they_name(company: Business):
    """Edits, recoding and lost values stand in one system's copy only."""
    for bill in _bills(company, "edited_in_bill"):
        assert set(bill.bill_changes) == {"lines"}
        assert not bill.paid
    assert all(set(b.intacct_changes) == {"lines"} for b in _bills(company, "edited_in_intacct"))
    for bill in _bills(company, "over_ten_million"):
        assert bill.intacct_state == "No Value"
        assert {line.amount for line in bill.intacct_changes["lines"]} == {Decimal(0)}
    assert all(not b.in_bill and b.paid == b.total for b in _bills(company, "only_in_intacct_paid"))
    twice = _bills(company, "entered_twice")
    numbers = Counter((b.vendor_key, b.number) for b in company.bills)
    assert all(numbers[b.vendor_key, b.number] >= 2 for b in twice)
    plain = _bills(company, "")
    assert all(b.in_bill and b.in_intacct and not b.bill_changes and not b.intacct_changes for b in plain)


def test_vendor_names_repeat_only_where_planted(company: Business):
    """Names are unique except for the planted pairs, and some are not ASCII."""
    names = Counter(vendor.name for vendor in company.vendors)
    repeated = {name for name, count in names.items() if count > 1}
    assert repeated == {vendor.name for vendor in company.vendors if vendor.difference == "duplicate_name"}
    assert any(not vendor.name.isascii() for vendor in company.vendors)


@pytest.mark.parametrize(
    "wrong", [{"entities": 0}, {"bills": -1}, {"years": 0}, {"currencies": ()}, {"currencies": ("usd",)}]
)
def test_impossible_options_are_refused(wrong: dict):
    """A wrong option is named, not repaired."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        generate(**wrong, today=TODAY)
