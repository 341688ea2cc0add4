"""Reconciling currencies, and what they keep from travelling."""

from __future__ import annotations

from decimal import Decimal

import pytest
from receivables_cases import ReceivablesCase
from reconcile_cases import JUST_NOW, LONG_AGO, as_bytes, in_other_order, make_link, shown, verdicts
from settlement_cases import SettlementCase

from intacct_pipelines.domain.link import Mode


class CurrencyCase(SettlementCase, ReceivablesCase):
    """A case with Intacct's currencies; the methods add rows and return their key."""

    def taken(self, code="USD", record_no=None, **more):
        own = {"code": code, "status": "active", "created_at": LONG_AGO, "modified_at": LONG_AGO}
        return self.add("intacct.currency", record_no=record_no or int.from_bytes(code.encode()), **{**own, **more})


def case_of(*codes, **policy):
    case = CurrencyCase(link=make_link(**policy)).vendors(1)
    for code in codes:
        case.taken(code)
    return case


def found(case):
    return verdicts(case.reconcile("currency"))


def test_a_currency_that_both_sides_know_is_a_pair():
    """S-CUR-01: by its code, whatever documents are in it."""
    case = case_of("USD")
    case.bill()
    result = case.reconcile("currency")
    assert verdicts(result) == []
    assert result.matches[["platform_id", "intacct_id", "is_equal"]].values.tolist() == [["USD", "USD", True]]


@pytest.mark.parametrize("is_used", [True, False])
def test_a_currency_that_bill_does_not_use_is_expected(is_used):
    """S-CUR-01: a BILL account has its own; what Intacct has in another stays there."""
    case = case_of("USD", "EUR")
    case.bill()
    if is_used:
        case.intacct_bill(currency="EUR")
    assert found(case) == [("missing_in_platform", "", "expected", "S-CUR-01")]
    assert (": 1 bills" in shown(case.reconcile("currency"), "intacct_value")[0][0]) is is_used


@pytest.mark.parametrize(
    "add",
    [
        lambda case: case.bill("x", currency="CHF"),
        lambda case: case.credit("x", currency="CHF"),
        lambda case: case.payment("x", currency="CHF"),
        lambda case: case.bill_invoice("x", currency="CHF"),
    ],
)
def test_a_currency_that_intacct_does_not_take_is_a_break(add):
    """S-CUR-04: no document of BILL in it can be posted; a new one is in flight first."""
    case = case_of("USD")
    case.bill()
    add(case)
    assert found(case) == [("missing_in_intacct", "", "break", "")]
    for table in ("ap_bill", "vendor_credit", "ap_payment", "ar_invoice"):
        for row in case.rows[f"bill.{table}"]:
            row["created_at"] = JUST_NOW
    assert found(case) == [("missing_in_intacct", "", "in_flight", "S-SCH-04")]


def test_an_archived_document_uses_no_currency():
    """What counts no more needs none."""
    case = case_of("USD")
    case.bill("x", currency="CHF", is_archived=True)
    assert found(case) == [("missing_in_platform", "", "expected", "S-CUR-01")]


def test_an_inactive_currency_that_bill_uses_is_a_break():
    """S-CUR-04: what its documents come to in it is at stake."""
    case = case_of("USD")
    case.taken("EUR", status="inactive")
    case.bill()
    assert found(case) == [("missing_in_platform", "", "expected", "S-CUR-01")]
    case.bill("b2", "30.00", currency="EUR")
    case.bill("b3", "-5.00", currency="EUR")
    assert found(case) == [("state", "status", "break", "")]
    assert shown(case.reconcile("currency"), "currency", "money_at_stake") == [("EUR", Decimal("35.00"))]


def test_a_currency_that_the_link_does_not_state_is_a_break():
    """S-CUR-02: which currencies BILL's account has is a setting; without it every one is taken."""
    for stated, expected in (((), []), (("EUR", "USD"), []), (("USD",), [("state", "stated", "break", "")])):
        case = case_of("USD", "EUR", currencies=frozenset(stated))
        case.bill()
        case.bill("b2", currency="EUR")
        assert found(case) == expected


def test_a_stated_currency_without_documents_is_looked_for_too():
    """S-CUR-04: it would be missed with the first document."""
    assert found(case_of("USD", currencies=frozenset({"CHF", "USD"}))) == [("missing_in_intacct", "", "break", "")]


@pytest.mark.parametrize(
    ("several", "mode", "stated", "is_told"),
    [
        (True, Mode.OBSERVE, {"EUR"}, True),
        (True, Mode.OBSERVE, {"USD"}, False),
        (False, Mode.OBSERVE, {"EUR"}, False),
        (True, Mode.SYNC, {"EUR"}, False),
        (True, Mode.OBSERVE, set(), False),
    ],
)
def test_with_several_base_currencies_the_vendors_sync_takes_dollars(several, mode, stated, is_told):
    """S-CUR-03, S-CON-05: told of what the link states, while the vendor's own sync posts."""
    case = case_of(*(stated or {"USD"}), currencies=frozenset(stated), mode=mode)
    case.add("intacct.financial_setup", row_no=1, is_multi_base_currency=several)
    case.bill(currency=next(iter(stated or {"USD"})))
    assert found(case) == ([("state", "base_currency", "break", "")] if is_told else [])


@pytest.mark.parametrize(
    ("name", "add"),
    [
        ("ap_bill", lambda case: case.intacct_bill(currency="EUR")),
        ("vendor_credit", lambda case: case.negative_bill(currency="EUR")),
        ("ar_invoice", lambda case: case.intacct_invoice(currency="EUR")),
    ],
)
def test_a_document_of_intacct_in_another_currency_does_not_travel(name, add):
    """S-CUR-01: where the link states BILL's currencies; otherwise it is missing."""
    for stated, expected in (({"USD"}, ("expected", "S-CUR-01")), ({"USD", "EUR"}, ("break", "")), ((), ("break", ""))):
        case = CurrencyCase(link=make_link(currencies=frozenset(stated))).vendors(1).customers(1)
        add(case)
        assert verdicts(case.reconcile(name)) == [("missing_in_platform", "", *expected)]


@pytest.mark.parametrize(
    ("name", "add"),
    [
        ("vendor_credit", lambda case: case.negative_bill()),
        ("ar_invoice", lambda case: case.intacct_invoice()),
    ],
)
def test_with_one_way_transactions_credits_and_invoices_stay_in_intacct(name, add):
    """S-CFG-10: as bills do."""
    for one_way, expected in ((True, ("expected", "S-CFG-10")), (False, ("break", ""))):
        case = CurrencyCase(link=make_link(one_way=one_way)).vendors(1).customers(1)
        add(case)
        assert verdicts(case.reconcile(name)) == [("missing_in_platform", "", *expected)]


def test_the_order_of_rows_does_not_matter():
    """The same rows give the same bytes."""
    case = case_of("USD", "EUR", "JPY", currencies=frozenset({"USD", "CHF"}))
    for number, code in enumerate(("EUR", "USD", "GBP", "EUR", "USD")):
        case.bill(f"b{number}", f"{number}.10", f"N-{number}", currency=code)
    assert as_bytes(case.reconcile("currency")) == in_other_order(case, "currency")
