"""The Spend & Expense twin: what the published API does, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from intacct_pipelines.sandbox.business import Business
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.http import Request
from intacct_pipelines.sandbox.spend import SpendOptions, SpendTwin

ENTITY = "100"


@dataclass
class Caller:
    """Calls the twin with one account's token."""

    twin: SpendTwin
    token: str

    def send(self, path: str, *, method: str = "GET", body: Any = None, **query: Any) -> tuple[int, Any]:
        """Status and parsed body of one call; decimals stay exact."""
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, f"/connect/v3/spend/{path}", urlencode(query), {"apitoken": self.token}, content)
        reply = self.twin.handle(request)
        return reply.status, json.loads(reply.body, parse_float=Decimal, parse_int=Decimal)

    def read_all(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All results of a list, page by page."""
        results: list[dict[str, Any]] = []
        for _ in range(1000):
            status, page = self.send(path, **query)
            assert status == 200, page
            results += page["results"]
            if "nextPage" not in page:
                return results
            query["page"] = page["nextPage"]
        raise AssertionError("the list does not end")


@pytest.fixture
def make(business: Business, clock: Clock) -> Callable[..., Caller]:
    """Return a function that makes a caller of a fresh twin without a limit of calls."""

    def caller(**options: Any) -> Caller:
        twin = SpendTwin(business, SpendOptions(**options), clock)
        return Caller(twin, twin.tokens[ENTITY])

    return caller


def test_lists_hold_parents_only_and_children_are_read_by_id(make: Callable[..., Caller]):
    """S-CRD-11: a split's children are in no list; each is read by its id, in either form, and they add up."""
    caller = make()
    listed = caller.read_all("transactions", max=50)
    assert all(record["isParent"] for record in listed)
    splits = [record for record in listed if record["childTransactionUuids"]]
    assert splits
    for parent in splits:
        children = [caller.send(f"transactions/{uuid}")[1] for uuid in parent["childTransactionUuids"]]
        assert {child["parentTransactionUuid"] for child in children} == {parent["uuid"]}
        assert sum(child["amount"] for child in children) == parent["amount"]
        assert caller.send(f"transactions/{parent['childTransactionIds'][0]}")[1] == children[0]


def test_account_shows_its_own_transactions_as_the_business_has_them(make: Callable[..., Caller], business: Business):
    """The totals of the facts and of the API agree to the cent; a token sees one entity's account (S-CRD-05)."""
    caller = make()
    facts = [one for one in business.cards.transactions if one.entity_id == ENTITY and one.in_spend]
    listed = caller.read_all("transactions", max=50)
    assert len(listed) == len(facts)
    assert sum(record["amount"] for record in listed) == sum(one.total for one in facts)
    settled = {record["uuid"]: record for record in listed if record["transactionType"] == "CLEAR"}
    authorised = {record["uuid"]: record for record in listed if record["transactionType"] == "AUTHORIZATION"}
    pointing = [record for record in settled.values() if "originalAuthTransactionUuid" in record]
    assert pointing
    for record in pointing:
        hold = authorised[record["originalAuthTransactionUuid"]]
        assert hold["matchedClearTransactionUuid"] == record["uuid"]
    assert any(record["amount"] < 0 for record in settled.values())
    assert any(record["amount"] < 0 for record in authorised.values())


def test_sync_status_is_a_filter_and_a_nested_word_in_small_letters(make: Callable[..., Caller]):
    """S-CRD-10: the claim stands in a nested record; the filter takes capitals; what never synced has no record."""
    caller = make()
    for record in caller.read_all("transactions", max=50, filters='syncStatus:in:"SYNCED,MANUAL_SYNCED"'):
        (claim,) = record["accountingIntegrationTransactions"]
        assert claim["syncStatus"] in {"synced", "manual_synced"}
        assert claim["integrationTxId"].isdigit()
    errors = caller.read_all("transactions", max=50, filters="syncStatus:eq:ERROR")
    assert all(record["accountingIntegrationTransactions"][0]["syncMessage"] for record in errors)
    assert errors
    never = caller.read_all("transactions", max=50, filters="syncStatus:eq:NOT_SYNCED,type:eq:CLEAR")
    assert never
    assert not any(record["accountingIntegrationTransactions"] for record in never)


def test_receipts_come_only_when_asked_for(make: Callable[..., Caller]):
    """A list without includeReceipts=true has no receipts at all."""
    caller = make()
    assert not any("receipts" in record for record in caller.read_all("transactions", max=50))
    assert any(record["receipts"] for record in caller.read_all("transactions", max=50, includeReceipts="true"))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"max": 51}, 400),
        ({"max": 0}, 400),
        ({"filters": "madeUp:eq:1"}, 400),
        ({"filters": "occurredTime:eq:2026-01-01"}, 400),
        ({"filters": "status:eq:COMPLETE"}, 400),
        ({"sort": "updatedTime:asc"}, 400),
        ({"page": "forged"}, 400),
        ({"filter": "complete:eq:true"}, 200),
        ({"updatedTime": "2026-01-01"}, 200),
    ],
)
def test_wrong_questions_are_refused_and_unknown_parameters_ignored(
    make: Callable[..., Caller], query: dict[str, Any], status: int
):
    """Unknown filters, sortings and sizes are refused; an unknown parameter returns page 1 unfiltered."""
    assert make().send("transactions", **query)[0] == status


