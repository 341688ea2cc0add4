"""What holds of receivables whatever the rows: one place each, the classes add up, the order does not matter."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from receivables_cases import DAY, ReceivablesCase
from reconcile_cases import JUST_NOW, LONG_AGO, NOW

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.reconcile import Frames, Moment, reconcile

SIDES = {
    "ar_invoice": ("bill.ar_invoice", "intacct.ar_invoice"),
    "ar_payment": ("bill.ar_payment", "intacct.ar_payment"),
    "credit_memo": ("bill.credit_memo", "intacct.ar_adjustment"),
}
LONE = {"missing_in_intacct", "missing_in_platform", "duplicate"}

_AMOUNTS = st.sampled_from(["0", "5.00", "-5.00", "9999999999999.99"])
_NUMBERS = st.sampled_from(["", "N-1", "n-1", "N-2"])
_SHARED = {
    "currency": st.sampled_from(["USD", "JPY"]),
    "modified_at": st.sampled_from([LONG_AGO, JUST_NOW]),
    "_deleted": st.sampled_from([False, False, False, True]),
}
_DAYS = st.integers(0, 1).map(lambda days: DAY + timedelta(days=days))
_OURS = {"customer_id": st.sampled_from(["c1", "c2", "c9"]), **_SHARED}
_THEIRS = {
    "customer_id": st.sampled_from(["C-1", "C-2", "C-9"]),
    "owner_entity_id": st.sampled_from(["100", "100", "200"]),
    "description": st.sampled_from([None, source_mark("bill", "k0")]),
    "state": st.sampled_from(["Posted", "Paid", "Reversed", "Reversal"]),
    **_SHARED,
}
_INVOICES, _RECEIPTS = st.integers(0, 3), st.integers(30, 33)


def _rows(dates, common):
    return st.lists(
        st.tuples(_AMOUNTS, _NUMBERS, _AMOUNTS, st.fixed_dictionaries({dates: _DAYS, **common})), max_size=4
    )


@st.composite
def cases(draw):
    """Two customers, perhaps of one name, with documents that pair, repeat and differ at random."""
    case = ReceivablesCase().customers(1).customers(2)
    if draw(st.booleans()):
        case.intacct_customer(3, "Customer 1")
    for at, (amount, number, tax, row) in enumerate(draw(_rows("invoice_date", _OURS))):
        status = draw(st.sampled_from(["ACTIVE", "DRAFT", "INACTIVE"]))
        case.bill_invoice(f"k{at}", amount, number, tax_amount=Decimal(tax), record_status=status, **row)
    for at, (amount, number, paid, row) in enumerate(draw(_rows("invoice_date", _THEIRS))):
        case.intacct_invoice(at, amount, number, received=paid, **row)
    for at, (amount, number, one, row) in enumerate(draw(_rows("payment_date", _OURS))):
        status = draw(st.sampled_from(["PAID", "VOID", "SCHEDULED"]))
        case.bill_receipt(f"k{at}", amount, number, applied=[(f"k{draw(_INVOICES)}", one)], status=status, **row)
    for at, (amount, number, one, row) in enumerate(draw(_rows("receipt_date", _THEIRS)), start=30):
        case.intacct_receipt(at, amount, number, applied=[(draw(_INVOICES), one)], **row)
    for at, (amount, number, one, row) in enumerate(draw(_rows("credit_date", _OURS))):
        case.bill_memo(f"k{at}", amount, number, used=[(f"k{draw(_INVOICES)}", one)], **row)
    for at, (amount, number, one, row) in enumerate(draw(_rows("adjustment_date", _THEIRS)), start=50):
        case.intacct_memo(at, amount, number, used=[(draw(_INVOICES), one)], **row)
    return case


@settings(max_examples=8, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_every_row_has_one_place_and_its_order_says_nothing(case, random_):
    """Each live row is in one match, one difference of its own or out of scope; the same rows give the same bytes."""
    frames, crosswalk = case.frames, case.crosswalk
    shuffled = Frames(
        {name: frame.sample(frac=1, random_state=random_.randrange(99)) for name, frame in frames.items()}
    )
    for name, (ours, theirs) in SIDES.items():
        result = reconcile(name, case.link, frames, crosswalk, Moment(NOW))
        again = reconcile(name, case.link, shuffled, crosswalk, Moment(NOW))
        for one in ("matches", "differences", "totals"):
            assert getattr(result, one).to_csv() == getattr(again, one).to_csv()
        lone = result.differences[result.differences["kind"].isin(LONE)]
        places = Counter([*result.matches["platform_id"], *lone["platform_id"].dropna()])
        places += Counter([*result.matches["intacct_record_no"], *lone["intacct_record_no"].dropna()])
        live = [row for table in (ours, theirs) for row in case.rows[table] if not row.get("_deleted")]
        outside = result.totals[result.totals["class"] == "out_of_scope"]["intacct_count"].sum()
        assert set(places.values()) <= {1}
        assert len(places) + outside == len(live)
        assert (result.differences["money_at_stake"] >= 0).all()
        assert ((result.differences["verdict"] == "break") == (result.differences["rule"] == "")).all()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["5.00", "77.70"]), _DAYS), max_size=3))
def test_receivables_equal_their_own_copy(documents):
    """Compared with themselves, invoices, receipts and credit memos have matches only."""
    case = ReceivablesCase().customers()
    for at, (amount, day) in enumerate(documents):
        case.bill_invoice(f"k{at}", amount, f"AR-{at}", received=amount, invoice_date=day)
        case.intacct_invoice(at, amount, f"AR-{at}", received=amount, invoice_date=day)
        case.bill_receipt(f"k{at}", amount, f"R-{at}", applied=[(f"k{at}", amount)], payment_date=day)
        case.intacct_receipt(30 + at, amount, f"R-{at}", applied=[(at, amount)], receipt_date=day)
        case.bill_memo(f"k{at}", amount, f"CM-{at}", credit_date=day)
        case.intacct_memo(50 + at, amount, f"CM-{at}", adjustment_date=day)
    for name in SIDES:
        result = case.reconcile(name)
        assert (len(result.differences), len(result.matches)) == (0, len(documents))
