"""Which of two BILL accounts at one place gets a document of Intacct, as the plans of both see it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from into_bill_cases import BACK, of_bill, of_intacct, plan_of
from push_cases import PAIRED_BILL, PAIRED_VENDOR, bill, intacct_bill, intacct_line, line, plan, tables

from intacct_pipelines.domain.routes import Route, Routes
from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.sources import Sources

ROUTES = Routes(
    {"east": "org1", "west": "org2"},
    (
        Route("west", vendors=frozenset({"V-99"})),
        Route("east", locations=frozenset({"100-A"})),
        Route("west", locations=frozenset({"200-A"})),
    ),
)
EAST = replace(BACK, routes=ROUTES)
WEST = replace(EAST, organization_id="org2")


def rows_of(row=None, lines=None, theirs=(), their_lines=()):
    return tables(
        intacct__ap_bill=[intacct_bill(description=None) if row is None else row],
        intacct__ap_bill_line=[intacct_line()] if lines is None else lines,
        bill__ap_bill=list(theirs),
        bill__ap_bill_line=list(their_lines),
    )


def seen(link, rows, matches=(PAIRED_VENDOR,)):
    """What a link plans of the bill: how many items, and why it is held."""
    planned = plan(rows, link=link, matches=matches, objects=["bill_ap_bill"])
    return len(planned.items), [(hold.kind, hold.rule) for hold in planned.holds]


def both(rows, **more):
    return seen(EAST, rows, **more), seen(WEST, rows, **more)


TAKEN, LEFT = (1, []), (0, [])


def test_a_bill_goes_into_the_account_that_its_location_leads_to_and_the_other_leaves_it_alone():
    """S-CFG-10: nobody holds it there; without `routes` the account is alone at its place and takes all."""
    assert both(rows_of()) == (TAKEN, LEFT)
    assert both(rows_of(lines=[intacct_line(location_id="200-A")])) == (LEFT, TAKEN)
    assert seen(BACK, rows_of(lines=[intacct_line(location_id="200-A")])) == TAKEN


@pytest.mark.parametrize(
    ("lines", "kind", "words"),
    [
        ([intacct_line(location_id="300")], "no_route", "to which of east, west"),
        ([intacct_line(location_id=None)], "no_route", "to which of east, west"),
        (
            [
                intacct_line(trx_amount=Decimal("40.00")),
                intacct_line(901, trx_amount=Decimal("60.00"), location_id="200-A", line_no=2),
            ],
            "several_routes",
            "lead to east and west",
        ),
        (
            [
                intacct_line(trx_amount=Decimal("40.00")),
                intacct_line(901, trx_amount=Decimal("60.00"), location_id="300", line_no=2),
            ],
            "no_route",
            "to which of east, west",
        ),
    ],
)
def test_a_bill_that_leads_to_none_or_several_is_held_in_both(lines, kind, words):
    """S-CFG-10: with the accounts by name, and what to do."""
    assert both(rows_of(lines=lines)) == ((0, [(kind, "S-CFG-10")]), (0, [(kind, "S-CFG-10")]))
    (hold,) = plan(rows_of(lines=lines), link=EAST, matches=(PAIRED_VENDOR,), objects=["bill_ap_bill"]).holds
    assert words in hold.reason
    assert "routes" in hold.reason or "row" in hold.remedy


def test_a_row_for_the_vendor_decides_before_the_lines_do():
    """S-CFG-10: so a bill of several locations has one account all the same."""
    lines = [
        intacct_line(trx_amount=Decimal("40.00")),
        intacct_line(901, trx_amount=Decimal("60.00"), location_id="200-A", line_no=2),
    ]
    first = replace(ROUTES, rows=(Route("east", vendors=frozenset({"v-11"})), *ROUTES.rows))
    assert seen(replace(EAST, routes=first), rows_of(lines=lines)) == TAKEN
    assert seen(replace(WEST, routes=first), rows_of(lines=lines)) == LEFT


@pytest.mark.parametrize("link", [EAST, WEST, replace(BACK, one_way=True)])
def test_what_another_account_brought_is_sent_nowhere_wherever_it_leads(link):
    """S-CFG-10, S-SCH-05: its source in BILL was never here, neither live nor deleted; it would be paid twice."""
    assert seen(link, rows_of(intacct_bill(description="BILL:of-another k1"))) == LEFT
    lines = [intacct_line(location_id="200-A")]
    assert seen(link, rows_of(intacct_bill(description="BILL:of-another k1"), lines)) == LEFT


@pytest.mark.parametrize("is_deleted", [True, False])
def test_what_this_account_brought_and_has_not_any_more_is_held_as_ever(is_deleted):
    """S-SCH-05: its source is known here, so no routing explains it."""
    rows = rows_of(intacct_bill(description="BILL:b1 k1"), theirs=[bill(_deleted=is_deleted)])
    assert seen(EAST, rows) == (0, [("came_from_bill", "S-SCH-05")])


def test_what_an_account_has_it_keeps_in_step_wherever_the_table_leads_now():
    """S-CFG-10: a pair is a fact, and no table takes it away."""
    rows = rows_of(theirs=[bill()], their_lines=[line()])
    assert seen(WEST, rows, matches=(PAIRED_VENDOR, PAIRED_BILL)) == LEFT


def test_what_the_vendors_sync_of_an_account_made_goes_nowhere_and_what_nobody_knows_of_waits():
    """S-CFG-10, S-SCH-05: the vendor's sync names no source, so its user tells it, wherever the lines lead."""
    known = replace(ROUTES, sync_users=frozenset({"77"}))
    links = [replace(link, routes=known) for link in (EAST, WEST)]
    for lines in ([intacct_line()], [intacct_line(location_id="200-A")]):
        rows = rows_of(intacct_bill(description=None, created_by="77"), lines)
        assert [seen(link, rows) for link in links] == [LEFT, LEFT]
    assert [seen(link, rows_of(intacct_bill(description=None, created_by="1"))) for link in links] == [TAKEN, LEFT]
    assert seen(links[0], rows_of()) == (0, [("maker_unknown", "S-CFG-10")])


