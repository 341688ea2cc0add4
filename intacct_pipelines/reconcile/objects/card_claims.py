"""What the vendor's sync says of card transactions: claims, which are audited and never believed (S-CRD-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.frames import select_rows, text

if TYPE_CHECKING:
    import pandas as pd

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

HOLDS_RECORD: Final = ("synced", "manual_synced")
"""Words by which the platform says that Intacct has it."""
_RANK: Final = {word: place for place, word in enumerate((*HOLDS_RECORD, "error", "pending"))}
_LARGEST: Final = 2**63
"""Beyond any record number."""


class Claims:
    """The claims of one platform account, by the transaction or part at which they stand.

    Args:
        link: Says what a claim names in Intacct.
        frames: Current rows of both sides.

    Raises:
        DataContractError: Rows repeat a key.
    """

    def __init__(self, link: Link, frames: Frames) -> None:
        rows = select_rows(frames["spend.card_transaction_sync"], "id", deleted=False)
        named = _numbers_by_id(frames["intacct.card_transaction"]) if link.cards.claims_document_no else None
        self._records: dict[str, set[int]] = {}
        self._said: dict[str, tuple[str, str]] = {}
        self.lines: set[str] = set()
        """Transactions and parts of them for which some record is claimed."""
        columns = ("line_id", "sync_status", "sync_message", "intacct_record_no")
        for line, status, message, claimed in zip(*(text(rows, column) for column in columns), strict=True):
            word = status.casefold()
            self._said[line] = min(self._said.get(line, (word, message)), (word, message), key=_by_rank)
            if not claimed or word not in HOLDS_RECORD:
                continue
            self.lines.add(line)
            record_no = _number(claimed) if named is None else named.get(claimed)
            if record_no is not None:
                self._records.setdefault(line, set()).add(record_no)

    def of(self, line: str) -> list[int]:
        """Return the record numbers that are claimed for a transaction or part, in order."""
        return sorted(self._records.get(line, ()))

    def said(self, line: str) -> tuple[str, str] | None:
        """Return the most telling status, in small letters, with its message; None if nothing is said."""
        return self._said.get(line)


def _by_rank(said: tuple[str, str]) -> tuple[int, str, str]:
    return (_RANK.get(said[0], len(_RANK)), *said)


def _number(claimed: str) -> int | None:
    return int(claimed) if claimed.isascii() and claimed.isdigit() and int(claimed) < _LARGEST else None


def _numbers_by_id(rows: pd.DataFrame) -> dict[str, int]:
    """Return the record that each document number means: the newest live one, else the newest deleted one."""
    deleted, live = (select_rows(rows, "record_no", deleted=gone) for gone in (True, False))
    return {
        number: int(record_no)
        for part in (deleted, live)
        for number, record_no in zip(text(part, "document_no"), part["record_no"], strict=True)
        if number
    }
