"""The ledger as Intacct shows it: journal entries, their lines, and GLDETAIL agree; manual entries are there."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from intacct_books import Books, bill

from intacct_pipelines.sandbox.generator import generate
from intacct_pipelines.sandbox.intacct import IntacctTwin
from intacct_pipelines.sandbox.receivables_business import FEE_ACCOUNT, seen_by

TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module")
def twin() -> IntacctTwin:
    """A company of the usual size."""
    return IntacctTwin(generate(seed=7, bills=300, today=TODAY))


def _all(books: Books, object_name: str, fields: str, filters: str = "") -> list[dict[str, str]]:
    return books.rows(books.select(object_name, fields, filters, "<pagesize>2000</pagesize>"))


def test_every_line_of_gldetail_has_its_entry_and_its_line():
    """BATCHKEY is RECORDNO of a GLBATCH, GLENTRYKEY that of a GLENTRY of the same batch, account and amount."""
    books = Books(bill(1, "100.00", "20.00"), bill(2, "-7.00"))
    details = _all(
        books, "GLDETAIL", "RECORDNO,BATCHKEY,GLENTRYKEY,ACCOUNTNO,TR_TYPE,TRX_AMOUNT,BATCH_TITLE,LOCATIONID"
    )
    batches = {row["RECORDNO"]: row for row in _all(books, "GLBATCH", "RECORDNO,BATCH_TITLE,JOURNAL,MODULE,STATE")}
    entries = {
        row["RECORDNO"]: row for row in _all(books, "GLENTRY", "RECORDNO,BATCHNO,ACCOUNTNO,TR_TYPE,TRX_AMOUNT,LOCATION")
    }
    assert len(details) == len(entries) == 6
    assert len(batches) == 2
    for row in details:
        entry = entries[row["GLENTRYKEY"]]
        assert entry["BATCHNO"] == row["BATCHKEY"]
        assert (entry["ACCOUNTNO"], entry["TR_TYPE"], entry["LOCATION"]) == (
            row["ACCOUNTNO"],
            row["TR_TYPE"],
            row["LOCATIONID"],
        )
        assert Decimal(entry["TRX_AMOUNT"]) * int(entry["TR_TYPE"]) == Decimal(row["TRX_AMOUNT"])
        assert batches[row["BATCHKEY"]]["BATCH_TITLE"] == row["BATCH_TITLE"]
    assert {(row["JOURNAL"], row["MODULE"], row["STATE"]) for row in batches.values()} == {("APJ", "3.AP", "Posted")}


def test_lines_are_found_by_their_entry():
    """A filter on the entry's key finds its lines alone, as a reader of changed entries asks."""
    books = Books(bill(1, "100.00", "20.00"), bill(2, "7.00"))
    first = _all(books, "GLBATCH", "RECORDNO")[0]["RECORDNO"]
    where = f"<in><field>BATCHNO</field><value>{first}</value><value>999</value></in>"
    found = _all(books, "GLENTRY", "RECORDNO,BATCHNO", where)
    assert [row["BATCHNO"] for row in found] == [first] * 4


def test_an_entity_sees_its_own_entries_alone():
    """Journal entries belong to the entity of their document."""
    books = Books(bill(1), bill(2, entity_id="200", vendor_key=4, currency="JPY"))
    fields = "<query><object>GLBATCH</object><select><field>MEGAENTITYID</field></select></query>"
    assert {row["MEGAENTITYID"] for row in books.rows(fields, entity_id="200")} == {"200"}
    assert {row["MEGAENTITYID"] for row in _all(books, "GLBATCH", "MEGAENTITYID,RECORDNO")} == {"100", "200"}


