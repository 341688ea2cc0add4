"""Lump sums that stand in Intacct as journal entries between the bank and clearing, not as its own funds transfers.

An entry names the movement in its title, as this product writes it, or carries BILL's number as its reference. Entries
are numbered by themselves, so they are no pairs: a movement is told as one without a transfer, for that reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.ledger import ACCRUAL, POSTED, SUBLEDGERS
from intacct_pipelines.domain.link import ClosedPeriod
from intacct_pipelines.reconcile.documents import money
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import folded, mapped, select_rows, text

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

AGREES: Final = "agrees"
DIFFERS: Final = "differs"
UNDONE: Final = "undone"
NO_ENTRY: Final = ""


class _Posted(NamedTuple):
    """What the entries of one movement come to on the clearing account; a debit is positive."""

    amount: Decimal
    day: date
    currency: str
    is_named: bool


def with_entries(
    movements: pd.DataFrame, link: Link, frames: Frames, account: str, credited: tuple[str, ...]
) -> pd.DataFrame:
    """Return BILL's movements with what Intacct has of each as a journal entry, in ``entry``.

    Args:
        movements: As in ``funds_groups.Groups``.
        link: Whose policy says whether an entry may be of a later day.
        frames: For the ledger's lines on the clearing accounts.
        account: The clearing account; empty if there is none.
        credited: Last words of the names of groups whose money leaves the account.

    Returns:
        ``AGREES``, ``DIFFERS``, ``UNDONE`` for one that was taken back, or ``NO_ENTRY``.
    """
    lines = _lines(frames, account)
    by_id = _posted(lines[(lines["source"] != "").to_numpy(dtype=bool)], "source")
    unnamed = lines[((lines["source"] == "") & (lines["number"] != "")).to_numpy(dtype=bool)]
    by_number = _posted(unnamed, "number")
    is_credit = movements["settlement"].str.endswith(credited).to_numpy(dtype=bool)
    named = mapped(movements["key"], by_id, None)
    found = named.where(named.notna(), mapped(movements["number"], by_number, None))
    is_later_fine = link.closed_period is ClosedPeriod.FIRST_OPEN
    told = [
        _told(one, -amount if credit else amount, day, currency, is_later_fine=is_later_fine)
        for one, amount, day, currency, credit in zip(
            found, movements["amount"], movements["day"], movements["currency"], is_credit, strict=True
        )
    ]
    return movements.assign(entry=pd.Series(told, index=movements.index, dtype=object))


def _told(found: _Posted | None, amount: Decimal, day: date, currency: str, *, is_later_fine: bool) -> str:
    if found is None or pd.isna(found.day):
        return NO_ENTRY
    if found.amount == NO_MONEY:
        return UNDONE
    is_on_day = found.day == day or (is_later_fine and found.is_named and found.day > day)
    agrees = found.amount == amount and is_on_day and currency in {"", found.currency}
    return AGREES if agrees else DIFFERS


def _lines(frames: Frames, account: str) -> pd.DataFrame:
    rows = select_rows(frames["intacct.gl_detail"], "record_no", deleted=False)
    is_entry = (text(rows, "account_no") == account) & (account != "") & (text(rows, "book") == ACCRUAL)
    is_entry &= (text(rows, "entry_state") == POSTED) & ~text(rows, "module_key").isin(SUBLEDGERS)
    rows = rows[is_entry.to_numpy(dtype=bool)].reset_index(drop=True)
    marks = [read_source_mark(title) for title in text(rows, "batch_title")]
    return pd.DataFrame(
        {
            "source": np.array([mark[1] if mark and mark[0] == "bill" else "" for mark in marks], dtype=object),
            "number": folded(text(rows, "batch_reference_no")),
            "day": rows["entry_date"].astype(object),
            "amount": money(rows, "trx_debit_amount") - money(rows, "trx_credit_amount"),
            "currency": text(rows, "currency"),
        }
    )


def _posted(lines: pd.DataFrame, by: str) -> dict[str, _Posted]:
    found: dict[str, _Posted] = {}
    for name, group in lines.groupby(by, sort=True):
        currencies = set(group["currency"])
        total = sum(group["amount"], start=NO_MONEY)
        currency = currencies.pop() if len(currencies) == 1 else "several"
        found[str(name)] = _Posted(total, group["day"].min(), currency, is_named=by == "source")
    return found
