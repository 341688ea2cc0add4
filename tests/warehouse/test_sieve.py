"""The sieve in front of the comparison: the result is the same with it and without, byte by byte, whatever changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from reconcile_cases import LATER, NOW
from sieve_world import DAY, PLAIN, SieveWorld

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.warehouse.recon import Recon


def state(world):
    """When everything was last looked at, how many pairs hold a key, and how many rows are read in each run."""
    with world.warehouse.transaction() as connection:
        at = connection.execute("SELECT compared_whole_at FROM recon.sieve").fetchone()
        keys = connection.execute("SELECT count(sieve_key) FROM recon.match").fetchone()
        rest = connection.execute("SELECT count(*) FROM recon.unsettled").fetchone()
    return at[0], keys[0], rest[0]


def both_ways(world):
    """Load and reconcile with and without the sieve, which must store the same; return the comparison of the rest."""
    world.load()
    rest = world.through_sieve()
    world.without_sieve()
    assert world.stored(world.case.link.name) == world.stored(PLAIN)
    return rest


@pytest.mark.parametrize("seed", [1, 12, 53])
def test_with_and_without_the_sieve_the_same_is_stored(warehouse, seed):
    """Matches, differences, totals and learnt pairs agree after the first run and after each round of edits."""
    world = SieveWorld(warehouse, seed)
    for _ in range(4):
        both_ways(world)
        assert state(world)[1] > 0
        world.edit_some()


def number_of_the_platform(world):
    world.row("bill.ap_bill", "b1")["document_no"] = "INV-1 b"


def number_of_intacct(world):
    world.row("intacct.ap_bill", 1001)["document_no"] = "INV-1 b"


def amount(world):
    world.row("intacct.ap_bill", 1001)["trx_total_entered"] = Decimal(99)


def our_line(world):
    world.row("bill.ap_bill_line", "b1-1")["gl_account_id"] = "a6100"


def their_line(world):
    world.row("intacct.ap_bill_line", 100101)["department_id"] = "D1"


def paid_in_step(world):
    world.pay("b1", 1001)


def deleted_in_bill(world):
    world.delete_row("bill.ap_bill", "b1")


def deleted_in_intacct(world):
    world.delete_row("intacct.ap_bill", 1001)


def made_anew(world):
    world.remake("b1", 1001)


def entered_twice_in_bill(world):
    world.case.bill("b9", "100.00", "inv-1")


def entered_twice_in_intacct(world):
    world.case.intacct_bill(1009, "100.00", "ＩＮＶ-1")


def named_by_another(world):
    world.case.intacct_bill(1009, "5.00", "INV-9", description=source_mark("bill", "b1"))


def a_double_takes_the_number(world):
    world.row("bill.ap_bill", "b2")["document_no"] = "INV-1"


def vendor_leaves(world):
    world.row("intacct.vendor", 1)["name"] = "Renamed"


def account_is_renumbered(world):
    next(row for row in world.case.rows["bill.gl_account"] if row["id"] == "a6000")["account_no"] = "6001"


def nothing(_world):
    pass


CHANGES = [
    number_of_the_platform, number_of_intacct, amount, our_line, their_line, paid_in_step, deleted_in_bill,
    deleted_in_intacct, made_anew, entered_twice_in_bill, entered_twice_in_intacct, named_by_another,
    a_double_takes_the_number, nothing,
]  # fmt: skip


@pytest.mark.parametrize("change", [*CHANGES, vendor_leaves, account_is_renumbered], ids=lambda change: change.__name__)
def test_one_change_is_seen_and_nothing_else_looked_at(warehouse, change):
    """After one change the run looks at what it touches; where lists say otherwise than before, at everything."""
    world = SieveWorld.of_equal_pairs(warehouse)
    assert len(both_ways(world).matches) == 0
    first, keys, rest = state(world)
    assert (keys, rest) == (5, 0)
    change(world)
    found = both_ways(world)
    then, _, _ = state(world)
    assert (then == first) == (change in CHANGES)
    if change in CHANGES:
        assert len(found.matches) <= 2


def world_of_held_pairs(warehouse):
    """Three bills that differ since long, one of them by its due date alone, and one since 20 hours."""
    world = SieveWorld.of_equal_pairs(warehouse)
    for number in (1001, 1002, 1003):
        world.row("intacct.ap_bill", number)["trx_total_entered"] = Decimal(99)
    world.row("bill.ap_bill", "b2")["modified_at"] = NOW - timedelta(days=40)
    world.row("intacct.ap_bill", 1002)["modified_at"] = NOW - timedelta(days=50)
    world.row("bill.ap_bill", "b3")["modified_at"] = NOW - timedelta(hours=20)
    world.row("intacct.ap_bill", 1004)["due_date"] = DAY + timedelta(days=45)
    both_ways(world)
    return world


def test_a_pair_that_differs_is_compared_once(warehouse):
    """As long as nothing of it or around it changes, only what waits for its grace is compared again [S-SCH-04]."""
    world = world_of_held_pairs(warehouse)
    assert list(both_ways(world).matches["platform_id"]) == ["b3"]
    world.round += 24
    assert list(both_ways(world).matches["platform_id"]) == ["b3"]  # in time a break, and held from then on
    assert both_ways(world).matches.empty
    amount_in_step(world)
    assert list(both_ways(world).matches["platform_id"]) == []
    deleted_in_bill(world)
    both_ways(world)
    assert state(world)[1] == 4


def amount_in_step(world):
    world.row("intacct.ap_bill", 1001)["trx_total_entered"] = Decimal(100)


def books_close(world):
    world.case.closed_through = DAY + timedelta(days=60)


def vendor_has_another_term(world):
    world.row("intacct.vendor", 1)["term_name"] = "Net 45"


def policy_changes(world):
    world.case.link = replace(world.case.link, excluded_vendors=frozenset({"v1"}))
    world.plain = replace(world.case.link, name=PLAIN)


@pytest.mark.parametrize("change", [books_close, vendor_has_another_term, policy_changes], ids=lambda one: one.__name__)
def test_what_surrounds_held_pairs_opens_them(warehouse, change):
    """Closed books, a term and the link's policy explain rows that did not change [S-BIL-09, S-TRM-01, S-VEN-10]."""
    world = world_of_held_pairs(warehouse)
    before = Recon(warehouse).differences(PLAIN)
    change(world)
    both_ways(world)
    assert not before.equals(Recon(warehouse).differences(PLAIN))