def test_entries_that_people_made_stand_in_the_ledger_as_written(twin: IntacctTwin):
    """Payroll and depreciation of each month, with title, reference, and every line."""
    manual = {(posting.owner, posting.text.title): posting for posting in twin.ledger.postings() if posting.text}
    assert twin.business.journals
    for entry in twin.business.journals:
        posting = manual[entry.entity_id, entry.title]
        assert posting.text is not None
        assert posting.text.reference_no == entry.reference_no
        assert posting.document == ("GLBATCH", posting.number)
        assert (posting.kind.symbol, posting.kind.module_key) == ("GJ", "2.GL")
        written = [(line.side, line.account_no, line.trx_amount, line.department_id) for line in posting.lines]
        assert written == [(line.side, line.account_no, line.amount, line.department_id) for line in entry.lines]


def test_each_fee_that_was_booked_is_an_entry_of_its_own(twin: IntacctTwin):
    """A convenience fee is a journal line on the fee account; one that only BILL knows is missing (S-FEE-01)."""
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for posting in twin.ledger.postings():
        for line in posting.lines:
            if line.account_no == FEE_ACCOUNT:
                booked[line.entity_id, posting.currency] -= line.trx_amount * line.side
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    missing = 0
    for receipt in seen_by("intacct", twin.business.receivables.receipts):
        if receipt.fee and receipt.voided_on is None and receipt.fee_in_intacct:
            expected[receipt.entity_id, receipt.currency] += receipt.fee
        missing += bool(receipt.fee and not receipt.fee_in_intacct)
    assert dict(booked) == dict(expected)
    assert missing >= len(twin.business.entities)


def test_months_have_their_entries_up_to_the_last_that_ended(twin: IntacctTwin):
    """Two entries a month and entity, balanced in the entity's own currency, none in the future."""
    entries: dict[str, list[Any]] = defaultdict(list)
    for entry in twin.business.journals:
        entries[entry.entity_id].append(entry)
        assert sum(line.amount * line.side for line in entry.lines) == 0
        assert entry.entry_date < TODAY
    months = {(one.entry_date.year, one.entry_date.month) for one in entries["100"]}
    assert {len(found) for found in entries.values()} == {2 * len(months)}
    assert len(months) in {23, 24}


def _journal(*lines: tuple[str, str, str], entity: str = "100", **more: str) -> str:
    """`create` of a journal entry; a line is side, account and amount."""
    words = {"JOURNAL": "GJ", "BATCH_DATE": "02/20/2026", "BATCH_TITLE": "By hand", "REFERENCENO": "J-1"} | more
    header = "".join(f"<{name}>{value}</{name}>" for name, value in words.items() if value)
    inside = "".join(
        f"<GLENTRY><ACCOUNTNO>{account}</ACCOUNTNO><TR_TYPE>{side}</TR_TYPE><TRX_AMOUNT>{amount}</TRX_AMOUNT>"
        f"<LOCATION>{entity}-A</LOCATION></GLENTRY>"
        for side, account, amount in lines
    )
    return f"<create><GLBATCH>{header}<ENTRIES>{inside}</ENTRIES></GLBATCH></create>"


PAIR = (("1", "6700", "10.00"), ("-1", "1000", "10.00"))


