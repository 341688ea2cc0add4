"""BILL's client and extraction against the sandbox, end to end without sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sandbox_transport import SandboxTransport
from typed_rows import texts_of

from intacct_pipelines.clients.bill import BillClient, Credentials, Options, Session
from intacct_pipelines.domain.catalog import BILL_TABLES, Table, select
from intacct_pipelines.domain.records import Batch, Window, WindowKind
from intacct_pipelines.errors import CredentialsRejectedError, RemoteSystemError, UnknownFieldError
from intacct_pipelines.extract.bill import BillExtraction, changed_since
from intacct_pipelines.sandbox.bill.options import BillOptions
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.faults import RandomFaults
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.validate.contracts import screen_batch

ALL = Window(WindowKind.ALL)
BILL = select(BILL_TABLES, "ap_bill")
ROOTS = [table for table in BILL_TABLES if not (table.embedded_in or table.is_asked_by_parent)]


@pytest.fixture
def sandbox() -> Sandbox:
    clock = Clock(now=lambda: datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    return Sandbox(SandboxOptions(seed=3, bills=240, clock=clock, today=date(2026, 3, 1)))


def make_client(sandbox: Sandbox, **other: Any) -> BillClient:
    business = sandbox.business
    credentials = {"dev_key": business.dev_key, "username": business.bill_username, "password": business.bill_password}
    return BillClient(
        Credentials(**{**credentials, **other}),
        Options(url="http://localhost/connect", older_url="http://localhost/api/v2", page_size=30),
        transport=SandboxTransport(sandbox),
        sleep=lambda _seconds: None,
        now=sandbox.clock.now,
    )


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[BillClient]:
    with make_client(sandbox) as client:
        yield client


@pytest.fixture
def session(sandbox: Sandbox, client: BillClient) -> Session:
    return client.session(sandbox.business.entities[0].organization_id)


def session_for(client: BillClient, session: Session, table: Table) -> Session:
    """The session of the API that has the table."""
    if not table.source_object.startswith("/List/"):
        return session
    older = client.older_session(session.organization_id)
    assert older is not None
    return older


def read_currencies(session: Session) -> dict[str, str]:
    currencies: dict[str, str] = {}
    for party in {table.party.removesuffix("_id") for table in ROOTS if table.party}:
        for (batch,) in BillExtraction(session, session.organization_id, select(BILL_TABLES, party), ALL):
            pairs = zip(texts_of(batch.rows, "id"), texts_of(batch.rows, "currency"), strict=True)
            currencies |= {key: cell for key, cell in pairs if key and cell}
    return currencies


def read_documents(session: Session, window: Window) -> tuple[BillExtraction, list[tuple[Batch, Batch]]]:
    extraction = BillExtraction(session, session.organization_id, BILL, window, read_currencies(session))
    return extraction, [(bills, lines) for bills, lines, *_ in extraction]


@pytest.mark.parametrize("table", ROOTS, ids=lambda table: table.name)
def test_every_object_arrives_whole_and_keeps_its_contract(client: BillClient, session: Session, table: Table) -> None:
    """Each table of the organisation is read to its end, in order, with all that is embedded, none for quarantine."""
    currencies = read_currencies(session)
    session = session_for(client, session, table)
    extraction = BillExtraction(session, session.organization_id, table, ALL, currencies)
    pages = [[screen_batch(batch) for batch in page] for page in extraction]
    for at, part in enumerate(extraction.tables):
        assert sum(len(page[at].rows) for page in pages) == extraction.tallies[part.name].received > 0, part.name
    assert [reject for page in pages for batch in page for reject in batch.rejects] == []
    assert extraction.tally.in_order


@pytest.mark.parametrize("table", [table for table in ROOTS if table.cursor], ids=lambda table: table.name)
def test_nothing_changed_is_at_most_two_requests(client: BillClient, session: Session, table: Table) -> None:
    """A second sync right after the first asks at most twice an object and finds only what the overlap repeats."""
    currencies = read_currencies(session)
    session = session_for(client, session, table)
    first = BillExtraction(session, session.organization_id, table, ALL, currencies)
    list(first)
    later = Window(WindowKind.CHANGED, since=changed_since(first.tally.watermark, timedelta(seconds=1)))
    second = BillExtraction(session, session.organization_id, table, later, currencies)
    list(second)
    assert second.tally.requests <= 2


def test_every_bill_and_line_arrives_whole(sandbox: Sandbox, session: Session) -> None:
    """All bills of the organisation come with all their lines, and the control totals are the sandbox's own."""
    extraction, pairs = read_documents(session, ALL)
    held = sandbox.bill.bills(session.organization_id)
    bills = [screen_batch(bill) for bill, _ in pairs]
    lines = [screen_batch(line) for _, line in pairs]
    assert extraction.tally.received == len(held) == sum(len(batch.rows) for batch in bills) > 30
    assert extraction.tallies["ap_bill_line"].received == sum(len(batch.rows) for batch in lines)
    assert [reject for batch in (*bills, *lines) for reject in batch.rejects] == []
    assert extraction.tally.control_total == extraction.tallies["ap_bill_line"].control_total > Decimal(0)


