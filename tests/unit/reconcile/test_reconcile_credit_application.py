"""Which credit was used on which bill: bill by bill and credit by credit, not only in total."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from reconcile_cases import JUST_NOW, make_link, shown, verdicts
from settlement_cases import SettlementCase

from intacct_pipelines.errors import DataContractError

OBJECT = "credit_application"
OLDER, YOUNGER = date(2026, 1, 10), date(2026, 2, 25)


@pytest.fixture
def case():
    """One bill and two credits, CR-1 and CR-2, that both sides have; CR-2 is an adjustment in Intacct."""
    case = SettlementCase().vendors().bill_pair()
    case.credit("c1", number="CR-1")
    case.negative_bill(31, number="CR-1")
    case.credit("c2", number="CR-2", credit_date=OLDER)
    case.adjustment(42, number="CR-2", adjustment_date=OLDER)
    return case


def test_the_same_use_in_both_systems_is_a_pair(case):
    """A use with a negative bill and one with an adjustment, in several details, agree to the cent."""
    case.use("c1", amount="40.00")
    case.intacct_use(901, 31, amount="25.00")
    case.intacct_use(902, 31, amount="15.00")
    case.use("c2", amount="10.00")
    case.intacct_use(903, 42, amount="-10.00", form="adjustment")
    result = case.reconcile(OBJECT)
    pairs = result.matches[["platform_id", "intacct_record_no", "platform_amount", "intacct_amount"]]
    assert list(pairs.itertuples(index=False, name=None)) == [
        ("c1:b1", 901, Decimal("40.00"), Decimal("40.00")),
        ("c2:b1", 903, Decimal("10.00"), Decimal("10.00")),
    ]
    assert len(result.differences) == 0


def test_what_credit_and_payment_tell_of_one_use_counts_once(case):
    """BILL tells of a use twice, with the credit and with the payment; one that only the payment tells counts too."""
    case.payment("p1", {"b1": "50.00"})
    case.use("c1", amount="40.00", payment="p1")
    own = {"payment_id": "p1", "payment_detail_id": "p1-1", "bill_id": "b1", "currency": "USD"}
    case.add("bill.ap_payment_credit", id="p1-1#0", vendor_credit_id="c1", amount=Decimal("40.00"), **own)
    case.add("bill.ap_payment_credit", id="p1-1#1", vendor_credit_id="c2", amount=Decimal("10.00"), **own)
    totals = case.reconcile(OBJECT).totals
    assert (sum(totals["platform_count"]), sum(totals["platform_total"])) == (2, Decimal("50.00"))


def test_an_older_credit_used_instead_is_how_the_sync_applies(case):
    """Intacct used the older CR-2 where BILL used CR-1, as much on the same bill: both rows are expected [S-VCR-03]."""
    case.use("c1")
    case.intacct_use(credit=42, form="adjustment")
    found = shown(case.reconcile(OBJECT), "kind", "platform_id", "intacct_record_no", "rule", "amount_difference")
    assert found == [
        ("application", None, 901, "S-VCR-03", Decimal("-40.00")),
        ("application", "c1:b1", None, "S-VCR-03", Decimal("40.00")),
    ]


def test_a_part_of_a_credit_may_move_to_an_older_one(case):
    """Of two credits in use only the split differs: still the sync's own way [S-VCR-03]."""
    case.use("c1", amount="40.00")
    case.intacct_use(901, 31, amount="30.00")
    case.intacct_use(902, 42, amount="10.00", form="adjustment")
    assert {row[2:] for row in verdicts(case.reconcile(OBJECT))} == {("expected", "S-VCR-03")}


@pytest.mark.parametrize(
    ("day", "amount"), [(YOUNGER, "40.00"), (OLDER, "39.99")], ids=["younger credit", "another amount"]
)
def test_what_is_not_oldest_first_is_not_explained_so(case, day, amount):
    """A younger credit, or another total, is no work of the sync [S-VCR-03]: BILL's use is missed."""
    case.rows["intacct.ap_adjustment"][0]["adjustment_date"] = day
    case.use("c1")
    case.intacct_use(credit=42, amount=amount, form="adjustment")
    found = shown(case.reconcile(OBJECT), "platform_id", "verdict", "rule")
    assert found == [(None, "expected", "S-VCR-04"), ("c1:b1", "break", "")]


@pytest.mark.parametrize("form", ["inline", "adjustment", "advance"])
def test_a_use_in_intacct_alone_does_not_travel(case, form):
    """Applied in Intacct, BILL does not hear of it, and the remedy says to apply credits in BILL [S-VCR-04]."""
    case.intacct_use(credit={"inline": 31, "adjustment": 42, "advance": 77}[form], form=form)
    (difference,) = case.reconcile(OBJECT).differences.itertuples()
    assert (difference.kind, difference.verdict, difference.rule) == ("application", "expected", "S-VCR-04")
    assert "S-VCR-08" in difference.reason
    assert difference.amount_difference == Decimal("-40.00")


