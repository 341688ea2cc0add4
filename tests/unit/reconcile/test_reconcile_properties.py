"""What holds of every reconciliation, whatever the rows: one place each, conservation, determinism, mirroring."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_cases import JUST_NOW, LATER, LONG_AGO, NOW, Case, as_bytes, make_link, shuffled_frame

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile import Frames, Moment, conclusion, reconcile
from intacct_pipelines.reconcile.causes import CAUSES, Verdict

_LONE_KINDS = {"missing_in_intacct", "missing_in_platform", "duplicate"}
_DAYS = st.sampled_from([date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 28), date(2026, 3, 1)])
_INSTANTS = st.sampled_from([LONG_AGO, LATER, JUST_NOW])
_AMOUNTS = st.sampled_from(["0", "5.00", "5.01", "-5.00", "10000000.01", "77.7"])
# Few values for each field, so that pairs, doubles and ambiguities all come up.
_NUMBERS = st.sampled_from(["", "INV-1", "inv-1", "INV-2"])
_CURRENCIES = st.sampled_from(["USD", "JPY"])

_BILLS = st.fixed_dictionaries(
    {
        "amount": _AMOUNTS,
        "number": _NUMBERS,
        "vendor_id": st.sampled_from(["v1", "v2", "v3", "v9"]),
        "bill_date": st.one_of(_DAYS, st.none()),
        "currency": _CURRENCIES,
        "approval_status": st.sampled_from(["APPROVED", "ASSIGNED"]),
        "record_status": st.sampled_from(["ACTIVE", "DRAFT"]),
        "is_archived": st.booleans(),
        "paid_amount": st.sampled_from([Decimal(0), Decimal(5)]),
        "modified_at": _INSTANTS,
        "_deleted": st.sampled_from([False, False, False, True]),
    }
)
_INTACCT_BILLS = st.fixed_dictionaries(
    {
        "amount": _AMOUNTS,
        "number": _NUMBERS,
        "vendor_id": st.sampled_from(["V-1", "V-2", "V-3", "V-9"]),
        "bill_date": st.one_of(_DAYS, st.none()),
        "currency": _CURRENCIES,
        "state": st.sampled_from(["Posted", "Paid", "Partially Paid", "Reversed", "No Value", "Draft"]),
        "trx_total_paid": st.sampled_from([None, Decimal(0), Decimal(5)]),
        "modified_at": _INSTANTS,
        "module_key": st.sampled_from(["3.AP", "9.PO", None]),
        "owner_entity_id": st.sampled_from(["100", "100", "100", "200", None]),
        "description": st.sampled_from([None, source_mark("bill", "b0"), source_mark("bill", "b1")]),
        "_deleted": st.sampled_from([False, False, False, True]),
    }
)


@st.composite
def cases(draw):
    """A link with a few vendors, two of them with one name, and bills that pair, repeat and differ at random."""
    case = Case(link=make_link(excluded_vendors=draw(st.sampled_from([frozenset(), frozenset({"v2"})]))))
    for number in (1, 2):
        case.vendors(number)
    case.bill_vendor("v3", "Twin")
    case.intacct_vendor(3, "Twin")
    if draw(st.booleans()):
        case.intacct_vendor(4, "Twin")
    for position, row in enumerate(draw(st.lists(_BILLS, max_size=6))):
        case.bill(f"b{position}", **row)
    for position, row in enumerate(draw(st.lists(_INTACCT_BILLS, max_size=6))):
        case.intacct_bill(10 + position, **row)
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(10, 15)), max_size=2, unique_by=(lambda p: p[0], lambda p: p[1])
        )
    )
    for bill, record_no in pairs:
        case.cross(f"b{bill}", record_no, status=draw(st.sampled_from(["confirmed", "refused"])))
    case.closed_through = draw(st.sampled_from([None, date(2026, 2, 1)]))
    return case


def live(case, table):
    return [row for row in case.rows[table] if not row["_deleted"]]


@settings(max_examples=40, deadline=None)
@given(cases())
def test_every_row_has_exactly_one_place(case):
    """Each live row is in one match, in one difference of its own, or out of scope; and never in two of them."""
    result = case.bills()
    lone = result.differences[result.differences["kind"].isin(_LONE_KINDS)]
    places = Counter([("p", each) for each in [*result.matches["platform_id"], *lone["platform_id"].dropna()]])
    places += Counter(
        [("i", each) for each in [*result.matches["intacct_record_no"], *lone["intacct_record_no"].dropna()]]
    )
    outside = result.totals[result.totals["class"] == "out_of_scope"]["intacct_count"].sum()
    rows = {("p", row["id"]) for row in live(case, "bill.ap_bill")}
    rows |= {("i", row["record_no"]) for row in live(case, "intacct.ap_bill")}
    assert set(places.values()) <= {1}
    assert set(places) <= rows
    assert len(places) + outside == len(rows)


@settings(max_examples=30, deadline=None)
@given(cases())
def test_classes_add_up_to_the_totals(case):
    """Per currency, the classes' money and rows are those of the rows themselves, and so is their difference."""
    totals = case.bills().totals
    for currency in ("USD", "JPY"):
        ours = [row["amount"] for row in live(case, "bill.ap_bill") if row["currency"] == currency]
        theirs = [row["trx_total_entered"] for row in live(case, "intacct.ap_bill") if row["currency"] == currency]
        of_currency = totals[totals["currency"] == currency]
        assert sum(of_currency["platform_total"]) == sum(ours)
        assert sum(of_currency["intacct_total"]) == sum(theirs)
        assert sum(of_currency["difference"]) == sum(ours) - sum(theirs)
        assert (sum(of_currency["platform_count"]), sum(of_currency["intacct_count"])) == (len(ours), len(theirs))


