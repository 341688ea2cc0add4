"""Lines of a pair, summed by what they are coded to: what differs, how much of it, and what has no counterpart."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from reconcile_cases import Case

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.frames import coding_of
from intacct_pipelines.reconcile.line_coding import compare_lines, intacct_lines, platform_lines

ONE = ("account",)


def lines_of(ours, theirs, dimensions=ONE):
    """Lines as ``coded_lines`` returns them, from tuples of pair, coding and amount."""
    rows = [
        {
            "pair": pair,
            **dict(zip(dimensions, coding, strict=True)),
            "amount": Decimal(amount),
            "side": side,
            "sign": sign,
        }
        for side, lines, sign in (("platform", ours, 1), ("intacct", theirs, -1))
        for pair, *coding, amount in lines
    ]
    frame = pd.DataFrame(rows, columns=["pair", *dimensions, "amount", "side", "sign"])
    return frame.assign(signed=[sign * amount for sign, amount in zip(frame["sign"], frame["amount"], strict=True)])


def compared(ours, theirs, *, totals_differ=False, dimensions=ONE):
    differ = pd.Series(totals_differ, index=range(5))
    found = compare_lines(lines_of(ours, theirs, dimensions), differ, dimensions)
    return {pair: tuple(row) for pair, *row in found.itertuples(name=None)}


def test_order_and_splits_of_lines_say_nothing():
    """The ledger sees sums: two lines here may be one there, and what cancels out is not there."""
    ours = [
        (0, "6000", "10.00"),
        (0, "6100", "5.00"),
        (0, "6000", "2.50"),
        (1, "7", "1"),
        (1, "8", "-3"),
        (1, "8", "3"),
    ]
    theirs = [(0, "6100", "5.00"), (0, "6000", "12.50"), (1, "7", "1.00")]
    assert compared(ours, theirs) == {}
    assert compared([], []) == {}


def test_a_coding_that_differs_is_told_with_its_sums_and_what_moved():
    """Only the codings that differ, in order; at stake is the larger of what came and what went."""
    ours = [(2, "6000", "10.00"), (2, "6100", "5.00"), (2, "6200", "1.00")]
    theirs = [(2, "6000", "4.00"), (2, "6100", "9.00"), (2, "6300", "2.00"), (2, "6200", "1.00")]
    words = "6000: 10.00; 6100: 5.00", "6000: 4.00; 6100: 9.00; 6300: 2.00"
    assert compared(ours, theirs) == {2: (*words, Decimal("6.00"), "")}
    assert compared(theirs, ours) == {2: (*reversed(words), Decimal("6.00"), "")}


def test_what_the_totals_tell_already_is_not_told_again():
    """Where the totals differ, only codings of one side alone count."""
    ours, theirs = [(1, "6000", "10.00"), (3, "6000", "1")], [(1, "6000", "12.00"), (3, "6000", "2"), (3, "6100", "1")]
    assert compared(ours, theirs, totals_differ=True) == {3: ("", "6100: 1", Decimal(1), "")}
    assert set(compared(ours, theirs)) == {1, 3}


def test_the_first_coding_without_counterpart_is_named_by_its_dimension():
    """Of the platform's words, those that stand behind a question mark."""
    both = ("account", "department")
    found = compared([(0, "6000", "?d7", "1"), (0, "?a9", "", "2")], [(0, "6000", "D", "3")], dimensions=both)
    assert found == {0: ("6000/?d7: 1; ?a9/: 2", "6000/D: 3", Decimal(3), "department d7")}
    assert compared([(0, "?a9", "?d7", "1")], [], dimensions=both)[0][3] == "account a9"


def test_lines_of_pairs_are_in_intacct_s_words():
    """What is not coded is empty, what has no counterpart keeps its id; other documents' lines are left out."""
    case = Case()
    case.bill(lines=[{"gl_account_id": "a6100", "department_id": "d1", "class_id": None, "location_id": "l9"}])
    case.bill("other")
    case.add("bill.department", id="d1", name="Sales", short_name="D-1")
    case.intacct_bill(lines=[{"department_id": "D-1"}, {"_deleted": True}])
    frames, keys = case.frames, pd.Series(["b1"], dtype=object)
    ours = platform_lines(frames, coding_of(case.link, frames), ("bill.ap_bill_line", "bill_id"), keys)
    assert list(ours[["pair", "account", "department", "location", "class"]].itertuples(index=False, name=None)) == [
        (0, "6100", "D-1", "?l9", "")
    ]
    theirs = intacct_lines(frames, ("intacct.ap_bill_line", "bill_record_no"), pd.Series([7, 11], dtype=object))
    assert list(theirs[["pair", "record_no"]].itertuples(index=False, name=None)) == [(1, 1101)]


@pytest.mark.parametrize(
    ("column", "words"), [("bill_id", "1 rows have no bill_id, such as id b1-1"), ("amount", "no amount")]
)
def test_a_line_without_document_or_amount_is_refused(column, words):
    """It could belong to any bill."""
    case = Case().vendors()
    case.bill(lines=[{column: None}])
    with pytest.raises(DataContractError, match=words):
        case.bills()