def test_edited_bill_comes_with_the_next_window(session: Session) -> None:
    """A bill edited after the first reading is what the next window brings, with its new line."""
    extraction, pairs = read_documents(session, ALL)
    at = next(
        (page, row)
        for page, (bills, _) in enumerate(pairs)
        for row, (status, archived) in enumerate(
            zip(texts_of(bills.rows, "payment_status"), texts_of(bills.rows, "is_archived"), strict=True)
        )
        if (status, archived) == ("UNPAID", "f")
    )
    bill_id = texts_of(pairs[at[0]][0].rows, "id")[at[1]]
    session.patch(f"/v3/bills/{bill_id}", {"description": "edited"})
    window = Window(WindowKind.CHANGED, since=changed_since(extraction.tally.watermark, timedelta()))
    extraction, pairs = read_documents(session, window)
    described = {
        key: text
        for bills, _ in pairs
        for key, text in zip(texts_of(bills.rows, "id"), texts_of(bills.rows, "description"), strict=True)
    }
    assert described[bill_id] == "edited"
    assert bill_id in extraction.window_of(extraction.tables[1]).parent_keys


def test_sync_token_reads_too(sandbox: Sandbox) -> None:
    """A sync token's name and value log in as a user's do."""
    name, value = sandbox.bill.sync_token
    with make_client(sandbox, username=name, password=value) as client:
        organization_id = sandbox.business.entities[0].organization_id
        assert client.session(organization_id).get(f"/v3/organizations/{organization_id}")["id"] == organization_id


@pytest.mark.parametrize("wrong", [{"dev_key": "another"}, {"password": "another"}, {"username": "nobody"}])
def test_wrong_credentials_are_told(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    """The sandbox refuses as BILL does, and the client says so."""
    with make_client(sandbox, **wrong) as client, pytest.raises(CredentialsRejectedError):
        client.session(sandbox.business.entities[0].organization_id).get("/v3/login/session")


def test_unknown_organization_is_told(sandbox: Sandbox) -> None:
    """An organisation that the user does not have is a credentials problem that names it."""
    with make_client(sandbox) as client, pytest.raises(CredentialsRejectedError, match="008NOBODY"):
        client.session("008NOBODY").get("/v3/login/session")


def test_unknown_filter_is_an_error(session: Session) -> None:
    """A field that the list cannot be filtered by is an error, never dropped."""
    with pytest.raises(UnknownFieldError):
        list(session.list("/v3/bills", filters=[("invoice.invoiceDate", "gte", "2026-01-01")]))


def test_session_that_ends_mid_page_loses_nothing(sandbox: Sandbox, session: Session) -> None:
    """All sessions ended between two pages: the extraction goes on where it was."""
    extraction = BillExtraction(session, session.organization_id, select(BILL_TABLES, "vendor"), ALL)
    ids = []
    for (batch,) in extraction:
        ids += texts_of(batch.rows, "id")
        sandbox.bill.expire_sessions()
    assert len(ids) == len(set(ids)) == extraction.tally.received > 30


@pytest.mark.parametrize(
    "options", [BillOptions(empty_first_page=True), BillOptions(limit_status=400, concurrent_requests=3)]
)
def test_open_questions_of_bill_do_not_matter(options: BillOptions) -> None:
    """Whether a list begins with an empty page or a limit has another status: the same bills arrive."""
    clock = Clock(now=lambda: datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    sandbox = Sandbox(SandboxOptions(seed=3, bills=60, clock=clock, today=date(2026, 3, 1), bill=options))
    with make_client(sandbox) as client:
        session = client.session(sandbox.business.entities[0].organization_id)
        extraction, _ = read_documents(session, ALL)
    assert extraction.tally.received == len(sandbox.bill.bills(session.organization_id)) > 0


FAULTS = {
    "rows_change": 0.25,
    "expire_sessions": 0.04,
    "rate_limited": 0.05,
    "server_error": 0.05,
    "html": 0.03,
    "reset_before": 0.04,
    "gateway_timeout": 0.03,
    "reset_after": 0.03,
    "cut": 0.03,
    "truncated": 0.03,
    "malformed": 0.02,
    "duplicate": 0.05,
}


@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_lost_whatever_fails_and_changes(seed: int) -> None:
    """Under seeded faults and edits between pages a window is whole or an error; when they stop, all is known."""
    ticks = iter(range(10**9))
    start = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    clock = Clock(now=lambda: start + timedelta(milliseconds=7 * next(ticks)))
    sandbox = Sandbox(SandboxOptions(seed=3, entities=1, bills=90, clock=clock, today=date(2026, 3, 1)))
    organization_id = sandbox.business.entities[0].organization_id
    with make_client(sandbox) as client:
        session = client.session(organization_id)
        currencies = read_currencies(session)
        sandbox.faults.set_random(RandomFaults(seed, FAULTS, requests=60))
        stored: dict[str | None, str | None] = {}
        window, whole = ALL, 0
        for attempt in range(40):
            extraction = BillExtraction(session, organization_id, BILL, window, currencies)
            try:
                pairs = list(extraction)
            except RemoteSystemError:
                # Faults of the network end; wrong data would not.
                assert attempt < 30
                continue
            assert extraction.tally.in_order
            stored |= {
                key: day
                for bills, *_ in pairs
                for key, day in zip(texts_of(bills.rows, "id"), texts_of(bills.rows, "due_date"), strict=True)
            }
            whole += 1
            if whole == 12:
                sandbox.faults.clear()
            window = Window(WindowKind.CHANGED, since=extraction.tally.watermark or window.since)
            if whole == 14:
                break
    assert stored == {bill.id: bill.due_date.isoformat() for bill in sandbox.bill.bills(organization_id)}
