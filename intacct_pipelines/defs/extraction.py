"""Extract, judge and load one table of one entity; plain functions, so that a test needs no Dagster.

The composition is the same for every table: batches come typed from ``extract``, ``validate`` says which rows break
their contract, and ``warehouse`` stores all of it in one transaction, with the certificate.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from intacct_pipelines.clients.intacct import format_timestamp
from intacct_pipelines.domain.catalog import INTACCT_TABLES, Call, Table, proven_with, select
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.records import (
    Batch,
    Certificate,
    Reject,
    SourceCount,
    SourceField,
    Tally,
    Window,
    WindowKind,
    gather,
)
from intacct_pipelines.errors import PermissionDeniedError, RemoteSystemError, UnknownFieldError, UnknownObjectError
from intacct_pipelines.extract import intacct as intacct_extract
from intacct_pipelines.extract.intacct import IntacctExtraction
from intacct_pipelines.extract.intacct_dimensions import table_of, user_defined_dimensions
from intacct_pipelines.extract.intacct_lists import ListExtraction, count_listed, is_paged
from intacct_pipelines.validate.contracts import screen_batch
from intacct_pipelines.warehouse.audit import audit_begins, is_told
from intacct_pipelines.warehouse.months import MonthProof, prove
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.source_fields import SourceFields

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.extract.documents import DocumentExtraction
    from intacct_pipelines.warehouse.load import Load

ROWS_JUDGED: Final = 20_000
"""Rows that go through their contract at once: a call costs as much as judging some thousand rows."""
_PAGES_AT_ONCE: Final = 50
_MOST_PARENTS: Final = 20_000
"""Above this many changed documents, reading all lines takes fewer requests than reading them by their parents."""


def store(load: Load, batches: Iterable[Batch]) -> list[Reject]:
    """Judge batches by their contract, load the good rows and put the others aside; return the others."""
    rejects: list[Reject] = []
    for batch in gather(batches, ROWS_JUDGED):
        screened = screen_batch(batch)
        load.add(screened.rows)
        load.reject(screened.rejects)
        rejects += screened.rejects
    return rejects


def load_documents(
    systems: Systems, entity: str, extraction: DocumentExtraction, run_id: str
) -> tuple[Certificate, ...]:
    """Load one reading of documents, and what is embedded in them, each table in a transaction of its own.

    Returns:
        A certificate for each of the extraction's tables, in their order.
    """
    embedded = extraction.tables[1:]

    def opened(table: Table) -> Load:
        return loads.enter_context(
            systems.warehouse.load(table, entity, run_id=run_id, window=extraction.window_of(table))
        )

    def put(load: Load, table: Table, batches: Sequence[Batch]) -> None:
        rejects = store(load, batches)
        if extraction.months:
            extraction.months.reject(table, rejects)

    # What is embedded is committed first: if the document then fails, its watermark has not moved and both come again.
    with ExitStack() as loads:
        documents = opened(extraction.table)
        if extraction.window.kind is WindowKind.ALL:
            parts = [opened(table) for table in embedded]
            for pages in _some_at_once(extraction):
                for load, table, batches in zip((documents, *parts), extraction.tables, pages, strict=True):
                    put(load, table, batches)
        else:
            # Which documents' rows are covered is known at the end; what changed since the watermark is little.
            kept: list[list[Batch]] = [[] for _ in embedded]
            for document_batches, *pages in _some_at_once(extraction):
                put(documents, extraction.table, document_batches)
                for part_batches, batches in zip(kept, pages, strict=True):
                    part_batches.extend(batches)
            parts = [opened(table) for table in embedded]
            for part, table, part_batches in zip(parts, embedded, kept, strict=True):
                put(part, table, part_batches)
        certificates = [
            part.finish(extraction.tallies[table.name]) for table, part in zip(embedded, parts, strict=True)
        ]
        return (documents.finish(extraction.tally, watermark=extraction.tally.watermark), *certificates)


def _some_at_once(extraction: DocumentExtraction) -> Iterator[list[tuple[Batch, ...]]]:
    """Yield the batches of some pages, table by table: a page has at most a hundred documents."""
    pages = iter(extraction)
    while some := list(islice(pages, _PAGES_AT_ONCE)):
        yield list(zip(*some, strict=True))


# ---- Sage Intacct -------------------------------------------------------------------------------------------------


def sync_intacct_table(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool = False
) -> Certificate:
    """Bring one Intacct table of one entity up to date.

    The first time the whole table is read; afterwards what was modified since the watermark, and what the stored audit
    history says was deleted. Where that was not read since, as when the user may not, lists are read whole, and
    documents are swept by the job ``sweep``.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: The table.
        run_id: The run.
        whole: Read the whole table, so that whatever does not arrive is known to be deleted; also ask anew which
            fields the company made itself.
    """
    table = named(systems, entity, table)
    if table.is_log:
        return _load_intacct(systems, entity, table, _added_window(systems, entity, table), run_id)
    if table.call is not None:
        return _load_list(systems, entity, table, table.call, run_id, whole=whole)
    if table.is_of_dimensions:
        return _load_dimensions(systems, entity, table, run_id, whole=whole)
    if whole:
        source_fields(systems, entity, table)
    elif table.parent:
        return _load_intacct(systems, entity, table, _lines_window(systems, entity, table), run_id)
    watermark = "" if whole else systems.warehouse.watermark(table, str(entity))
    if not watermark or not table.cursor:
        return _load_intacct(systems, entity, table, Window(WindowKind.ALL), run_id)
    return _sync_changes(systems, entity, table, run_id, watermark)


def _sync_changes(systems: Systems, entity: EntityKey, table: Table, run_id: str, watermark: str) -> Certificate:
    """Read what changed since the watermark; more where that would not tell all."""
    untold = table.audit_type and not is_told(systems.warehouse, table, str(entity))
    if untold and not table.document_date:
        return _load_intacct(systems, entity, table, Window(WindowKind.ALL), run_id)
    since = intacct_extract.changed_since(watermark, _overlap(systems, entity))
    changes = _load_intacct(systems, entity, table, Window(WindowKind.CHANGED, since=since), run_id)
    rewritten = _rewritten_window(systems, entity, table) if table.is_rewritten else None
    return changes if rewritten is None else _load_intacct(systems, entity, table, rewritten, run_id)


def _added_window(systems: Systems, entity: EntityKey, table: Table) -> Window:
    """What a log holds since it was last read; at first since there has been anything that it may tell of.

    The first time our clock decides where to begin; the overlap covers its skew to the source's, which is UTC.
    """
    overlap = _overlap(systems, entity)
    if watermark := systems.warehouse.watermark(table, str(entity)):
        return Window(WindowKind.CHANGED, since=intacct_extract.changed_since(watermark, overlap))
    begin = audit_begins(systems.warehouse, str(entity)) or datetime.now(UTC)
    return Window(WindowKind.CHANGED, since=format_timestamp((begin - overlap).astimezone(UTC)))


def _overlap(systems: Systems, entity: EntityKey) -> timedelta:
    return timedelta(hours=systems.connections.company(entity).overlap_hours)


def _rewritten_window(systems: Systems, entity: EntityKey, table: Table) -> Window | None:
    """What to read anew, as other than stored rows are there: what the source replaced without a word is still here.

    None when the count agrees. The months that differ, or everything where that takes no more calls, or where the
    months would not tell: rows in quarantine have no month, and what lies outside of the stored months is not counted.
    """
    session = systems.intacct(entity)
    stored = systems.warehouse.rows_by_month(table, str(entity))
    rejected = len(systems.warehouse.rejected_keys(table, str(entity)))
    rows = sum(stored.values())
    if intacct_extract.count_all(session, table) == rows + rejected:
        return None
    pages = -(-rows // systems.connections.company(entity).page_size)
    # the search counts once, then each halving, then reads one month at least
    if rejected or pages <= len(stored).bit_length() + 2:
        return Window(WindowKind.ALL)
    months = intacct_extract.find_differing_months(partial(intacct_extract.count_months, session, table), stored)
    return Window(WindowKind.MONTH, months=months) if months else Window(WindowKind.ALL)


def named(systems: Systems, entity: EntityKey, table: Table) -> Table:
    """Return the table with the names of its object and fields in the entity's company."""
    company = systems.connections.company(entity)
    columns = (
        replace(column, source=company.fields.get(f"{table.name}.{column.name}", column.source))
        for column in table.columns
    )
    name = company.objects.get(table.name, table.source_object)
    return replace(table, source_object=name, columns=tuple(columns))


