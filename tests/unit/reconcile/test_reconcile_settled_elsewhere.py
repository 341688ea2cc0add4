"""What a sieve must know of lists, what surrounds all pairs, and totals of what was read and what was not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from reconcile_cases import NOW, Case, make_link

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile import Moment
from intacct_pipelines.reconcile.settling import lookups_of, surroundings_of, with_settled

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
CENT = Decimal("0.01")


@pytest.fixture
def case():
    case = Case(link=make_link(account_map={"a6100": "6199", "old": "6000"}, default_location="L-0")).vendors()
    case.bill_vendor("v2", "Only in BILL")
    case.intacct_vendor(3, "Only in Intacct")
    case.add("bill.department", id="d1", name="Sales", short_name="S")
    return case


def lookups(case):
    return lookups_of("vendor", case.link, case.frames, case.crosswalk)


def test_a_sieve_knows_partners_and_words(case):
    """Paired vendors; words by the link's map or the list's own; and the word of a line that names none [S-CFG-20]."""
    known = lookups(case)
    assert known.partners == {"v1": "V-1"}
    assert known.words == {
        "account": {"a6000": "6000", "a6100": "6199", "old": "6000"},
        "department": {"d1": "S"},
        "location": {},
        "class": {},
    }
    assert known.uncoded == {"account": "", "department": "", "location": "L-0", "class": ""}


def test_what_is_said_of_others_leaves_settled_pairs(case):
    """A new vendor and a new word change nothing that was said before; another partner or word does."""
    before = lookups(case)
    case.bill_vendor("v4", "New")
    case.intacct_vendor(4, "New")
    case.add("bill.department", id="d2", name="Stock", short_name="T")
    assert lookups(case).still_say(before)
    assert not before.still_say(lookups(case))
    for change in ({"account_map": {"a6000": "1"}}, {"default_location": "L-1"}):
        other = replace(case, link=replace(case.link, **change))
        assert not lookups(other).still_say(before)


SURROUNDINGS = [
    {"link": {"excluded_vendors": frozenset({"v1"})}},
    {"link": {"grace": timedelta(hours=1)}},
    {"link": {"tolerance": {"USD": CENT}}},
    {"closed": date(2026, 1, 31)},
    {"later": {"200": date(2026, 1, 31)}},
    {"lists": "others"},
    {"partners": {"v1": "V-9"}},
]


def surroundings(case, *, link=(), closed=None, later=(), lists="lists", partners=None, now=NOW):
    known = lookups(case)
    known = known if partners is None else replace(known, partners=partners)
    return surroundings_of(replace(case.link, **dict(link)), known, Moment(now, closed, dict(later)), lists)


@pytest.mark.parametrize("change", SURROUNDINGS, ids=str)
def test_whatever_a_pair_is_compared_by_surrounds_it(case, change):
    """Policy, closed books, lists and words; but for time, which only grace depends on [S-SCH-04]."""
    assert surroundings(case) == surroundings(case, now=NOW + timedelta(days=9))
    assert surroundings(case) != surroundings(case, **change)


def test_sets_of_a_policy_surround_in_one_order(case):
    """The order of a set is that of a process, and no change."""
    names = [f"v{number}" for number in range(50)]
    one, other = (surroundings(case, link={"excluded_vendors": frozenset(way)}) for way in (names, reversed(names)))
    assert one == other


def rest(case):
    """One pair that agrees, one that differs by a cent, and one bill that BILL alone has, all of February."""
    case.bill("b1", "100.00", "A")
    case.intacct_bill(11, "100.00", "A", lines=[{"location_id": "L-0"}])
    case.bill("b2", "50.00", "B")
    case.intacct_bill(12, "49.99", "B")
    case.bill("b3", "7.00", "C")
    return case.bills()


UNREAD = {
    ("USD", FEBRUARY, "", ""): (2, Decimal(20), Decimal(20)),
    ("USD", MARCH, "break", ""): (1, Decimal(9), Decimal(8)),
    ("EUR", None, "expected", "S-BIL-09"): (3, Decimal(1), Decimal(4)),
}
WHOLE = {
    "platform": {"USD": (6, Decimal(186)), "EUR": (3, Decimal(1))},
    "intacct": {"USD": (5, Decimal("177.99")), "EUR": (3, Decimal(4))},
}


def test_pairs_that_were_not_read_are_in_the_totals(case):
    """They join the class of their month, and the classes of all months are those that add up to the tables."""
    found = with_settled(rest(case), case.link, "ap_bill", UNREAD, WHOLE)
    columns = ["currency", "month", "class", "verdict", "rule", "platform_count", "intacct_count"]
    columns += ["platform_total", "intacct_total", "difference"]
    assert list(found.period_totals[columns].itertuples(index=False, name=None)) == [
        ("EUR", None, "matched_different", "expected", "S-BIL-09", 3, 3, Decimal(1), Decimal(4), Decimal(-3)),
        ("USD", FEBRUARY, "matched_different", "break", "", 1, 1, Decimal(50), Decimal("49.99"), CENT),
        ("USD", FEBRUARY, "matched_equal", "", "", 3, 3, Decimal(120), Decimal(120), 0),
        ("USD", FEBRUARY, "missing_in_intacct", "break", "", 1, 0, Decimal(7), 0, Decimal(7)),
        ("USD", MARCH, "matched_different", "break", "", 1, 1, Decimal(9), Decimal(8), Decimal(1)),
    ]
    totals = found.totals[found.totals["class"] == "matched_different"]
    columns.remove("month")
    assert list(totals[columns].itertuples(index=False, name=None)) == [
        ("EUR", "matched_different", "expected", "S-BIL-09", 3, 3, Decimal(1), Decimal(4), Decimal(-3)),
        ("USD", "matched_different", "break", "", 2, 2, Decimal(59), Decimal("57.99"), Decimal("1.01")),
    ]
    assert set(found.totals["link"]) == set(found.period_totals["link"]) == {case.link.name}


@pytest.mark.parametrize("side", ["platform", "intacct"])
@pytest.mark.parametrize("change", [(1, Decimal(0)), (0, CENT)])
def test_classes_that_do_not_add_up_to_the_tables_are_refused(case, side, change):
    """One row or one cent too many on one side is told, with the currency."""
    count, total = WHOLE[side]["EUR"]
    whole = {**WHOLE, side: {**WHOLE[side], "EUR": (count + change[0], total + change[1])}}
    with pytest.raises(DataContractError, match=f"the {side}'s rows do not add up to its table in EUR"):
        with_settled(rest(case), case.link, "ap_bill", UNREAD, whole)
