"""One entity's whole way: extract, validate, load, reconcile, plan, push, confirm; against the sandbox, on Postgres."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pipeline_world import World, open_bills

from intacct_pipelines.defs.extraction import prove_month, sync_intacct_table
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    NotApprovedError,
    TransportError,
    UnknownFieldError,
)
from intacct_pipelines.sandbox.faults import Rule
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.recon import Recon

WRITTEN = ("inserted", "updated", "deleted")


@pytest.fixture
def world(warehouse_dsn: str) -> World:
    return World(warehouse_dsn)


def test_every_table_is_complete_and_nothing_is_lost(world):
    """Each certificate is whole, and the warehouse holds what the sandbox holds."""
    certificates = world.extract()
    assert set(certificates) == set(TABLES)
    assert all(certificate.is_whole for certificate in certificates.values())
    assert certificates["intacct.ap_bill"].received == len(world.sandbox.intacct.bills())


def test_the_loaded_ledger_balances_per_currency(world):
    """Debits equal credits in what was loaded, as they do in the sandbox's ledger."""
    world.extract()
    with world.systems() as systems:
        lines = systems.warehouse.read_frame("intacct.gl_detail", str(world.entity))
    assert len(lines) > 0
    for _, part in lines.groupby("currency"):
        assert sum(part["trx_debit_amount"].dropna(), Decimal(0)) == sum(part["trx_credit_amount"].dropna(), Decimal(0))


def test_syncing_twice_writes_nothing_and_asks_at_most_twice_an_object(world):
    """Loading a window twice changes nothing, and nothing-changed is cheap."""
    world.extract()
    again = world.extract()
    assert {
        name: [getattr(c, word) for word in WRITTEN]
        for name, c in again.items()
        if any(getattr(c, word) for word in WRITTEN)
    } == {}
    # Lists of Spend & Expense have no filter by time, and a field's values are asked for field by field.
    of_dimensions = again.pop("intacct.user_defined_dimension_value", None)
    by_time = [certificate for name, certificate in again.items() if not name.startswith("spend.")]
    assert max(certificate.requests for certificate in by_time) <= 2
    with world.systems() as systems:
        stored = systems.warehouse
        assert stored.watermark(TABLES["intacct.ap_bill"], str(world.entity))
        if of_dimensions is not None:
            # Each dimension that a company made itself is an object of its own.
            values = stored.read_frame("intacct.user_defined_dimension_value", str(world.entity))
            assert of_dimensions.requests <= 2 * values["dimension"].nunique()


def test_who_approved_in_bill_is_stored_with_order_and_status(world):
    """S-APR-01: approvals do not travel, but the warehouse has each bill's status and its approvers, in order."""
    world.extract()
    # The twin's own records, not what it served.
    organization = world.sandbox.bill._organization(world.sandbox.describe()["bill"]["organizations"][0]["id"])
    asked = {
        (bill.id, one["approverOrder"]): (one["userId"], one["status"])
        for bill in organization.bills.values()
        for one in bill.approvers
    }
    with world.systems() as systems:
        approvers = systems.warehouse.read_frame("bill.ap_bill_approver", str(world.entity))
        bills = systems.warehouse.read_frame("bill.ap_bill", str(world.entity))
    columns = ("bill_id", "approver_order", "user_id", "status")
    rows = zip(*(approvers[name] for name in columns), strict=True)
    assert {(bill, int(order)): (user, status) for bill, order, user, status in rows} == asked
    assert len({status for _, status in asked.values()}) > 1
    assert {"APPROVED", "ASSIGNED"} <= set(bills["approval_status"])


def test_an_edited_and_a_deleted_bill_are_right_after_the_next_sync_and_the_old_is_still_known(world):
    """The next sync brings edit and deletion; an as-of query returns the version before them."""
    world.extract()
    before = datetime.now(UTC)
    edited, deleted = (bill.record_no for bill in open_bills(world)[-2:])
    world.sandbox.clock.advance(5)
    world.sandbox.intacct.edit_bill(edited, DESCRIPTION="Corrected by a person")
    world.sandbox.intacct.delete_bill(deleted)
    world.extract()
    name = str(world.entity)
    with world.systems() as systems:
        now = systems.warehouse.read_frame("intacct.ap_bill", name).set_index("record_no")
        then = systems.warehouse.as_of("intacct.ap_bill", name, before).set_index("record_no")
        lines = systems.warehouse.read_frame("intacct.ap_bill_line", name)
    assert now.loc[int(edited), "description"] == "Corrected by a person"
    assert int(deleted) not in now.index
    assert int(deleted) in then.index
    assert then.loc[int(edited), "description"] != "Corrected by a person"
    assert int(deleted) not in set(lines["bill_record_no"])


