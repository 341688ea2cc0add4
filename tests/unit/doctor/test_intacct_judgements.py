"""Each judgement as a table: what was answered, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.doctor.intacct_accounts import Accounts, Named, judge_accounts, judge_named
from intacct_pipelines.doctor.intacct_cards import Cards, Offset, expiry, judge_cards, judge_offset
from intacct_pipelines.doctor.intacct_company import (
    Entities,
    Modules,
    Names,
    Security,
    Sharing,
    judge_entities,
    judge_modules,
    judge_names,
    judge_reads,
    judge_security,
    judge_sharing,
    judge_tier,
    judge_user,
)
from intacct_pipelines.doctor.intacct_entity import (
    Books,
    Owners,
    judge_approval,
    judge_books,
    judge_owners,
    judge_uniqueness,
)
from intacct_pipelines.doctor.intacct_time import Stamps, judge_clock, judge_zone
from intacct_pipelines.doctor.ledger_accounts import CARD_RECIPE, LedgerAccount
from intacct_pipelines.domain.checkup import Verdict
from intacct_pipelines.errors import PermissionDeniedError, UnknownObjectError

TODAY = date(2026, 3, 16)
WEST = "America/Los_Angeles"


def said(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    """Standing and rule of each."""
    assert all(verdict.found and verdict.expected and verdict.mend for verdict in verdicts)
    return [(str(verdict.standing), verdict.rule) for verdict in verdicts]


@pytest.mark.parametrize(
    ("user", "sender", "expected"),
    [
        ("svc", "acme", []),
        ("XML_Bill.com", "acme", [("wrong", "S-SET-02")]),
        ("divvy", "acme", [("wrong", "S-SET-23")]),
        ("Spendcenter", "acme", [("wrong", "S-SET-23")]),
        ("Paymentus-Web", "Paymentus", [("wrong", "S-SET-41"), ("wrong", "S-SET-40")]),
        ("svc", "bill.com", [("wrong", "S-SET-22")]),
    ],
)
def test_no_vendors_sync_lends_its_user(user: str, sender: str, expected: list[tuple[str, str]]):
    """What the guides tell to create for a vendor's sync is not ours to use."""
    assert said(judge_names(Names(user, sender))) == expected


def test_a_budget_is_asked_for():
    """The tier cannot be read, so the contract's number must be written down."""
    assert said(judge_tier(None)) == [("doubtful", "")]
    assert said(judge_tier(100_000)) == []


def test_every_named_entity_is_known():
    """The top level needs no id (S-SET-25, S-CFG-02)."""
    known = frozenset({"100", "200"})
    assert said(judge_entities(Entities(known, {"": ["link a"], "100": ["link b"]}))) == []
    assert said(judge_entities(Entities(known, {"300": ["link c"], "400": ["spend d"]}))) == 2 * [("wrong", "S-SET-25")]


@pytest.mark.parametrize(
    ("sharing", "expected"),
    [
        (Sharing(True, True, False, frozenset({"EUR"})), []),
        (Sharing(False, False, False, frozenset()), []),
        (Sharing(False, True, False, frozenset()), [("wrong", "S-CFG-13")]),
        (Sharing(True, True, True, frozenset({"USD"})), []),
        (Sharing(True, True, True, frozenset({"EUR"})), [("doubtful", "S-CUR-03")]),
    ],
)
def test_entities_are_shared_and_currencies_fit(sharing: Sharing, expected: list[tuple[str, str]]):
    """A distributed company has no entities to enter; several base currencies want USD in BILL, or did (S-CON-05)."""
    found = judge_sharing(sharing)
    assert said(found) == expected
    assert all("configuration A or B" in one.expected for one in found if one.rule == "S-CFG-13")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"STATUS": "lockedout"}, [("wrong", "S-SET-01")]),
        ({"USERTYPE": "employee user"}, [("wrong", "S-SET-04")]),
        ({"LOGINDISABLED": "false"}, [("doubtful", "S-SET-02")]),
    ],
)
def test_the_user_is_a_business_user_for_web_services(changes: dict[str, str], expected: list[tuple[str, str]]):
    """As the guides tell to make it."""
    user = {"LOGINID": "svc", "STATUS": "active", "USERTYPE": "business user", "LOGINDISABLED": "true"}
    assert said(judge_user(user | changes)) == expected


