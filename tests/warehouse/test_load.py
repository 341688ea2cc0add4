"""Loading against a real Postgres."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typed_rows import Row, typed_rows
from warehouse_rows import ALL, BILL, CHANGED, ENTITY, LINE, bill, line, store

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.columns import TEXT
from intacct_pipelines.domain.records import Deletion, Reject, Rows, Tally, Window, WindowKind
from intacct_pipelines.errors import (
    DataContractError,
    WarehouseError,
    WarehouseFullError,
    WarehouseUnavailableError,
)
from intacct_pipelines.warehouse.connection import Warehouse

MARCH = Window(WindowKind.MONTH, months=(datetime(2026, 3, 1, tzinfo=UTC).date(),))
VENDOR = TABLES["intacct.vendor"]


def content(warehouse: Warehouse, entity: str) -> list[tuple[object, ...]]:
    """Return what the bills' table holds, but for when and by which run it was stored."""
    frame = warehouse.read_frame(BILL, entity, columns=[*BILL.column_names, "_hash", "_deleted"], include_deleted=True)
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def reject(key: str, **values: str) -> Reject:
    facts = {"column": "trx_total_entered", "check": "decimal", "value": "1,5", "rule": "", "fragment": "{}"} | values
    return Reject(table=BILL.qualified_name, key=key, **facts)


def fetch(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    with warehouse.transaction() as connection:
        return connection.execute(query.encode()).fetchall()


bills = st.lists(
    st.builds(
        lambda no, amount, second, text: bill(
            no, trx_total_entered=str(amount), modified_at=f"2026-03-11T08:00:{second:02}Z", description=text
        ),
        st.integers(1, 6),
        st.decimals(-99, 99, places=2),
        st.integers(0, 2),
        st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    ),
    max_size=8,
)


_ENTITIES = itertools.count(1)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=bills, rows=bills)
def test_loading_twice_equals_loading_once(module_warehouse: Warehouse, before: list[Row], rows: list[Row]) -> None:
    """Whatever is stored and arrives, a second load of the same rows writes nothing."""
    entity = f"acme:{next(_ENTITIES)}"
    store(module_warehouse, before, entity=entity)
    store(module_warehouse, rows, entity=entity, window=CHANGED)
    once = content(module_warehouse, entity)
    again = store(module_warehouse, rows, entity=entity, window=CHANGED)
    assert (again.inserted, again.updated, again.deleted) == (0, 0, 0)
    assert content(module_warehouse, entity) == once


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=bills, rows=bills, data=st.data())
def test_the_order_within_a_batch_does_not_matter(
    module_warehouse: Warehouse, before: list[Row], rows: list[Row], data: st.DataObject
) -> None:
    """Any permutation of the rows, several copies of one record among them, leaves the same table."""
    contents = []
    for order in (rows, data.draw(st.permutations(rows))):
        entity = f"acme:{next(_ENTITIES)}"
        store(module_warehouse, before, entity=entity)
        store(module_warehouse, order, entity=entity, window=CHANGED)
        contents.append(content(module_warehouse, entity))
    assert contents[0] == contents[1]


def test_an_older_copy_never_overwrites_a_newer_one(warehouse: Warehouse) -> None:
    """A copy with a smaller modified_at is counted as stored and changes nothing."""
    store(warehouse, [bill(1, description="new", modified_at="2026-03-12T00:00:00Z")])
    certificate = store(warehouse, [bill(1, description="old", modified_at="2026-03-11T00:00:00Z")])
    assert (certificate.updated, certificate.unchanged) == (0, 1)
    assert list(warehouse.read_frame(BILL, ENTITY)["description"]) == ["new"]


def test_of_two_copies_in_one_window_the_newest_is_kept(warehouse: Warehouse) -> None:
    """Rows that change between two pages arrive twice; both counts hold on a first and on a later load."""
    for _ in range(2):
        certificate = store(
            warehouse,
            [
                bill(1, description="new", modified_at="2026-03-12T00:00:00Z"),
                bill(1, description="old", modified_at="2026-03-11T00:00:00Z"),
            ],
        )
        assert certificate.stored == 2
        assert list(warehouse.read_frame(BILL, ENTITY)["description"]) == ["new"]