def test_the_ledger_forgets_what_an_edit_of_a_posted_bill_replaced(warehouse_dsn):
    """Intacct posts an edited bill anew and never tells of the lines before; the next sync has the books' own lines."""
    world = World(warehouse_dsn)
    world.extract()
    bill = open_bills(world)[-1]
    line = bill.lines[0]
    amount = str(2 * Decimal(line["TRX_AMOUNT"]))
    world.sandbox.clock.advance(5)
    world.sandbox.intacct.edit_bill(bill.record_no, lines=[{"LINE_NO": line["LINE_NO"], "TRX_AMOUNT": amount}])
    world.extract()
    with world.systems() as systems:
        stored = systems.warehouse.read_frame("intacct.gl_detail", str(world.entity))
    own = {"", world.entity.entity_id}
    books = {
        one.number for entry in world.sandbox.intacct.ledger.postings() if entry.owner in own for one in entry.lines
    }
    assert set(stored["record_no"]) == books


def test_a_month_is_proven_and_sweeps_what_was_deleted_without_an_audit_trail(world):
    """History re-reads a month whole; what does not arrive is marked deleted, other months are untouched."""
    world.extract()
    with world.systems() as systems:
        table = TABLES["intacct.ap_bill"]
        bills = systems.warehouse.read_frame(table, str(world.entity)).set_index("record_no")
        victim = open_bills(world)[-1].record_no
        month = bills.loc[int(victim), "bill_date"].replace(day=1)
        world.sandbox.intacct.options.audit_permitted = False
        first = prove_month(systems, world.entity, table, month, "first")
        world.sandbox.intacct.delete_bill(victim)
        proof = prove_month(systems, world.entity, table, month, "second")
        kept = systems.warehouse.read_frame(table, str(world.entity))
    assert first.is_proven
    assert proof.is_proven
    assert not first.drift
    gone = [
        (record.kind, record.key, record.found_by_proof)
        for record in proof.drift
        if record.table_name == "intacct.ap_bill"
    ]
    assert gone == [("deleted", str(victim), True)]
    assert any(record.table_name == "intacct.ap_bill_line" for record in proof.drift)
    assert len(kept) == len(bills) - 1


def test_what_is_approved_is_pushed_once_confirmed_and_the_ledger_stays_balanced(warehouse_dsn):
    """The whole way: planned, approved by policy, sent, brought back by extract, confirmed; a second round is empty."""
    world = World(warehouse_dsn, not_pushed=[])
    planned = world.sync()
    assert planned.is_auto_approved
    assert planned.plan.items
    before = len(world.sandbox.intacct.bills())
    outcomes = world.apply()
    assert outcomes == {"accepted": len(planned.plan.items)}
    again = world.sync()
    assert again.confirmed == len(planned.plan.items)
    assert not again.plan.items
    created = [
        item for item in planned.plan.items if item.object_name == "ap_bill" and item.operation.value == "create"
    ]
    assert len(world.sandbox.intacct.bills()) == before + len(created)
    assert all(total == 0 for total in world.sandbox.intacct.ledger.trial_balance().values())
    with world.systems() as systems:
        outbox = Outbox(systems.warehouse)
        assert outbox.verify_journal() == []
        assert set(outbox.counts()) == {"confirmed"}


def test_held_records_name_rule_and_remedy(world):
    """Everything that stays behind says by which rule, and what to do."""
    holds = world.sync().plan.holds
    assert {hold.rule for hold in holds} >= {"S-APR-02", "S-IDM-08", "S-VEN-05"}
    assert all(hold.rule.startswith("S-") and hold.reason and hold.remedy for hold in holds)


def test_reconciliation_conserves_totals_and_gives_every_difference_a_verdict(world):
    """Sums over the classes equal the difference of the totals, for every currency."""
    world.sync()
    with world.systems() as systems:
        recon = Recon(systems.warehouse)
        totals = recon.totals(f"entity-{world.entity.entity_id}", "ap_bill")
        differences = recon.differences(f"entity-{world.entity.entity_id}")
        bill = systems.warehouse.read_frame("bill.ap_bill", str(world.entity))
    for currency, part in totals.groupby("currency"):
        assert sum(part["difference"]) == sum(part["platform_total"]) - sum(part["intacct_total"])
        assert sum(part["platform_total"]) == sum(bill.loc[bill["currency"] == currency, "amount"], Decimal(0))
    assert set(differences["verdict"]) <= {"expected", "in_flight", "break"}
    assert ((differences["verdict"] == "break") == (differences["rule"].fillna("") == "")).all()