def test_a_user_that_is_not_there_is_doubtful():
    """It signed in all the same."""
    assert said(judge_user(None)) == [("doubtful", "S-SET-01")]


def test_what_may_not_be_read_is_told():
    """Tables without which no sync goes on are wrong, others doubtful; what the company lacks is no permission.

    Whether a role or the user itself gives the right does not matter (S-SET-07, S-SET-08, S-SET-43, S-CON-09).
    """
    denied = PermissionDeniedError("no", system="intacct", rule="S-CFG-16")
    absent = UnknownObjectError("none", system="intacct")
    assert said(judge_reads({"VENDOR": None, "SODOCUMENT": absent})) == []
    assert said(judge_reads({"APBILL": denied})) == [("wrong", "S-CFG-16")]
    assert said(judge_reads({"ROLES": denied})) == [("doubtful", "S-CFG-16")]


def test_needed_modules_are_subscribed():
    """A module that only some objects need is doubtful (S-ITM-03)."""
    needed = {"AP": ("Accounts Payable", "S-BIL-03", True), "SO": ("Order Entry", "S-ITM-03", False)}
    assert said(judge_modules(Modules(frozenset({"AP", "SO"}), needed))) == []
    assert said(judge_modules(Modules(frozenset(), needed))) == [("wrong", "S-BIL-03"), ("doubtful", "S-ITM-03")]


def test_posted_documents_may_be_changed():
    """Where the API may not, each change of a posted document is refused (S-BIL-06, S-BIL-09, S-BP-06)."""
    shut = {"DISABLEEDIT": "true", "DISABLERECLASS": "T", "DISABLEDELETE": "true"}
    assert said(judge_security(Security(shut, writes=True))) == [("doubtful", "S-BIL-09"), ("doubtful", "S-BIL-06")]
    assert judge_security(Security(shut, writes=False)) == []
    assert judge_security(Security({"DISABLEEDIT": "false"}, writes=True)) == []
    assert judge_security(Security({}, writes=True)) == []


@given(st.integers(-100_000, 100_000))
def test_the_clock_may_be_a_minute_off(seconds: int):
    """More than five minutes is wrong, whichever way."""
    expected = [] if abs(seconds) <= 60 else [("wrong" if abs(seconds) > 300 else "doubtful", "S-SCH-04")]
    assert said(judge_clock(timedelta(seconds=seconds))) == expected


def test_a_gateway_that_tells_no_time_is_not_doubted():
    """There is nothing to compare."""
    assert judge_clock(None) == []


INSTANTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
"""Of ten years, summers and winters among them."""


@given(
    st.lists(INSTANTS, min_size=2, max_size=8),
    st.integers(0, 10**7),
    st.sampled_from([WEST, "UTC", "Asia/Kolkata", "Australia/Adelaide"]),
)
def test_the_right_zone_is_never_doubted(made: list[datetime], later: int, zone: str):
    """Whenever another record was changed: those that were not agree."""
    pairs = [(when.replace(tzinfo=None), local(when, zone)) for when in made]
    pairs.append((pairs[0][0], pairs[0][1] + timedelta(seconds=later)))
    assert judge_zone(Stamps(pairs, zone)) == []


@given(st.lists(INSTANTS, min_size=2, max_size=8))
def test_another_zone_is_doubted(made: list[datetime]):
    """Records that were never changed give the zone away, summer and winter (U: one recorded reply says GMT)."""
    pairs = [(when.replace(tzinfo=None), local(when, "Asia/Tokyo")) for when in made]
    assert said(judge_zone(Stamps(pairs, WEST))) == [("doubtful", "S-SCH-04")]


