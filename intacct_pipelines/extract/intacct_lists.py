"""Tables that `query` does not read: what a function of Intacct lists, whole → batches with a tally.

Which function, and what in its answer is a row, is declared in the catalog (``Call``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from intacct_pipelines.clients.intacct import Function, Session, functions
from intacct_pipelines.domain.catalog import POSITION, Call, Table
from intacct_pipelines.domain.records import Batch, Tally, Window, WindowKind
from intacct_pipelines.errors import IncompleteResultError, UnknownFieldError
from intacct_pipelines.extract.typing import type_rows

PAGE_ROWS: Final = 1000
_PAGED: Final = "get_list"


def is_paged(call: Call) -> bool:
    """Return whether a call lists page by page, and takes a filter."""
    return call.function == _PAGED


def count_listed(session: Session, call: Call) -> int:
    """Return how many rows a paged list has; costs one request for each value of its argument, and one row."""
    asked = [
        functions.read_list(call.function, call.argument, value, control_id=f"{_PAGED}-{value}-count", page=(0, 1))
        for value in call.values
    ]
    return sum(session.read_lists([function], call.row)[0].total for function in asked)


class ListExtraction:
    """One reading of one table that a function lists; satisfies ``domain.records.Extraction``.

    Args:
        session: Where to read.
        table: A table with a ``call``.
        call: The table's call.
        zone: IANA name of the zone of the company's timestamps.
        after: For ``get_list``: the record number behind which to read; all is read if it is empty.
    """

    def __init__(self, session: Session, table: Table, call: Call, *, zone: str, after: str = "") -> None:
        self.table = table
        self.window = Window(WindowKind.CHANGED, since=f"record {after}") if after else Window(WindowKind.ALL)
        self._only = (table.column(table.key[0]).source, ">", after) if after else None
        self.tally = Tally()
        self._session = session
        self._call = call
        self._zone = zone

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches.

        Raises:
            IncompleteResultError: A page is empty though rows are still to come.
            UnknownFieldError: No row has a declared field that must be there.
            RemoteSystemError: Any other failure.
        """
        before = self._session.requests
        pages = self._list_pages() if is_paged(self._call) else [self._run_all()]
        for rows in pages:
            columns = self._columns(rows)
            self.tally.received += len(rows)
            self.tally.requests = self._session.requests - before
            yield type_rows(self.table, columns, zone=self._zone)

    def _run_all(self) -> list[dict[str, str | None]]:
        """Run the function for each value of its argument, all in one request."""
        values = (value.replace("{user_id}", self._session.user_id) for value in self._call.values)
        asked = [self._function(value, f"{self._call.function}-{at}") for at, value in enumerate(values)]
        listings = self._session.read_lists(asked, self._call.row)
        self.tally.announced += sum(listing.total for listing in listings)
        return [row for listing in listings for row in listing.rows]

    def _list_pages(self) -> Iterator[list[dict[str, str | None]]]:
        for value in self._call.values:
            start, total = 0, 1
            while start < total:
                function = self._function(value, f"{_PAGED}-{value}-{start}", page=(start, PAGE_ROWS))
                (listing,) = self._session.read_lists([function], self._call.row)
                total = listing.total
                if not listing.rows and start < total:
                    raise IncompleteResultError(
                        f"{value}: an empty page after {start} of {total} rows", system="intacct", operation=_PAGED
                    )
                start += len(listing.rows)
                yield list(listing.rows)
            self.tally.announced += total

    def _function(self, value: str, control_id: str, page: tuple[int, int] | None = None) -> Function:
        return functions.read_list(
            self._call.function,
            self._call.argument,
            value,
            control_id=control_id,
            page=page,
            only=self._only,
            further=self._call.further,
        )

    def _columns(self, rows: list[dict[str, str | None]]) -> dict[str, list[str | None]]:
        first = self.tally.received + 1
        columns: dict[str, list[str | None]] = {}
        for column in self.table.columns:
            if column.source == POSITION:
                columns[POSITION] = [str(number) for number in range(first, first + len(rows))]
                continue
            if rows and not column.is_optional and not any(column.source in row for row in rows):
                raise UnknownFieldError(
                    f"{self.table.source_object} lists no {column.source}",
                    system="intacct",
                    operation=self._call.function,
                    remedy="Take the column out of the catalog, or mark it as optional.",
                )
            columns[column.source] = [row.get(column.source) for row in rows]
        return columns
