"""A link at the top level: the books that count are those of the entities that a document's lines go to (S-CFG-23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from push_cases import (
    LINK,
    PAIRED_BILL,
    PAIRED_VENDOR,
    bill,
    intacct_bill,
    intacct_line,
    line,
    plan,
    stored,
    tables,
)

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import ClosedPeriod

TOP = replace(LINK, entity=EntityKey("acme"))
FIRST_OPEN = replace(TOP, closed_period=ClosedPeriod.FIRST_OPEN)
JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def planned(rows, *, link=TOP, **more):
    """A plan in dollars at the top level."""
    return plan(rows, link=link, currencies={"USD"}, **more)


def in_two_entities():
    """One bill of each of two entities, of the same day."""
    lines = [line("b1", location_id="l1"), line("b2", location_id="l2")]
    return tables(bill__ap_bill=[bill("b1"), bill("b2")], bill__ap_bill_line=lines)


def across_two_entities():
    """One bill whose lines go to two entities."""
    lines = [
        line("b1", 1, amount=Decimal("60.00"), location_id="l1"),
        line("b1", 2, amount=Decimal("40.00"), location_id="l2"),
    ]
    return tables(bill__ap_bill_line=lines)


def test_one_entitys_close_holds_its_own_documents_and_no_others():
    """S-IDM-08: it is held before anything is sent, and the reason says where the period is to be opened."""
    made = planned(in_two_entities(), closed_through=JANUARY, closed_later={"200": FEBRUARY})
    assert [item.source_id for item in made.items] == ["b1"]
    (hold,) = made.holds
    assert (hold.source_id, hold.kind, hold.rule) == ("b2", "period_closed", "S-IDM-08")
    assert hold.reason == "its date 2026-02-10 lies in a period that is closed through 2026-02-28 at entity 200"


def test_the_levels_own_close_still_holds_all():
    """Nothing of the top level is posted on its closed days either."""
    made = planned(in_two_entities(), closed_through=FEBRUARY, closed_later={"200": MARCH})
    assert made.items == ()
    assert {hold.source_id: hold.reason.rpartition("through ")[2] for hold in made.holds} == {
        "b1": "2026-02-28",
        "b2": "2026-03-31 at entity 200",
    }


@pytest.mark.parametrize(
    ("later", "day"),
    [
        ({"100": FEBRUARY}, "03/01/2026"),
        ({"200": MARCH}, "04/01/2026"),
        ({"100": FEBRUARY, "200": MARCH}, "04/01/2026"),
        ({"100": MARCH, "200": FEBRUARY}, "04/01/2026"),
        ({"300": MARCH}, "02/10/2026"),
    ],
)
def test_first_open_is_the_first_day_that_is_open_for_all_of_them(later, day):
    """S-IDM-08: the document keeps its own day, and the plan shows both."""
    (item,) = planned(across_two_entities(), link=FIRST_OPEN, closed_through=JANUARY, closed_later=later).items
    assert (item.payload["WHENCREATED"], item.payload["WHENPOSTED"]) == ("02/10/2026", day)
    told = [warning for warning in item.warnings if "S-IDM-08" in warning]
    month, number, year = day.split("/")
    moved = [f"dated 2026-02-10, in the ledger on {year}-{month}-{number} [S-IDM-08]"]
    assert told == ([] if day == "02/10/2026" else moved)


def test_what_stands_in_an_entity_closed_since_is_not_edited():
    """S-BIL-09: nor is it moved into another entity out of closed books."""
    stands = intacct_bill(owner_entity_id=None, trx_total_entered=Decimal("80.00"))
    rows = tables(intacct__ap_bill=[stands], intacct__ap_bill_line=[intacct_line(location_id="200-A")])
    matches = (PAIRED_VENDOR, PAIRED_BILL)
    assert len(planned(rows, matches=matches).items) == 1
    assert len(planned(rows, matches=matches, closed_later={"300": FEBRUARY}).items) == 1
    for link in (TOP, FIRST_OPEN):
        (hold,) = planned(rows, link=link, matches=matches, closed_later={"200": FEBRUARY}).holds
        assert (hold.kind, hold.rule) == ("period_closed", "S-BIL-09")
        assert hold.reason.endswith("closed through 2026-02-28 at entity 200")


def test_another_closed_day_of_an_entity_is_another_plan_and_outdates_what_is_approved():
    """A plan is for the closed days from which it was made (S-IDM-08)."""
    made = planned(in_two_entities(), closed_through=JANUARY)
    later = planned(
        in_two_entities(),
        closed_through=JANUARY,
        closed_later={"200": FEBRUARY},
        in_hand=[stored(item) for item in made.items],
    )
    assert made.inputs.document() != later.inputs.document()
    assert later.outdated == tuple(item.key for item in made.items if item.source_id == "b2")