def test_an_edit_keeps_the_earlier_version_and_as_of_finds_it(warehouse: Warehouse) -> None:
    """An as-of query returns the old row before the edit, the new one after, and nothing before the first load."""
    beginning = datetime.now(UTC) - timedelta(days=1)
    first = store(warehouse, [bill(1, trx_total_entered="10.00")])
    second = store(warehouse, [bill(1, trx_total_entered="12.50", modified_at="2026-04-01T00:00:00Z")])
    assert second.updated == 1

    def total(instant: datetime) -> list[Decimal]:
        return list(warehouse.as_of(BILL, ENTITY, instant)["trx_total_entered"])

    assert total(beginning) == []
    assert total(first.finished_at) == [Decimal("10.00")]
    assert total(second.finished_at) == [Decimal("12.50")]
    history = warehouse.history(BILL, ENTITY, "1")
    assert list(history["trx_total_entered"]) == [Decimal("10.00"), Decimal("12.50")]


def test_a_record_that_is_gone_is_deleted_softly_and_comes_back(warehouse: Warehouse) -> None:
    """A reading of everything deletes what did not arrive, keeps its version, and undeletes it when it is back."""
    store(warehouse, [bill(1), bill(2)])
    gone = store(warehouse, [bill(1)])
    assert gone.deleted == 1
    assert list(warehouse.read_frame(BILL, ENTITY)["record_no"]) == [1]
    assert list(warehouse.read_frame(BILL, ENTITY, include_deleted=True)["record_no"]) == [1, 2]
    back = store(warehouse, [bill(1), bill(2)])
    assert (back.updated, back.deleted) == (1, 0)
    assert list(warehouse.as_of(BILL, ENTITY, gone.finished_at)["record_no"]) == [1]
    assert list(warehouse.history(BILL, ENTITY, "2")["_deleted"]) == [False, True, False]


def test_a_reported_deletion_is_applied_with_who_and_when(warehouse: Warehouse) -> None:
    """The audit's deletion marks the record; one that was changed after the deletion stays (the id was used anew)."""
    at = datetime(2026, 3, 20, tzinfo=UTC)
    store(warehouse, [bill(1), bill(2, modified_at="2026-03-21T00:00:00Z")])
    reported = [Deletion("1", at, "ann"), Deletion("2", at, "ann"), Deletion("99", at, "ann")]
    assert store(warehouse, [], window=CHANGED, deletions=reported).deleted == 1
    assert store(warehouse, [], window=CHANGED, deletions=reported).deleted == 0
    frame = warehouse.read_frame(
        BILL, ENTITY, columns=["record_no", "_deleted", "_deleted_at", "_deleted_by"], include_deleted=True
    )
    assert frame.iloc[0].tolist() == [1, True, at, "ann"]
    assert not frame.iloc[1]["_deleted"]


def test_versions_stay_in_order_when_the_clock_of_postgres_jumps_back(warehouse: Warehouse) -> None:
    """A version never ends before it began."""
    store(warehouse, [bill(1)])
    with warehouse.transaction() as connection:
        connection.execute("UPDATE intacct.ap_bill SET _synced_at = _synced_at + interval '1 day'")
    store(warehouse, [bill(1, description="new")], window=CHANGED)
    versions = warehouse.history(BILL, ENTITY, "1")
    assert versions.loc[0, "valid_from"] < versions.loc[0, "valid_to"] <= versions.loc[1, "valid_from"]


def test_a_deletion_without_an_instant_does_not_hit_what_arrived_just_now(warehouse: Warehouse) -> None:
    """Nothing says that the deletion is the later one, and the source has just shown the record."""
    store(warehouse, [bill(1), bill(2)])
    assert store(warehouse, [bill(1)], window=CHANGED, deletions=[Deletion("1"), Deletion("2")]).deleted == 1
    assert warehouse.keys(BILL, ENTITY) == ["1"]


