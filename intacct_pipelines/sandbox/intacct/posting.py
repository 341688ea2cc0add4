"""How a document becomes a journal entry: numbered lines, with the document's owner, currencies and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from intacct_pipelines.sandbox.ledger import Document, LedgerLine, Posting, PostingKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table


class Coding(NamedTuple):
    """Where an entry belongs: the entity whose books it is in, and the dimensions."""

    entity_id: str
    location_id: str = ""
    department_id: str = ""
    class_id: str = ""
    memo: str = ""


class Entry(NamedTuple):
    """One debit or credit before it has a number; amounts in transaction and in base currency."""

    side: int
    account_no: str
    trx_amount: Decimal
    base_amount: Decimal
    coding: Coding


def entry_of(line: LedgerLine) -> Entry:
    """A posted line as an entry again."""
    coding = Coding(line.entity_id, line.location_id, line.department_id, line.class_id, line.memo)
    return Entry(line.side, line.account_no, line.trx_amount, line.base_amount, coding)


def opposite(entry: Entry) -> Entry:
    """The entry that takes another back."""
    return entry._replace(side=-entry.side)


def coding_of(state: State, lines: Table, item: Row, owner: str) -> Coding:
    """The coding of a document's line; at top level the location decides whose books it is in."""
    location = lines.get(item, "LOCATIONID")
    memo = "ENTRYDESCRIPTION" if "ENTRYDESCRIPTION" in lines.at else "DESCRIPTION"
    return Coding(
        owner or state.entity_of_location(location),
        location,
        lines.get(item, "DEPARTMENTID"),
        lines.get(item, "CLASSID"),
        lines.get(item, memo),
    )


def journal_entry(
    state: State, table: Table, row: Row, kind: PostingKind, entry_date: str, entries: Sequence[Entry]
) -> Posting:
    """The journal entry of a document, with numbers reserved in the ledger.

    Args:
        state: The company.
        table: The document's table; has RECORDNO, CURRENCY, BASECURR, AUWHENCREATED and WHENMODIFIED.
        row: The document.
        kind: Where it came from.
        entry_date: ``mm/dd/yyyy``.
        entries: Debits and credits; balanced within each entity.
    """
    number, first = state.ledger.next_numbers(len(entries))
    return Posting(
        number=number,
        document=Document(table.spec.name, int(table.get(row, "RECORDNO"))),
        kind=kind,
        owner=row[table.owner_at],
        currency=table.get(row, "CURRENCY"),
        base_currency=table.get(row, "BASECURR"),
        entry_date=entry_date,
        created=table.get(row, "AUWHENCREATED"),
        modified=table.get(row, "WHENMODIFIED"),
        stamp=row[table.stamp_at],
        lines=tuple(
            LedgerLine(
                at,
                entry.side,
                entry.account_no,
                entry.coding.entity_id,
                entry.trx_amount,
                entry.base_amount,
                *entry.coding[1:],
            )
            for at, entry in enumerate(entries, first)
        ),
    )