def source_fields(systems: Systems, entity: EntityKey, table: Table) -> tuple[SourceField, ...]:
    """Ask which fields the table's object has in the company, and keep the answer; costs one request."""
    fields = systems.intacct(entity).fields(table.source_object)
    SourceFields(systems.warehouse, str(entity)).store(table.source_object, fields)
    return fields


def prove_month(systems: Systems, entity: EntityKey, table: Table, month: date, run_id: str) -> MonthProof:
    """Re-extract one month of documents whole, sweep its deletions, re-read all lines of its documents, and prove it.

    Args:
        systems: What to talk to.
        entity: The entity.
        table: A table of documents.
        month: The month's first day.
        run_id: The run.
    """
    started = time.monotonic()
    window = Window(WindowKind.MONTH, months=(month,))
    certificates = [_load_intacct(systems, entity, named(systems, entity, table), window, run_id)]
    for lines in proven_with(table)[1:]:
        parent = select(INTACCT_TABLES, lines.parent)
        parents = tuple(systems.warehouse.keys_of_month(parent, str(entity), month))
        window = Window(WindowKind.PARENTS, parent_keys=parents)
        certificates.append(_load_intacct(systems, entity, named(systems, entity, lines), window, run_id))
    seconds = Decimal(str(round(time.monotonic() - started, 3)))
    calls = sum(certificate.requests for certificate in certificates)
    counts = [SourceCount.of(certificate) for certificate in certificates]
    return prove(systems.warehouse, table, str(entity), month, counts, run_id, calls=calls, seconds=seconds)


