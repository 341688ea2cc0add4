"""Spend & Expense's extraction against the sandbox's twin: complete, each record once, whatever moves under it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_transport import SandboxTransport
from typed_rows import texts_of

from intacct_pipelines.clients.spend import Options, SpendClient, Token
from intacct_pipelines.domain.catalog import SPEND_TABLES, Table, select
from intacct_pipelines.domain.records import Reject, Window, WindowKind
from intacct_pipelines.errors import ConfigurationError, IncompleteResultError, UnreadableResponseError
from intacct_pipelines.extract.spend import SpendExtraction, changed_since
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.faults import RandomFaults, Rule
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.sandbox.spend import SpendOptions
from intacct_pipelines.validate.contracts import screen_batch

ALL = Window(WindowKind.ALL)
ENTITY = "100"
TRANSACTION = select(SPEND_TABLES, "card_transaction")
ROOTS = [table for table in SPEND_TABLES if not table.embedded_in]
TODAY = date(2026, 3, 1)


def make_sandbox(**spend: Any) -> Sandbox:
    clock = Clock(now=datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    options = SandboxOptions(seed=3, bills=60, entities=1, clock=clock, today=TODAY, spend=SpendOptions(**spend))
    return Sandbox(options)


def make_client(sandbox: Sandbox) -> SpendClient:
    return SpendClient(
        Token(sandbox.spend.tokens[ENTITY]),
        Options(url="http://localhost/connect", calls_per_minute=60_000),
        transport=SandboxTransport(sandbox),
        sleep=lambda _seconds: None,
        now=sandbox.clock.now,
    )


@pytest.fixture
def sandbox() -> Sandbox:
    return make_sandbox()


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[SpendClient]:
    with make_client(sandbox) as client:
        yield client


class Read:
    """Everything that one extraction gave, by table."""

    def __init__(self, client: SpendClient, table: Table, window: Window = ALL, **more: Any) -> None:
        self.extraction = SpendExtraction(client, table, window, "USD", **more)
        self.rows: dict[str, list[dict[str, str | None]]] = {one.name: [] for one in self.extraction.tables}
        self.rejects: list[Reject] = []
        for batches in self.extraction:
            for batch in map(screen_batch, batches):
                columns = {name: texts_of(batch.rows, name) for name in batch.rows.columns}
                self.rows[batch.rows.table.name] += [
                    {name: cells[at] for name, cells in columns.items()} for at in range(len(batch.rows))
                ]
                self.rejects += batch.rejects

    @property
    def ids(self) -> list[str | None]:
        return [row["id"] for row in self.rows[self.extraction.table.name]]


@pytest.mark.parametrize("table", ROOTS, ids=lambda table: table.name)
def test_every_table_is_complete(client: SpendClient, sandbox: Sandbox, table: Table):
    """Each list is read to its end, each record once, nothing rejected; embedded rows point to what arrived."""
    read = Read(client, table)
    name = table.source_object.removeprefix("/v3/spend/")
    held = sandbox.spend.accounts[ENTITY].collections[name]
    assert sorted(map(str, read.ids)) == sorted(held)
    assert not read.rejects
    assert read.extraction.tally.announced == read.extraction.tally.received == len(held)
    assert read.extraction.tally.in_order
    for part in read.extraction.tables[1:]:
        assert read.rows[part.name], part.name
        assert {row[part.parent_key] for row in read.rows[part.name]} <= set(read.ids)


def test_lines_add_up_to_their_transactions_and_totals_to_the_business(client: SpendClient, sandbox: Sandbox):
    """S-CRD-11: with the children of splits, lines equal their parents to the cent, and all equals the business."""
    read = Read(client, TRANSACTION)
    sums: dict[str | None, Decimal] = {}
    for line in read.rows["card_transaction_line"]:
        sums[line["card_transaction_id"]] = sums.get(line["card_transaction_id"], Decimal(0)) + Decimal(
            str(line["amount"])
        )
    assert sums == {row["id"]: Decimal(str(row["amount"])) for row in read.rows["card_transaction"]}
    facts = [one for one in sandbox.business.cards.transactions if one.in_spend]
    assert read.extraction.tally.control_total == sum(one.total for one in facts)
    assert len(read.rows["card_transaction_line"]) == sum(len(one.lines) for one in facts)
    foreign = {
        (row["original_currency"], Decimal(str(row["original_amount"]))) for row in read.rows["card_transaction"]
    }
    assert {(one.original_currency, one.original_amount) for one in facts} == foreign


def test_reimbursements_are_read_though_no_sync_carries_them(client: SpendClient):
    """S-CRD-09: reimbursements come with coding and receipts."""
    read = Read(client, select(SPEND_TABLES, "reimbursement"))
    assert read.rows["reimbursement"]
    assert len(read.rows["reimbursement_receipt"]) == len(read.rows["reimbursement"])
    assert any(row["value"] for row in read.rows["reimbursement_coding"])


@pytest.mark.parametrize("uuid_only", [True, False])
def test_children_are_found_by_whichever_id_the_parent_names(uuid_only: bool):
    """A split that names its children by uuid alone is read like any other (S-CRD-11)."""
    sandbox = make_sandbox(uuid_only=uuid_only)
    with make_client(sandbox) as client:
        read = Read(client, TRANSACTION)
    assert not read.rejects
    assert len(read.rows["card_transaction_line"]) > len(read.rows["card_transaction"])


def test_split_whose_child_is_gone_waits_in_quarantine(client: SpendClient, sandbox: Sandbox):
    """S-CRD-11: a split without all its children is not half a transaction; the others go on."""
    account = sandbox.spend.accounts[ENTITY]
    gone, child = next(iter(account.children.items()))
    del account.children[gone]
    read = Read(client, TRANSACTION)
    (reject,) = read.rejects
    assert (reject.key, reject.check, reject.rule) == (child["parentTransactionUuid"], "children", "S-CRD-11")
    assert len(read.ids) == read.extraction.tally.received - 1


def test_changes_are_read_from_the_watermark_on(client: SpendClient, sandbox: Sandbox):
    """What changed since comes, with its parts; what did not, does not; nothing new moves nothing."""
    watermark = Read(client, TRANSACTION).extraction.tally.watermark
    window = Window(WindowKind.CHANGED, since=changed_since(watermark, timedelta(0)))
    quiet = Read(client, TRANSACTION, window)
    assert quiet.extraction.tally.watermark == watermark
    uuid = next(iter(sandbox.spend.accounts[ENTITY].collections["transactions"]))
    sandbox.clock.advance(60)
    sandbox.spend.edit(ENTITY, uuid, merchantName="Corrected")
    read = Read(client, TRANSACTION, window)
    assert set(read.ids) == {*quiet.ids, uuid}
    assert len(quiet.ids) < 10
    assert set(read.extraction.window_of(select(SPEND_TABLES, "card_transaction_line")).parent_keys) == set(read.ids)


def test_sync_result_without_a_new_time_is_found_while_a_sync_may_happen(client: SpendClient, sandbox: Sandbox):
    """S-CRD-10, S-CRD-08: a noted status leaves updatedTime alone; within the re-read span it is found, beyond it not.

    Beyond it the whole reading finds it.
    """
    watermark = Read(client, TRANSACTION).extraction.tally.watermark
    window = Window(WindowKind.CHANGED, since=changed_since(watermark, timedelta(hours=1)))
    cutoff = sandbox.clock.now() - timedelta(days=70)
    never = [one for one in sandbox.business.cards.transactions if one.sync_status == "NOT_SYNCED" and one.is_complete]
    account = sandbox.spend.accounts[ENTITY]
    young = next(account.uuid_of("Transaction", one.key) for one in never if one.occurred_at > cutoff)
    old = next(account.uuid_of("Transaction", one.key) for one in never if one.occurred_at < cutoff)
    for uuid in (young, old):
        sandbox.spend.sync(ENTITY, uuid, "SYNCED", record_no=4711)

    def noted(read: Read) -> set[str | None]:
        claims = read.rows["card_transaction_sync"]
        return {row["card_transaction_id"] for row in claims if row["intacct_record_no"] == "4711"}

    assert noted(Read(client, TRANSACTION, window)) == set()
    assert noted(Read(client, TRANSACTION, window, reread_from=cutoff)) == {young}
    assert noted(Read(client, TRANSACTION)) == {young, old}


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6), rate=st.sampled_from([0.2, 0.6, 1.0]))
def test_nothing_is_lost_or_twice_while_transactions_change_under_the_reader(seed: int, rate: float):
    """With edits between pages, resets and late answers, every record comes once, and the next window has the edits."""
    sandbox = make_sandbox()
    held = sandbox.spend.accounts[ENTITY].collections["transactions"]
    rates = {"rows_change": rate, "reset_after": 0.1, "truncated": 0.05}
    sandbox.faults.set_random(RandomFaults(seed=seed, rates=rates, system="spend"))
    with make_client(sandbox) as client:
        sandbox.clock.advance(1)
        first = Read(client, TRANSACTION)
        sandbox.faults.clear()
        assert sorted(map(str, first.ids)) == sorted(held)
        since = changed_since(first.extraction.tally.watermark, timedelta(0))
        second = Read(client, TRANSACTION, Window(WindowKind.CHANGED, since=since))
    latest = {row["id"]: row["modified_at"] for read in (first, second) for row in read.rows["card_transaction"]}
    for uuid, record in held.items():
        assert datetime.fromisoformat(str(latest[uuid])) == record["updatedTime"], uuid


def test_transaction_that_vanishes_while_pages_are_read_hides_no_other(sandbox: Sandbox):
    """A hold that disappears moves all later ones up by one; none of them slips past the reader."""
    held = sandbox.spend.accounts[ENTITY].collections["transactions"]
    first = min(held.values(), key=lambda record: record["occurredTime"])["uuid"]
    everything = set(held) - {first}
    asked = 0

    def vanish(request: Any) -> None:
        nonlocal asked
        asked += request.path.endswith("/transactions")
        if asked == 2:
            sandbox.spend.remove(ENTITY, first) if first in held else None

    transport = SandboxTransport(sandbox, before=vanish)
    with SpendClient(
        Token(sandbox.spend.tokens[ENTITY]), Options(url="http://localhost/connect"), transport=transport
    ) as client:
        assert set(Read(client, TRANSACTION).ids) >= everything


def test_many_transactions_of_one_instant_are_all_read(client: SpendClient, sandbox: Sandbox):
    """Equal times across page boundaries: 120 transactions of one second come, each once."""
    held = sandbox.spend.accounts[ENTITY].collections["transactions"]
    moment = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
    for record in list(held.values())[:120]:
        record["occurredTime"] = moment
    assert sorted(map(str, Read(client, TRANSACTION).ids)) == sorted(held)


def test_watermark_never_passes_the_first_answer(client: SpendClient, sandbox: Sandbox):
    """What changes after the first page was answered belongs to the next window, however late it is seen."""
    held = sandbox.spend.accounts[ENTITY].collections["transactions"]
    last = max(held.values(), key=lambda record: record["occurredTime"])["uuid"]
    started = sandbox.clock.now()
    sandbox.clock.advance(30)
    sandbox.spend.edit(ENTITY, last, merchantName="Just now")
    sandbox.clock.advance(-30)
    watermark = Read(client, TRANSACTION).extraction.tally.watermark
    assert datetime.fromisoformat(watermark) == started


def test_limit_of_calls_is_waited_out_on_the_way(sandbox: Sandbox):
    """A refusal for too many calls in the middle costs time, not rows."""
    sandbox.faults.add(Rule("rate_limited", system="spend", nth=3, times=2))
    with make_client(sandbox) as client:
        assert len(Read(client, TRANSACTION).ids) == len(sandbox.spend.accounts[ENTITY].collections["transactions"])


def answering(body: Any) -> SpendClient:
    """A client whose server always says the same."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=json.dumps(body)))
    return SpendClient(Token("t"), Options(url="http://localhost:1/connect"), transport=transport)