@settings(max_examples=40, deadline=None)
@given(cases())
def test_classes_add_up_by_month(case):
    """Per currency and month, the classes are the rows of that month; over all months they are the totals.

    A pair stands in the month of BILL's bill, or of Intacct's where BILL's has no date, with both its sides.
    """
    result = case.bills()
    ours = {row["id"]: row for row in live(case, "bill.ap_bill")}
    theirs = {row["record_no"]: row for row in live(case, "intacct.ap_bill")}
    dates = {key: row["bill_date"] for key, row in (ours | theirs).items()}
    for one, other in zip(result.matches["platform_id"], result.matches["intacct_record_no"], strict=True):
        dates[one] = dates[other] = dates[one] or dates[other]
    expected = Counter()
    for side, rows, amount in (("platform", ours, "amount"), ("intacct", theirs, "trx_total_entered")):
        for key, row in rows.items():
            month = dates[key] and dates[key].replace(day=1)
            expected[side, "count", row["currency"], month] += 1
            expected[side, "total", row["currency"], month] += row[amount]
    found = Counter()
    for row in result.period_totals.to_dict("records"):
        for side in ("platform", "intacct"):
            for sort in ("count", "total"):
                found[side, sort, row["currency"], row["month"]] += row[f"{side}_{sort}"]
    assert {place: sum_ for place, sum_ in found.items() if sum_} == {
        place: sum_ for place, sum_ in expected.items() if sum_
    }
    place = ["currency", "class", "verdict", "rule"]
    sums = ["platform_count", "intacct_count", "platform_total", "intacct_total", "difference"]
    by_month = result.period_totals.groupby(place, sort=True)[sums].sum()
    assert by_month.to_dict() == result.totals.set_index(place)[sums].to_dict()
    for row in result.differences.to_dict("records"):
        assert row["document_date"] == dates[row["platform_id"] or row["intacct_record_no"]]