def _load_list(
    systems: Systems, entity: EntityKey, table: Table, call: Call, run_id: str, *, whole: bool
) -> Certificate:
    """Read a list whole; of one that is read page by page what is new, if that and what is stored make up all of it.

    Such a list comes with the contents of files, so it is not read again without need. What was changed in a record
    that was there, a reading of the whole finds: that of the job ``sweep``, or the one after we changed one ourselves.
    """
    session, zone = systems.intacct(entity), systems.connections.company(entity).modified_zone
    known = [] if whole or not is_paged(call) else _known_of_list(systems, entity, table)
    if known:
        before, listed = session.requests, count_listed(session, call)
        newer = ListExtraction(session, table, call, zone=zone, after=str(max(known)))
        batches = list(newer)
        if newer.tally.received + len(known) == listed:
            with systems.warehouse.load(table, str(entity), run_id=run_id, window=newer.window) as load:
                store(load, batches)
                return load.finish(newer.tally, requests=session.requests - before)
    extraction = ListExtraction(session, table, call, zone=zone)
    with systems.warehouse.load(table, str(entity), run_id=run_id, window=extraction.window) as load:
        store(load, extraction)
        return load.finish(extraction.tally)


def _known_of_list(systems: Systems, entity: EntityKey, table: Table) -> list[int]:
    """Return the stored record numbers of a list; none if they are no ground to read only what is newer."""
    warehouse, outbox = systems.warehouse, Outbox(systems.warehouse)
    if warehouse.rejected_keys(table, str(entity)):
        return []
    changed = (
        item.operation is Operation.UPDATE and PUSHED[item.object_name].target.qualified_name == table.qualified_name
        for link in systems.pushed_links(entity)
        for item in outbox.in_hand(link.name)
    )
    return [] if any(changed) else [int(key) for key in warehouse.keys(table, str(entity))]


def _load_dimensions(systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool) -> Certificate:
    """Read each of the company's own dimensions whole; those that it has no longer are marked as deleted.

    Raises:
        PermissionDeniedError, UnknownFieldError, UnknownObjectError: Dimensions that could not be read, by name, after
            the others were stored; what is stored of them stays as it is. Also that there are none.
    """
    session = systems.intacct(entity)
    listed = user_defined_dimensions(session, table)
    started: list[tuple[IntacctExtraction, Iterator[Batch]]] = []
    left_out: dict[str, RemoteSystemError] = {}
    for dimension in listed:
        try:
            started.append(_dimension(systems, entity, replace(table, source_object=dimension), whole=whole))
        except (PermissionDeniedError, UnknownFieldError, UnknownObjectError) as error:
            left_out[dimension] = error
    stored = set(systems.warehouse.read_frame(table, str(entity), columns=[table.parent_key])[table.parent_key])
    covered = sorted({extraction.table.source_object for extraction, _ in started} | stored.difference(listed))
    if not covered and not left_out:
        raise UnknownObjectError("it has no dimension of its own", system="intacct", operation=table.source_object)
    window = Window(WindowKind.PARENTS, parent_keys=tuple(covered))
    with systems.warehouse.load(table, str(entity), run_id=run_id, window=window) as load:
        for _, batches in started:
            store(load, batches)
        certificate = load.finish(Tally.joined([extraction.tally for extraction, _ in started]))
    if left_out:
        raise _left_out(left_out, len(started))
    return certificate


