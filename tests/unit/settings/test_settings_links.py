"""A link in the connections file: its clearing accounts, and what it does not push."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

import intacct_pipelines
from intacct_pipelines.domain.approval import ANY
from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Clearing, Link
from intacct_pipelines.settings import Connections, LinkSettings

_SETTING = re.compile(r"`(\w+)` of the link")
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


def test_blanks_around_an_id_are_taken_away():
    """S-SET-46: a blank behind the company id would break the sign-in, and nobody would see why."""
    company = Connections.model_validate({"companies": {"acme": {**COMPANY, "company_id": " Acme "}}})
    assert company.companies["acme"].company_id == "Acme"


def test_a_link_names_its_clearing_accounts():
    """S-CFG-03: numbers as YAML reads them, and whether both are one account."""
    assert link_with(
        clearing={"money_out": 1070, "money_in": "1080-10", "currency": "USD", "days": 5}
    ).clearing == Clearing("1070", "1080-10", "USD", 5)
    assert link_with(clearing={"money_out": "1070", "money_in": "1070"}).clearing.accounts == ("1070",)
    assert link_with().clearing == Clearing()
    assert link_with().clearing.accounts == ()


def test_a_link_says_whose_word_stands_for_all_fields_or_for_each():
    """S-CFG-21: known to both ways; kinds are named as in commands, and a link that goes one way has no policy."""
    assert link_with().conflicts is None
    assert link_with(into_bill={}).conflicts == ConflictPolicy(Conflicts.HOLD)
    assert link_with(into_bill={"conflicts": "platform"}).conflicts == ConflictPolicy(Conflicts.PLATFORM)
    told = {"otherwise": "intacct", "fields": {"name": "hold", "account.name": "platform", "bill.lines": "hold"}}
    policy = link_with(into_bill={"conflicts": told}).conflicts
    assert policy is not None
    words = [policy.of(*one) for one in (("gl_account", "name"), ("vendor", "name"), ("ap_bill", "due_date"))]
    assert words == [Conflicts.PLATFORM, Conflicts.HOLD, Conflicts.INTACCT]
    assert policy.of("ap_bill", "lines") is Conflicts.HOLD


@pytest.mark.parametrize("wrong", ["nam", "vendor.lines_", "vendr.name", "department.due_date", ""])
def test_a_field_that_nothing_has_is_no_policy(wrong: str):
    """A slip would let a conflict pass unseen."""
    with pytest.raises(ValidationError, match="no field of what goes into BILL"):
        link_with(into_bill={"conflicts": {"fields": {wrong: "intacct"}}})


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


def test_limits_of_approval_are_one_number_or_one_for_each_currency():
    """One number counts in every currency; of limits by currency ``any`` is for those that are not named."""
    link = link_with(
        approvals=2, one_approval_up_to=5000, auto_approve={"items": 9, "amount": {"USD": "100.5", ANY: 1}}
    )
    assert (link.approvals, link.one_approval_up_to) == (2, {ANY: Decimal(5000)})
    assert (link.auto_approve_items, link.auto_approve_amount) == (9, {"USD": Decimal("100.5"), ANY: Decimal(1)})
    usual = link_with()
    assert (usual.approvals, usual.one_approval_up_to, usual.auto_approve_amount) == (1, {}, {ANY: Decimal(0)})


@pytest.mark.parametrize(
    "wrong",
    [
        {"approvals": 0},
        {"approvals": 3},
        {"one_approval_up_to": -1},
        {"one_approval_up_to": {"usd": 1}},
        {"auto_approve": {"amount": {"USD": -1}}},
        {"auto_approve": {"amount": "much"}},
    ],
)
def test_what_limits_nothing_is_refused(wrong: dict[str, object]):
    """No approval at all, a crowd, a negative limit, and what is no currency."""
    with pytest.raises(ValidationError):
        link_with(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"daily_at": "24:00"}, {"daily_at": "7"}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""}]
)
def test_what_is_no_local_time_is_refused(wrong: dict[str, object]):
    """An hour that no day has, and a zone that nobody knows."""
    with pytest.raises(ValidationError):
        link_with(**wrong)


def test_a_time_that_yaml_reads_as_minutes_is_a_time():
    """6:30 without quotes is 390 to YAML, a minute after midnight is 1, and 1440 is no time of a day."""
    link = LinkSettings.model_validate({"company": "a", "bill": "b", "organization_id": "008", "daily_at": 390})
    assert link.daily_at == "06:30"
    with pytest.raises(ValidationError):
        link_with(daily_at=1440)


def test_what_to_do_next_names_settings_that_there_are() -> None:
    """Whoever is told to map a department finds that very word in the connections file."""
    room = Path(intacct_pipelines.__file__).parent / "push"
    told = {word for path in room.rglob("*.py") for word in _SETTING.findall(path.read_text(encoding="utf-8"))}
    assert told >= {"accounts", "terms", "currencies"}
    assert told <= set(LinkSettings.model_fields)