def test_a_deletion_by_business_id_does_not_hit_another_rows_key(warehouse: Warehouse) -> None:
    """Vendor id 2 is deleted; the vendor whose record number is 2 stays."""
    rows: list[Row] = [
        dict.fromkeys(VENDOR.column_names) | {"record_no": no, "vendor_id": own} for no, own in (("1", "2"), ("2", "7"))
    ]
    store(warehouse, rows, table=VENDOR)
    store(warehouse, [], table=VENDOR, window=CHANGED, deletions=[Deletion("2")])
    assert warehouse.keys(VENDOR, ENTITY) == ["2"]


def test_a_month_deletes_only_its_own_absent_documents(warehouse: Warehouse) -> None:
    """Bills of other months stay when March is read again whole."""
    store(warehouse, [bill(1), bill(2), bill(3, bill_date="2026-04-01"), bill(4, bill_date="2026-02-28")])
    assert store(warehouse, [bill(1)], window=MARCH).deleted == 1
    assert warehouse.keys(BILL, ENTITY) == ["1", "3", "4"]


def test_reading_parents_deletes_only_their_absent_lines(warehouse: Warehouse) -> None:
    """Lines of bills that were not read stay."""
    store(warehouse, [line(1, 10), line(2, 10), line(3, 11)], table=LINE)
    parents = Window(WindowKind.PARENTS, parent_keys=("10",))
    assert store(warehouse, [line(1, 10)], table=LINE, window=parents).deleted == 1
    assert warehouse.keys(LINE, ENTITY) == ["1", "3"]


def test_entities_do_not_see_each_other(warehouse: Warehouse) -> None:
    """A whole reading of one entity leaves the same keys of another alone."""
    store(warehouse, [bill(1)], entity="acme:1")
    store(warehouse, [bill(1), bill(2)], entity="acme:2")
    store(warehouse, [bill(2)], entity="acme:2")
    assert warehouse.keys(BILL, "acme:1") == ["1"]
    assert warehouse.keys(BILL, "acme:2") == ["2"]


def test_a_rejected_row_is_kept_and_its_good_predecessor_stays(warehouse: Warehouse) -> None:
    """The row in quarantine is not taken for absent; a later good copy closes it."""
    store(warehouse, [bill(1), bill(2)])
    bad = store(warehouse, [bill(1)], rejects=[reject("2"), reject("2", check="currency")], rejected_rows=1)
    assert (bad.quarantined, bad.deleted) == (1, 0)
    count, examples = warehouse.open_rejects(BILL, ENTITY)
    assert count == 1
    assert [example["check_name"] for example in examples] == ["decimal", "currency"]
    assert warehouse.keys(BILL, ENTITY) == ["1", "2"]
    store(warehouse, [bill(2)], window=CHANGED)
    assert warehouse.open_rejects(BILL, ENTITY) == (0, [])
    assert fetch(warehouse, "SELECT count(*) FROM quarantine.row WHERE resolved_at IS NOT NULL") == [(2,)]


def test_a_row_seen_again_in_quarantine_is_one_row(warehouse: Warehouse) -> None:
    """Loading the same bad window twice keeps one open row, and none of two without a key is lost."""
    rejects = [reject("", fragment='{"a": 1}'), reject("", fragment='{"a": 2}\0\ud800'), reject("5")]
    for _ in range(2):
        assert store(warehouse, [], rejects=rejects).quarantined == 3
    assert warehouse.open_rejects(BILL, ENTITY)[0] == 3
    assert fetch(warehouse, "SELECT count(*) FROM quarantine.row") == [(3,)]


def test_a_row_without_a_readable_key_stops_the_sweep(warehouse: Warehouse) -> None:
    """It may be any of the rows that seem absent, so none is deleted."""
    store(warehouse, [bill(1), bill(2)])
    assert store(warehouse, [bill(1)], rejects=[reject("")]).deleted == 0


