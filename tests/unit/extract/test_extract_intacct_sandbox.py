"""Intacct's client and extraction against the sandbox, end to end without sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from sandbox_transport import SandboxTransport
from typed_rows import texts_of

from intacct_pipelines.clients.intacct import Credentials, IntacctClient, Options, Query, Session, functions
from intacct_pipelines.domain.catalog import INTACCT_TABLES, TABLES, Table, select
from intacct_pipelines.domain.records import Window, WindowKind
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    DuplicateRecordError,
    PermissionDeniedError,
    RemoteSystemError,
)
from intacct_pipelines.extract.intacct import (
    IntacctExtraction,
    changed_since,
    discover_entities,
    read_closed_period,
)
from intacct_pipelines.extract.intacct_lists import ListExtraction
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.faults import KINDS, RandomFaults
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.validate.contracts import screen_batch

FAULTS = [kind for kind in KINDS if kind not in {"rows_change", "clock_back", "latency"}]
ALL = Window(WindowKind.ALL)
BILL = select(INTACCT_TABLES, "ap_bill")
TOP_TABLES = [table for table in INTACCT_TABLES if not table.parent and not table.call and not table.is_log]
"""Those that have rows from the beginning; the audit history begins with the first change."""
LISTED_TABLES = [table for table in INTACCT_TABLES if table.call]


@pytest.fixture
def sandbox() -> Sandbox:
    clock = Clock(now=lambda: datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    return Sandbox(SandboxOptions(seed=3, bills=240, clock=clock, today=date(2026, 3, 1)))


def make_client(sandbox: Sandbox, *, page_size: int = 20, **other: str) -> IntacctClient:
    business = sandbox.business
    names = ("sender_id", "sender_password", "company_id", "user_id", "user_password")
    return IntacctClient(
        Credentials(**{**{name: getattr(business, name) for name in names}, **other}),
        Options(url="http://localhost/ia/xml/xmlgw.phtml", page_size=page_size),
        transport=SandboxTransport(sandbox),
        sleep=lambda _seconds: None,
        now=sandbox.clock.now,
    )


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    with make_client(sandbox) as client:
        yield client.session(sandbox.business.entities[0].entity_id)


@pytest.mark.parametrize("table", LISTED_TABLES, ids=lambda table: table.name)
def test_every_table_that_a_function_lists_arrives_whole_and_keeps_its_contract(session: Session, table: Table) -> None:
    """What cannot be queried is read by its function, with the same proof, in one request."""
    assert table.call is not None
    extraction = ListExtraction(session, table, table.call, zone="UTC")
    batches = [screen_batch(batch) for batch in extraction]
    tally = extraction.tally
    assert [reject for batch in batches for reject in batch.rejects] == []
    assert sum(len(batch.rows) for batch in batches) == tally.received == tally.announced > 0
    keys = [key for batch in batches for key in zip(*(batch.rows.columns[name] for name in table.key), strict=True)]
    assert len(keys) == len(set(keys))
    assert tally.requests == 2  # one of them signs in


def keys_of(extraction: IntacctExtraction) -> list[str]:
    return [key or "" for batch in extraction for key in texts_of(batch.rows, extraction.table.key[0])]


def test_no_page_needs_the_slow_way(session: Session) -> None:
    """The columns of a page that was scanned share one buffer; the tree would have given each its own."""
    read = 0
    for table in TOP_TABLES:
        fields = tuple(dict.fromkeys(column.source for column in table.columns))
        for page in session.read_pages(Query(table.source_object, fields)):
            buffers = {column.buffers()[2].address for column in page.columns.values()} if page.count else {0}
            assert len(buffers) == 1, table.name
            read += page.count
    assert read


@pytest.mark.parametrize("table", TOP_TABLES, ids=lambda table: table.name)
def test_every_table_arrives_whole_and_keeps_its_contract(session: Session, table: Table) -> None:
    """Each object of an entity is read to its end, every row once, with nothing for quarantine."""
    extraction = IntacctExtraction(session, table, ALL)
    batches = [screen_batch(batch) for batch in extraction]
    tally = extraction.tally
    assert [reject for batch in batches for reject in batch.rejects] == []
    assert sum(len(batch.rows) for batch in batches) == tally.received == tally.announced > 0
    keys = [key for batch in batches for key in texts_of(batch.rows, "record_no")]
    assert len(keys) == len(set(keys))
    assert tally.requests == 1 + -(-tally.received // 20)


def test_lines_arrive_by_their_bills(session: Session) -> None:
    """Every bill has lines, and only the named bills' lines come."""
    keys = keys_of(IntacctExtraction(session, BILL, ALL))
    line = select(INTACCT_TABLES, "ap_bill_line")
    window = Window(WindowKind.PARENTS, parent_keys=tuple(keys[:15]))
    parents = {
        parent
        for batch in IntacctExtraction(session, line, window)
        for parent in texts_of(batch.rows, "bill_record_no")
    }
    assert parents == set(keys[:15])


def test_only_what_changed_comes_after_a_change(sandbox: Sandbox, session: Session) -> None:
    """After a full reading, one edited bill and one deleted bill are all that the next sync finds."""
    full = IntacctExtraction(session, BILL, ALL)
    keys = keys_of(full)
    sandbox.clock.advance(3 * 86400)
    editable = [bill.record_no for bill in sandbox.intacct.bills() if str(bill.record_no) in keys]
    edited, deleted = _edit_one(sandbox, editable)
    since = changed_since(full.tally.watermark, timedelta(0))
    assert str(edited) in keys_of(IntacctExtraction(session, BILL, Window(WindowKind.CHANGED, since=since)))
    trail = pa.concat_tables(pa.table(batch.rows.columns) for batch in _audit(session, ALL)).to_pylist()
    deletions = {(row["object_type"], row["object_key"]) for row in trail if row["access_mode"] == "D"}
    assert deletions == {("apbill", str(deleted))}


