"""Planted differences: every cause of every object is found as such, once, and nothing else is told."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from planting.ground import OUT_OF_SCOPE
from planting.grounds import BALANCES, GROUNDS, NEVER_OUTSIDE, NEVER_YOUNG, UNPLANTABLE

from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.reconcile import RECONCILERS, objects
from intacct_pipelines.reconcile.causes import CAUSES, Kind

COPIES, CLEAN = 6, 20
MODULES = {
    "ap_bill": "ap_bill*",
    "business_center_bill": "business_center_bill",
    "vendor_credit": "vendor_credit",
    "credit_application": "credit_application*",
    "ap_payment": "ap_payment*",
    "ar_invoice": "ar_invoice*",
    "ar_payment": "ar_payment",
    "credit_memo": "credit_memo",
    "card_transaction": "card_transaction*",
    "reimbursement": "reimbursement",
    "card_statement": "card_statement",
    "clearing_account": "clearing_*",
    "ap_bill_attachment": "attachment",
    "currency": "currency",
    "gl_account": "account_checks",
}
"""Where the causes of an object are named; those of lists, parties and lump sums carry what tells the object."""


@pytest.mark.parametrize("name", GROUNDS)
def test_every_planted_difference_is_found_and_nothing_else(name, grown):
    """Kind, field, cause, verdict and rule of each are as planted: recall and precision are whole."""
    planted, found = grown(name).planted, grown(name).found
    assert (planted - found, found - planted) == ({}, {})


@pytest.mark.parametrize("name", GROUNDS)
def test_many_planted_differences_do_not_disturb_each_other(name):
    """The same with many of each kind, and every pair that differs in nothing is equal."""
    case, planted = GROUNDS[name].sow(1, copies=COPIES, clean=CLEAN)
    result, found = GROUNDS[name].reap(case)
    assert (planted - found, found - planted) == ({}, {})
    if name in BALANCES:
        assert result.matches.empty
        return
    differing = {one[5:] for one in planted if None not in one[5:]}
    assert len(result.matches) >= len(differing)
    assert sum(result.matches["is_equal"]) == len(result.matches) - len(differing)


def test_thousands_of_differences_are_planted_of_every_kind():
    """Each object has its own, and no kind is without."""
    planters = [planter for ground in GROUNDS.values() for planter in ground.planters]
    assert len(planters) * COPIES > 4000
    assert {planter.kind for planter in planters} == {*map(str, Kind), OUT_OF_SCOPE}
    assert {ground.object for ground in GROUNDS.values()} == set(RECONCILERS) == set(RECONCILED)


def planted_by_object():
    planted = defaultdict(set)
    for ground in GROUNDS.values():
        planted[ground.object].update(planter.cause for planter in ground.planters)
    return planted


def test_every_cause_is_planted_or_cannot_be():
    """A new cause needs a planter, or the reason why no rows can have it."""
    planted = set().union(*planted_by_object().values())
    assert planted | set(UNPLANTABLE) == set(CAUSES)
    assert planted & set(UNPLANTABLE) == set()


@pytest.mark.parametrize("name", MODULES)
def test_every_cause_that_an_object_names_is_planted_there(name):
    """One cause may explain several objects; each has a planter of its own."""
    named = set()
    for path in Path(objects.__path__[0]).glob(f"{MODULES[name]}.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            word = node.arg if isinstance(node, ast.keyword) else getattr(node, "value", None)
            named |= {word} & set(CAUSES) if isinstance(word, str) else set()
    assert named
    assert named - {"other_owner"} <= planted_by_object()[name]


@pytest.mark.parametrize("name", sorted(RECONCILERS))
def test_grace_and_ownership_are_planted_for_every_object(name):
    """A fresh change is in flight [S-SCH-04], another owner's record out of scope [S-CFG-11], where that can be."""
    planted = planted_by_object()[name]
    assert ("young" in planted) != (name in NEVER_YOUNG)
    assert ("other_owner" in planted) != (name in NEVER_OUTSIDE)
