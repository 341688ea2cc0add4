"""The table of routes: total, exclusive, first row wins, and the same for each account that has the same text."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.domain.routes import Destination, Party, Place, Route, Routes

ORGANIZATIONS = {"east": "008EAST", "west": "008WEST", "north": "008NORTH"}
ids = st.sampled_from(["A", "b", "B ", "C", "D"])
sets = st.frozensets(ids, max_size=2)
accounts = st.sampled_from(sorted(ORGANIZATIONS))
rows = st.builds(Route, accounts, sets, sets, sets, sets)
tables = st.builds(lambda rows: Routes(ORGANIZATIONS, tuple(rows)), st.lists(rows, max_size=6))
ids_or_none = st.one_of(st.just(""), ids)
places = st.lists(st.builds(Place, ids_or_none, ids_or_none), max_size=4)
parties = st.one_of(st.builds(Party, ids_or_none), st.builds(lambda one: Party(customer_id=one), ids_or_none))


def seen(table: Routes, party: Party, lines: list[Place]) -> dict[str, Destination]:
    """Where each account sees a document go."""
    found = table.accounts_of(party, lines)
    return {name: table.destination(organization, found) for name, organization in ORGANIZATIONS.items()}


@given(tables, parties, places)
def test_of_a_document_exactly_one_account_or_all_alike_say_no(table: Routes, party: Party, lines: list[Place]) -> None:
    """S-CFG-10: for any table one account takes a document and the others leave it, or none does and all say why."""
    told = list(seen(table, party, lines).values())
    if Destination.HERE in told:
        assert sorted(told) == [Destination.ELSEWHERE, Destination.ELSEWHERE, Destination.HERE]
    else:
        (only,) = set(told)
        assert only in {Destination.NOWHERE, Destination.SEVERAL}


@given(tables, parties, places)
def test_with_a_last_row_for_all_no_document_is_without_account(
    table: Routes, party: Party, lines: list[Place]
) -> None:
    """S-CFG-10: the table is total then; only lines that contradict each other are held."""
    whole = replace(table, rows=(*table.rows, Route("north")))
    assert Destination.NOWHERE not in seen(whole, party, lines).values()
    assert "" not in whole.accounts_of(party, lines)


@given(tables, parties, places, accounts)
def test_a_first_row_for_the_party_decides_whatever_the_lines_say(
    table: Routes, party: Party, lines: list[Place], account: str
) -> None:
    """S-CFG-10: no line is left that could lead elsewhere."""
    named = Route(account, vendors=frozenset({party.vendor_id}), customers=frozenset({party.customer_id}))
    first = replace(table, rows=(named, *table.rows))
    assert first.accounts_of(party, lines) == {account}


@given(tables, parties, places)
def test_the_order_of_lines_their_number_and_the_case_of_ids_decide_nothing(
    table: Routes, party: Party, lines: list[Place]
) -> None:
    """S-CFG-10: two homes read the lines as they come."""
    spoken = [Place(one.location_id.lower(), f" {one.department_id}") for one in reversed(lines)]
    assert table.accounts_of(party, lines) == table.accounts_of(party, [*lines, *spoken])


@given(tables, tables)
def test_the_fingerprint_is_the_tables(one: Routes, other: Routes) -> None:
    """S-CFG-10: the same for the same table in any file, another for another, so that people can compare two files."""
    names = dict(reversed(one.accounts.items()))
    assert replace(one, accounts=names).fingerprint == one.fingerprint
    assert (one.fingerprint == other.fingerprint) == (one.rows == other.rows)
    assert replace(one, accounts={**names, "east": "008OTHER"}).fingerprint != one.fingerprint


def test_a_row_asks_for_all_that_it_names_and_of_the_party_for_one() -> None:
    """S-CFG-10: a location and a department together; a vendor or a customer."""
    row = Route("east", frozenset({"V"}), frozenset({"C"}), frozenset({"L"}), frozenset({"D"}))
    assert row.holds_of(Party("v"), Place("L", "D"))
    assert row.holds_of(Party(customer_id="C"), Place("L", "D"))
    assert not row.holds_of(Party("C"), Place("L", "D"))
    assert not row.holds_of(Party(customer_id="V"), Place("L", "D"))
    assert not row.holds_of(Party("V"), Place("L"))
    assert not row.holds_of(Party("V"), Place("", "D"))
    assert Route("east", locations=frozenset({"L"})).holds_of(Party(), Place("L"))
    assert not Route("east", locations=frozenset({"L"})).holds_of(Party("V"), Place())


def test_a_document_without_lines_is_one_without_codes() -> None:
    """S-CFG-10: the last row takes it, and a row that asks for a location does not."""
    table = Routes(ORGANIZATIONS, (Route("east", locations=frozenset({"L"})),))
    assert table.accounts_of(Party("V"), []) == {""}
    assert replace(table, rows=(*table.rows, Route("west"))).accounts_of(Party("V"), []) == {"west"}