def _audit(session: Session, window: Window) -> IntacctExtraction:
    return IntacctExtraction(session, TABLES["intacct.audit_event"], window)


def _edit_one(sandbox: Sandbox, numbers: list[int]) -> tuple[int, int]:
    """Edit one bill and delete another; which may be, the sandbox's books know."""
    done: list[int] = []
    for number in numbers:
        try:
            if done:
                sandbox.intacct.delete_bill(number)
            else:
                sandbox.intacct.edit_bill(number, DESCRIPTION="Changed")
        except FunctionRefusedError:
            continue
        done.append(number)
        if len(done) == 2:
            break
    return done[0], done[1]


def test_bills_deleted_between_pages_hide_no_other(sandbox: Sandbox, session: Session) -> None:
    """While pages are read, a bill of the first page goes; all that stay arrive, each once."""
    sandbox.intacct.close_books(session.entity_id, "")
    whole = keys_of(IntacctExtraction(session, BILL, ALL))
    reading = iter(IntacctExtraction(session, BILL, ALL))
    received = [key or "" for key in texts_of(next(reading).rows, "record_no")]
    _edit_one(sandbox, [int(key) for key in received])
    received += [key or "" for batch in reading for key in texts_of(batch.rows, "record_no")]
    assert sorted(received) == sorted(whole)


def test_months_together_are_the_whole(session: Session) -> None:
    """Every bill lies in exactly one month."""
    whole = sorted(keys_of(IntacctExtraction(session, BILL, ALL)))
    months = [date(2023 + at // 12, at % 12 + 1, 1) for at in range(48)]
    parts = [keys_of(IntacctExtraction(session, BILL, Window(WindowKind.MONTH, months=(month,)))) for month in months]
    assert sorted(key for part in parts for key in part) == whole


def test_entities_and_closed_period_are_those_of_the_company(sandbox: Sandbox) -> None:
    """Discovery finds every entity; each has its own closed date."""
    with make_client(sandbox) as client:
        found = {entity.entity_id for entity in discover_entities(client.session())}
        assert found == {entity.entity_id for entity in sandbox.business.entities}
        for entity in sandbox.business.entities:
            assert read_closed_period(client.session(entity.entity_id)) == entity.closed_through


@pytest.mark.parametrize("wrong", ["sender_id", "sender_password", "company_id", "user_id", "user_password"])
def test_each_wrong_credential_is_refused(sandbox: Sandbox, wrong: str) -> None:
    """Sender, company, user or password: rejected, once, and never shown."""
    with make_client(sandbox, **{wrong: "not-the-right-one"}) as client:
        with pytest.raises(CredentialsRejectedError):
            keys_of(IntacctExtraction(client.session(), BILL, ALL))
        assert client.requests == 1


def test_an_unknown_entity_is_refused(sandbox: Sandbox) -> None:
    """An entity id that the company does not have is said (S-ERR-28)."""
    with make_client(sandbox) as client, pytest.raises(CredentialsRejectedError, match="NOWHERE"):
        client.session("NOWHERE").closed_books_date()


def test_a_hidden_audit_history_is_a_missing_permission(sandbox: Sandbox, session: Session) -> None:
    """The caller then sweeps by keys."""
    sandbox.options.intacct.audit_permitted = False
    with pytest.raises(PermissionDeniedError):
        list(_audit(session, ALL))


@pytest.mark.parametrize("seed", range(12))
def test_seeded_faults_change_no_row(sandbox: Sandbox, seed: int) -> None:
    """Under resets, 5xx, HTML, cut bodies, expired sessions and throttling a reading ends whole, or with an error."""
    entity_id = sandbox.business.entities[0].entity_id
    with make_client(sandbox) as client:
        expected = sorted(keys_of(IntacctExtraction(client.session(entity_id), BILL, ALL)))
    rates: dict[str, float] = dict.fromkeys(FAULTS, 0.04)
    sandbox.faults.set_random(RandomFaults(seed=seed, rates=rates))
    with make_client(sandbox) as client:
        for _ in range(6):
            try:
                received = keys_of(IntacctExtraction(client.session(entity_id), BILL, ALL))
            except RemoteSystemError:
                continue
            assert sorted(received) == expected


def test_a_created_vendor_is_read_back(session: Session) -> None:
    """What the client wrote comes back through extraction; a repeat under another key is a duplicate."""
    fields: dict[str, Any] = {"VENDORID": "V-NEW-1", "NAME": "Näu & Co", "DISPLAYCONTACT": {"PRINTAS": "Näu & Co"}}
    create = functions.create("test:vendor:1", "VENDOR", fields)
    (made,) = session.call([create], unique=True, write=True)
    assert made.error is None, made.error
    vendors = IntacctExtraction(session, select(INTACCT_TABLES, "vendor"), ALL)
    names = {name for batch in vendors for name in texts_of(batch.rows, "name")}
    assert "Näu & Co" in names
    (again,) = session.call([functions.create("test:vendor:2", "VENDOR", fields)], unique=True, write=True)
    assert isinstance(again.error, DuplicateRecordError)
