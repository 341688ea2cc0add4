"""What BILL lists for one record at a time, such as the files of a bill: a question for each parent.

BILL announces no count; each list was followed to the page that names no next one, and no record is handed on twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intacct_pipelines.clients.bill import Session
from intacct_pipelines.domain.catalog import Table
from intacct_pipelines.domain.records import Batch, Tally, Window, WindowKind
from intacct_pipelines.errors import ConfigurationError, RecordNotFoundError
from intacct_pipelines.extract.json_records import ENCLOSING, Record, type_records


class ByParentExtraction:
    """Batches of one table, parent by parent; satisfies ``domain.records.Extraction``.

    Args:
        session: Session of the organisation.
        organization_id: The organisation that is meant; must be the session's.
        table: A table that is asked for by its parents.
        parent_ids: Parents to ask for.
        gone_ids: Parents that the source has no longer: nothing is asked, and nothing of them is left.

    Raises:
        ConfigurationError: The table or the organisation does not fit.
    """

    def __init__(
        self,
        session: Session,
        organization_id: str,
        table: Table,
        parent_ids: Sequence[str],
        gone_ids: Sequence[str] = (),
    ) -> None:
        if session.organization_id != organization_id or not table.is_asked_by_parent:
            raise ConfigurationError(f"{table.qualified_name} of {organization_id} is not read by its parents here.")
        self.table = table
        self.window = Window(WindowKind.PARENTS, parent_keys=(*parent_ids, *gone_ids))
        self.tally = Tally()
        self._session = session
        self._parent_ids = parent_ids

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches.

        Raises:
            RecordNotFoundError: BILL knows none of the parents. One that it does not know any more has nothing; that
                it knows none at all says rather that we ask wrongly.
            RemoteSystemError: Any other failure.
        """
        before = self._session.requests
        lost: list[RecordNotFoundError] = []
        for parent_id in self._parent_ids:
            try:
                for records in self._lists(parent_id):
                    self.tally.announced += len(records)
                    self.tally.received += len(records)
                    yield type_records(self.table, records, {}, self.tally)
            except RecordNotFoundError as error:
                lost.append(error)
            self.tally.requests = self._session.requests - before
        if lost and len(lost) == len(self._parent_ids):
            raise lost[0]

    def _lists(self, parent_id: str) -> Iterator[list[Record]]:
        path = self.table.source_object.format(parent_id=parent_id)
        seen: set[str] = set()
        for page in self._session.list(path):
            fresh: list[Record] = []
            for record in page.results:
                record_id = str(record.get("id"))
                if record_id not in seen:
                    fresh.append({**record, ENCLOSING: {"id": parent_id}})
                seen.add(record_id)
            yield fresh
