"""What the stages hand to each other: batches of rows, rejected rows, windows and certificates of completeness."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

import pyarrow as pa

from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.columns import TEXT, of_flags

TextColumn: TypeAlias = list[str | None]
"""One column of a source: its texts as they came, None for what is absent."""

CUSTOM_FIELDS: Final = "custom_fields"
"""The column with the fields that the company defined itself, as a JSON object."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Typed rows of one table, column by column, with every declared column of the table present and equally long.

    A column is an Arrow array of its kind's type (``domain.columns``). No text is empty: neither source tells an empty
    text from an absent one. Besides the declared columns there is ``custom_fields`` (the text of a JSON object, or
    null) when the source had any.
    """

    table: Table
    columns: Mapping[str, pa.Array]

    def __len__(self) -> int:
        return len(self.columns[self.table.key[0]])

    def without(self, positions: Collection[int]) -> Rows:
        """Return the rows that do not stand at ``positions``."""
        if not positions:
            return self
        kept = of_flags([position not in positions for position in range(len(self))])
        return Rows(self.table, {name: column.filter(kept) for name, column in self.columns.items()})

    @staticmethod
    def joined(parts: Sequence[Rows]) -> Rows:
        """Return the rows of all parts, which are one or more of the same table, in their order."""
        first, *others = parts
        if not others:
            return first
        names = dict.fromkeys(name for part in parts for name in part.columns)
        return Rows(first.table, {name: pa.concat_arrays([part.column(name) for part in parts]) for name in names})

    def column(self, name: str) -> pa.Array:
        """Return a column; nulls if it is ``custom_fields`` and the source had none."""
        if name == CUSTOM_FIELDS and name not in self.columns:
            return pa.nulls(len(self), TEXT)
        return self.columns[name]


@dataclass(frozen=True, slots=True)
class SourceField:
    """A field that an object has in one company, as its user sees it."""

    name: str
    is_custom: bool
    """Whether the company defined it itself."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not be typed or broke its contract; it goes to quarantine, whole and masked."""

    table: str
    key: str
    column: str
    check: str
    value: str
    rule: str
    fragment: str
    """The source row as JSON, with columns that hold personal or bank data masked."""


def rejected_rows(rejects: Iterable[Reject]) -> int:
    """Return how many source rows the rejects stand for: one row may break several rules."""
    reasons: dict[bytes, Counter[tuple[str, str]]] = {}
    for reject in rejects:
        row = hashlib.sha256(f"{reject.key}\0{reject.fragment}".encode(errors="surrogatepass")).digest()
        reasons.setdefault(row, Counter())[reject.column, reject.check] += 1
    return sum(max(counts.values()) for counts in reasons.values())


@dataclass(frozen=True, slots=True)
class Batch:
    """One page of a source: the good rows and the rejected ones."""

    rows: Rows
    rejects: tuple[Reject, ...] = ()


def gather(batches: Iterable[Batch], size: int) -> Iterator[Batch]:
    """Join batches of one table, in order, until each has ``size`` rows or nothing follows.

    Judging and sending cost something for each call, whatever the number of rows.
    """
    waiting: list[Batch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(len(each.rows) for each in waiting) >= size:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(batches: Sequence[Batch]) -> Batch:
    rejects = tuple(reject for batch in batches for reject in batch.rejects)
    return Batch(Rows.joined([batch.rows for batch in batches]), rejects)


class WindowKind(StrEnum):
    """How much of a table an extraction covers."""

    ALL = "all"
    """Every record the session sees; what is stored and did not arrive is deleted."""
    CHANGED = "changed"
    """Records modified at or after ``since``."""
    MONTH = "month"
    """Records whose document date lies in one of ``months``; deletions inside these are swept."""
    PARENTS = "parents"
    """Lines of the parents named by ``parent_keys``; lines of these that did not arrive are deleted."""


@dataclass(frozen=True, slots=True)
class Window:
    """What one extraction covers."""

    kind: WindowKind
    since: str = ""
    """For ``CHANGED``: the server's own timestamp text, overlap already subtracted."""
    months: tuple[date, ...] = ()
    """For ``MONTH``: first days, ascending."""
    parent_keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind is WindowKind.MONTH:
            names = ", ".join(f"{month:%Y-%m}" for month in self.months)
            return f"month {names}" if len(self.months) == 1 else f"months {names}"
        if self.kind is WindowKind.CHANGED:
            return f"changed since {self.since}"
        if self.kind is WindowKind.PARENTS:
            return f"lines of {len(self.parent_keys)} parents"
        return "all"


@dataclass(slots=True)
class Tally:
    """What an extraction counted; complete once its batches are exhausted."""

    announced: int = 0
    """Rows that the source said there were."""
    received: int = 0
    requests: int = 0
    in_order: bool = True
    control_total: Decimal = Decimal(0)
    """Sum of the table's ``control_total`` column over all received rows, rejected ones included if readable."""
    watermark: str = ""
    """Largest cursor value seen, as the server wrote it; empty if no row had one."""

    @staticmethod
    def joined(parts: Sequence[Tally]) -> Tally:
        """Return what readings that know of no time counted together."""
        return Tally(
            announced=sum(part.announced for part in parts),
            received=sum(part.received for part in parts),
            requests=sum(part.requests for part in parts),
            in_order=all(part.in_order for part in parts),
            control_total=sum((part.control_total for part in parts), Decimal(0)),
        )


class Extraction(Protocol):
    """Batches of one table over one window; iterate once, then read ``tally``."""

    table: Table
    window: Window
    tally: Tally

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches; raises ``IncompleteResultError`` at the end when rows are missing."""
        ...


@dataclass(frozen=True, slots=True)
class Deletion:
    """One record that the source reports as deleted."""

    key: str
    """The record's key, or its business id where the source's audit names that."""
    deleted_at: datetime | None = None
    deleted_by: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof of completeness of one window: nothing announced is missing, nothing received is lost."""

    table: str
    entity: str
    window: str
    announced: int
    received: int
    stored: int
    """Rows received and loaded or already there unchanged."""
    quarantined: int
    inserted: int
    updated: int
    unchanged: int
    deleted: int
    in_order: bool
    control_total_source: Decimal
    control_total_stored: Decimal
    requests: int
    watermark: str
    started_at: datetime
    finished_at: datetime
    run_id: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every announced row was received and is either stored or in quarantine, in order, to the cent."""
        totals_agree = self.quarantined > 0 or self.control_total_source == self.control_total_stored
        counts_agree = self.announced == self.received == self.stored + self.quarantined
        return self.in_order and counts_agree and totals_agree


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What the source has of one table in one month, as it was just read."""

    table: str
    """Qualified name."""
    received: int
    control_total: Decimal
    quarantined: int
    """How many of the received rows stand in quarantine."""

    @staticmethod
    def of(certificate: Certificate) -> SourceCount:
        """Return what a window that is one month had."""
        return SourceCount(
            certificate.table, certificate.received, certificate.control_total_source, certificate.quarantined
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a contract said of one batch: positions of rows that break it, and why."""

    rejects: tuple[Reject, ...] = ()
    rejected_positions: frozenset[int] = field(default_factory=frozenset)