def test_filter_that_is_not_heeded_is_an_error():
    """An unknown filter is answered with page 1 of everything: such an answer is refused, not taken for the changes."""
    old = {"uuid": "txn_1", "amount": 1, "occurredTime": "2020-01-01T00:00:00Z", "updatedTime": "2020-01-01T00:00:00Z"}
    window = Window(WindowKind.CHANGED, since="2026-01-01T00:00:00.000Z")
    with answering({"results": [old]}) as client, pytest.raises(UnreadableResponseError, match="updatedTime"):
        Read(client, TRANSACTION, window)


def test_records_out_of_order_are_noticed():
    """The order that was asked for is part of the proof."""
    records = [{"uuid": f"txn_{day}", "amount": 1, "occurredTime": f"2026-01-0{day}T00:00:00Z"} for day in (2, 1)]
    with answering({"results": records}) as client:
        assert not Read(client, TRANSACTION).extraction.tally.in_order


def test_list_that_moves_is_read_again_until_it_stands_still():
    """Two readings in a row must have the same records; a list that never stands still is an error, not a guess."""
    users = [{"uuid": f"usr_{number}"} for number in range(4)]
    answers = [
        {"results": users[:2], "nextPage": "a"}, {"results": users[3:]},
        {"results": users[:2], "nextPage": "b"}, {"results": users[2:]},
        {"results": users[:2], "nextPage": "c"}, {"results": users[2:]},
    ]  # fmt: skip
    script = iter(answers)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=json.dumps(next(script))))
    table = select(SPEND_TABLES, "platform_user")
    with SpendClient(Token("t"), Options(url="http://localhost:1/connect"), transport=transport) as client:
        assert Read(client, table).ids == [user["uuid"] for user in users]
    numbers = iter(range(1000))

    def restless(request: httpx.Request) -> httpx.Response:
        more = {} if "page" in request.url.params else {"nextPage": "p"}
        return httpx.Response(200, content=json.dumps({"results": [{"uuid": f"usr_{next(numbers)}"}], **more}))

    options = Options(url="http://localhost:1/connect")
    with (
        SpendClient(Token("t"), options, transport=httpx.MockTransport(restless)) as client,
        pytest.raises(IncompleteResultError, match="changed during"),
    ):
        Read(client, table)


