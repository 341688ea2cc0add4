"""Bad input on the whole way: each has its own error or quarantine row, stores nothing wrong and loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import httpx
import psycopg
import pytest
from pipeline_world import World
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.judging import check_entity_documents
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    PermissionDeniedError,
    TransportError,
    UnreadableResponseError,
    WarehouseFullError,
    WarehouseUnavailableError,
)
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.settings import Connections

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "'
    + b"x" * 1000
    + b'"><!ENTITY c "&a;&a;&a;&a;">]><response>&c;</response>'
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/hostname">]><response>&a;</response>'
FULL_DISK = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON ops.certificate FOR EACH ROW EXECUTE FUNCTION full_disk()
"""
TERMINATE = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Rewriting(SandboxTransport):
    """Carries requests, and lets a function change the body of each answer."""

    def __init__(self, world: World, rewrite: Callable[[httpx.Request, bytes], bytes]) -> None:
        super().__init__(world.sandbox)
        self._rewrite = rewrite

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        reply = super().handle_request(request)
        body = self._rewrite(request, reply.read())
        return httpx.Response(reply.status_code, headers={"content-type": reply.headers["content-type"]}, content=body)


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn)


def read(world: World, system: str) -> None:
    """Sync the bills of one system, without the waits between attempts."""
    with world.systems() as systems:
        if system == "intacct":
            # White-box, so that the test does not wait for back-off.
            systems.intacct_client(world.company_id)._sleep = lambda _: None
            sync_intacct_table(systems, world.entity, TABLES["intacct.ap_bill"], "again")
        else:
            systems.bill(world.entity)
            systems._bill["sandbox"]._transport._sleep = lambda _: None
            sync_bill(systems, world.entity, TABLES["bill.ap_bill"], "again")


def stored(world: World) -> dict[str, object]:
    """Counts, totals and watermark of every table."""
    name = str(world.entity)
    with world.systems() as systems:
        warehouse = systems.warehouse
        return {
            key: (warehouse.counts_and_totals(table, name), warehouse.watermark(table, name))
            for key, table in TABLES.items()
        }


def bill_record(world: World):
    organization = world.sandbox.bill._organization(world.sandbox.business.entities[0].organization_id)
    return organization, next(iter(organization.bills.values()))


def change(world: World, system: str, **changes: object) -> str:
    """Change one bill at its source, as a person would; return its key."""
    world.sandbox.clock.advance(60)
    if system == "intacct":
        bill = next(bill for bill in world.sandbox.intacct.bills() if bill.fields["STATE"] == "Posted")
        world.sandbox.intacct.edit_bill(bill.record_no, DESCRIPTION="Changed at the source")
        return str(bill.record_no)
    organization, bill = bill_record(world)
    for name, value in (changes or {"description": "Changed at the source"}).items():
        setattr(bill, name, value)
    bill.updated_at = world.sandbox.clock.now()
    organization.changed("bills")
    return str(bill.id)


def description(world: World, system: str, key: str) -> object:
    with world.systems() as systems:
        frame = systems.warehouse.read_frame(f"{system}.ap_bill", str(world.entity))
    names = frame["record_no" if system == "intacct" else "id"].astype(str)
    return frame.loc[names == key, "description"].iloc[0]


def quarantined(world: World, table: str) -> dict[str, tuple[str, str, str]]:
    """Open rows of quarantine: key to column, check and value."""
    with world.systems() as systems:
        count, rows = systems.warehouse.open_rejects(TABLES[table], str(world.entity))
    assert count == len(rows)
    assert all(json.loads(row["fragment"]) for row in rows)
    return {row["key"]: (row["column_name"], row["check_name"], row["value"]) for row in rows}


def without_sender(world: World) -> None:
    world.sandbox.intacct.options.sender_authorised = False


def without_permission(world: World) -> None:
    world.sandbox.intacct.options.denied.add(("APBILL", "read"))


def struck(fault: str, system: str) -> Callable[[World], None]:
    function = "query APBILL" if system == "intacct" else "list_bills"
    path = "*" if system == "intacct" else "*/v3/bills"
    rule = Rule(fault, system=system, function=function if system == "intacct" else "*", path=path, times=0)
    return lambda world: world.sandbox.faults.add(rule)


def answered(body: bytes) -> Callable[[World], None]:
    def replace(world: World) -> None:
        asked = b"<object>APBILL</object>"
        world.transport = Rewriting(world, lambda request, real: body if asked in request.content else real)

    return replace


def wrong_secret(name: str) -> Callable[[World], None]:
    return lambda world: world.environment.update({name: "wrong-secret-1"})