@pytest.mark.parametrize(
    "tally",
    [
        Tally(announced=2, received=1, control_total=Decimal("10.00")),
        Tally(announced=1, received=1, control_total=Decimal("10.01")),
        Tally(announced=1, received=1, control_total=Decimal("10.00"), in_order=False),
    ],
    ids=["a row short", "a cent off", "out of order"],
)
def test_what_is_not_whole_is_not_stored(warehouse: Warehouse, tally: Tally) -> None:
    """Neither rows nor watermark nor certificate of a window that is not whole are kept."""
    with (  # noqa: PT012  # the block is the load
        pytest.raises(DataContractError, match="not whole"),
        warehouse.load(BILL, ENTITY, run_id="run", window=ALL) as load,
    ):
        load.add(typed_rows(BILL, [bill(1)]))
        load.finish(tally, watermark="x")
    assert warehouse.keys(BILL, ENTITY) == []
    assert warehouse.watermark(BILL, ENTITY) == ""
    assert fetch(warehouse, "SELECT count(*) FROM ops.certificate") == [(0,)]


def test_the_watermark_moves_with_the_rows(warehouse: Warehouse) -> None:
    """It is what was given last; none given leaves it, and a month does not count as an extraction of all."""
    store(warehouse, [bill(1)], watermark="03/11/2026 08:00:00")
    store(warehouse, [bill(1)], window=MARCH)
    assert warehouse.watermark(BILL, ENTITY) == "03/11/2026 08:00:00"
    certificate = store(warehouse, [], window=CHANGED)
    assert warehouse.last_extracted_at(BILL, ENTITY) == certificate.started_at


def test_a_load_left_unfinished_stores_nothing(warehouse: Warehouse) -> None:
    """A caller that forgets to finish learns of it."""
    with (
        pytest.raises(WarehouseError, match="not finished"),
        warehouse.load(BILL, ENTITY, run_id="run", window=ALL) as load,
    ):
        load.add(typed_rows(BILL, [bill(1)]))
    assert warehouse.keys(BILL, ENTITY) == []


@pytest.mark.parametrize("loads", [1, 2])
def test_every_text_arrives_as_it_was(warehouse: Warehouse, loads: int) -> None:
    """Tabs, line ends, backslashes, control characters and what looks like NULL survive first and later loads.

    An empty text is an absent one.
    """
    texts = ["a\tb", "a\nb\r\nc", "\\N", "\\.", "C:\\New", "", " x ", "\x01\x1f\x7f", "日本 é 😀", None]
    for turn in range(loads):
        rows = [
            bill(number, description=text, modified_at=f"2026-03-1{turn + 1}T00:00:00Z")
            for number, text in enumerate(texts)
        ]
        store(warehouse, rows)
    assert list(warehouse.read_frame(BILL, ENTITY)["description"]) == [text or None for text in texts]


@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        ("description", pa.array([None, "secret\0"]), r"NUL in the rows 7$"),
        ("description", pa.array([None, b"secret\xff"]).view(TEXT), "cannot read a value"),
        ("bill_date", pa.array([None, "secret"]), "bill_date are not of their types"),
        ("bill_date", pa.array([None], pa.date32()), "differ in length"),
        ("bill_date", None, "lacks the columns bill_date"),
    ],
    ids=["NUL", "no UTF-8", "another type", "too short", "missing"],
)
def test_a_batch_that_slipped_through_typing_stops_the_load(
    warehouse: Warehouse, column: str, cells: pa.Array, message: str
) -> None:
    """The error names the column or the row's key and not the content; nothing is stored, whatever follows."""
    columns = {**typed_rows(BILL, [bill(6), bill(7)]).columns, column: cells}
    rows = Rows(BILL, {name: cells for name, cells in columns.items() if cells is not None})
    with (  # noqa: PT012  # the block is the load
        pytest.raises(DataContractError, match=message) as caught,
        warehouse.load(BILL, ENTITY, run_id="run", window=ALL) as load,
    ):
        load.add(rows)
        for number in range(8, 12):
            load.add(typed_rows(BILL, [bill(number)]))
        load.finish(Tally(announced=6, received=6, control_total=Decimal(60)))
    assert "secret" not in str(caught.value)
    assert warehouse.keys(BILL, ENTITY) == []


def test_nothing_changed_writes_no_row(warehouse: Warehouse) -> None:
    """Places on disk and writing transactions of all rows are the same after a second load."""
    store(warehouse, [bill(number) for number in range(50)])
    query = f"SELECT ctid::text, xmin::text FROM {BILL.qualified_name} ORDER BY 1"  # noqa: S608  # the catalog's name
    before = fetch(warehouse, query)
    assert store(warehouse, [bill(number) for number in range(50)]).unchanged == 50
    assert fetch(warehouse, query) == before
    assert fetch(warehouse, "SELECT count(*) FROM versions.intacct_ap_bill") == [(0,)]


