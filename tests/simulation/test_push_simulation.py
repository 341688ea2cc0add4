"""Planning, approving and applying under seeded faults: exactly once, whatever happens in between."""

from __future__ import annotations

import os
import random

import psycopg
import pytest
from push_world import FAULTS, Crash, World

from intacct_pipelines.errors import IntacctPipelinesError

_SEEDS = int(os.environ.get("INTACCT_PIPELINES_SEEDS", "500"))
_PER_TEST = 25
_ROUNDS = 4


def _empty(warehouse):
    with psycopg.connect(warehouse.dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE push.journal, push.hold, push.item, push.plan")


class Troubles:
    """What goes wrong in one seed: faults of the network, crashes, a second worker, late requests, a person."""

    def __init__(self, world, rng):
        self._world = world
        self._rng = rng
        self._nested = False
        self._fault_share = rng.choice([0.0, 0.1, 0.3, 0.6])
        self._crash_share = rng.choice([0.0, 0.02, 0.1])
        self._person_share = rng.choice([0.0, 0.0, 0.02])
        self._second_share = rng.choice([0.0, 0.0, 0.02])

    def fault(self):
        return self._rng.choice(FAULTS) if self._rng.random() < self._fault_share else ""

    def step(self, _name):
        if self._nested:
            return
        if self._world.late and self._rng.random() < 0.2:
            self._world.deliver_late()
        if self._rng.random() < self._person_share:
            self._world.person(self._rng)
        if self._rng.random() < self._second_share:
            self._second_worker()
        if self._rng.random() < self._crash_share:
            raise Crash

    def _second_worker(self):
        """Another worker runs from beginning to end while this one stands still."""
        self._nested = True
        try:
            self._world.apply(self.fault)
        except IntacctPipelinesError:
            pass
        finally:
            self._nested = False


def survive(action):
    """Run one step of the way; a dead process or a refused call ends it, as it would in the field."""
    try:
        return action()
    except (Crash, IntacctPipelinesError):
        return None


def run(warehouse, seed, **world_options):
    """One whole life of a plan; returns the world as it is after the faults have stopped."""
    _empty(warehouse)
    rng = random.Random(seed)
    world = World(
        warehouse, control_id=("refuse", "replay", "ignore")[seed % 3], bills=rng.randint(1, 5), **world_options
    )
    troubles = Troubles(world, rng)
    world.on_step = troubles.step
    status = survive(world.make_plan) or _calmly(world, world.make_plan)
    if survive(lambda: world.approve(status)) is None and world.outbox.plan(status.plan_id).state == "planned":
        _calmly(world, lambda: world.approve(status))
    world.on_step = troubles.step
    if rng.random() < 0.2:
        world.revisions[f"b{rng.randint(1, 2)}"] = "r2"
    for _ in range(_ROUNDS):
        survive(lambda: world.apply(troubles.fault, in_flight=1))
    world.on_step = None
    world.apply()
    while world.late:
        world.deliver_late()
    return world


def _calmly(world, action):
    world.on_step = None
    return action()


@pytest.mark.parametrize("first", range(0, _SEEDS, _PER_TEST))
def test_each_approved_bill_is_in_intacct_exactly_once_whatever_goes_wrong(module_warehouse, first):
    """After the faults stop: once each, trial balance zero, journal whole, nothing unapproved, legal states (S-IDM)."""
    for seed in range(first, min(first + _PER_TEST, _SEEDS)):
        world = run(module_warehouse, seed)
        try:
            world.check()
        except AssertionError as error:
            error.add_note(f"seed {seed}")
            raise