def test_a_day_as_upper_bound_means_its_first_instant(make: Callable[..., Caller]):
    """A date-only bound excludes that day, because it means midnight."""
    caller = make()
    day = caller.read_all("transactions", max=50, sort="occurredTime:desc")[0]["occurredTime"][:10]
    found = caller.read_all("transactions", max=50, filters=f"occurredTime:lte:{day}")
    assert found
    assert not any(record["occurredTime"].startswith(day) for record in found)


def test_token_has_sixty_calls_a_minute(make: Callable[..., Caller], clock: Clock):
    """The 61st call within a minute is refused with 429, another account is not, and a minute later all is well."""
    caller = make(calls_per_minute=60)
    assert {caller.send("users/current")[0] for _ in range(60)} == {200}
    status, body = caller.send("users/current")
    assert (status, body[0]["code"]) == (429, "BDC_1322")
    assert Caller(caller.twin, caller.twin.tokens["200"]).send("users/current")[0] == 200
    clock.advance(61)
    assert caller.send("users/current")[0] == 200


def test_a_value_is_added_and_deleted_and_nothing_keeps_it_from_being_added_twice(make: Callable[..., Caller]):
    """S-DEP-01: what the published API does, with the surprise that was seen: a uuid is answered and does nothing."""
    caller = make()
    field = next(one for one in caller.read_all("custom-fields") if one["name"] == "Department")
    by_id, by_uuid = (f"custom-fields/{field[name]}/values" for name in ("id", "uuid"))
    assert caller.send(by_uuid, method="POST", body={"values": ["LAB Labs"]}) == (200, {})
    made = [caller.send(by_id, method="POST", body={"values": ["LAB Labs"]}) for _ in range(2)]
    assert [status for status, _ in made] == [200, 200]
    assert [one["value"] for one in caller.read_all(by_uuid)].count("LAB Labs") == 2
    ids = {"customFieldValueIds": [made[0][1]["id"]]}
    assert caller.send(by_id, method="DELETE", body=ids) == (200, {})
    assert [one["deleted"] for one in caller.read_all(by_uuid) if one["value"] == "LAB Labs"] == [True, False]
    for body in ({}, {"values": []}, {"values": [7]}, {"values": ["x" * 256]}):
        assert caller.send(by_id, method="POST", body=body)[0] == 400
    note = next(one for one in caller.read_all("custom-fields") if one["type"] == "NOTE")
    assert caller.send(f"custom-fields/{note['id']}/values", method="POST", body={"values": ["x"]})[0] == 400
    assert caller.send("custom-fields/none/values", method="POST", body={"values": ["x"]})[0] == 404
    caller.twin._options.refuses_double_values = True
    assert caller.send(by_id, method="POST", body={"values": ["lab labs"]})[0] == 409


def test_only_the_token_opens_and_nothing_else_is_written(make: Callable[..., Caller]):
    """Without the right token: 401; any write: 405; an unknown path or record: 404."""
    caller = make()
    assert Caller(caller.twin, "wrong").send("transactions")[0] == 401
    assert Caller(caller.twin, "").send("transactions")[0] == 401
    assert caller.send("transactions", method="POST")[0] == 405
    assert caller.send("statements")[0] == 404
    assert caller.send("transactions/txn_none")[0] == 404


def test_sync_may_change_a_status_without_a_new_time(make: Callable[..., Caller], clock: Clock):
    """The vendor's sync notes its result; whether updatedTime moves is a switch, because nobody says."""
    for moves in (False, True):
        caller = make(status_moves_updated_time=moves)
        record = caller.read_all("transactions", max=50, filters="syncStatus:eq:NOT_SYNCED,type:eq:CLEAR")[0]
        clock.advance(timedelta(hours=1).total_seconds())
        caller.twin.sync(ENTITY, record["uuid"], "SYNCED", record_no=77)
        _, after = caller.send(f"transactions/{record['uuid']}")
        assert after["accountingIntegrationTransactions"][0]["integrationTxId"] == "77"
        assert (after["updatedTime"] != record["updatedTime"]) is moves


def test_every_list_can_be_read(make: Callable[..., Caller]):
    """Budgets, cards, users, custom fields with their values and reimbursements are there, each with both ids."""
    caller = make()
    for path in ("budgets", "cards", "users", "custom-fields", "reimbursements"):
        records = caller.read_all(path, max=2)
        assert records
        assert all(record["id"] and record["uuid"] for record in records)
        assert caller.send(f"{path}/{records[0]['uuid']}")[1] == records[0]
    fields = {one["name"]: one for one in caller.read_all("custom-fields", max=100)}
    values = caller.read_all(f"custom-fields/{fields['GL Account']['uuid']}/values", max=100)
    assert "6400 Travel" in {value["value"] for value in values}
    assert not caller.read_all(f"custom-fields/{fields['Purpose']['uuid']}/values")


def test_a_receipt_is_served_by_its_signed_address_until_that_ends(make: Callable[..., Caller], clock: Clock):
    """Nobody needs the token for it; without the signature, or too late, it is refused."""
    caller = make()
    rows = caller.read_all("transactions", max=50, includeReceipts="true")
    receipt = next(one for row in rows for one in row.get("receipts", []))
    place, _, query = receipt["url"].removeprefix("http://localhost").partition("?")

    def fetch(asked: str) -> tuple[int, bytes]:
        reply = caller.twin.handle(Request("GET", place, asked, {}, b""))
        return reply.status, reply.body

    assert fetch(query) == (200, caller.twin.receipt(receipt["uuid"]))
    assert fetch(query[:-1] + "0")[0] == fetch("")[0] == 403
    clock.advance(timedelta(minutes=6).total_seconds())
    assert fetch(query)[0] == 403
