"""Routes in the connections file: what they state of a link, and what is refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import INTO_BILL, Link
from intacct_pipelines.domain.routes import Party, Place
from intacct_pipelines.settings import Connections

TOP = EntityKey("Acme", "")
ROUTES: dict[str, Any] = {
    "accounts": {"east": "008EAST", "west": "008WEST"},
    "rows": [
        {"vendors": [20014], "to": "east"},
        {"locations": ["EAST"], "to": "east"},
        {"departments": ["ENG"], "to": "west"},
        {"to": "west"},
    ],
    "sync_users": [12],
}


def document(organization: str = "008EAST", *, routes: Any = ROUTES, links: Any = None, **link: object) -> Any:
    """A connections file of one account."""
    company = {
        "company_id": "Acme",
        "sender_id": "s",
        "sender_password": {"env": "A"},
        "user_id": "u",
        "user_password": {"env": "B"},
        "routes": routes,
    }
    ours = {"company": "acme", "bill": "main", "organization_id": organization, "into_bill": {}, **link}
    return deepcopy(
        {
            "companies": {"acme": company},
            "bill": {"main": {"dev_key": {"env": "C"}, "username": "u", "password": {"env": "D"}}},
            "links": {"us": ours, **(links or {})},
        }
    )


def link_of(platform: str = "bill", **settings: Any) -> Link:
    """The link that the file states."""
    found = Connections.model_validate(document(**settings)).platform_link(platform, TOP)
    assert found is not None
    return found


@pytest.mark.parametrize("platform", ["bill", INTO_BILL])
def test_the_same_text_says_the_same_in_the_file_of_each_account(platform: str) -> None:
    """S-CFG-10: both know who a row means, since the table itself names BILL's organisations."""
    east, west = link_of(platform), link_of(platform, organization="008WEST")
    assert east.routes is not None
    assert west.routes == east.routes
    assert west.routes.fingerprint == east.routes.fingerprint
    names = [east.routes.name_of(link.organization_id) for link in (east, west)]
    assert names == ["east", "west"]
    assert east.routes.sync_users == {"12"}
    assert east.routes.accounts_of(Party("20014"), [Place("", "ENG")]) == {"east"}
    assert east.routes.accounts_of(Party("V"), [Place("EAST"), Place("", "ENG")]) == {"east", "west"}


def test_a_changed_table_outdates_what_was_planned_by_the_one_before() -> None:
    """S-CFG-10: settings are part of a plan's inputs, and the table is one of them."""
    changed = {**ROUTES, "rows": ROUTES["rows"][1:]}
    assert link_of().as_text() == link_of().as_text()
    assert link_of().as_text() != link_of(routes=changed).as_text()


def test_a_link_that_goes_one_way_is_left_out_of_the_table() -> None:
    """S-CFG-10: the vendor's way stays for it; the same text may stand in its file."""
    link = link_of(organization="008SOUTH", one_way=True)
    assert (link.routes, link.one_way, link.shares_its_place) == (None, True, True)
    assert not link_of(routes=None).shares_its_place


def test_a_link_says_how_it_stands() -> None:
    """S-CFG-10: for ``advise`` and ``check``."""
    (placed,) = Connections.model_validate(document()).placed("acme")
    assert (placed.is_routed, placed.is_one_way, placed.shares_its_place) == (True, False, True)
    (placed,) = Connections.model_validate(document(routes=None)).placed("acme")
    assert (placed.is_routed, placed.shares_its_place) == (False, False)


_OTHER = {"company": "acme", "bill": "main", "organization_id": "008WEST", "entity": "200"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"one_way": True}, "take out one of the two"),
        ({"organization": "008SOUTH"}, "names the organisation of none of its links"),
        ({"links": {"them": _OTHER}}, "which end at different places"),
        ({"links": {"them": {**_OTHER, "entity": ""}}}, "a connections file of its own"),
        ({"routes": {**ROUTES, "accounts": {"east": "008EAST"}}}, "at least 2"),
        ({"routes": {**ROUTES, "accounts": {"east": "008EAST", "west": "008EAST"}}}, "the same BILL organisation"),
        ({"routes": {**ROUTES, "rows": []}}, "at least 1"),
        ({"routes": {**ROUTES, "rows": [{"to": "south"}]}}, "leads to south"),
        ({"routes": {**ROUTES, "rows": [{"to": "west"}, {"vendors": ["V"], "to": "east"}]}}, "no row after it"),
        ({"routes": {**ROUTES, "rows": [{"location": ["EAST"], "to": "east"}]}}, "Extra inputs"),
        ({"routes": {**ROUTES, "rows": [{"locations": [""], "to": "east"}]}}, "at least 1"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_contradicts_itself_is_refused_at_reading(wrong: dict[str, Any], words: str) -> None:
    """S-CFG-10, S-CFG-01: with words that say what to take out."""
    with pytest.raises(ValidationError, match=words):
        Connections.model_validate(document(**wrong))
