"""How documents of every kind find each other: by party and number, then also by date and amount."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from planting.ground import Plot
from planting.grounds import GROUNDS

DOCUMENTS = ("ap_bill", "business_center_bill", "vendor_credit", "ar_invoice", "ar_payment", "credit_memo")


def changed(plot, **facts):
    """The plot's other record, with ids of its own and these facts instead."""
    other = plot.twin()
    other.__dict__.update(facts)
    return other


def paired(name, *, ours=({},), theirs=({},)):
    """Pairs of the platform's and Intacct's records, by their positions among those given."""
    ground, case = GROUNDS[name], GROUNDS[name].make()
    plot = Plot(case, 1000, random.Random(1))  # noqa: S311 - no secret
    for add, sides in ((ground.ours, ours), (ground.theirs, theirs)):
        for at, facts in enumerate(sides):
            add(changed(plot, id=f"k{at}", record_no=at, **facts))
    matches = ground.reap(case)[0].matches
    return [
        (int(one[1:]), other) for one, other in zip(matches["platform_id"], matches["intacct_record_no"], strict=True)
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_number_pairs_within_its_party(name):
    """Spelt as people type it; another number, or the number of another party's document, is another document."""
    assert paired(name, ours=[{"number": "Inv  7"}], theirs=[{"number": " INV 7"}]) == [(0, 0)]
    assert paired(name, theirs=[{"number": "another"}]) == []
    assert paired(name, theirs=[{"party": 3}]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_without_number_pair_by_date_and_amount(name):
    """The number tells nothing then; what differs in either, or in currency, is no pair."""
    nameless = {"number": ""}
    ground = GROUNDS[name]
    plot = Plot(ground.make(), 1000, random.Random(1))  # noqa: S311 - no secret
    assert paired(name, ours=[nameless], theirs=[nameless]) == [(0, 0)]
    for facts in (
        {"amount": plot.amount + plot.unit},
        {"day": plot.day + timedelta(days=1)},
        {"currency": "GBP"},
        {"party": 3},
    ):
        assert paired(name, ours=[nameless], theirs=[{**nameless, **facts}]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("fact", ["amount", "day"])
def test_a_number_that_repeats_pairs_by_date_and_amount(name, fact):
    """Two documents of one number are told apart by either; the two that are left over then are a pair by number."""
    plot = Plot(GROUNDS[name].make(), 1000, random.Random(1))  # noqa: S311 - no secret
    step = plot.unit if fact == "amount" else timedelta(days=1)
    first, second, third = ({fact: getattr(plot, fact) + number * step} for number in (1, 2, 3))
    assert paired(name, ours=[first, second], theirs=[second, first]) == [(0, 1), (1, 0)]
    assert paired(name, ours=[first, second], theirs=[third, first]) == [(0, 1), (1, 0)]
    assert paired(name, ours=[first, second], theirs=[second, third]) == [(0, 1), (1, 0)]
