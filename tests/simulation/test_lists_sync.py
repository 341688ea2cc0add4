"""Lists end to end: sandbox → Postgres, with certificates, deletions, the company's own fields, and what is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from pipeline_world import World
from psycopg import sql

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.optional import Skipped, sync_or_skip
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES, Column, Kind, Table
from intacct_pipelines.domain.catalog.table import text
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.errors import PermissionDeniedError, UnknownFieldError
from intacct_pipelines.warehouse.migrate import migrate

VENDOR = TABLES["intacct.vendor"]
BILL = TABLES["intacct.ap_bill"]
AUDIT_EVENT = TABLES["intacct.audit_event"]


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn, bills=20)


@pytest.fixture
def systems(world: World) -> Iterator[Systems]:
    with world.systems() as opened:
        yield opened


def rows_of(systems: Systems, entity: EntityKey, name: str) -> pd.DataFrame:
    return systems.warehouse.read_frame(f"intacct.{name}", str(entity))


def own_fields(systems: Systems, entity: EntityKey, name: str) -> dict[int, dict[str, str]]:
    """Record number → the fields that the company made itself, of records that have any."""
    query = sql.SQL("SELECT record_no, custom_fields FROM {} WHERE entity = %s AND custom_fields IS NOT NULL").format(
        sql.Identifier("intacct", name)
    )
    with systems.warehouse.transaction() as connection:
        return dict(connection.execute(query, [str(entity)]).fetchall())


def requests_of(systems: Systems, world: World, table: Table, **how: Any) -> tuple[int, Certificate]:
    """How many HTTP requests one sync of a table sends, and its certificate."""
    before = systems.intacct_client(world.company_id).requests
    certificate = sync_intacct_table(systems, world.entity, table, "run", **how)
    return systems.intacct_client(world.company_id).requests - before, certificate


# ---- one catalog entry ---------------------------------------------------------------------------------------------

TERRITORY = Table(
    "intacct",
    "territory",
    "TERRITORY",
    "Sales territories.",
    (
        Column("record_no", Kind.INTEGER, "RECORDNO", "Key.", required=True),
        text("territory_id", "TERRITORYID", "Id that people use.", required=True),
        text("name", "NAME", "Name."),
        text("parent_id", "PARENTID", "Territory above."),
        Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When it last changed."),
    ),
    key=("record_no",),
    cursor="modified_at",
    business_key="territory_id",
    audit_type="territory",
)
"""An object that the sandbox has and the catalog has not; this declaration is all that it takes."""


def test_a_new_list_object_takes_one_catalog_entry_and_no_other_code(world, systems):
    """Declared, it is created in Postgres, loaded whole, kept current, and its deletions are found."""
    numbers = [world.sandbox.intacct.write("TERRITORY", TERRITORYID=f"T{n}", NAME=f"Territory {n}") for n in range(3)]
    with systems.warehouse.transaction() as connection:
        migrate(connection, [*TABLES.values(), TERRITORY])

    def sync() -> Certificate:
        sync_intacct_table(systems, world.entity, AUDIT_EVENT, "run")
        return sync_intacct_table(systems, world.entity, TERRITORY, "run")

    first = sync()
    assert (first.is_whole, first.received, first.inserted) == (True, 3, 3)
    world.sandbox.clock.advance(5)
    world.sandbox.intacct.write("TERRITORY", numbers[0], NAME="North")
    world.sandbox.intacct.remove("TERRITORY", numbers[2])
    second = sync()
    assert (second.is_whole, second.updated, second.deleted) == (True, 1, 1)
    assert str(second.window).startswith("changed since")
    with systems.warehouse.transaction() as connection:
        found = connection.execute(
            "SELECT territory_id, name, _deleted, _deleted_by FROM intacct.territory ORDER BY record_no"
        ).fetchall()
    user = world.sandbox.business.user_id
    assert found == [
        ("T0", "North", False, None),
        ("T1", "Territory 1", False, None),
        ("T2", "Territory 2", True, user),
    ]


# ---- the company's own fields --------------------------------------------------------------------------------------


def test_a_field_that_the_company_makes_arrives_without_a_change_of_code(world, systems):
    """The weekly sweep finds it, for every row; a changed value then comes with the next sync."""
    sync_intacct_table(systems, world.entity, VENDOR, "run-1")
    assert own_fields(systems, world.entity, "vendor") == {}
    world.sandbox.intacct.options.custom_fields = {"VENDOR": {"TIER": "s", "LIMIT_EUR": "d"}}
    sync_intacct_table(systems, world.entity, VENDOR, "run-2", whole=True)
    own = own_fields(systems, world.entity, "vendor")
    assert {name for fields in own.values() for name in fields} == {"TIER", "LIMIT_EUR"}
    number = min(own)
    world.sandbox.clock.advance(5)
    world.sandbox.intacct.write("VENDOR", number, TIER="Platinum & co")
    sync_intacct_table(systems, world.entity, VENDOR, "run-3")
    assert own_fields(systems, world.entity, "vendor")[number]["TIER"] == "Platinum & co"


def test_a_field_that_the_company_deletes_vanishes_and_stops_nothing(world, systems):
    """The query that names it is refused, the fields are asked for once more, and the load goes on without it."""
    world.sandbox.intacct.options.custom_fields = {"APBILL": {"BUDGET_CODE": "s"}}
    sync_intacct_table(systems, world.entity, BILL, "run-1")
    assert own_fields(systems, world.entity, "ap_bill")
    world.sandbox.intacct.options.custom_fields = {}
    requests, certificate = requests_of(systems, world, BILL)
    assert certificate.is_whole
    # refused query, fields, query
    assert requests == 3
    requests, certificate = requests_of(systems, world, BILL)
    assert (requests, certificate.is_whole) == (1, True)
    sync_intacct_table(systems, world.entity, BILL, "run-4", whole=True)
    assert own_fields(systems, world.entity, "ap_bill") == {}


def test_asking_for_the_fields_costs_one_request_at_the_first_load_and_none_afterwards(world, systems):
    """A sync of a table with a cursor then makes one request; what was deleted, the audit history told."""
    systems.intacct(world.entity).closed_books_date()  # signs in
    asked = [requests_of(systems, world, table)[0] for _ in range(3) for table in (AUDIT_EVENT, VENDOR)]
    assert asked == [2, 2, 1, 1, 1, 1]
    assert requests_of(systems, world, VENDOR, whole=True)[0] == 2


def test_a_declared_field_that_vanishes_is_an_error_that_names_it(world, systems):
    """The company's own fields may go; a declared one is never dropped."""
    sync_intacct_table(systems, world.entity, VENDOR, "run-1")
    world.sandbox.intacct.options.hidden_fields = {"VENDOR.TAXID"}
    with pytest.raises(UnknownFieldError, match="VENDOR has no TAXID for"):
        sync_intacct_table(systems, world.entity, VENDOR, "run-2")


