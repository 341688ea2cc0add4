"""Credits in words that both sides share, so that both directions can tell which side changed what (S-CFG-21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intacct_pipelines.push.sources import Row


def words_of_credit(row: Row, party: str, day: str) -> dict[str, str]:
    """Return a credit of Intacct beside its lines in shared words, by BILL's column.

    Args:
        row: Intacct's record.
        party: The column with vendor or customer.
        day: Intacct's column with its date.
    """
    return {
        party: text(row, party),
        "reference_no": text(row, "document_no").strip(),
        "credit_date": text(row, day),
    }


def said_of_credit(credit: Row, party: str, party_id: str) -> dict[str, str]:
    """Return what BILL says of a credit beside its lines, in shared words.

    Args:
        credit: BILL's record.
        party: The column with vendor or customer.
        party_id: Intacct's id of that; empty if it has none there.
    """
    return {
        party: party_id,
        "reference_no": text(credit, "reference_no").strip(),
        "credit_date": text(credit, "credit_date"),
    }


def turned(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return Intacct's lines of a credit with BILL's sign."""
    return [{**row, "trx_amount": -row["trx_amount"]} for row in rows]
