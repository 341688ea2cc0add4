"""Spend accounts and Business Center companies in the connections file: each ends at one entity."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import CardPolicy
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.statements import statements_to_pay
from intacct_pipelines.settings import Connections

COMPANY = {
    "company_id": "Acme",
    "sender_id": "s",
    "sender_password": {"env": "A"},
    "user_id": "u",
    "user_password": {"env": "B"},
}
SPEND = {"company": "acme", "entity": "100", "token": {"env": "T"}, "currency": "USD"}
FILES = {"company": "acme", "entity": "100", "folder": "/srv/files"}

OUT = {**FILES, "into_business_center": {"folder": "/srv/out", "mode": "sync"}}
BOTH = {
    "bill": {"main": {"dev_key": {"env": "K"}, "username": "u", "password": {"env": "P"}}},
    "links": {
        "north": {"company": "acme", "entity": "100", "bill": "main", "organization_id": "o1", "into_bill": {}},
    },
}


def connections(**sections: Any) -> Connections:
    return Connections.model_validate({"companies": {"acme": COMPANY}, **sections})


def test_accounts_are_found_by_the_entity_at_which_they_end():
    """S-CRD-05, S-PMT-06: an entity has its own account and folder; another entity has neither."""
    found = connections(spend={"cards": SPEND}, business_center={"files": FILES})
    here, elsewhere = EntityKey("Acme", "100"), EntityKey("Acme", "200")
    assert found.spend_account(here) == ("cards", found.spend["cards"])
    assert found.business_center_company(here) is found.business_center["files"]
    assert found.spend_account(elsewhere) is None
    assert found.business_center_company(elsewhere) is None
    assert found.account("business_center", here) is None


def test_a_white_label_is_an_account_with_another_address_and_name():
    """JPMorgan Spend Center needs no setting of its own."""
    label = {**SPEND, "url": "https://gateway.bank.example/connect", "label": "JPMorgan Spend Center"}
    assert connections(spend={"cards": label}).spend["cards"].label == "JPMorgan Spend Center"


def test_an_account_says_how_its_charges_stand_in_the_books():
    """S-CRD-02, S-CRD-03, S-CRD-10: what is written under cards is what charges are compared by."""
    cards = {
        "account": "VISA",
        "account_by_card": {4242: "OWN"},
        "account_by_holder": {"jo@x.example": "OWN"},
        "fields": {"account": "Kostenart"},
        "code_pattern": "^([0-9]+)",
        "accounts": {"Travel": 6400},
        "departments": {"Sales": "D1"},
        "locations": {"Berlin": "L1"},
        "classes": {"New": "C1"},
        "default_location": "L9",
        "time_zone": "Europe/Berlin",
        "claims": "document_no",
        "receipts": False,
    }
    link = connections(spend={"a": {**SPEND, "cards": cards}}).platform_link("spend", EntityKey("Acme", "100"))
    assert link is not None
    assert link.cards == CardPolicy(
        account="VISA",
        account_by_card={"4242": "OWN"},
        account_by_holder={"jo@x.example": "OWN"},
        fields={"account": "Kostenart"},
        code_pattern="^([0-9]+)",
        time_zone="Europe/Berlin",
        claims_document_no=True,
        compares_receipts=False,
    )
    maps = (link.account_map, link.department_map, link.location_map, link.class_map, link.default_location)
    assert maps == ({"Travel": "6400"}, {"Sales": "D1"}, {"Berlin": "L1"}, {"New": "C1"}, "L9")


@pytest.mark.parametrize(
    ("sections", "match"),
    [
        ({"spend": {"a": {**SPEND, "company": "other"}}}, "names the company other"),
        ({"spend": {"a": SPEND, "b": SPEND}}, "S-CRD-02"),
        ({"spend": {"a": {**SPEND, "currency": "dollars"}}}, "pattern"),
        ({"spend": {"a": {**SPEND, "token": "pasted"}}}, "never the secret itself"),
        ({"spend": {"a": {**SPEND, "calls_per_minute": 0}}}, "greater than or equal to 1"),
        ({"spend": {"a": {**SPEND, "grace_hours": 23}}}, "greater than or equal to 24"),
        ({"spend": {"a": {**SPEND, "statement_payments": {"days": 61}}}}, "less than or equal to 60"),
        ({"spend": {"a": {**SPEND, "also_pushed": ["card_statement_payment"]}}}, "set statement_payments.bank"),
        (
            {"spend": {"a": {**SPEND, "statement_payments": {"bank": "1000", "journal": "GJ"}}}},
            "needs cards.account, cards.offset_account, statement_payments.days, statement_payments.since too",
        ),
        ({"spend": {"a": {**SPEND, "cards": {"code_pattern": "["}}}}, "not a regular expression"),
        ({"spend": {"a": {**SPEND, "cards": {"code_pattern": "6400"}}}}, "exactly one group"),
        ({"spend": {"a": {**SPEND, "cards": {"time_zone": "Mars/Olympus"}}}}, "not a time zone"),
        ({"spend": {"a": {**SPEND, "cards": {"fields": {"project": "x"}}}}}, "Input should be"),
        ({"business_center": {"a": {**FILES, "company": "other"}}}, "names the company other"),
        ({"business_center": {"a": FILES, "b": {**FILES, "folder": "/srv/b"}}}, "S-PMT-06"),
        ({"business_center": {"a": FILES, "b": {**FILES, "entity": "200"}}}, "same folder"),
        ({"business_center": {"a": {**FILES, "into_business_center": {"folder": "/srv/files"}}}}, "same folder"),
        (
            {"business_center": {"a": {**FILES, "into_business_center": {"folder": "/o", "not_pushed": ["vendor"]}}}},
            "center",
        ),
        ({**BOTH, "business_center": {"a": OUT}}, "S-SCH-05"),
        ({"business_center": {"a": {**FILES, "columns": {"payments": {}}}}}, "accounts"),
        ({"business_center": {"a": {**FILES, "date_order": "ydm"}}}, "ymd"),
    ],
)
def test_contradictions_are_named_at_the_start(sections: dict[str, Any], match: str):
    """What cannot work is refused when the file is read, with the rule where there is one."""
    with pytest.raises(ValidationError, match=match):
        connections(**sections)


def test_the_way_into_business_center_is_a_link_of_its_own_and_bills_go_one_way_only():
    """S-PMT-06: it ends at the same entity, and observes unless its own mode says otherwise."""
    here = EntityKey("Acme", "100")
    assert connections(business_center={"files": FILES}).platform_link("into_business_center", here) is None
    found = connections(business_center={"files": {**OUT, "mode": "observe"}})
    link, back = (found.platform_link(name, here) for name in ("business_center", "into_business_center"))
    assert (link.name, link.mode) == ("business_center:files", "observe")
    assert (back.name, back.mode, back.platform) == (
        "business_center:files-into-business-center", "sync", "into_business_center"
    )  # fmt: skip
    assert [one.name for one in found.platform_links("into_business_center")] == [back.name]
    without = {**OUT, "into_business_center": {"folder": "/srv/out", "not_pushed": ["center_bill"]}}
    assert connections(**BOTH, business_center={"files": without}).platform_link("into_bill", here) is not None


def test_a_policy_approves_what_records_money_in_bill_only_if_the_file_says_so():
    """S-PAY-01: `approve_payments` of `into_bill`; and what the vendor leaves behind goes only by name."""
    links = {"north": {**BOTH["links"]["north"]}}
    here, found = EntityKey("Acme", "100"), []
    for said in ({}, {"approve_payments": True, "also_pushed": ["bill_ap_payment", "bill_ar_payment"]}):
        links["north"]["into_bill"] = said
        link = connections(**{**BOTH, "links": links}).platform_link("into_bill", here)
        found.append((link.into_bill.approves_payments, sorted(link.also_pushed)))
    assert found == [(False, []), (True, ["bill_ap_payment", "bill_ar_payment"])]


def test_payments_of_statements_are_entered_where_the_account_names_the_bank():
    """S-CRD-01: off by default; with a bank the link says since when, on which day, and how."""
    here = EntityKey("Acme", "100")
    paid = {"since": "2026-01-01", "days": 0, "journal": "GJ", "location": "L1"}
    cards = {"account": "CARD-100", "offset_account": 2100}

    def link_with(**more):
        account = {**SPEND, "cards": cards, "statement_payments": {**paid, **more}}
        return connections(spend={"cards": account}).platform_link("spend", here)

    off, on = link_with(), link_with(bank=1000)
    assert (off.statement_payments.since, on.statement_payments.since) == (None, date(2026, 1, 1))
    assert [PUSHED["card_statement_payment"].is_let_by(link) for link in (off, on)] == [False, True]
    assert (on.entries.journal, on.entries.bank, on.entries.location) == ("GJ", "1000", "L1")
    assert statements_to_pay(off, datetime(2026, 3, 1, tzinfo=UTC)) == []


def test_the_way_into_spend_is_a_link_of_its_own_that_observes_until_it_is_told_to_write():
    """S-CRD-05: it ends at the entity of its account, knows how its values are read, and offers the lists it names."""
    here = EntityKey("Acme", "100")
    assert connections(spend={"cards": SPEND}).platform_link("into_spend", here) is None
    written = {"mode": "sync", "cards": {"code_pattern": "(.)"}, "into_spend": {"lists": ["department"]}}
    found = connections(spend={"cards": {**SPEND, **written}})
    back = found.platform_link("into_spend", here)
    assert (back.name, back.mode, back.platform) == ("spend:cards-into-spend", "observe", "into_spend")
    assert (back.cards.code_pattern, back.into_spend.text) == ("(.)", "{id} {name}")
    assert back.not_pushed == {"spend_account", "spend_location", "spend_class"}
    assert [one.name for one in found.platform_links("into_spend")] == [back.name]
    assert found.platform_link("spend", here).mode == "sync"


@pytest.mark.parametrize(
    ("into", "match"), [({"text": "{name}"}, "id"), ({"accounts": "("}, "expression"), ({"lists": ["item"]}, "lists")]
)
def test_what_cannot_be_offered_is_refused_when_the_file_is_read(into: dict[str, Any], match: str):
    """A value without Intacct's id could never be read back (S-CRD-03)."""
    with pytest.raises(ValidationError, match=match):
        connections(spend={"cards": {**SPEND, "into_spend": into}})