def test_one_record_is_no_evidence():
    """It may have been changed by chance just a quarter of an hour later, and so may two that do not agree."""
    made = datetime(2026, 3, 16, 12)  # noqa: DTZ001 - as a company writes it
    late = [(made, local(made.replace(tzinfo=UTC), WEST) + timedelta(minutes=minutes)) for minutes in (15, 45)]
    assert judge_zone(Stamps(late[:1], WEST)) == judge_zone(Stamps(late, WEST)) == []


def local(when: datetime, zone: str) -> datetime:
    """The instant as a company of the zone writes it."""
    return when.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@given(st.integers(-400, 400))
def test_books_must_be_open_today(days: int):
    """What is closed through yesterday lets today pass (S-IDM-08)."""
    expected = [("wrong", "S-IDM-08")] if days >= 0 else []
    assert said(judge_books(Books(TODAY + timedelta(days=days), TODAY))) == expected


def test_open_books_are_well():
    """Nothing is closed yet."""
    assert judge_books(Books(None, TODAY)) == []


def test_names_are_unique_whatever_their_case():
    """Two of one name are told once, with their ids (S-VEN-03, S-VEN-07, S-CUS-02, S-CFG-17)."""
    vendors = [
        {"VENDORID": "V1", "NAME": "Cedar"},
        {"VENDORID": "V2", "NAME": " CEDAR"},
        {"VENDORID": "V3", "NAME": "B"},
    ]
    customers = [{"CUSTOMERID": "C1", "NAME": "Cedar"}]
    verdicts = judge_uniqueness({"VENDOR": vendors, "CUSTOMER": customers})
    assert said(verdicts) == [("doubtful", "S-VEN-03")]
    assert "V1, V2" in verdicts[0].found
    assert said(judge_uniqueness({"CUSTOMER": customers * 2})) == [("doubtful", "S-CUS-02")]


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        (Owners("100", ["", "100"]), []),
        (Owners("", ["", ""]), []),
        (Owners("100", []), []),
        (Owners("100", ["", ""]), [("doubtful", "S-CFG-15")]),
    ],
)
def test_lists_are_made_where_the_link_ends(owners: Owners, expected: list[tuple[str, str]]):
    """Otherwise C or D is right, as what the top level owns cannot be changed here (S-CFG-11)."""
    found = judge_owners(owners)
    assert said(found) == expected
    assert all("configuration C or D" in one.expected for one in found)


def test_payments_that_wait_give_the_approval_away():
    """The setting itself cannot be read (S-CON-01, S-PAY-07)."""
    assert judge_approval([]) == []
    assert said(judge_approval([{"RECORDNO": "1", "STATE": "S"}])) == [("doubtful", "S-CON-01")]


def account(*required: str, **changes: str) -> LedgerAccount:
    """A ledger account that follows the recipe but for the changes."""
    return LedgerAccount({"ACCOUNTNO": "1070", **CARD_RECIPE, **changes}, required)


ACCOUNTS = Accounts(
    named={"clearing.money_out": "1070", "receivables.fee_account": "4900"},
    clearing=("clearing.money_out",),
    found={"1070": account("LOC"), "4900": account()},
    banks=frozenset({"1070"}),
    others=frozenset(),
    writes=True,
)


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        (ACCOUNTS, []),
        (replace(ACCOUNTS, found={"1070": account()}), [("wrong", "S-COA-01")]),
        (replace(ACCOUNTS, found={"4900": account()}), [("wrong", "S-CFG-03")]),
        (replace(ACCOUNTS, banks=frozenset()), [("doubtful", "S-CFG-03")]),
        (replace(ACCOUNTS, banks=frozenset(), others=frozenset({"1070"})), [("doubtful", "S-CFG-03")]),
        (replace(ACCOUNTS, named={"clearing.money_out": ""}), [("doubtful", "S-CFG-03")]),
        (replace(ACCOUNTS, named={"clearing.money_out": ""}, writes=False), []),
        (replace(ACCOUNTS, named={"receivables.fee_account": ""}), []),
        (replace(ACCOUNTS, found={"1070": account(STATUS="inactive"), "4900": account()}), [("wrong", "S-CFG-03")]),
        (replace(ACCOUNTS, found={"1070": account("DEPT"), "4900": account()}), [("doubtful", "S-ERR-09")]),
    ],
)
def test_accounts_of_a_link(accounts: Accounts, expected: list[tuple[str, str]]):
    """They exist, are active, need no dimension but the location; clearing has its bank (S-CFG-03, S-COA-03)."""
    assert said(judge_accounts(accounts)) == expected


