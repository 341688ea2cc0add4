"""The graph loads without secrets and network, and is what we think it is."""

from __future__ import annotations

import subprocess
import sys

import dagster as dg
import pytest

from intacct_pipelines.definitions import build_definitions
from intacct_pipelines.defs.history import history_key
from intacct_pipelines.defs.months import HISTORY_TABLES
from intacct_pipelines.defs.partitions import ENTITY_MONTHS
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.marts import MARTS
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.settings import Connections

EXPECTED_CHECKS = {"complete", "contract"}
DOCUMENTS = "documents_add_up"


@pytest.fixture(scope="module")
def graph() -> dg.Definitions:
    return build_definitions(Connections())


def test_loads_in_an_empty_environment_without_opening_a_connection(tmp_path):
    """Importing the definitions needs no variable, no secret and no socket."""
    code = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('a connection was opened')\n"
        "socket.socket.connect = refuse\n"
        "import intacct_pipelines.definitions as d, dagster\n"
        "dagster.Definitions.validate_loadable(d.defs)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], env={"PATH": ""}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_table_of_the_catalog_is_an_asset(graph):
    """No declared table is forgotten."""
    keys = {key.to_user_string() for key in graph.resolve_asset_graph().get_all_asset_keys()}
    assert {name.replace(".", "/") for name in TABLES} <= keys


def test_every_asset_has_an_owner_and_a_description(graph):
    """Also what is only read, and what is only shown."""
    assets = graph.resolve_asset_graph()
    keys = assets.get_all_asset_keys()
    assert [key for key in keys if not (assets.get(key).owners and assets.get(key).description)] == []


def test_every_source_asset_has_both_checks_column_schema_owner_and_description(graph):
    """An analyst finds the same facts on every table."""
    assets = graph.resolve_asset_graph()
    checks: dict[str, set[str]] = {}
    for key in assets.asset_check_keys:
        checks.setdefault(key.asset_key.to_user_string(), set()).add(key.name)
    for name in TABLES:
        key = dg.AssetKey(name.split("."))
        node = assets.get(key)
        assert checks[key.to_user_string()] - {DOCUMENTS} == EXPECTED_CHECKS
        assert node.metadata["dagster/column_schema"].columns
        assert node.owners
        assert node.description
        assert node.kinds >= {"postgres"}
        assert node.partitions_def == dg.DynamicPartitionsDefinition(name="entity")


def test_every_mart_stands_downstream_of_its_tables(graph):
    """An analyst sees where a view's figures come from, and each of its columns explained."""
    assets = graph.resolve_asset_graph()
    for mart in MARTS.values():
        node = assets.get(dg.AssetKey(mart.qualified_name.split(".")))
        assert {key.to_user_string().replace("/", ".") for key in node.parent_keys} == set(mart.tables)
        assert [column.name for column in node.metadata["dagster/column_schema"].columns] == [
            column.name for column in mart.columns
        ]


def test_both_checks_of_a_source_block_what_is_downstream(graph):
    """A table that is incomplete or full of rejects is not reconciled."""
    for spec in graph.resolve_asset_graph().asset_check_keys:
        if spec.name in EXPECTED_CHECKS:
            assert graph.resolve_asset_graph().get_check_spec(spec).blocking


def test_documents_are_checked_at_their_own_table_after_all_that_they_are_made_of(graph):
    """Every document with lines has a check across tables, which stops nothing."""
    assets = graph.resolve_asset_graph()
    specs = [assets.get_check_spec(key) for key in assets.asset_check_keys if key.name == DOCUMENTS]
    found = {spec.asset_key.to_user_string(): spec for spec in specs}
    heads = {f"{table.schema}/{table.parent}" for table in TABLES.values() if table.parent}
    assert heads - set(found) == set()
    assert not any(spec.blocking for spec in specs)
    needed = {dep.asset_key.to_user_string() for dep in found["intacct/ap_payment"].additional_deps}
    assert needed == {"intacct/ap_payment_detail"}


def test_graph_is_the_one_that_was_reviewed(graph):
    """Jobs, schedules and sensors change only on purpose."""
    assert {job.name for job in graph.resolve_all_job_defs() if not job.name.startswith("__")} == {
        "sync",
        "extract_only",
        "sweep",
        "backfill_history",
        "close_period",
        "apply_plan",
        "check_set_up",
    }
    repository = graph.get_repository_def()
    assert {schedule.name: schedule.cron_schedule for schedule in repository.schedule_defs} == {
        "daily_sync": "0 5 * * *",
        "weekly_sweep": "0 2 * * 0",
    }
    assert {sensor.name for sensor in repository.sensor_defs} >= {"discover_entities", "approved_plans"}


@pytest.mark.parametrize("job", ["sync", "extract_only", "sweep"])
def test_every_source_is_in_the_daily_sync_and_in_the_weekly_sweep(graph, job):
    """S-PMT-07, S-SCH-03: each platform is read once a day; S-PMT-08, S-SCH-02: "Sync now" is the same job."""
    selected = {key.to_user_string() for key in graph.resolve_job_def(job).asset_layer.selected_asset_keys}
    assert {name.replace(".", "/") for name in TABLES} <= selected


def test_a_step_that_reads_a_platform_holds_its_place_there(graph):
    """Two runs together still keep each system's limits: the pool is named like the system."""
    for name in TABLES:
        schema, table = name.split(".")
        definition = graph.resolve_assets_def(dg.AssetKey([schema, table]))
        assert definition.op.pool == schema