def test_a_link_that_observes_plans_but_never_writes(warehouse_dsn):
    """In mode observe there is a plan to read, and applying is refused."""
    world = World(warehouse_dsn, mode="observe")
    planned = world.sync()
    assert planned.plan.items
    assert not planned.is_auto_approved
    with pytest.raises(NotApprovedError, match="observe"):
        world.apply()


# ---- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SENDER_PASSWORD", "USER_PASSWORD"])
def test_a_wrong_secret_is_a_clear_error_that_does_not_repeat_it(world, name):
    """Wrong sender or user password: credentials rejected, nothing stored, the secret not in the message."""
    with world.systems({name: "wrong-secret-1"}) as systems, pytest.raises(CredentialsRejectedError) as caught:
        sync_intacct_table(systems, world.entity, TABLES["intacct.vendor"], "run")
    assert "wrong-secret-1" not in str(caught.value)


@pytest.mark.parametrize("name", ["SENDER_PASSWORD", "DEV_KEY"])
def test_a_missing_secret_names_its_variable(world, name):
    """A secret that is not there stops the run at its start, with the variable's name."""
    with world.systems({name: ""}) as systems, pytest.raises(ConfigurationError, match=name):
        systems.intacct(world.entity) if name != "DEV_KEY" else systems.bill(world.entity)


def test_a_field_that_the_company_lacks_is_an_error_and_is_named(world):
    """A rejected field is never dropped: the error names it."""
    world.sandbox.intacct.options.hidden_fields = frozenset({"APBILL.SUPDOCID"})
    with world.systems() as systems, pytest.raises(UnknownFieldError, match="SUPDOCID"):
        sync_intacct_table(systems, world.entity, TABLES["intacct.ap_bill"], "run")


def test_a_row_that_breaks_its_contract_is_kept_in_quarantine_and_the_others_load(world):
    """An unknown enum value puts one row aside, whole, with column, check and value; mended, it comes back."""
    victim = world.sandbox.intacct.bills()[0].record_no
    real = world.transport

    class Corrupting(type(real)):
        def handle_request(self, request):
            reply = super().handle_request(request)
            body = reply.read()
            if b'listtype="APBILL"' in body:
                mark = f"<RECORDNO>{victim}</RECORDNO>".encode()
                at = body.find(mark)
                start = body.find(b"<STATE>", at)
                end = body.find(b"</STATE>", at)
                if 0 <= at < start:
                    body = body[: start + 7] + b"Invented" + body[end:]
            return type(reply)(reply.status_code, headers={"content-type": "text/xml"}, content=body)

    world.transport = Corrupting(world.sandbox)
    certificates = world.extract()
    bills = certificates["intacct.ap_bill"]
    assert bills.is_whole
    assert bills.quarantined == 1
    with world.systems() as systems:
        count, rows = systems.warehouse.open_rejects(TABLES["intacct.ap_bill"], str(world.entity))
    assert count == 1
    assert (rows[0]["key"], rows[0]["column_name"], rows[0]["value"]) == (str(victim), "state", "Invented")
    assert json.loads(rows[0]["fragment"])
    world.transport = real
    with world.systems() as systems:
        sync_intacct_table(systems, world.entity, TABLES["intacct.ap_bill"], "mended", whole=True)
        assert systems.warehouse.open_rejects(TABLES["intacct.ap_bill"], str(world.entity))[0] == 0


def test_a_connection_that_breaks_in_the_middle_stores_nothing_and_moves_no_watermark(world):
    """A source that goes away mid-way leaves the table as it was; the next sync is whole."""
    world.extract()
    table = TABLES["intacct.ap_bill"]
    with world.systems() as systems:
        mark = systems.warehouse.watermark(table, str(world.entity))
    world.sandbox.faults.add(Rule("reset_before", system="intacct", function="query APBILL", times=50))
    with world.systems() as systems:
        systems.intacct_client(world.company_id)._sleep = lambda _: None  # the test does not wait for back-off
        with pytest.raises(TransportError):
            sync_intacct_table(systems, world.entity, table, "broken")
        assert systems.warehouse.watermark(table, str(world.entity)) == mark
    world.sandbox.faults.clear()
    assert world.extract()["intacct.ap_bill"].is_whole


def test_a_clock_that_jumps_back_loses_no_change(world):
    """The overlap covers a server whose clock was set back by less than it."""
    world.extract()
    world.sandbox.clock.advance(-timedelta(hours=3).total_seconds())
    bill = next(bill for bill in world.sandbox.intacct.bills() if bill.fields["STATE"] == "Posted")
    world.sandbox.intacct.edit_bill(bill.record_no, DESCRIPTION="Edited in the past")
    world.extract()
    with world.systems() as systems:
        rows = systems.warehouse.read_frame("intacct.ap_bill", str(world.entity)).set_index("record_no")
    assert rows.loc[int(bill.record_no), "description"] == "Edited in the past"
