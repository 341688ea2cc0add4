"""Many lives of plans of every pushed object under seeded faults: exactly once, whatever happens in between (S-IDM)."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from pipeline_world import INTO_INTACCT
from simulated_bugs import BUGS, TROUBLED
from simulated_company import SimulatedCompany, operation_of
from simulated_laws import BrokenLawError
from simulated_life import TROUBLES, live
from simulated_network import FAULTS
from simulated_shelf import REPLACED, UNREAD

from intacct_pipelines.domain.attached import ATTACHED

_SEEDS = int(os.environ.get("INTACCT_PIPELINES_SEEDS", "1000"))
_PER_TEST = 50
_LIVES_WITH_BUG = 60
_KILLED = 20
_EVERYTHING = {
    "fault": 0.6,
    "person": 0.03,
    "source change": 0.02,
    "second worker": 0.03,
    "restart": 0.02,
    "crash": 0.03,
    UNREAD: 0.3,
    REPLACED: 0.1,
}


@pytest.fixture(scope="module")
def company(make_database, migrated_template):
    """A company whose every pushed object has something to send."""
    found = SimulatedCompany(make_database(migrated_template))
    yield found
    found.close()


@pytest.mark.parametrize("first", range(0, _SEEDS, _PER_TEST))
def test_what_is_approved_is_in_intacct_exactly_once_whatever_goes_wrong(company, first):
    """After every step: once each, nothing unapproved, trial balance zero, money as approved, journal whole."""
    for seed in range(first, min(first + _PER_TEST, _SEEDS)):
        live(company, seed)


def test_the_simulation_sends_every_object_and_meets_every_trouble(company):
    """A simulation that never met a fault would prove nothing."""
    assert {item.object_name for item in company.items.values()} == INTO_INTACCT
    assert {operation_of(item) for item in company.items.values()} >= {
        *(f"{name} create" for name in sorted(INTO_INTACCT) if name not in ATTACHED),
        *(f"{name} update" for name in ATTACHED),
        *(f"{name} update" for name in ("ap_bill", "ap_bill_file", "ar_invoice", "vendor_credit", "credit_memo")),
        *(f"{name} update" for name in ("department", "item", "accounting_class")),
        *(f"{name} reverse" for name in ("ap_payment", "ar_payment")),
        "ap_bill reclassify",
    }
    met = Counter()
    for seed in range(-60, 0):
        met += live(company, seed, is_confirmed=seed == -1, shares=_EVERYTHING).met
    assert {*FAULTS, *TROUBLES} <= set(met)


def test_a_killed_process_leaves_nothing_lost_and_nothing_twice(company):
    """SIGKILL at any moment of a worker in a process of its own; the next one ends it rightly (S-ERR-42)."""
    for seed in range(_KILLED):
        live(company, seed, shares={"kill": 0.8, "instruction": 0.0})


@pytest.mark.parametrize("plant_bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_noticed(company, monkeypatch, plant_bug):
    """The laws have teeth: each of these bugs breaks one within a few lives."""
    plant_bug(monkeypatch)
    is_confirmed, shows = "confirms" in plant_bug.__name__, BUGS[plant_bug]
    for seed in range(_LIVES_WITH_BUG):
        try:
            live(company, seed, is_confirmed=is_confirmed, shares=TROUBLED, faults=shows.faults, objects=shows.objects)
        except BrokenLawError:
            return
    pytest.fail(f"{_LIVES_WITH_BUG} lives did not notice it")