def alone(case, **more):
    case.use(**more)
    return verdicts(case.reconcile(OBJECT))


def test_why_a_use_is_only_in_bill(case):
    """It is a break: the bill is missing, the credit is missing, or nobody applied it; each has its own remedy."""
    case.bill("b2", "9.00", "INV-2")
    case.credit("c3", number="CR-3")
    case.use("c1")
    case.use("c1", "b2")
    case.use("c3")
    result = case.reconcile(OBJECT)
    assert set(verdicts(result)) == {("application", "", "break", "")}
    assert result.differences["remedy"].nunique() == 3


def test_a_fresh_use_is_in_flight(case):
    """Younger than the grace, the next sync may bring it [S-SCH-04]."""
    case.rows["bill.vendor_credit"][0]["modified_at"] = JUST_NOW
    assert alone(case) == [("application", "", "in_flight", "S-SCH-04")]


def test_a_use_with_a_payment_to_come_waits_for_it(case):
    """A scheduled payment takes the credit along when it leaves [S-VCR-03], whether some was used before or not."""
    case.payment("p1", {"b1": "60.00"}, single_status="SCHEDULED", status="SCHEDULED")
    case.use("c1", amount="15.00", payment="p1")
    assert verdicts(case.reconcile(OBJECT)) == [("application", "", "in_flight", "S-VCR-03")]
    case.use("c1", amount="25.00")
    case.intacct_use(901, 31, amount="25.00")
    assert verdicts(case.reconcile(OBJECT)) == [("application", "amount", "in_flight", "S-VCR-03")]


def test_a_use_whose_payment_is_void_is_none(case):
    """Void in BILL: nothing is used there; what stands in Intacct then is a break, not made in Intacct [S-PAY-04]."""
    case.payment("p1", {"b1": "60.00"}, single_status="VOIDED", status="VOID")
    case.use("c1", payment="p1")
    assert len(case.reconcile(OBJECT).differences) == 0
    case.intacct_use()
    assert verdicts(case.reconcile(OBJECT)) == [("application", "", "break", "")]


def test_a_use_that_intacct_undid_is_a_break(case):
    """Void in Intacct and used in BILL: the credit is open in the books."""
    case.use()
    case.intacct_use(state="Voided")
    (difference,) = case.reconcile(OBJECT).differences.itertuples()
    assert (difference.platform_id, difference.verdict) == ("c1:b1", "break")
    assert "void" in difference.reason


AMOUNTS = [("39.99", "break", ""), ("40.01", "expected", "S-VCR-04"), ("40.00", None, None)]


@pytest.mark.parametrize(("amount", "verdict", "rule"), AMOUNTS)
def test_amounts_of_a_pair_are_compared(case, amount, verdict, rule):
    """Used less in Intacct is a break; used more there is what does not travel [S-VCR-04]."""
    case.use()
    case.intacct_use(amount=amount)
    expected = [] if verdict is None else [("application", "amount", verdict, rule)]
    assert verdicts(case.reconcile(OBJECT)) == expected


def test_a_use_that_waits_for_approval_says_so(case):
    """Submitted in Intacct, it is neither applied nor refused [S-PAY-07]."""
    case.use()
    case.intacct_use(state="Submitted")
    assert verdicts(case.reconcile(OBJECT)) == [("state", "state", "expected", "S-PAY-07")]


def test_an_excluded_vendor_explains_every_use(case):
    """Nothing of this vendor travels, in either direction [S-VEN-10]."""
    case.link = make_link(excluded_vendors=frozenset({"v1"}))
    case.use("c1")
    case.intacct_use(credit=42, amount="7.00", form="adjustment")
    assert {row[2:] for row in verdicts(case.reconcile(OBJECT))} == {("expected", "S-VEN-10")}


def test_a_use_in_another_entity_is_out_of_scope(case):
    """A bill of another entity is not this link's [S-CFG-11]."""
    case.intacct_bill(88, number="INV-88", owner_entity_id="200")
    case.intacct_use(bill=88, owner_entity_id="200")
    assert list(case.reconcile(OBJECT).totals["class"]) == ["out_of_scope"]


def test_a_detail_that_uses_two_credits_is_refused(case):
    """It could not end in one place."""
    case.intacct_use()
    case.rows["intacct.ap_payment_detail"][-1] |= {"adjustment_record_no": 42, "trx_adjustment_amount": Decimal(1)}
    with pytest.raises(DataContractError, match="such as 901"):
        case.reconcile(OBJECT)


def test_of_a_credit_that_nobody_knows_no_age_is_told(case):
    """BILL names a credit that it does not list: whether Intacct's is older cannot be said [S-VCR-03]."""
    case.use("c-unknown")
    case.intacct_use(credit=42, form="adjustment")
    assert {row[2:] for row in verdicts(case.reconcile(OBJECT))} == {("break", ""), ("expected", "S-VCR-04")}