def test_an_entry_is_written_found_by_its_natural_key_and_deleted():
    """The reply names RECORDNO; journal, reference and day find it again (5.20); deleting leaves an audit row."""
    books = Books()
    result = books.result(_journal(*PAIR), entity_id="100")
    key = result.findtext("data/glbatch/RECORDNO")
    where = (
        "<and><equalto><field>JOURNAL</field><value>GJ</value></equalto>"
        "<equalto><field>REFERENCENO</field><value>J-1</value></equalto>"
        "<equalto><field>BATCH_DATE</field><value>02/20/2026</value></equalto></and>"
    )
    found = _all(books, "GLBATCH", "RECORDNO,BATCH_TITLE,MODULE", where)
    assert found == [{"RECORDNO": key, "BATCH_TITLE": "By hand", "MODULE": "2.GL"}]
    assert books.twin.ledger.balances()["100", "USD", "6700"] == 10
    gone = f"<delete><object>GLBATCH</object><keys>{key}</keys></delete>"
    assert books.result(gone, entity_id="100").findtext("status") == "success"
    assert _all(books, "GLBATCH", "RECORDNO") == []
    trail = [row["ACCESSMODE"] for row in books.twin.records("AUDITHISTORY") if row["OBJECTTYPE"] == "glbatch"]
    assert trail == ["C", "D"]


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (_journal(PAIR[0]), "SANDBOX-NO-LINES"),
        (_journal(PAIR[0], ("-1", "1000", "9.99")), "SANDBOX-UNBALANCED"),
        (_journal(PAIR[0], ("0", "1000", "10.00")), "SANDBOX-ENUM"),
        (_journal(PAIR[0], ("-1", "1000", "-10.00")), "SANDBOX-AMOUNT"),
        (_journal(PAIR[0], ("-1", "9999", "10.00")), "SANDBOX-ACCOUNT"),
        (_journal(("1", "6800", "10.00"), PAIR[1]), "SANDBOX-DIMENSION"),
        (_journal(*PAIR, BATCH_DATE="01/31/2026"), "SANDBOX-CLOSED-PERIOD"),
        (_journal(*PAIR, REVERSEDATE="02/20/2026"), "SANDBOX-DATE"),
        (_journal(*PAIR, BATCH_TITLE=""), "SANDBOX-REQUIRED"),
        (_journal(*PAIR, JOURNAL="XX"), "SANDBOX-JOURNAL"),
        (_journal(*PAIR, entity="200"), "SANDBOX-DIMENSION-INVALID"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused(function: str, number: str):
    """Nothing of it stays in the ledger."""
    books = Books()
    result = books.result(function, entity_id="100")
    assert result.findtext("errormessage/error/errorno") == number
    assert books.twin.ledger.postings() == ()


def test_a_reversal_undoes_an_entry_on_its_day():
    """REVERSEDATE posts the opposite, which names the entry that it undoes."""
    books = Books()
    books.result(_journal(*PAIR, REVERSEDATE="03/01/2026"), entity_id="100")
    first, second = _all(books, "GLBATCH", "RECORDNO,BATCH_DATE,REVERSEDFROM")
    assert (second["BATCH_DATE"], second["REVERSEDFROM"]) == ("03/01/2026", first["RECORDNO"])
    assert not any(books.twin.ledger.balances().values())


def test_an_entry_in_another_currency_balances_in_the_books_own():
    """What rounding leaves over goes to the last line."""
    books = Books()
    lines = [("1", "6700", "0.05"), ("1", "6700", "0.05"), ("1", "6700", "0.05"), ("-1", "1000", "0.15")]
    text = _journal(*lines).replace(
        "<LOCATION>", "<CURRENCY>EUR</CURRENCY><EXCHANGE_RATE>1.1</EXCHANGE_RATE><LOCATION>"
    )
    assert books.result(text, entity_id="100").findtext("status") == "success"
    assert books.balanced()


def test_the_legacy_function_writes_the_same():
    """`create_gltransaction` in the schema's order."""
    books = Books()
    entry = (
        "<glentry><trtype>{}</trtype><amount>7.50</amount><glaccountno>{}</glaccountno><memo>m</memo>"
        "<locationid>100-A</locationid></glentry>"
    )
    text = (
        "<create_gltransaction><journalid>GJ</journalid><datecreated><year>2026</year><month>02</month><day>21</day>"
        "</datecreated><description>Fee</description><referenceno>F-1</referenceno><gltransactionentries>"
        f"{entry.format('debit', '6700')}{entry.format('credit', '1000')}</gltransactionentries></create_gltransaction>"
    )
    result = books.result(text, entity_id="100")
    assert result.findtext("status") == "success", result
    (found,) = _all(books, "GLBATCH", "RECORDNO,BATCH_TITLE,REFERENCENO")
    assert found == {"RECORDNO": result.findtext("key"), "BATCH_TITLE": "Fee", "REFERENCENO": "F-1"}
    assert books.twin.ledger.balances()["100", "USD", "1000"] == Decimal("-7.50")
