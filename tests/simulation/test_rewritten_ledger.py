"""What the ledger replaced without a word: found by few counts, and only the months that it touched are read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from pipeline_world import World, connections_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.sandbox.http import Request
from intacct_pipelines.sandbox.ledger import Posting

LEDGER = [TABLES[f"intacct.{name}"] for name in ("journal_entry", "journal_entry_line", "gl_detail")]
PAGE = 10


class Books:
    """A company whose ledger alone is synced, in small pages, with the requests for each object counted.

    Args:
        warehouse_dsn: Where.
    """

    def __init__(self, warehouse_dsn: str) -> None:
        self.world = World(warehouse_dsn, bills=40)
        self.ledger = self.world.sandbox.intacct.ledger
        self.requests: Counter[str] = Counter()
        self.sync()
        # anew, as connections remember what they were asked
        connections = connections_of(self.world.sandbox)
        company = connections.companies["sandbox"].model_copy(update={"page_size": PAGE})
        self.world.connections = connections.model_copy(update={"companies": {"sandbox": company}})
        self.world.transport = SandboxTransport(self.world.sandbox, before=self._note)

    def _note(self, request: Request) -> None:
        for table in LEDGER:
            self.requests[table.source_object] += f"<object>{table.source_object}</object>".encode() in request.body

    def sync(self) -> dict[str, Certificate]:
        """Sync the ledger's tables; the requests are counted anew."""
        self.requests.clear()
        self.world.sandbox.clock.advance(5)
        self.world.run += 1
        with self.world.systems() as systems:
            return {
                table.name: sync_intacct_table(systems, self.world.entity, table, f"run-{self.world.run}")
                for table in LEDGER
            }

    def agree(self) -> bool:
        """Whether the warehouse has each entry and line of the ledger, and no other."""
        postings = self.ledger.postings()
        lines = {line.number for posting in postings for line in posting.lines}
        numbers = {posting.number for posting in postings}
        with self.world.systems() as systems:
            stored = [set(systems.warehouse.read_frame(table, str(self.world.entity))["record_no"]) for table in LEDGER]
        return stored == [numbers, lines, lines]

    def of_month(self, month: str) -> list[Posting]:
        """The postings of a month, such as ``2026-03``, that documents made."""
        return [one for one in self.ledger.postings() if _month(one) == month]


@pytest.fixture
def books(warehouse_dsn: str) -> Books:
    return Books(warehouse_dsn)


def _month(posting: Posting) -> str:
    return f"{posting.entry_date[6:]}-{posting.entry_date[:2]}"


def test_only_the_months_that_the_ledger_replaced_are_read_again(books: Books):
    """An edited bill, and entries gone in two old months without any trace: three months are read, and no more."""
    months = sorted({_month(one) for one in books.ledger.postings()})
    bills = [bill for bill in books.world.sandbox.intacct.bills() if bill.fields["STATE"] == "Posted"]
    newest = max(bills, key=lambda bill: (bill.fields["WHENPOSTED"][6:], bill.fields["WHENPOSTED"][:5]))
    edited = f"{newest.fields['WHENPOSTED'][6:]}-{newest.fields['WHENPOSTED'][:2]}"
    touched = sorted({months[2], months[-8], edited})
    for month in touched[:2]:
        books.ledger.remove(books.of_month(month)[0])
    line = newest.lines[0]
    amount = str(2 * Decimal(line["TRX_AMOUNT"]))
    books.world.sandbox.intacct.edit_bill(newest.record_no, lines=[{"LINE_NO": line["LINE_NO"], "TRX_AMOUNT": amount}])
    certificates = books.sync()
    assert books.agree()
    assert len(touched) == 3
    for name, rows_of in (("journal_entry", lambda _posting: 1), ("gl_detail", lambda posting: len(posting.lines))):
        certificate, table = certificates[name], TABLES[f"intacct.{name}"]
        assert certificate.window == f"months {', '.join(touched)}"
        assert certificate.is_whole
        assert certificate.deleted >= 3
        there = [sum(map(rows_of, books.of_month(month))) for month in touched]
        assert certificate.received == sum(there)
        # what changed, the count of all, the span and its halvings, the pages of the three months
        most = 1 + 1 + (1 + 3 * len(months).bit_length()) + sum(-(-rows // PAGE) for rows in there)
        assert books.requests[table.source_object] <= most
    rows = sum(len(one.lines) for one in books.ledger.postings())
    assert books.requests["GLDETAIL"] < rows / PAGE / 2
    again = books.sync()
    assert sum(one.inserted + one.updated + one.deleted for one in again.values()) == 0
    assert books.requests["GLDETAIL"] == again["gl_detail"].requests + 1


def test_a_ledger_with_a_line_in_quarantine_adds_up_until_something_is_replaced(books: Books):
    """A stored line whose newest copy is bad counts once; what has no month is swept by reading everything."""
    posting = books.ledger.postings()[-1]
    clock = books.world.sandbox.clock.now().strftime("%m/%d/%Y %H:%M:%S")
    books.ledger.remove(posting)
    books.ledger.post(
        replace(posting, modified=clock, lines=(posting.lines[0]._replace(account_no=""), *posting.lines[1:]))
    )
    first = books.sync()["gl_detail"]
    assert first.quarantined == 1
    assert first.window.startswith("changed since")
    assert books.requests["GLDETAIL"] <= 1 + first.requests
    books.ledger.remove(books.ledger.postings()[0])
    second = books.sync()["gl_detail"]
    assert second.window == "all"
    assert second.deleted > 0


def test_what_lies_outside_of_the_stored_months_is_read_with_everything(books: Books, make_old: Callable[[], None]):
    """An entry that appeared before the first stored month, its time of change long past, is found all the same."""
    make_old()
    certificates = books.sync()
    assert certificates["gl_detail"].window == "all"
    assert books.agree()


@pytest.fixture
def make_old(books: Books) -> Callable[[], None]:
    def make() -> None:
        ledger, model = books.ledger, books.ledger.postings()[0]
        number, first = ledger.next_numbers(len(model.lines))
        lines = tuple(line._replace(number=first + at) for at, line in enumerate(model.lines))
        old = {"entry_date": "01/15/2001", "modified": "01/15/2001 00:00:00", "stamp": "2001-01-15 00:00:00"}
        ledger.post(replace(model, number=number, lines=lines, **old))

    return make
