"""What the catalog says adds up does so in the sandbox's whole company, and is seen when it does not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal

import pandas as pd
import psycopg
import psycopg.conninfo
import pytest
from pipeline_world import World

from intacct_pipelines.defs.judging import check_entity_documents
from intacct_pipelines.domain.catalog import TABLES, Kind
from intacct_pipelines.domain.catalog.sums import SUMS, Sum, terms
from intacct_pipelines.validate.documents import DOCUMENT_CHECKS, check_documents
from intacct_pipelines.validate.sums import SumCheck
from intacct_pipelines.warehouse.connection import Warehouse

Frames = dict[str, pd.DataFrame]
NAMES = sorted({name for check in DOCUMENT_CHECKS for name in check.reads})


@pytest.fixture(scope="module")
def synced(make_database: Callable[..., str], migrated_template: str) -> tuple[str, str]:
    """Address of a warehouse after one sync of a company, and the entity."""
    dsn = make_database(migrated_template)
    world = World(dsn, bills=80)
    world.extract()
    return dsn, str(world.entity)


@pytest.fixture(scope="module")
def frames(synced: tuple[str, str]) -> Frames:
    """Every table that a check looks at, as the warehouse has it."""
    dsn, entity = synced
    with Warehouse(dsn) as warehouse:
        return {name: warehouse.read_frame(name, entity) for name in NAMES}


def test_the_whole_company_passes_every_check(frames: Frames) -> None:
    """Nothing is found but the bills that the vendor's sync left empty, which the sandbox plants (S-BIL-07)."""
    failing = check_documents(frames, entity="e")
    assert set(zip(failing["table"], failing["check"], strict=True)) == {("intacct.ap_bill", "has_value")}
    assert not any(frames[name].empty for name in NAMES)


@pytest.mark.parametrize("declared", SUMS, ids=lambda one: f"{one.table}-{one.check}-{one.lines}")
def test_an_amount_that_is_far_off_is_found_in_its_document_and_no_other(frames: Frames, declared: Sum) -> None:
    """Each sum looks at real rows: one planted amount, of a line or of the header itself, makes one failure."""
    check = SumCheck(declared)
    needed = {name: frames[name] for name in check.reads}
    assert list(check(needed)) == []
    name, texts = (declared.lines, declared.parts) if declared.lines else (declared.table, declared.total)
    (column, *_), is_positive_only = (
        (terms(texts)[0].columns[-1:], terms(texts)[0].is_positive_only) if texts else ((), False)
    )
    broken = needed[name].copy()
    amounts = broken[column]
    counts = amounts.notna() & (amounts.map(lambda cell: cell is not None and cell > 0) | (not is_positive_only))
    if declared.only[0]:
        counts &= broken[declared.only[0]].isin(declared.only[1])
    judged = set(frames[declared.table][frames[declared.table].columns[0]])
    found: list[tuple[str, str]] = []
    for at in broken.index[counts][:40]:
        planted = broken.copy()
        planted.loc[at, column] = amounts[at] + Decimal(1000)
        found = list(check(needed | {name: planted}))
        if found:
            break
    assert len(found) == 1
    assert found[0][0] in {str(key) for key in judged}


def _damages(rng: random.Random) -> Iterator[str]:
    """SQL that spoils a few rows of each table: what is added up, its currency, what it names, whether it is there."""
    for name in NAMES:
        table = TABLES[name]
        some = f"ctid IN (SELECT ctid FROM {name} ORDER BY md5({table.key[0]}::text || '{rng.random()}') LIMIT 2)"  # noqa: S608 - ours
        for column in sorted({read for check in DOCUMENT_CHECKS for read in check.reads.get(name, ())}):
            if column in table.key:
                continue
            is_text = table.column(column).kind is Kind.TEXT
            off = rng.choice(["0.01", "1", "-1000"])
            values = ["'ZZZ'", "'JPY'"] if is_text else ["0", f"-{column}", f"{column} + {off}"]
            values += [] if table.column(column).required else ["NULL"]
            yield f"UPDATE {name} SET {column} = {rng.choice(values)} WHERE {some}"  # noqa: S608 - ours
        yield f"UPDATE {name} SET _deleted = true WHERE {some}"  # noqa: S608 - ours


@pytest.mark.parametrize("seed", range(3))
def test_what_postgres_suspects_holds_all_that_fails(
    synced: tuple[str, str], make_database: Callable[..., str], seed: int
) -> None:
    """Whatever is spoiled: reading only the suspects finds the same failures as reading all rows, in the same order."""
    dsn, entity = synced
    spoiled = make_database(psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])
    rng = random.Random(seed)  # noqa: S311 - a test's dice
    with psycopg.connect(spoiled, autocommit=True) as connection:
        for statement in _damages(rng):
            if rng.random() < 0.5:
                connection.execute(statement.encode())
    with Warehouse(spoiled) as warehouse:
        whole = check_documents({name: warehouse.read_frame(name, entity) for name in NAMES}, entity=entity)
        narrowed = check_entity_documents(warehouse, entity)
    assert set(whole["check"]) >= {"lines_add_up", "line_has_parent", "vendor_known", "has_value"}
    pd.testing.assert_frame_equal(narrowed, whole)


def test_of_what_adds_up_nothing_is_read(synced: tuple[str, str]) -> None:
    """Memory follows what is doubtful: in a sound company only the bills that the sandbox left empty."""
    dsn, entity = synced
    with Warehouse(dsn) as warehouse:
        found = {
            (check.name, check.table): len(warehouse.suspects(check.holds, entity)[0]) for check in DOCUMENT_CHECKS
        }
    assert {place for place, count in found.items() if count} == {("has_value", "intacct.ap_bill")}