REFUSALS = {
    "unauthorised sender": ("intacct", without_sender, CredentialsRejectedError, "not authorised"),
    "missing permission": ("intacct", without_permission, PermissionDeniedError, "APBILL"),
    "malformed XML": ("intacct", struck("malformed", "intacct"), UnreadableResponseError, "well-formed|not XML"),
    "XML that stays truncated": ("intacct", struck("truncated", "intacct"), TransportError, "cut off"),
    "XML bomb": ("intacct", answered(BOMB), UnreadableResponseError, "declares a document type"),
    "external entity": ("intacct", answered(EXTERNAL), UnreadableResponseError, "declares a document type"),
    "wrong user password": ("intacct", wrong_secret("USER_PASSWORD"), CredentialsRejectedError, "rejected the sign-in"),
    "wrong developer key": ("bill", wrong_secret("DEV_KEY"), CredentialsRejectedError, "developer key"),
    "wrong BILL password": ("bill", wrong_secret("BILL_PASSWORD"), CredentialsRejectedError, "password"),
    "malformed JSON": ("bill", struck("malformed", "bill"), UnreadableResponseError, "not readable JSON"),
    "JSON that stays truncated": ("bill", struck("truncated", "bill"), TransportError, "ends too early"),
}


@pytest.mark.parametrize(("system", "spoil", "kind", "words"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_or_unreadable_answer_stores_nothing_and_the_next_sync_has_the_change(
    world, system, spoil, kind, words
):
    """An error of its own class without a secret; counts, totals and watermarks stay; mended, nothing is lost."""
    world.extract()
    before, environment, transport = stored(world), dict(world.environment), world.transport
    key = change(world, system)
    spoil(world)
    with pytest.raises(kind, match=words) as caught:
        read(world, system)
    assert type(caught.value) is kind
    assert "wrong-secret-1" not in str(caught.value)
    world.environment, world.transport = environment, transport
    assert stored(world) == before
    world.sandbox.faults.clear()
    world.sandbox.intacct.options.sender_authorised = True
    world.sandbox.intacct.options.denied.clear()
    assert world.extract()[f"{system}.ap_bill"].is_whole
    assert description(world, system, key) == "Changed at the source"


@pytest.mark.parametrize("system", ["intacct", "bill"])
@pytest.mark.parametrize("fault", ["truncated", "expire_sessions"])
def test_what_passes_in_the_middle_of_the_pages_is_read_again(warehouse_dsn, system, fault):
    """An answer cut short and a session that ends between two pages: all rows arrive, each once, without an error."""
    world = World(warehouse_dsn, bills=300)
    document = world.connections.model_dump()
    document["companies"]["sandbox"]["page_size"] = 40
    world.connections = Connections.model_validate(document)
    path = "*" if system == "intacct" else "*/v3/bills"
    world.sandbox.faults.add(
        Rule(fault, system=system, function="query APBILL" if system == "intacct" else "*", path=path, nth=2)
    )
    with world.systems() as systems:
        sync_bill(systems, world.entity, TABLES["bill.vendor"], "vendors")
    read(world, system)
    assert [strike["fault"] for strike in world.sandbox.faults.state()["struck"]] == [fault]
    with world.systems() as systems:
        rows, _ = systems.warehouse.counts_and_totals(TABLES[f"{system}.ap_bill"], str(world.entity))
    expected = world.sandbox.intacct.bills() if system == "intacct" else bill_record(world)[0].bills
    assert rows == len(expected) > 100


def test_an_unknown_entity_and_an_unknown_company_are_named_and_nothing_is_stored(world):
    """Intacct refuses an entity that is not there (S-ERR-28); a company that is not configured is a wrong setting."""
    nowhere = EntityKey(world.company_id, "NOWHERE")
    with world.systems() as systems:
        with pytest.raises(CredentialsRejectedError, match="NOWHERE"):
            sync_intacct_table(systems, nowhere, TABLES["intacct.vendor"], "run")
        assert systems.warehouse.counts_and_totals(TABLES["intacct.vendor"], str(nowhere))[0] == 0
        with pytest.raises(ConfigurationError, match="other-company"):
            sync_intacct_table(systems, EntityKey("other-company", "100"), TABLES["intacct.vendor"], "run")


def test_an_amount_with_too_many_decimals_is_quarantined_on_both_sides(world):
    """Neither rounded nor dropped: the row is kept whole, aside, and its neighbours load; mended, it comes back."""
    victim = next(bill for bill in world.sandbox.intacct.bills() if bill.fields["STATE"] == "Posted").record_no
    amount = world.sandbox.intacct.bill(victim).fields["TRX_TOTALENTERED"]
    world.sandbox.intacct.plant("APBILL", victim, TRX_TOTALENTERED="10.12345")
    organization, bill = bill_record(world)
    line, real = bill.lines[0], bill.lines[0].amount
    line.amount = Decimal("10.12345")
    organization.changed("bills")
    certificates = world.extract()
    assert all(certificate.is_whole for certificate in certificates.values())
    assert quarantined(world, "intacct.ap_bill")[str(victim)] == ("trx_total_entered", "minor_unit", "10.12345")
    assert quarantined(world, "bill.ap_bill_line")[line.id] == ("amount", "minor_unit", "10.12345")
    assert quarantined(world, "bill.ap_bill")[bill.id][:2] == ("amount", "minor_unit")
    assert certificates["intacct.ap_bill"].quarantined == 1
    world.sandbox.intacct.plant("APBILL", victim, TRX_TOTALENTERED=amount)
    line.amount = real
    organization.changed("bills")
    with world.systems() as systems:
        sync_intacct_table(systems, world.entity, TABLES["intacct.ap_bill"], "mended", whole=True)
        sync_bill(systems, world.entity, TABLES["bill.ap_bill"], "mended", whole=True)
    assert [quarantined(world, table) for table in ("intacct.ap_bill", "bill.ap_bill", "bill.ap_bill_line")] == [{}] * 3


def test_an_unknown_state_of_a_bill_in_bill_is_quarantined_with_its_rule(world):
    """A value that the documentation does not have is not taken for one that it has."""
    world.extract()
    key = change(world, "bill", approval_status="INVENTED")
    read(world, "bill")
    assert quarantined(world, "bill.ap_bill") == {key: ("approval_status", "one_of", "INVENTED")}


def test_an_unbalanced_bill_is_named_and_held_and_never_sent(warehouse_dsn):
    """Lines that do not add up to their header: the check names it to the cent, the plan holds it by S-IDM-07."""
    world = World(warehouse_dsn, gate="manual")
    planned = world.sync()
    wanted = next(item.source_id for item in planned.plan.items if item.object_name == "ap_bill")

    def unbalance(request: httpx.Request, body: bytes) -> bytes:
        if request.url.path != "/connect/v3/bills":
            return body
        page = json.loads(body, parse_float=str)
        for bill in page["results"]:
            if bill["id"] == wanted:
                bill["amount"] = "99999.99"
        return json.dumps(page).encode()

    world.transport = Rewriting(world, unbalance)
    with world.systems() as systems:
        sync_bill(systems, world.entity, TABLES["bill.ap_bill"], "unbalanced", whole=True)
        failing = check_entity_documents(systems.warehouse, str(world.entity))
        link = systems.link(world.entity)
        for object_name in ("vendor", "ap_bill"):
            reconcile(systems, link, object_name, "unbalanced")
        plan = confirm_and_plan(systems, link).plan
    row = failing[(failing["table"] == "bill.ap_bill") & (failing["key"] == wanted)].iloc[0]
    assert row["check"]
    (hold,) = [hold for hold in plan.holds if hold.source_id == wanted]
    assert (hold.kind, hold.rule) == ("unbalanced", "S-IDM-07")
    assert "99999.99" in hold.reason
    assert wanted not in {item.source_id for item in plan.items}


def test_a_clock_of_bill_that_jumps_back_loses_no_change(world):
    """The overlap covers a change that BILL's clock, set back, dates before the watermark."""
    world.extract()
    world.sandbox.clock.advance(-30 * 60)
    key = change(world, "bill")
    read(world, "bill")
    assert description(world, "bill", key) == "Changed at the source"


@pytest.mark.parametrize("system", ["intacct", "bill"])
def test_a_full_disk_stores_nothing_and_the_next_sync_is_whole(world, warehouse_dsn, system):
    """WarehouseFullError, no half load, no moved watermark."""
    world.extract()
    before, key = stored(world), change(world, system)
    with psycopg.connect(warehouse_dsn) as connection:
        connection.execute(FULL_DISK)
    with pytest.raises(WarehouseFullError, match="no room left"):
        read(world, system)
    with psycopg.connect(warehouse_dsn) as connection:
        connection.execute("DROP TRIGGER full_disk ON ops.certificate")
    assert stored(world) == before
    read(world, system)
    assert description(world, system, key) == "Changed at the source"


@pytest.mark.parametrize("system", ["intacct", "bill"])
def test_postgres_that_goes_away_while_pages_arrive_loses_nothing(world, warehouse_dsn, system):
    """Every backend ends while the source answers: its own error, nothing half stored, the next sync is whole."""
    world.extract()
    before, key = stored(world), change(world, system)
    asked = b"<object>APBILL</object>" if system == "intacct" else b""

    def terminate(request: httpx.Request, body: bytes) -> bytes:
        if (asked and asked in request.content) or (not asked and request.url.path == "/connect/v3/bills"):
            with psycopg.connect(warehouse_dsn) as other:
                other.execute(TERMINATE)
        return body

    calm, world.transport = world.transport, Rewriting(world, terminate)
    with pytest.raises(WarehouseUnavailableError, match="Postgres is gone"):
        read(world, system)
    world.transport = calm
    assert stored(world) == before
    read(world, system)
    assert description(world, system, key) == "Changed at the source"
