"""A link in the connections file: its clearing accounts, and what it does not push."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Clearing, Link
from intacct_pipelines.settings import Connections

COMPANY = {
    "company_id": "Acme",
    "sender_id": "s",
    "sender_password": {"env": "A"},
    "user_id": "u",
    "user_password": {"env": "B"},
}


def link_with(**settings: object) -> Link:
    """The link at an entity that has these settings."""
    link = {"company": "acme", "entity": "100", "bill": "main", "organization_id": "008", **settings}
    document = {
        "companies": {"acme": COMPANY},
        "bill": {"main": {"dev_key": {"env": "C"}, "username": "u", "password": {"env": "D"}}},
        "links": {"us": link},
    }
    found = Connections.model_validate(document).platform_link("bill", EntityKey("Acme", "100"))
    assert found is not None
    return found


def test_a_link_names_its_clearing_accounts():
    """S-CFG-03: numbers as YAML reads them, and whether both are one account."""
    assert link_with(
        clearing={"money_out": 1070, "money_in": "1080-10", "currency": "USD", "days": 5}
    ).clearing == Clearing("1070", "1080-10", "USD", 5)
    assert link_with(clearing={"money_out": "1070", "money_in": "1070"}).clearing.accounts == ("1070",)
    assert link_with().clearing == Clearing()
    assert link_with().clearing.accounts == ()


@pytest.mark.parametrize("wrong", [{"days": -1}, {"currency": "usd"}, {"money_out": True}, {"account": "1070"}])
def test_what_no_clearing_account_can_be_is_refused(wrong: dict[str, object]):
    """A day before today, no currency, no number, and a word that is no setting."""
    with pytest.raises(ValidationError):
        link_with(clearing=wrong)


def test_a_link_names_what_it_does_not_push():
    """All that can be pushed is, but for what is named; a word that is no such object is refused."""
    assert link_with().not_pushed == frozenset()
    assert link_with(not_pushed=["vendor"]).not_pushed == {"vendor"}
    with pytest.raises(ValidationError, match=r"'vendors' is no object that is pushed; those are: .*vendor, ap_bill"):
        link_with(not_pushed=["vendors"])