def test_every_transaction_object_of_every_system_has_its_history_by_month_and_holds_its_place_there(graph):
    """Also what BILL and Spend & Expense have; a range of months is one run, as the UI's backfill starts it."""
    assets = graph.resolve_asset_graph()
    histories = {key for key in assets.get_all_asset_keys() if key.path[0] == "history"}
    assert histories == {history_key(table) for table in HISTORY_TABLES}
    names = {key.to_user_string() for key in histories}
    documents = ("ap_bill", "vendor_credit", "ap_payment", "ar_invoice", "ar_payment", "credit_memo")
    assert {f"history/bill/{name}" for name in documents} <= names
    assert {"history/spend/card_transaction", "history/spend/reimbursement", "history/ap_bill"} <= names
    for table in HISTORY_TABLES:
        definition = graph.resolve_assets_def(history_key(table))
        assert definition.partitions_def == ENTITY_MONTHS
        assert definition.backfill_policy == dg.BackfillPolicy.single_run()
        assert definition.op.pool == table.schema


def test_lineage_runs_from_sources_to_push(graph):
    """The arrows are the data's way."""
    assets = graph.resolve_asset_graph()

    def parents(*path: str) -> set[str]:
        return {key.to_user_string() for key in assets.get(dg.AssetKey(list(path))).parent_keys}

    assert parents("intacct", "ap_bill") == {"sage_intacct", "history/ap_bill", "intacct/audit_event"}
    assert parents("intacct", "ap_bill_line") == {"sage_intacct", "intacct/ap_bill"}
    assert parents("bill", "ap_payment") == {"bill_com", "bill/vendor", "history/bill/ap_payment"}
    assert parents("history", "bill", "ap_payment") == {"bill_com", "bill/vendor"}
    assert parents("spend", "reimbursement") == {"bill_spend_and_expense", "history/spend/reimbursement"}
    assert {"intacct/ap_bill", "bill/ap_bill", "recon/vendor"} <= parents("recon", "ap_bill")
    assert parents("report", "reconciliation") == {f"recon/{name}" for name in RECONCILED}
    compared = {f"recon/{one.reconciliation}" for one in PUSHED.values() if one.platform == "bill"}
    assert parents("push", "plan") == {
        *compared,
        *(f"intacct/{name}" for name in ("ar_advance", "ar_payment", "attachment", "journal_entry")),
    }
    assert parents("push", "card_plan") == {
        *("recon/card_transaction", "recon/card_statement", "recon/reimbursement"),
        *("intacct/attachment", "intacct/card_transaction", "intacct/expense_report", "intacct/ap_bill"),
        *(f"intacct/{name}" for name in ("journal_entry", "gl_detail", "gl_account", "funds_transfer", "entity")),
        *(f"intacct/{name}" for name in ("department", "location", "accounting_class")),
    }
    assert parents("push", "business_center_plan") == {
        *("recon/business_center_vendor", "recon/business_center_bill"),
    }
    into_bill = ("gl_account", "department", "location", "accounting_class", "project", "employee", "item")
    into_bill += ("ap_term", "vendor", "customer", "ap_bill", "vendor_credit", "ar_invoice", "credit_memo")
    into_bill += ("ap_payment", "ar_payment")
    assert parents("push", "bill_plan") == {
        *(f"{room}/{name}" for room in ("recon", "bill") for name in into_bill),
        *("recon/ap_bill_attachment", "recon/ar_invoice_attachment"),
    }
    center = {"gl_account": "account", "vendor": "vendor", "ap_bill": "bill"}
    assert parents("push", "into_business_center_plan") == {
        *(f"business_center/{table}" for table in center),
        *(f"recon/business_center_{name}" for name in center.values()),
    }
    assert parents("push", "into_spend_plan") == {
        "spend/custom_field_value",
        *(f"intacct/{name}" for name in ("gl_account", "department", "location", "accounting_class")),
    }
    plans = ("plan", "card_plan", "business_center_plan", "bill_plan", "into_business_center_plan", "into_spend_plan")
    assert parents("push", "item") == {f"push/{name}" for name in plans}


def test_no_step_is_repeated_whatever_its_error(graph):
    """Steps start again only when the error says that it may help, never by a policy for all errors."""
    operations = graph.resolve_job_def("sync").all_node_defs + graph.resolve_job_def("apply_plan").all_node_defs
    assert not [node.name for node in operations if isinstance(node, dg.OpDefinition) and node.retry_policy]


def test_schedules_start_switched_on_in_the_sandbox_only():
    """Nothing runs by itself against a real company until somebody switches it on."""
    for is_sandbox, status in ((True, dg.DefaultScheduleStatus.RUNNING), (False, dg.DefaultScheduleStatus.STOPPED)):
        repository = build_definitions(Connections(is_sandbox=is_sandbox)).get_repository_def()
        assert {schedule.default_status for schedule in repository.schedule_defs} == {status}


def test_a_link_observes_until_it_is_told_to_write():
    """Writes are off by default."""
    connections = Connections.model_validate(
        {
            "companies": {
                "c": {
                    "company_id": "c",
                    "sender_id": "s",
                    "sender_password": {"env": "A"},
                    "user_id": "u",
                    "user_password": {"env": "B"},
                }
            },
            "bill": {"b": {"dev_key": {"env": "C"}, "username": "u", "password": {"env": "D"}}},
            "links": {"l": {"company": "c", "entity": "100", "bill": "b", "organization_id": "008"}},
        }
    )
    assert connections.links["l"].mode is Mode.OBSERVE
