"""What the laws of reconciliation share: each object's case with every difference, grown once in a session."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import cache

import pytest
from planting.ground import Told
from planting.grounds import GROUNDS
from reconcile_cases import Case

from intacct_pipelines.reconcile import Reconciliation


@dataclass(frozen=True)
class Grown:
    """A case, what was planted in it, and what was found."""

    case: Case
    planted: Counter[Told]
    result: Reconciliation
    found: Counter[Told]


def grow(name: str) -> Grown:
    """Plant every difference of a ground once among a few clean pairs, and reconcile."""
    case, planted = GROUNDS[name].sow(2, copies=1, clean=5)
    return Grown(case, planted, *GROUNDS[name].reap(case))


@pytest.fixture(scope="session")
def grown():
    # mutmut picks the tests for a mutant by what each test itself runs, so there each test grows its own.
    return grow if "MUTANT_UNDER_TEST" in os.environ else cache(grow)
