"""Statements of card accounts: no platform tells of one, so it is an account and the days from one close to the next.

Its id ends with its first and its last day, so that all of its charges can be found by the id alone.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from intacct_pipelines.domain.link import Link

NUMBER_LENGTH: Final = 20
"""Longest reference of a journal entry."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,19}")
"""Card accounts that can stand in a mark, and leave room for the item's key behind it."""
_HASH_LENGTH: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class Statement:
    """One statement of one card account.

    Args:
        account: Intacct's card account.
        first: Its first day.
        last: The day on which it closes.
    """

    account: str
    first: date
    last: date

    @property
    def id(self) -> str:
        """What marks and items call it, such as ``CARD-100-20260101-20260131``."""
        return f"{_spelt(self.account)}-{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def number(self) -> str:
        """The reference of what pays it, such as ``CARD-100-20260131``; short enough for a journal entry."""
        number = f"{_spelt(self.account)}-{self.last:%Y%m%d}"
        return number if len(number) <= NUMBER_LENGTH else hashlib.sha256(number.encode()).hexdigest()[:NUMBER_LENGTH]

    @property
    def prefix(self) -> str:
        """What the ids of all statements of the account begin with."""
        return f"{_spelt(self.account)}-"


def end_of(day: date, statement_day: int) -> date:
    """Return the day on which the statement closes that a day is in; 0 stands for the last day of each month."""
    if statement_day and day.day > statement_day:
        day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return day.replace(day=statement_day or calendar.monthrange(day.year, day.month)[1])


def first_of(last: date, statement_day: int) -> date:
    """Return the first day of the statement that closes on a day."""
    before = last.replace(day=1) - timedelta(days=1)
    return end_of(before.replace(day=min(before.day, statement_day or before.day)), statement_day) + timedelta(days=1)


def statements_to_pay(link: Link, now: datetime) -> list[Statement]:
    """Return the statements of a link's card accounts that closed since its payments are entered, oldest first.

    Args:
        link: A link of a card platform.
        now: Until when, UTC; a day more is taken than any time zone can need.
    """
    since, last_day = link.statement_payments.since, (now + timedelta(days=1)).date()
    if since is None:
        return []
    found, last = [], end_of(since, link.cards.statement_day)
    while last <= last_day:
        first = first_of(last, link.cards.statement_day)
        found += [Statement(account, first, last) for account in link.cards.accounts]
        last = end_of(last + timedelta(days=1), link.cards.statement_day)
    return found


def days_of(statement_id: str) -> tuple[date, date] | None:
    """Return the first and last day that an id ends with; None if it ends with none."""
    found = re.search(r"-([0-9]{8})-([0-9]{8})$", statement_id)
    if found is None:
        return None
    try:
        first, last = (date.fromisoformat(part) for part in found.groups())
    except ValueError:
        return None
    return first, last


def overlapping(statement: Statement, ids: Iterable[str]) -> list[str]:
    """Return those ids of other statements of the same account that share a day with one, in order."""
    named = {one: days_of(one) for one in ids if one.startswith(statement.prefix) and one != statement.id}
    return sorted(
        one for one, days in named.items() if days and days[0] <= statement.last and statement.first <= days[1]
    )


def _spelt(account: str) -> str:
    if _PLAIN.fullmatch(account):
        return account
    return hashlib.sha256(account.encode()).hexdigest()[:_HASH_LENGTH]