# ---- set-up --------------------------------------------------------------------------------------------------------


def test_close_status_is_that_of_the_entity(world, systems):
    """S-CFG-23: each entity's own closed day is known, not the latest of all."""
    table = TABLES["intacct.close_status"]
    for entity in (world.entity, EntityKey(world.company_id)):
        assert sync_intacct_table(systems, entity, table, "run").is_whole
    (status,) = rows_of(systems, world.entity, "close_status")["closed_through"]
    assert status == world.sandbox.business.entities[0].closed_through
    world.sandbox.intacct.close_books(world.entity.entity_id, "")
    assert sync_intacct_table(systems, world.entity, table, "run").updated == 1
    assert rows_of(systems, world.entity, "close_status")["closed_through"].isna().all()


def test_financial_setup_says_which_currencies_and_whether_entities_share(world, systems):
    """S-CUR-02, S-CUR-03, S-CFG-13: base currency and the multi-currency and shared flags are read, never assumed."""
    sync_intacct_table(systems, world.entity, TABLES["intacct.financial_setup"], "run")
    (setup,) = rows_of(systems, world.entity, "financial_setup").to_dict("records")
    assert setup["base_currency"] == world.sandbox.business.entities[0].currency
    assert (setup["is_multi_currency"], setup["is_multi_base_currency"]) == (True, False)
    assert setup["is_multi_entity_shared"] is False


def test_whether_posted_documents_may_be_reclassified_is_read(world, systems):
    """S-BIL-06: as the switch stands now; without the right to read it, or where it was never set, nothing is known."""
    table = TABLES["intacct.transaction_security"]

    def known():
        sync_or_skip(systems, world.entity, table, "run")
        return rows_of(systems, world.entity, "transaction_security")["is_reclassification_disabled"].tolist()

    assert known() == [False]
    world.sandbox.intacct.plant("AFRSETUP", 1, DISABLERECLASS="true")
    assert known() == [True]
    world.sandbox.intacct.options.denied = {("AFRSETUP", "read")}
    skipped = sync_or_skip(systems, world.entity, table, "run")
    assert isinstance(skipped, Skipped)
    assert skipped.is_mendable
    world.sandbox.intacct.options.denied = set()
    security = world.sandbox.intacct._state.tables["AFRSETUP"]
    world.sandbox.intacct._state.remove(security, security.rows[1])
    assert known() == []


def test_the_companys_own_word_for_a_dimension_is_read(world, systems):
    """S-DEP-02: reports may say what the company says."""
    sync_intacct_table(systems, world.entity, TABLES["intacct.dimension"], "run")
    found = rows_of(systems, world.entity, "dimension").set_index("object_name")["term"]
    assert (found["DEPARTMENT"], found["LOCATION"]) == ("Cost centre", "Location")


def test_a_withdrawn_right_is_known_after_the_next_sync(world, systems):
    """The rights of our own user are a table like another, versions included."""
    table = TABLES["intacct.permission"]
    sync_intacct_table(systems, world.entity, table, "run")
    before = rows_of(systems, world.entity, "permission").set_index("policy")["rights"]
    world.sandbox.intacct.options.denied = {("VENDOR", "create")}
    certificate = sync_intacct_table(systems, world.entity, table, "run")
    after = rows_of(systems, world.entity, "permission").set_index("policy")["rights"]
    assert (certificate.updated, certificate.is_whole) == (1, True)
    assert ("Add" in before["Vendors"], "Add" in after["Vendors"]) == (True, False)


# ---- what is left out ----------------------------------------------------------------------------------------------


def test_a_table_that_our_user_may_not_read_is_left_out_only_if_it_is_optional(world, systems):
    """A missing right on something optional is a reason, on something required an error."""
    world.sandbox.intacct.options.denied = {("VENDOR", "read"), ("ITEM", "read")}
    with pytest.raises(PermissionDeniedError):
        sync_or_skip(systems, world.entity, VENDOR, "run")
    optional = Table(**{**{name: getattr(VENDOR, name) for name in VENDOR.__slots__}, "is_optional": True})
    skipped = sync_or_skip(systems, world.entity, optional, "run")
    assert isinstance(skipped, Skipped)
    assert (skipped.is_mendable, skipped.rule) == (True, "S-CFG-16")
    assert "may not read" in skipped.reason