def test_what_replaces_a_deleted_bill_is_no_plain_pair(warehouse):
    """A bill of Intacct with the number of a deleted one is told as its successor, not settled silently [S-BIL-08]."""
    world = SieveWorld.of_equal_pairs(warehouse)
    world.case.intacct_bill(900, "100.00", "INV-1")
    world.load()
    world.delete_row("intacct.ap_bill", 900)
    rest = both_ways(world)
    assert list(rest.matches["predecessor_record_no"]) == [900]


def test_an_unchanged_match_is_not_written_again(warehouse):
    """Only the rows of changed pairs are touched; the others stay where they lie."""
    world = SieveWorld.of_equal_pairs(warehouse)
    both_ways(world)

    def places():
        with warehouse.transaction() as connection:
            query = "SELECT platform_id, ctid::text FROM recon.match WHERE link = %s"
            return dict(connection.execute(query, [world.case.link.name]).fetchall())

    before = places()
    paid_in_step(world)
    amount_of = world.row("bill.ap_bill", "b2")
    amount_of["amount"] = Decimal(50)
    both_ways(world)
    assert {key for key, place in places().items() if before[key] != place} == {"b2"}


def test_a_decision_about_a_pair_opens_everything(warehouse):
    """What a person refuses is not a pair any more, though no row of either system changed [S-VEN-04]."""
    world = SieveWorld.of_equal_pairs(warehouse)
    both_ways(world)
    for link in (world.case.link.name, PLAIN):
        Recon(warehouse, now=lambda: LATER).decide(
            link=link, object_name="ap_bill", platform_id="b1", intacct_record_no=1001, status="refused", decided_by="a"
        )
    both_ways(world)
    assert "b1" not in set(Recon(warehouse).matches(world.case.link.name)["platform_id"])


def test_everything_is_looked_at_again_each_week(warehouse):
    """The proof by changes is renewed from the whole tables."""
    world = SieveWorld.of_equal_pairs(warehouse)
    both_ways(world)
    first, _, _ = state(world)
    world.round += 24 * 7
    both_ways(world)
    assert state(world)[0] - first > timedelta(days=7)


def test_what_does_not_add_up_is_done_anew(warehouse):
    """If the classes do not add up with what the run before left, everything is looked at."""
    world = SieveWorld.of_equal_pairs(warehouse)
    both_ways(world)
    first, _, _ = state(world)
    with warehouse.transaction() as connection:
        connection.execute("""UPDATE recon.sieve SET settled = '[]'""")
    both_ways(world)
    assert state(world)[0] > first