def _dimension(
    systems: Systems, entity: EntityKey, table: Table, *, whole: bool
) -> tuple[IntacctExtraction, Iterator[Batch]]:
    """Begin to read one dimension; what was known of its fields may have changed, and is then asked for anew."""
    known = () if whole else SourceFields(systems.warehouse, str(entity)).read(table.source_object)
    if known:
        try:
            return _started(systems, entity, table, known)
        except UnknownFieldError:
            pass
    return _started(systems, entity, table, source_fields(systems, entity, table))


def _started(
    systems: Systems, entity: EntityKey, table: Table, fields: Sequence[SourceField]
) -> tuple[IntacctExtraction, Iterator[Batch]]:
    """Begin a reading: its first page is here, so that what may not be read is known before anything is stored."""
    zone = systems.connections.company(entity).modified_zone
    extraction = IntacctExtraction(
        systems.intacct(entity), table_of(table, fields), Window(WindowKind.ALL), zone=zone, fields=fields
    )
    batches = iter(extraction)
    first = [batch for batch in (next(batches, None),) if batch is not None]
    return extraction, chain(first, batches)


def _left_out(errors: Mapping[str, RemoteSystemError], read: int) -> RemoteSystemError:
    """One error for all dimensions that could not be read."""
    first = next(iter(errors.values()))
    reasons = "; ".join(f"{dimension}: {error.message}" for dimension, error in errors.items())
    return type(first)(
        f"{reasons} ({read} other dimensions of the company's own were read)",
        system=first.system,
        operation=first.operation,
        details=first.details,
        rule=first.rule,
        remedy=first.remedy,
    )


def _load_intacct(
    systems: Systems,
    entity: EntityKey,
    table: Table,
    window: Window,
    run_id: str,
) -> Certificate:
    known = SourceFields(systems.warehouse, str(entity)).read(table.source_object)
    fields = known or source_fields(systems, entity, table)
    try:
        return _load_window(systems, entity, table, window, run_id, fields)
    except UnknownFieldError:
        # what was known before may have changed; what the company lacks even now is an error that names it
        if not known:
            raise
    fields = source_fields(systems, entity, table)
    return _load_window(systems, entity, table, window, run_id, fields)


def _load_window(
    systems: Systems,
    entity: EntityKey,
    table: Table,
    window: Window,
    run_id: str,
    fields: Sequence[SourceField],
) -> Certificate:
    zone = systems.connections.company(entity).modified_zone
    extraction = IntacctExtraction(systems.intacct(entity), table, window, zone=zone, fields=fields)
    with systems.warehouse.load(table, str(entity), run_id=run_id, window=window) as load:
        deletions = load.reported_deletions()
        store(load, extraction)
        # A month says nothing of what changed in other months, so it must not move the watermark.
        moves = window.kind in {WindowKind.ALL, WindowKind.CHANGED} and table.cursor
        watermark = extraction.tally.watermark if moves else ""
        return load.finish(extraction.tally, watermark=watermark, deletions=deletions)


def _lines_window(systems: Systems, entity: EntityKey, table: Table) -> Window:
    """Lines of the documents that were written since their lines were last read; all, the first time.

    Where the parent does not say when it changed, its lines may have changed without it, so they are read whole.
    """
    if not select(INTACCT_TABLES, table.parent).cursor:
        return Window(WindowKind.ALL)
    changed = systems.warehouse.changed_parents(table, str(entity))
    if changed is None or len(changed) > _MOST_PARENTS:
        return Window(WindowKind.ALL)
    return Window(WindowKind.PARENTS, parent_keys=tuple(changed))
