"""Journal entries of their own: what a person or a push writes into the ledger without a document behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.values import sortable
from intacct_pipelines.sandbox.ledger import Document, EntryText, LedgerLine, Posting, PostingKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.intacct.posting import Entry
    from intacct_pipelines.sandbox.intacct.state import State

OBJECT: Final = "GLBATCH"
MODULE: Final = "2.GL"
GENERAL: Final = PostingKind("Journal entry", "GJ", MODULE, "")


def manual_entry(
    state: State,
    kind: PostingKind,
    text: EntryText,
    entries: Sequence[Entry],
    *,
    owner: str,
    currency: str,
    day: str,
    at: datetime,
) -> Posting:
    """A posting that is its own document, with numbers reserved in the ledger.

    Args:
        state: The company.
        kind: Which journal.
        text: What was written on it.
        entries: Debits and credits; balanced within each entity.
        owner: The entity that owns it; empty at top level.
        currency: Transaction currency, ISO 4217.
        day: ``mm/dd/yyyy``.
        at: When it was made.
    """
    number, first = state.ledger.next_numbers(len(entries))
    modified = state.instants.local(at)
    return Posting(
        number=number,
        document=Document(OBJECT, number),
        kind=kind,
        owner=owner,
        currency=currency,
        base_currency=state.currency_of(owner),
        entry_date=day,
        created=modified,
        modified=modified,
        stamp=sortable(modified),
        lines=tuple(
            LedgerLine(
                at_no,
                one.side,
                one.account_no,
                one.coding.entity_id,
                one.trx_amount,
                one.base_amount,
                *one.coding[1:],
            )
            for at_no, one in enumerate(entries, first)
        ),
        text=text,
    )
