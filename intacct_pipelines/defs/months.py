"""Prove months of documents of any source; plain functions, without Dagster.

Where the source can be asked for the documents of a month, each month is read by itself. Where it cannot, the first
month that is proven reads everything, and the others are proven from the same reading (ADR 0018).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from intacct_pipelines.defs.bill_extraction import bill_extraction, party_of, sync_bill
from intacct_pipelines.defs.extraction import load_documents, prove_month
from intacct_pipelines.defs.spend_extraction import spend_extraction
from intacct_pipelines.domain.catalog import BILL_TABLES, INTACCT_TABLES, SPEND_TABLES, Table
from intacct_pipelines.domain.records import Window, WindowKind
from intacct_pipelines.errors import ConfigurationError, IntacctPipelinesError
from intacct_pipelines.warehouse.months import MonthProof, prove

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.extract.documents import DocumentExtraction

HISTORY_TABLES: Final = tuple(table for table in (*INTACCT_TABLES, *BILL_TABLES, *SPEND_TABLES) if table.document_date)
"""Whatever has a document date is a document, and has a history; what arrives by files is there whole anyway."""


def history_name(table: Table) -> str:
    """Return what a history is called: the table's name, with its schema if it is not Intacct's."""
    return table.name if table.schema == "intacct" else table.qualified_name


def has_source(systems: Systems, entity: EntityKey, table: Table) -> bool:
    """Whether the entity has an account on the table's system."""
    return systems.connections.account(table.schema, entity) is not None


def month_prover(
    systems: Systems, entity: EntityKey, table: Table, months: Sequence[date], run_id: str
) -> Callable[[date], MonthProof]:
    """Return what reads and proves one of the months when it is called with the month's first day.

    Args:
        systems: What to talk to.
        entity: The entity; it has an account on the table's system.
        table: A table of documents.
        months: First days of all months that will be asked for.
        run_id: The run.
    """
    if table.schema == "intacct":
        return partial(prove_month, systems, entity, table, run_id=run_id)
    if table.has_no_month_filter:
        return _OneReading(systems, entity, table, months, run_id).prove
    return partial(_prove_spend_month, systems, entity, table, run_id=run_id)


class _OneReading:
    """Months of a table whose source has no filter for them: everything is read once, when the first is asked for."""

    def __init__(self, systems: Systems, entity: EntityKey, table: Table, months: Sequence[date], run_id: str) -> None:
        self._systems = systems
        self._entity = entity
        self._table = table
        self._months = months
        self._run_id = run_id
        self._reading: DocumentExtraction | None = None
        self._error: IntacctPipelinesError | None = None
        self._calls = 0

    def prove(self, month: date) -> MonthProof:
        """Prove one month; what the reading took is charged to the first."""
        started = time.monotonic()
        reading = self._read()
        calls, self._calls = self._calls, 0
        return _prove(self._systems, self._entity, reading, month, self._run_id, calls=calls, started=started)

    def _read(self) -> DocumentExtraction:
        if self._error is not None:
            # every month would fail for the same reason, each at the price of a reading
            raise self._error
        if self._reading is None:
            try:
                self._reading = self._load()
            except IntacctPipelinesError as error:
                self._error = error
                raise
        return self._reading

    def _load(self) -> DocumentExtraction:
        systems, entity, table, run_id = self._systems, self._entity, self._table, self._run_id
        if party := party_of(table):
            # a document has its party's currency, so one of a new party would go to quarantine
            for certificate in sync_bill(systems, entity, party, run_id) or ():
                self._calls += certificate.requests
        window = Window(WindowKind.ALL)
        extract: Callable[..., DocumentExtraction | None] = (
            bill_extraction if table.schema == "bill" else spend_extraction
        )
        reading = _there(extract(systems, entity, table, window, months=self._months), entity, table)
        certificates = load_documents(systems, str(entity), reading, run_id)
        self._calls += certificates[0].requests
        return reading


def _there(reading: DocumentExtraction | None, entity: EntityKey, table: Table) -> DocumentExtraction:
    if reading is None:
        raise ConfigurationError(
            f"{entity} has no account from which {table.qualified_name} could be read.",
            remedy="Add a link or an account to the connections file.",
        )
    return reading


def _prove_spend_month(systems: Systems, entity: EntityKey, table: Table, month: date, *, run_id: str) -> MonthProof:
    started = time.monotonic()
    stored = systems.warehouse.keys_of_month(table, str(entity), month, alive=True)
    window = Window(WindowKind.MONTH, months=(month,))
    found = spend_extraction(systems, entity, table, window, months=(month,), expected=stored)
    reading = _there(found, entity, table)
    certificates = load_documents(systems, str(entity), reading, run_id)
    return _prove(systems, entity, reading, month, run_id, calls=certificates[0].requests, started=started)


def _prove(
    systems: Systems,
    entity: EntityKey,
    reading: DocumentExtraction,
    month: date,
    run_id: str,
    *,
    calls: int,
    started: float,
) -> MonthProof:
    months = reading.months
    assert months is not None  # noqa: S101 - it was made with months; this tells the type checker
    counts = [months.counted(table, month) for table in reading.tables]
    seconds = Decimal(str(round(time.monotonic() - started, 3)))
    return prove(
        systems.warehouse,
        reading.table,
        str(entity),
        month,
        counts,
        run_id,
        calls=calls,
        seconds=seconds,
        undated=months.undated,
    )
