"""The stages by which rows find each other: what pairs, what is ambiguous, what is there twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from reconcile_cases import make_link

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.frames import empty_crosswalk
from intacct_pipelines.reconcile.pairing import ALONE, Pairing, joined, marked_ids, pair_known, spelt

DAY = date(2026, 2, 28)


def words(*cells):
    return pd.Series(cells, dtype=object)


def alone(ours, theirs, refused=()):
    """Rows of which none has a partner yet."""
    return Pairing(
        intacct_of=np.full(ours, ALONE),
        platform_of=np.full(theirs, ALONE),
        method=np.full(ours, "", dtype=object),
        platform_group=np.full(ours, "", dtype=object),
        intacct_group=np.full(theirs, "", dtype=object),
        refused=frozenset(refused),
    )


def state(pairing):
    groups = (pairing.platform_group.tolist(), pairing.intacct_group.tolist())
    return pairing.intacct_of.tolist(), pairing.platform_of.tolist(), *groups


def test_a_key_pairs_where_it_is_unique_on_both_sides():
    """What repeats on either side, or is empty, stays alone; partners know each other and the method."""
    pairing = alone(5, 5)
    pairing.pair_unique(words("a", "b", "b", "", "c"), words("", "c", "b", "a", "a"), "by test")
    assert state(pairing)[:2] == ([-1, -1, -1, -1, 1], [-1, 4, -1, -1, -1])
    assert pairing.method.tolist() == ["", "", "", "", "by test"]
    assert pairing.platform_open.tolist() == [True, True, True, True, False]
    assert pairing.intacct_open.tolist() == [True, False, True, True, True]


def test_a_later_stage_sees_only_what_is_open():
    """A partner, or an ambiguity, takes a row out; what is left may be unique then."""
    pairing = alone(2, 2)
    pairing.pair(np.array([0]), np.array([1]), "first")
    pairing.pair_unique(words("k", "k"), words("k", "k"), "second")
    assert state(pairing)[:2] == ([1, 0], [1, 0])
    doubtful = alone(1, 1)
    doubtful.platform_group[0] = "g"
    doubtful.pair_unique(words("k"), words("k"), "second")
    assert doubtful.intacct_of.tolist() == [ALONE]


def test_a_refused_pair_is_never_made_and_others_are():
    """S-VEN-04: the word of a person counts for these two rows alone."""
    pairing = alone(2, 2, refused=[(0, 0)])
    pairing.pair_unique(words("a", "b"), words("a", "b"), "by test")
    assert state(pairing)[:2] == ([-1, 1], [-1, 1])


@pytest.mark.parametrize(("days", "is_near"), [(-8, False), (-7, True), (0, True), (7, True), (8, False)])
def test_near_days_pair_up_to_the_limit(days, is_near):
    """The limits belong to the near days, in both directions."""
    pairing, day = alone(1, 1), words(DAY + timedelta(days=days))
    pairing.pair_near((words("k"), words(DAY)), (words("k"), day), least=-7, most=7)
    assert pairing.intacct_of.tolist() == ([0] if is_near else [ALONE])


def test_a_key_that_stands_twice_is_near_to_nothing():
    """One of two like rows is near: that does not tell which one is meant; and without a day nothing is near."""
    far = DAY + timedelta(days=90)
    pairing = alone(2, 1)
    pairing.pair_near((words("k", "k"), words(DAY, far)), (words("k"), words(DAY)), least=-7, most=7)
    assert pairing.intacct_of.tolist() == [ALONE, ALONE]
    for ours, theirs in ((None, DAY), (DAY, None)):
        undated = alone(1, 1)
        undated.pair_near((words("k"), words(ours)), (words("k"), words(theirs)), least=-7, most=7)
        assert undated.intacct_of.tolist() == [ALONE]


def test_ambiguous_is_what_stands_on_both_sides_and_repeats_on_one():
    """What repeats on one side alone is not ambiguous, and neither is what already has its partner."""
    pairing = alone(4, 4)
    pairing.mark_ambiguous(words("a", "a", "b", "c"), words("a", "c", "c", "d"))
    assert state(pairing)[2:] == (["a", "a", "", "c"], ["a", "c", "c", ""])
    lonely = alone(2, 1)
    lonely.mark_ambiguous(words("a", "a"), words("b"))
    assert state(lonely)[2:] == (["", ""], [""])


def test_a_double_repeats_the_key_of_a_row_that_has_its_partner():
    """On either side; an empty key, or a key whose rows are all open, is no double."""
    pairing = alone(4, 4)
    pairing.pair(np.array([0]), np.array([0]), "first")
    pairing.mark_doubles(words("a", "a", "", "b"), words("x", "b", "x", ""))
    assert state(pairing)[2:] == (["", "a", "", ""], ["", "", "x", ""])


def test_the_source_that_a_text_names_is_found_if_it_is_one():
    """S-IDM-04: of the right system, and one alone."""
    mark, other = source_mark("bill", "b1"), source_mark("spend", "t1")
    texts = words(f"from {mark}.", f"{mark} {source_mark('bill', 'b2')}", other, "", "BILL: nothing")
    assert marked_ids(texts).tolist() == ["b1", "", "", "", ""]
    assert marked_ids(texts, "spend").tolist() == ["", "", "t1", "", ""]
    # Two systems named is not one source.
    assert marked_ids(words(f"{mark} {other}")).tolist() == [""]


def known(texts, stands, ids=("b1", "b2"), crosswalk=None):
    frame = empty_crosswalk() if crosswalk is None else crosswalk
    sides = {"platform_ids": words(*ids), "intacct_record_nos": words(*range(11, 11 + len(texts)))}
    marks = {"intacct_texts": words(*texts), "intacct_stands": pd.Series(stands, dtype=bool)}
    return pair_known(make_link(), "ap_bill", frame, **sides, **marks)


def confirmed(*pairs, **more):
    own = {"link": "acme-100", "object": "ap_bill", "status": "confirmed", "intacct_id": "", **more}
    return pd.DataFrame([{**own, "platform_id": one, "intacct_record_no": other} for one, other in pairs])


def test_a_mark_pairs_the_standing_record_first():
    """S-IDM-04: an undone one is the partner only where no other is there, and a further standing one is a double."""
    mark = source_mark("bill", "b1")
    assert state(known([mark, mark], [False, True]))[:2] == ([1, -1], [-1, 0])
    assert state(known([mark], [False]))[:2] == ([0, -1], [0])
    assert state(known([mark, mark], [True, True])) == ([-1, -1], [-1, -1], ["b1", ""], ["b1", "b1"])
    doubled = known([mark, mark], [True, True], crosswalk=confirmed(("b1", 11)))
    assert state(doubled) == ([0, -1], [0, -1], ["", ""], ["", "b1"])
    assert state(known([source_mark("bill", "b9")], [True]))[2:] == (["", ""], [""])


def test_only_this_links_confirmed_pairs_of_this_object_count():
    """The crosswalk goes before the mark; a pair of which a row is gone is none."""
    mark = source_mark("bill", "b1")
    pairing = known([mark, ""], [True, True], crosswalk=confirmed(("b1", 12), ("b2", 99)))
    assert (state(pairing)[0], pairing.method.tolist()) == ([1, -1], ["crosswalk", ""])
    for more in ({"link": "other"}, {"object": "vendor"}, {"status": "proposed"}):
        assert state(known(["", ""], [True, True], crosswalk=confirmed(("b1", 12), **more)))[0] == [-1, -1]
    assert known(["", ""], [True, True], crosswalk=confirmed(("b2", 12), status="refused")).refused == {(1, 1)}


@pytest.mark.parametrize("pairs", [[("b1", 11), ("b1", 12)], [("b1", 11), ("b2", 11)]])
def test_a_contradiction_names_link_and_object(pairs):
    """One record confirmed with two others cannot be paired."""
    with pytest.raises(DataContractError, match="link acme-100 confirms one ap_bill with several others"):
        known(["", ""], [True, True], crosswalk=confirmed(*pairs))


def test_keys_are_made_of_the_chosen_rows():
    """Parts do not run into each other, and amounts that are equal are spelt alike."""
    chosen = pd.Series([True, False, True], index=[4, 5, 6])
    keys = joined(chosen, pd.Series(["a", "b", "c"]), pd.Series([1, 2, 3]))
    assert (keys.tolist(), keys.index.tolist()) == (["a\x1f1", "", "c\x1f3"], [4, 5, 6])
    assert {spelt(Decimal(text)) for text in ("100", "100.00", "1E+2")} == {"100"}
    assert spelt(Decimal("-0.010")) == "-0.01"
