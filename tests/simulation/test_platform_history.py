"""Months of BILL's and Spend & Expense's documents: proven against the twins, with calls counted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pipeline_world import World
from psycopg import sql

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.budget import scope_of
from intacct_pipelines.defs.forecast import Basis, forecast
from intacct_pipelines.defs.months import HISTORY_TABLES, month_prover
from intacct_pipelines.defs.spend_extraction import sync_spend
from intacct_pipelines.domain.catalog import TABLES

PLATFORM_TABLES = [table for table in HISTORY_TABLES if table.schema != "intacct"]
BILL = TABLES["bill.ap_bill"]
TRANSACTION = TABLES["spend.card_transaction"]
REIMBURSEMENT = TABLES["spend.reimbursement"]
_ENTITY = "100"
_MONTHS = 6


def _month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


class Archive:
    """One entity whose platform documents are proven month by month, and what that cost."""

    def __init__(self, dsn: str) -> None:
        self.world = World(dsn, bills=60)
        last = max(bill.bill_date for bill in self.world.sandbox.business.bills).replace(day=1)
        months = [last]
        while len(months) < _MONTHS:
            months.append(_month_before(months[-1]))
        self.months = months[::-1]
        self.runs = 0

    @property
    def organization(self) -> str:
        return self.world.sandbox.describe()["bill"]["organizations"][0]["id"]

    def prove(self, table, months=None):
        """Prove months in one run; return the proofs by month, and the calls made."""
        self.runs += 1
        run_id = f"history-{self.runs}"
        wanted = months or self.months
        with self.world.systems() as systems:
            with systems.meters.scope(scope_of(self.world.entity, "history", run_id)):
                prove = month_prover(systems, self.world.entity, table, wanted, run_id)
                proofs = {month: prove(month) for month in wanted}
            with systems.warehouse.transaction() as connection:
                (calls,) = connection.execute(
                    "SELECT coalesce(sum(calls), 0)::int FROM ops.api_call WHERE run_id = %s", [run_id]
                ).fetchone()
        return proofs, calls

    def forecast(self, table, months=None):
        with self.world.systems() as systems:
            wanted = [(table, month) for month in months or self.months]
            return forecast(systems, self.world.entity, [table], wanted)

    def stored(self, table):
        with self.world.systems() as systems:
            return systems.warehouse.read_frame(table, str(self.world.entity))


@pytest.fixture
def archive(warehouse_dsn) -> Archive:
    return Archive(warehouse_dsn)


def _drift(proof):
    return {(one.table_name.partition(".")[2], one.kind, one.found_by_proof) for one in proof.drift}


def _keys(proof, table):
    return {(one.kind, one.key, one.found_by_proof) for one in proof.drift if one.table_name == table.qualified_name}


def test_every_month_of_every_platform_table_is_proven_and_the_forecast_is_what_it_costs(archive):
    """Six months of a list that has no filter cost one reading; what is stored is exactly what was proven."""
    busy = 0
    for table in PLATFORM_TABLES:
        before = archive.forecast(table)
        assert {month.basis for month in before.months} == {Basis.AT_LEAST}
        proofs, first = archive.prove(table)
        assert all(proof.is_proven for proof in proofs.values()), table.name
        months = archive.stored(table)[table.document_date].map(_first_day)
        assert {month: proof.tables[0].rows for month, proof in proofs.items()} == {
            month: sum(months == month) for month in archive.months
        }
        busy += sum(bool(proof.tables[0].rows) for proof in proofs.values())
        assert before.calls <= first
        planned = archive.forecast(table)
        assert planned.is_certain
        proofs, calls = archive.prove(table)
        assert planned.calls == calls, table.name
        assert not [proof.drift for proof in proofs.values() if proof.drift]
        if table.has_no_month_filter:
            # sign-in, new vendors or customers, and the list itself, which is read twice where nothing sorts it
            assert calls <= 4
            assert [proof.calls > 0 for proof in proofs.values()].count(True) == 1
    assert busy > 2 * len(PLATFORM_TABLES)


def _first_day(day: date) -> date:
    moment = day.astimezone(UTC).date() if isinstance(day, datetime) else day
    return moment.replace(day=1)


def _bills_by_month(archive):
    bills = archive.world.sandbox.bill.bills(archive.organization)
    return Counter(bill.invoice_date.replace(day=1) for bill in bills), bills


def test_a_month_of_bills_that_drifts_is_proven_again_record_by_record(archive):
    """Changed, thrown away, moved to another month: each is listed in its month; what moved is not lost."""
    count, bills = _bills_by_month(archive)
    month = next(month for month in archive.months[:-1] if count[month] >= 3)
    changed, thrown, moved = [bill for bill in bills if bill.invoice_date.replace(day=1) == month][:3]
    other = archive.months[archive.months.index(month) + 1]
    archive.prove(BILL)
    twin = archive.world.sandbox.bill
    archive.world.sandbox.clock.advance(60)
    before = changed.amount
    twin.edit_bill(changed.id, amount=before + Decimal("1.25"))
    twin.remove(archive.organization, "bills", thrown.id)
    twin.edit_bill(moved.id, invoice_date=other)
    # asked for the old month alone: the moved bill is there all the same, and in no month twice
    proofs, _ = archive.prove(BILL, [month])
    proof = proofs[month]
    assert proof.is_proven
    assert _keys(proof, BILL) == {
        ("changed", changed.id, True),
        ("deleted", thrown.id, True),
        ("deleted", moved.id, True),
    }
    assert {kind for name, kind, _ in _drift(proof) if name == "ap_bill_line"} == {"changed", "deleted"}
    assert all(found for _, _, found in _drift(proof))
    assert proof.tables[0].control_total_drift == Decimal("1.25") - thrown.amount - moved.amount
    rows = archive.stored(BILL).set_index("id")
    assert rows.loc[moved.id, "bill_date"] == other
    assert thrown.id not in rows.index
    assert set(archive.stored(TABLES["bill.ap_bill_line"])["bill_id"]) == set(rows.index)
    # a whole reading moved the watermark, so the sync after it reads little and writes nothing
    synced = archive.world.extract_platform([BILL], sync_bill, "sync")["bill.ap_bill"]
    assert synced.window.startswith("changed since")
    assert (synced.inserted, synced.updated, synced.deleted) == (0, 0, 0)
    # the run before had found it already; what cannot be stored is counted, and hides nothing
    twin.edit_bill(changed.id, approval_status="INVENTED")
    twin.edit_bill(moved.id, approval_status="INVENTED")
    proofs, _ = archive.prove(BILL, [month, other])
    assert _keys(proofs[other], BILL) == {("added", moved.id, False)}
    for one, odd in ((month, changed), (other, moved)):
        documents, lines, *_ = proofs[one].tables
        assert (documents.quarantined, lines.quarantined) == (1, len(odd.lines))
        assert proofs[one].undated == 0


def _transactions(archive):
    return archive.world.sandbox.spend.accounts[_ENTITY].collections["transactions"]


def _month_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def test_a_month_of_card_transactions_is_asked_for_and_loses_none_that_moved(archive):
    """One that vanished is swept with its lines; one that now lies in another month is found by its id, and kept."""
    count = Counter(_month_of(record["occurredTime"]) for record in _transactions(archive).values())
    month = max(count, key=lambda one: (count[one], one))
    own = [key for key, record in _transactions(archive).items() if _month_of(record["occurredTime"]) == month]
    archive.prove(TRANSACTION, [month])
    gone, moved = own[:2]
    twin, elsewhere = archive.world.sandbox.spend, _month_before(month)
    archive.world.sandbox.clock.advance(60)
    first = own[2]
    twin.remove(_ENTITY, gone)
    at = datetime(month.year, month.month, 1, tzinfo=UTC) - timedelta(milliseconds=1)
    twin.edit(_ENTITY, first, occurredTime=at + timedelta(milliseconds=1))
    _set_zone(archive, "Pacific/Auckland")
    twin.edit(_ENTITY, moved, occurredTime=at)
    planned = archive.forecast(TRANSACTION, [month])
    proofs, calls = archive.prove(TRANSACTION, [month])
    # two did not come with the month and were asked for by themselves
    assert planned.calls <= calls <= planned.calls + 2
    assert proofs[month].is_proven
    assert _keys(proofs[month], TRANSACTION) == {
        ("deleted", gone, True),
        ("deleted", moved, True),
        ("changed", first, True),
    }
    rows = archive.stored(TRANSACTION).set_index("id")
    assert gone not in rows.index
    assert rows.loc[moved, "occurred_at"] == at
    assert set(archive.stored(TABLES["spend.card_transaction_line"])["card_transaction_id"]) == set(rows.index)
    proofs, _ = archive.prove(TRANSACTION, [elsewhere])
    assert proofs[elsewhere].is_proven
    with archive.world.systems() as systems:
        keys = [
            systems.warehouse.keys_of_month(TRANSACTION, str(archive.world.entity), one) for one in (elsewhere, month)
        ]
    assert moved in keys[0]
    assert first in keys[1]


def _set_zone(archive, zone):
    """Months of instants are those of UTC, whatever the zone of the database."""
    with archive.world.systems() as systems, systems.warehouse.transaction() as connection:
        (name,) = connection.execute("SELECT current_database()").fetchone()
        connection.execute(sql.SQL("ALTER DATABASE {} SET timezone TO {}").format(sql.Identifier(name), zone))


def test_a_reimbursement_without_a_day_is_in_no_month_and_is_told_of(archive):
    """It is loaded with the same reading, and stands in no proof; the next sync finds every row as it is."""
    records = archive.world.sandbox.spend.accounts[_ENTITY].collections["reimbursements"]
    undated, gone, *_ = list(records)
    month = records[gone]["occurredDate"].replace(day=1)
    archive.prove(REIMBURSEMENT, [month])
    archive.world.sandbox.spend.edit(_ENTITY, undated, kind="reimbursements", occurredDate=None)
    archive.world.sandbox.spend.remove(_ENTITY, gone, kind="reimbursements")
    proofs, _ = archive.prove(REIMBURSEMENT, [month])
    assert proofs[month].is_proven
    assert proofs[month].undated == 1
    assert ("deleted", gone, True) in _keys(proofs[month], REIMBURSEMENT)
    assert undated in set(archive.stored(REIMBURSEMENT)["id"])
    synced = archive.world.extract_platform([REIMBURSEMENT], sync_spend, "sync")["spend.reimbursement"]
    assert synced.unchanged == synced.received > 0