def test_a_bill_that_was_left_to_another_account_is_not_taken_by_a_later_route():
    """S-CFG-10: that account may have it, and only its own home knows; both are told, and a person decides."""
    there, here = rows_of(lines=[intacct_line(location_id="200-A")]), rows_of()
    known = agreements(Sources(EAST, there, (PAIRED_VENDOR,)), ["bill_ap_bill"])
    assert known == {("ap_bill", "", "500"): {"left_to": "west"}}
    assert agreements(Sources(EAST, here, (PAIRED_VENDOR,)), ["bill_ap_bill"]) == {}
    planned = plan(here, link=EAST, matches=(PAIRED_VENDOR,), objects=["bill_ap_bill"], agreed=known)
    assert (planned.items, [(hold.kind, hold.rule) for hold in planned.holds]) == ((), [("rerouted", "S-CFG-10")])
    assert "west" in planned.holds[0].reason
    alone = plan(here, link=BACK, matches=(PAIRED_VENDOR,), objects=["bill_ap_bill"], agreed=known)
    assert len(alone.items) == 1


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("INTACCT:500 6f0c6d0e-6a2b-5d0b-9f2f-3a1f6a4f0c11 Slate", {}, [("rerouted", "S-CFG-10")]),
        ("INTACCT:500 6f0c6d0e-6a2b-5d0b-9f2f-3a1f6a4f0c11 Slate", {"is_archived": True}, []),
        ("INTACCT:501 6f0c6d0e-6a2b-5d0b-9f2f-3a1f6a4f0c11 Slate", {}, []),
        (None, {}, []),
    ],
)
def test_a_bill_that_went_into_an_account_and_leads_to_another_now_is_told_there(text, more, expected):
    """S-CFG-10: it may be in both; one that was born in BILL, or is archived there, is no matter of routes."""
    rows = rows_of(theirs=[bill(description=text, **more)], their_lines=[line()])
    assert seen(WEST, rows, matches=(PAIRED_VENDOR, PAIRED_BILL)) == (0, expected)
    assert seen(EAST, rows, matches=(PAIRED_VENDOR, PAIRED_BILL)) == LEFT


@pytest.mark.parametrize(("name", "column"), [("bill_accounting_class", "description"), ("bill_customer", "comments")])
def test_a_list_record_that_another_account_brought_goes_into_this_one_too(name, column):
    """S-CFG-05: lists are copied into each account; one that this account had, and lost, is held (S-SCH-05)."""
    ours = [of_intacct(name, **{column: "BILL:x9 KEY"})]
    assert len(plan_of(name, ours, link=WEST).items) == 1
    gone = [
        of_bill(
            name,
            "x9",
            name="Other",
            **({"short_name": "O"} if name != "bill_customer" else {"account_number": "O"}),
            _deleted=True,
        )
    ]
    planned = plan_of(name, ours, gone, link=WEST)
    assert (planned.items, [hold.kind for hold in planned.holds]) == ((), ["came_from_bill"])
    alone = plan_of(name, ours)
    assert (alone.items, [hold.kind for hold in alone.holds]) == ((), ["came_from_bill"])