def test_records_that_a_link_names():
    """What is mapped to exists, or every record that uses it is held."""
    named = Named({"departments": frozenset({"10", "20"})}, {"DEPARTMENT": frozenset({"10", "20"})})
    assert judge_named(named) == []
    verdicts = judge_named(replace(named, found={"DEPARTMENT": frozenset({"10"})}))
    assert said(verdicts) == [("wrong", "S-DEP-01")]
    assert "names 20," in verdicts[0].found


CARD = {"CARDID": "Cards", "STATUS": "active", "EXP_MONTH": "12", "EXP_YEAR": "2099", "LOCATION": "L1"}
CARDS = Cards(["Cards"], {"Cards": CARD}, frozenset(), "100", True, TODAY)


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        (CARDS, []),
        (replace(CARDS, named=[]), [("doubtful", "S-CRD-02")]),
        (replace(CARDS, named=[], writes=False), []),
        (replace(CARDS, seen={}), [("wrong", "S-SET-28")]),
        (replace(CARDS, of_top=frozenset({"Cards"})), [("wrong", "S-CRD-06")]),
        (replace(CARDS, entity_id="", of_top=frozenset()), []),
        (replace(CARDS, has_several_bases=True), []),
        (replace(CARDS, entity_id="", has_several_bases=True), [("doubtful", "S-CRD-07")]),
        (replace(CARDS, seen={"Cards": CARD | {"STATUS": "inactive"}}), [("wrong", "S-SET-28")]),
        (replace(CARDS, seen={"Cards": CARD | {"LOCATION": ""}}), [("doubtful", "S-CRD-03")]),
        (replace(CARDS, seen={"Cards": CARD | {"EXP_YEAR": "2026"}}), [("doubtful", "S-SET-28")]),
        (replace(CARDS, seen={"Cards": CARD | {"EXP_YEAR": "2025"}}), [("wrong", "S-SET-28")]),
        (replace(CARDS, seen={"Cards": CARD | {"EXP_MONTH": "?"}}), [("doubtful", "S-SET-28")]),
    ],
)
def test_card_accounts(cards: Cards, expected: list[tuple[str, str]]):
    """They exist where the platform account posts, are active, end late, and have a default location."""
    assert said(judge_cards(cards)) == expected


@pytest.mark.parametrize("month", ["3", "03", "March", "Mar", " march "])
def test_months_are_read_as_numbers_or_names(month: str):
    """How Intacct writes them is not documented."""
    assert expiry(month, "2030") == date(2030, 3, 1)


def test_the_offset_account_follows_the_recipe():
    """Each field of the recipe is told by itself, each required dimension too (S-SET-27, S-CRD-04)."""
    assert judge_offset(Offset("", None)) == []
    assert judge_offset(Offset("2100", account())) == []
    assert judge_offset(Offset("2100", account(ALTERNATIVEACCOUNT=""))) == []
    assert said(judge_offset(Offset("2100", None))) == [("wrong", "S-SET-27")]
    assert said(judge_offset(Offset("2100", account("DEPT")))) == [("wrong", "S-CRD-04")]
    assert said(judge_offset(Offset("2100", account(), ["BANK"]))) == [("wrong", "S-PAY-08")]
    for field in CARD_RECIPE:
        assert said(judge_offset(Offset("2100", account(**{field: "another"})))) == [("wrong", "S-SET-27")]