@settings(max_examples=25, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case, random_):
    """The same rows in any order give the same bytes, for bills and for vendors."""
    frames, crosswalk = case.frames, case.crosswalk
    shuffled = Frames({name: shuffled_frame(frame, random_) for name, frame in frames.items()})
    moment = Moment(NOW, case.closed_through)
    first = reconcile("ap_bill", case.link, frames, crosswalk, moment)
    second = reconcile("ap_bill", case.link, shuffled, shuffled_frame(crosswalk, random_), moment)
    assert as_bytes(first) == as_bytes(second)


@settings(max_examples=25, deadline=None)
@given(cases())
def test_a_rule_is_named_exactly_when_it_is_no_break(case):
    """Expected and in-flight differences cite a rule, breaks none; every one says why and what to do."""
    for result in (case.bills(), case.vendor_result()):
        differences = result.differences
        assert ((differences["verdict"] == "break") == (differences["rule"] == "")).all()
        assert (differences["reason"].str.len() > 0).all()
        assert (differences["remedy"].str.len() > 0).all()
        assert (differences["money_at_stake"] >= 0).all()


_PLAIN = st.lists(
    st.tuples(
        _NUMBERS.filter(bool), st.sampled_from(["5.00", "5.01", "77.70"]), _DAYS, st.sampled_from(["6000", "6100"])
    ),
    max_size=5,
)


def plain_case(ours, theirs):
    """Both sides live, approved and posted, long ago: no rule has anything to say."""
    case = Case().vendors()
    for position, (number, amount, day, account) in enumerate(ours):
        case.bill(f"b{position}", amount, number, bill_date=day, lines=[{"gl_account_id": f"a{account}"}])
    for position, (number, amount, day, account) in enumerate(theirs):
        case.intacct_bill(position, amount, number, bill_date=day, lines=[{"account_no": account}])
    return case


@settings(max_examples=25, deadline=None)
@given(_PLAIN)
def test_a_side_equals_itself(bills):
    """Compared with its own copy, a side has matches only."""
    distinct = list({row[0].casefold(): row for row in bills}.values())
    result = plain_case(distinct, distinct).bills()
    assert len(result.differences) == 0
    assert len(result.matches) == len(distinct)
    assert set(result.totals["difference"]) <= {Decimal(0)}


_MIRROR = {"missing_in_intacct": "missing_in_platform", "missing_in_platform": "missing_in_intacct"}


def facts(result, *, mirrored):
    rows = []
    for row in result.differences.itertuples():
        kind = _MIRROR.get(row.kind, row.kind) if mirrored else row.kind
        delta = -row.amount_difference if mirrored else row.amount_difference
        rows.append((kind, row.field, row.verdict, delta, row.money_at_stake))
    return Counter(rows)


@settings(max_examples=30, deadline=None)
@given(_PLAIN, _PLAIN)
def test_swapping_the_sides_mirrors_the_differences(ours, theirs):
    """Where no rule speaks, what is missing here is missing there and every amount changes its sign."""
    forth, back = plain_case(ours, theirs).bills(), plain_case(theirs, ours).bills()
    assert facts(forth, mirrored=False) == facts(back, mirrored=True)
    assert len(forth.matches) == len(back.matches)


@pytest.mark.parametrize("name", sorted(CAUSES))
def test_every_cause_is_whole(name):
    """A cause cites a rule exactly when it is no break, and tells the reader what and what to do in sentences."""
    cause = CAUSES[name]
    assert (cause.verdict is Verdict.BREAK) == (cause.rule == "")
    assert cause.reason.endswith(".")
    assert cause.remedy.endswith(".")


def test_a_lost_row_is_never_reported_as_a_result(monkeypatch):
    """If a class loses a row, reconciling fails instead of telling half the truth."""
    case = Case().vendors()
    case.bill()
    # White-box on purpose: no input can make the totals wrong, so a fault is put in.
    summed = conclusion._summed
    monkeypatch.setattr(conclusion, "_summed", lambda placed: summed([part.iloc[1:] for part in placed]))
    with pytest.raises(DataContractError, match="do not add up to the rows in USD"):
        case.bills()
