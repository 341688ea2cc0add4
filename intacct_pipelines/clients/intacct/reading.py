"""Reading all pages of a query: which page is asked for next, and the proof that no row was missed or read twice.

Each page is cut out by key, never by offset: an offset is counted anew for every request, so that a row deleted on an
earlier page silently pushes another one over the edge. With two requests under way one walks up from the smallest
key (``RECORDNO > low``, ascending) and one walks down from the largest (``RECORDNO < high``, descending). Every answer
settles an interval of keys as a whole: the lowest page up to its last key, the highest down to its last. What is left
between ``low`` and ``high`` is read by one last request that knows both ends, and the reading ends only when a reply
says that nothing remains between the two. So the settled intervals are disjoint and cover all keys, whatever is
inserted, deleted or changed meanwhile: a row that is there from beginning to end arrives exactly once.

The price: the last page waits for the others. For p pages of rows that do not change that makes exactly p requests, in
1 + ⌈p/2⌉ rounds when two are under way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from intacct_pipelines.clients.intacct.failures import SYSTEM
from intacct_pipelines.clients.intacct.query import Condition, Filter, Operator, Query, all_of
from intacct_pipelines.clients.intacct.reply import Listing, Page
from intacct_pipelines.errors import IncompleteResultError

_KEY: Final = "^[0-9]{1,18}$"


@dataclass(frozen=True, slots=True)
class Cut:
    """One page to ask for: keys strictly between ``low`` and ``high``, from one of the ends.

    Args:
        low: Keys are larger than this; None for no bound.
        high: Keys are smaller than this; None for no bound.
        descending: From the large end.
        size: Rows at most.
    """

    low: int | None
    high: int | None
    descending: bool
    size: int

    def condition(self, key: str) -> Filter | None:
        """The cut as a filter on ``key``."""
        return all_of(
            None if self.low is None else Condition(key, Operator.GREATER, (str(self.low),)),
            None if self.high is None else Condition(key, Operator.LESS, (str(self.high),)),
        )


class Answer(Protocol):
    """What came for one cut. Where it ends is known at once; the rows are read when they are wanted."""

    @property
    def edge(self) -> int | None:
        """The last key of the page; None if the page is empty."""
        ...

    @property
    def remaining(self) -> int:
        """Rows of the cut that did not fit on the page."""
        ...

    def listing(self) -> Listing:
        """Read the rows."""
        ...


class Source(Protocol):
    """Where pages come from."""

    def fetch(self, query: Query, cut: Cut) -> Answer:
        """Ask for one cut; may be called from several threads."""
        ...


@dataclass(slots=True)
class Reading:
    """One pass over all pages of one query.

    Args:
        source: Where pages come from.
        query: What to read; its fields include its key.
        size: Rows a page.
        executor: Fetches ahead, two at a time; None to fetch one after the other.
    """

    source: Source
    query: Query
    size: int
    executor: Executor | None = None
    _low: int | None = None
    """All keys up to this one are settled."""
    _high: int | None = None
    """All keys from this one on are settled."""
    _closed: bool = False
    _announced: int = 0
    _received: int = 0
    _unclaimed: int = 0
    """Rows between ``_low`` and ``_high`` that no request under way is expected to bring."""
    _under_way: dict[Future[Answer], Cut] = field(default_factory=dict)

    def pages(self) -> Iterator[Page]:
        """Yield the pages; the first has the smallest keys, the others come from both ends.

        Raises:
            IncompleteResultError: Keys are not in order, or not those that were asked for.
            RemoteSystemError: A request failed.
        """
        try:
            while not self._closed:
                cut, answer = self._next()
                self._advance(cut, answer)
                self._launch()
                page = self._settle(cut, answer)
                # a page is large: nothing of it may wait here while the caller works
                del answer
                yield page
                del page
        finally:
            for future in self._under_way:
                future.cancel()

    def _next(self) -> tuple[Cut, Answer]:
        """Wait for the page that comes first, or ask for one if none is under way."""
        if not self._under_way:
            cut = Cut(self._low, self._high, descending=False, size=self.size)
            return cut, self.source.fetch(self.query, cut)
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        future = done.pop()
        cut = self._under_way.pop(future)
        return cut, future.result()

    def _advance(self, cut: Cut, answer: Answer) -> None:
        """Move the end from which the page came, so that the next request can leave before the rows are read."""
        knows_both_ends = cut.low == self._low if cut.descending else cut.high == self._high
        if not self._under_way and knows_both_ends:
            self._unclaimed = answer.remaining
        if answer.remaining == 0:
            self._closed = True
        elif answer.edge is None:
            raise self._broken(f"an empty page announces {answer.remaining} further rows")
        elif cut.descending:
            self._high = answer.edge
        else:
            self._low = answer.edge
        if self._low is not None and self._high is not None and self._low + 1 >= self._high:
            self._closed = True

    def _launch(self) -> None:
        """Send what may be under way beside each other without meeting."""
        if self._closed or self.executor is None:
            return
        for descending in (False, True):
            if any(cut.descending is descending for cut in self._under_way.values()):
                continue
            # the page that closes the gap has to know both ends, so it goes alone
            if self._under_way and self._unclaimed <= self.size:
                return
            cut = Cut(self._low, self._high, descending=descending, size=self.size)
            self._under_way[self.executor.submit(self.source.fetch, self.query, cut)] = cut
            self._unclaimed -= self.size

    def _settle(self, cut: Cut, answer: Answer) -> Page:
        """Prove the page and drop what the other end has brought already."""
        listing = answer.listing()
        keys = self._keys(listing)
        self._check_order(cut, keys)
        if (int(keys[-1]) if len(keys) else None) != answer.edge or listing.remaining != answer.remaining:
            raise self._broken("the page does not end where it seemed to")
        columns = self._without_overlap(cut, keys, listing.columns)
        count = len(columns[self.query.key])
        self._received += count
        self._announced = self._announced or listing.total
        total = self._received if self._closed else self._announced
        return Page(self.query.fields, columns, total, count, max(0, total - self._received))

    def _keys(self, listing: Listing) -> npt.NDArray[np.int64]:
        texts = listing.columns[self.query.key]
        if texts.null_count or not pc.all(pc.match_substring_regex(texts, _KEY), min_count=0).as_py():
            raise self._broken(f"a row has no number as its {self.query.key}")
        return np.from_dlpack(texts.cast(pa.int64())).view(np.int64)

    def _check_order(self, cut: Cut, keys: npt.NDArray[np.int64]) -> None:
        ascending = keys[::-1] if cut.descending else keys
        if (ascending[1:] <= ascending[:-1]).any():
            raise self._broken(f"the rows are not in order of {self.query.key}")
        if len(ascending) and not (
            (cut.low is None or cut.low < ascending[0]) and (cut.high is None or ascending[-1] < cut.high)
        ):
            raise self._broken(f"rows lie outside of the page that was asked for, {cut}")

    def _without_overlap(
        self, cut: Cut, keys: npt.NDArray[np.int64], columns: Mapping[str, pa.Array]
    ) -> Mapping[str, pa.Array]:
        """Rows that both ends brought, because rows between them vanished, count once."""
        bound = self._low if cut.descending else self._high
        if bound is None:
            return columns
        kept = np.count_nonzero(keys > bound if cut.descending else keys < bound)
        return columns if kept == len(keys) else {name: column.slice(0, kept) for name, column in columns.items()}

    def _broken(self, message: str) -> IncompleteResultError:
        return IncompleteResultError(f"{self.query.object}: {message}", system=SYSTEM, operation="query")