def test_parents_that_were_written_are_read_again_until_their_lines_are(warehouse: Warehouse) -> None:
    """A failed or partial reading of lines loses no parent; deleted parents count, unchanged ones do not."""
    store(warehouse, [bill(1), bill(2), bill(3)])
    assert warehouse.changed_parents(LINE, ENTITY) is None
    store(warehouse, [line(1, 1), line(2, 2)], table=LINE)
    assert warehouse.changed_parents(LINE, ENTITY) == []
    store(warehouse, [bill(1), bill(2, description="new", modified_at="2026-05-01T00:00:00Z"), bill(10)])
    assert warehouse.changed_parents(LINE, ENTITY) == ["2", "3", "10"]
    store(warehouse, [line(2, 2)], table=LINE, window=Window(WindowKind.PARENTS, parent_keys=("2",)))
    assert warehouse.changed_parents(LINE, ENTITY) == ["3", "10"]


def test_a_terminated_backend_loses_nothing(warehouse: Warehouse, warehouse_dsn: str) -> None:
    """Postgres goes away in the middle of a load: a transient error, the old rows stay, the next load works."""
    store(warehouse, [bill(1)], watermark="old")
    with (  # noqa: PT012  # the block is the load
        pytest.raises(WarehouseUnavailableError, match="Postgres is gone"),
        warehouse.load(BILL, ENTITY, run_id="run", window=ALL) as load,
    ):
        load.add(typed_rows(BILL, [bill(2)]))
        with psycopg.connect(warehouse_dsn) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        load.finish(Tally(announced=1, received=1, control_total=Decimal("10.00")), watermark="new")
    assert warehouse.keys(BILL, ENTITY) == ["1"]
    assert warehouse.watermark(BILL, ENTITY) == "old"
    assert store(warehouse, [bill(1), bill(2)]).inserted == 1


def test_a_full_disk_has_its_own_error_and_loses_nothing(warehouse: Warehouse) -> None:
    """What Postgres says when the disk is full (53100) comes as WarehouseFullError; the old rows stay."""
    store(warehouse, [bill(1)])
    with warehouse.transaction() as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON ops.certificate FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    with pytest.raises(WarehouseFullError, match="no room left"):
        store(warehouse, [bill(2)])
    assert warehouse.keys(BILL, ENTITY) == ["1"]


def test_custom_fields_and_totals_are_kept(warehouse: Warehouse) -> None:
    """The company's own fields are JSON; totals are exact and by currency."""
    rows = [bill(1, custom_fields='{"a": "\\"x\\""}', trx_total_entered="0.10"), bill(2, currency="EUR")]
    store(warehouse, rows)
    assert fetch(warehouse, "SELECT custom_fields ->> 'a' FROM intacct.ap_bill WHERE record_no = 1") == [('"x"',)]
    assert warehouse.counts_and_totals(BILL, ENTITY) == (2, {"EUR": Decimal("10.00"), "USD": Decimal("0.10")})


def test_a_rejected_row_whose_key_has_several_parts_is_not_swept(warehouse: Warehouse) -> None:
    """Quarantine and table write such a key alike: the stored row stays, and the reject closes with its good copy."""
    coding = TABLES["spend.card_transaction_coding"]
    row: Row = dict.fromkeys(coding.column_names)
    row |= {"line_id": "t1", "field_id": "f1", "answer_no": "1", "card_transaction_id": "t1"}
    window = Window(WindowKind.PARENTS, parent_keys=("t1",))
    store(warehouse, [row], table=coding, window=window)
    bad = Reject(coding.qualified_name, "t1/f1/1", "value", "text", "", "", "{}")
    assert store(warehouse, [], table=coding, window=window, rejects=[bad]).deleted == 0
    assert warehouse.rejected_keys(coding, ENTITY) == {"t1/f1/1"}
    store(warehouse, [row], table=coding, window=window)
    assert warehouse.rejected_keys(coding, ENTITY) == set()
