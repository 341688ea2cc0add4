"""What the set-up needs and the API allows is made, each record once, by a person's word; the rest is left to him."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from setup_world import RightCompany, told

from intacct_pipelines.doctor.needed import OBSERVES, Proposal, proposals
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.push.provision import MADE, REFUSED, THERE, UNKNOWN, Needed, make
from intacct_pipelines.sandbox.faults import Rule

CARD_ACCOUNT, CLEARING = "2190", "1079"


@pytest.fixture(scope="module")
def shared(make_database: Callable[..., str], migrated_template: str) -> RightCompany:
    """A right company that tests leave as they found it."""
    return RightCompany(make_database(migrated_template))


@pytest.fixture
def company(shared: RightCompany) -> Iterator[RightCompany]:
    """The right company; what is made in it is unmade."""
    with shared.twin.rehearsal():
        yield shared
    shared.sandbox.faults.clear()


def lacking(company: RightCompany) -> Callable[[dict[str, Any]], None]:
    """Name in the connections file what Intacct does not have: two accounts, a term, one value of each dimension."""
    bill, organization_id = company.sandbox.bill, company.organization_id
    first = {
        kind: bill.records(organization_id, kind)[0] for kind in ("departments", "accounting-classes", "locations")
    }
    term = bill.records(organization_id, "payment-terms")[0]

    def edit(file: dict[str, Any]) -> None:
        file["links"]["entity-100"] |= {
            "departments": {first["departments"]["id"]: "NEW-D"},
            "classes": {first["accounting-classes"]["name"]: "NEW-C"},
            "locations": {first["locations"]["id"]: "NEW-L"},
            "terms": {term["id"]: "New term"},
        }
        file["links"]["entity-100"]["clearing"]["money_out"] = CLEARING
        file["spend"]["cards-100"] |= {"mode": "sync"}
        file["spend"]["cards-100"]["cards"]["offset_account"] = CARD_ACCOUNT

    return edit


def made(company: RightCompany, object_name: str, field: str, value: str) -> list[dict[str, str]]:
    """Records of Intacct with an id."""
    return [one for one in company.twin.records(object_name) if one[field] == value]


def test_a_right_set_up_needs_nothing(company: RightCompany):
    """There is nothing to make."""
    with company.systems() as systems:
        assert proposals(systems) == []


def test_what_is_needed_is_made_once(company: RightCompany):
    """Accounts by the guide's recipe (S-SET-27, S-CFG-03), the rest as BILL names it; a second time finds it there."""
    edit = lacking(company)
    with company.systems(edit) as systems:
        wanted = proposals(systems)
        assert all(not one.hindrance for one in wanted)
        assert {(one.needed.object_name, one.needed.record_id) for one in wanted} == {
            ("gl_account", CARD_ACCOUNT),
            ("gl_account", CLEARING),
            ("department", "NEW-D"),
            ("accounting_class", "NEW-C"),
            ("location", "NEW-L"),
            ("ap_term", "New term"),
        }
        for expected in (MADE, THERE):
            outcomes = [make(systems.intacct(one.needed.entity), one.needed) for one in wanted]
            assert outcomes == [(expected, "")] * len(wanted)
        assert proposals(systems) == []
    (account,) = made(company, "GLACCOUNT", "ACCOUNTNO", CARD_ACCOUNT)
    assert (account["NORMALBALANCE"], account["ACCOUNTTYPE"], account["MEGAENTITYID"]) == ("credit", "balancesheet", "")
    (department,) = made(company, "DEPARTMENT", "DEPARTMENTID", "NEW-D")
    assert department["MEGAENTITYID"] == "100"
    (location,) = made(company, "LOCATION", "LOCATIONID", "NEW-L")
    assert location["PARENTID"] == "100"
    (term,) = made(company, "APTERM", "NAME", "New term")
    assert term["DUEDATE"].isdecimal()
    # A clearing account still wants its bank account, which no API makes.
    assert told(company.check(edit)) == [("doubtful", "accounts of the link", "entity-100", "S-CFG-03")]


def test_nothing_is_made_for_a_link_that_observes(company: RightCompany):
    """It is shown, with what is in the way."""
    edit = lacking(company)

    def observing(file: dict[str, Any]) -> None:
        edit(file)
        file["links"]["entity-100"]["mode"] = file["spend"]["cards-100"]["mode"] = "observe"

    with company.systems(observing) as systems:
        found = proposals(systems)
    assert len(found) == 6
    assert {one.hindrance for one in found} == {OBSERVES}


def department(record_id: str, **columns: str) -> Needed:
    """A department that is needed at entity 100."""
    values = {"department_id": record_id, "title": "Labs", "status": "active", **columns}
    return Needed(EntityKey("meridian-sandbox-1", "100"), "department", values, "a test")


def test_an_answer_that_is_lost_is_looked_up(company: RightCompany):
    """What was made before the answer was lost is told as made, and not made again (S-IDM-03)."""
    needed = department("LAB")
    with company.systems() as systems:
        session = systems.intacct(needed.entity)
        session.entities()
        company.sandbox.faults.add(Rule("reset_after", system="intacct", function="create *"))
        assert make(session, needed) == (MADE, "")
    assert len(made(company, "DEPARTMENT", "DEPARTMENTID", "LAB")) == 1


def test_a_request_that_is_lost_may_still_arrive(company: RightCompany):
    """Nobody knows, so it is neither called refused nor sent again (S-ERR-42)."""
    needed = department("LAB")
    with company.systems() as systems:
        session = systems.intacct(needed.entity)
        session.entities()
        company.sandbox.faults.add(Rule("reset_before", system="intacct", function="create *"))
        assert make(session, needed)[0] == UNKNOWN
    assert made(company, "DEPARTMENT", "DEPARTMENTID", "LAB") == []


def test_what_intacct_refuses_is_said(company: RightCompany):
    """In its own words (S-ERR-40)."""
    with company.systems() as systems:
        state, reason = make(systems.intacct(department("LAB").entity), department("LAB", parent_id="NOWHERE"))
    assert state == REFUSED
    assert "NOWHERE" in reason or "arent" in reason


def test_the_same_record_has_the_same_key_for_ever():
    """And another one another (S-IDM-01, S-IDM-02)."""
    assert department("LAB").function().xml() == department("LAB").function().xml()
    assert department("LAB").function().control_id == department("LAB").function().control_id
    assert department("LAB").function().control_id != department("LAB", title="Other").function().control_id


def test_one_record_that_several_places_need_is_proposed_once(company: RightCompany):
    """Two links that name one clearing account need one account."""

    def edit(file: dict[str, Any]) -> None:
        for link in file["links"].values():
            link["clearing"]["money_out"] = CLEARING

    with company.systems(edit) as systems:
        found: list[Proposal] = proposals(systems)
    assert [one.needed.record_id for one in found] == [CLEARING]