def test_a_month_is_asked_for_by_its_two_ends(client: SpendClient, sandbox: Sandbox):
    """All of the month come, none of another, and what is expected beside them is asked for by its id."""
    records = sandbox.spend.accounts[ENTITY].collections["transactions"]
    month = date(2026, 1, 1)
    own = {
        key
        for key, record in records.items()
        if (record["occurredTime"].year, record["occurredTime"].month) == (2026, 1)
    }
    other = next(key for key in records if key not in own)
    assert own
    window = Window(WindowKind.MONTH, months=(month,))
    read = Read(client, TRANSACTION, window, months=(month,), expected=[*own, other, "txn_gone"])
    assert set(read.ids) == {*own, other}
    tally, counts = read.extraction.tally, read.extraction.months
    assert (tally.received, tally.watermark) == (len(own) + 1, "")
    assert counts.counted(TRANSACTION, month).received == len(own)
    lines = read.extraction.window_of(select(SPEND_TABLES, "card_transaction_line"))
    assert {"txn_gone", *own} <= set(lines.parent_keys)


def test_a_transaction_that_became_part_of_another_is_not_kept_beside_it(client: SpendClient, sandbox: Sandbox):
    """Lists hide the children of a split, so a stored one that is asked for by its id counts as gone."""
    child = next(iter(sandbox.spend.accounts[ENTITY].children))
    month = date(2026, 1, 1)
    read = Read(client, TRANSACTION, Window(WindowKind.MONTH, months=(month,)), months=(month,), expected=[child])
    assert child not in read.ids


def test_windows_that_do_not_fit_are_refused(client: SpendClient):
    """Lists have no changes, and parts are not read by themselves."""
    changed = Window(WindowKind.CHANGED, since="2026-01-01T00:00:00.000Z")
    for table, window in (
        (select(SPEND_TABLES, "budget"), changed),
        (select(SPEND_TABLES, "card_transaction_line"), ALL),
        (TRANSACTION, Window(WindowKind.CHANGED, since="yesterday")),
        (TRANSACTION, Window(WindowKind.MONTH)),
        (select(SPEND_TABLES, "reimbursement"), Window(WindowKind.MONTH, months=(date(2026, 1, 1),))),
    ):
        with pytest.raises(ConfigurationError):
            SpendExtraction(client, table, window, "USD")
