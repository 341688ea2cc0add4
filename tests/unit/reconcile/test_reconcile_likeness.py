"""Proposals of pairs: which, in what order, with what evidence (S-VEN-04)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
from reconcile_cases import make_link

from intacct_pipelines.reconcile.likeness import MOST_PER_RECORD, propose
from intacct_pipelines.reconcile.pairing import ALONE, Pairing
from intacct_pipelines.reconcile.sides import Sides

LINK = make_link()


def sides_of(ours, theirs, *, pairs=(), refused=()):
    """Sides without partners; each row is a name and perhaps an e-mail address and a telephone number."""
    frames = [
        pd.DataFrame([(*row, *[""] * 2)[:3] for row in rows], columns=["folded", "email", "tax_id"], dtype=object)
        for rows in (ours, theirs)
    ]
    platform, intacct = (frame.assign(key=frame.index, id=[f"V-{at}" for at in frame.index]) for frame in frames)
    platform["key"] = [f"v{at}" for at in platform.index]
    empty = [np.full(len(frame), "", dtype=object) for frame in (platform, platform, intacct)]
    partners = [np.full(len(frame), ALONE) for frame in (platform, intacct)]
    pairing = Pairing(*partners, *empty, refused=frozenset(refused))
    for one, other in pairs:
        pairing.pair(np.array([one]), np.array([other]), "by test")
    return Sides(platform, intacct, intacct.iloc[:0], pairing)


def proposed(sides, *shared):
    columns = ["platform_id", "intacct_record_no", "likeness", "evidence"]
    found = propose(LINK, "vendor", sides, shared=shared)
    assert set(zip(found["link"], found["object"], strict=True)) <= {("acme-100", "vendor")}
    assert found["intacct_id"].to_list() == [f"V-{at}" for at in found["intacct_record_no"]]
    return list(found[columns].itertuples(index=False, name=None))


def test_the_likeliest_come_first_and_few_are_shown():
    """By likeness, then by the order of Intacct's rows; more than three only where one would have none at all."""
    theirs = [["cedar papers x"], ["cedar papers"], ["cedar paper"], ["cedar papers"]]
    found = proposed(sides_of([["cedar paper"]], theirs))
    assert [row[1] for row in found] == [2, 1, 3, 0]
    found = proposed(sides_of([["cedar paper"], ["papers cedar x"]], theirs))
    assert [row[1] for row in found if row[0] == "v1"] == [0, 1, 3]
    found = [row for row in found if row[0] == "v0"]
    assert [row[1] for row in found] == [2, 1, 3]
    assert len(found) == MOST_PER_RECORD == 3
    assert [row[2] for row in found] == [Decimal(1), Decimal("0.96"), Decimal("0.96")]
    assert {row[3] for row in found} == {"the names are alike"}


def test_a_slip_in_a_first_letter_does_not_move_words_apart():
    """Put in order, the words of these two would stand in another one each."""
    assert [row[2] for row in proposed(sides_of([["sivowu zevaza supply"]], [["svowu zevaza supply"]]))] == [
        Decimal("0.97")
    ]


def test_what_a_company_is_constituted_as_says_nothing():
    """One writes Inc., another LLC, a third none of it; of two that are nothing else, it is all there is."""
    assert [row[2] for row in proposed(sides_of([["oak ink inc."]], [["oak ink corporation"]]))] == [Decimal(1)]
    assert [row[2] for row in proposed(sides_of([["oak ink"]], [["oak, ink gmbh"]]))] == [Decimal("0.93")]
    assert proposed(sides_of([["llc"]], [["inc"]])) == []


def test_one_of_several_of_a_name_may_be_spelt_otherwise_on_the_other_side():
    """Between those of one name likeness tells nothing: `mark_ambiguous` has told it (S-VEN-03)."""
    sides = sides_of([["oak ink"], ["oak inks"]], [["oak ink"], ["oak ink"]])
    sides.pairing.mark_ambiguous(sides.platform["folded"], sides.intacct["folded"])
    assert [row[:2] for row in proposed(sides)] == [("v1", 0), ("v1", 1)]


def test_four_fifths_alike_is_the_least():
    """A likeness of 0.80 is proposed, less is not; likeness has two decimals."""
    assert [row[2] for row in proposed(sides_of([["abcde"]], [["abcdx"], ["abcxy"]]))] == [Decimal("0.8")]


def test_a_fact_that_stands_once_on_each_side_speaks_for_a_pair():
    """However unlike the names, which are still measured; a fact that repeats, or is empty, says nothing."""
    ours = [["cedar", "a@x", "1"], ["oak", "b@x", "2"], ["elm", "", "3"]]
    theirs = [["paper", "a@x", "1"], ["ink", "b@x", "9"], ["glue", "b@x", ""], ["wax", "", "3"]]
    found = proposed(sides_of(ours, theirs), "email", "tax_id")
    email, tax = (f"the same {fact} stands on both sides only once" for fact in ("email", "tax id"))
    assert [(row[0], row[1], row[3]) for row in found] == [("v0", 0, f"{email}; {tax}"), ("v2", 3, tax)]
    assert all(row[2] < Decimal("0.80") for row in found)
    both = proposed(sides_of([["cedar", "a@x"]], [["cedar", "a@x"]]), "email")
    assert both == [("v0", 0, Decimal(1), f"the names are alike; {email}")]


def test_partners_and_refused_pairs_are_not_proposed():
    """What has its partner is asked of no one; the word of a person counts for these two alone."""
    names = [["cedar"], ["cedar"]]
    assert [row[:2] for row in proposed(sides_of(names, names, pairs=[(0, 1)]))] == [("v1", 0)]
    refused = proposed(sides_of(names, names, refused=[(0, 0), (1, 1)]))
    assert [row[:2] for row in refused] == [("v0", 1), ("v1", 0)]
    # A fact of a row that has its partner does not make the fact of an open one repeat.
    ours = [["a", "m@x"], ["b", "m@x"]]
    assert [row[:2] for row in proposed(sides_of(ours, [["c", "m@x"], ["d", "n@x"]], pairs=[(0, 1)]), "email")] == [
        ("v1", 0)
    ]
