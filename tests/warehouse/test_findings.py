"""One finding for each root cause, in a real Postgres: it opens, stays and closes by what reconciliation stores."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner
from reconcile_cases import LATER, LONG_AGO, NOW, Case

from intacct_pipelines.cli import main
from intacct_pipelines.errors import WarehouseError
from intacct_pipelines.warehouse.findings import findings
from intacct_pipelines.warehouse.recon import Recon

DAY = timedelta(days=1)


def store(warehouse, case, *, run_id="run-1", now=NOW):
    Recon(warehouse, now=lambda: now).store(
        case.bills(now), link="acme-100", entity="acme:100", object_name="ap_bill", run_id=run_id
    )
    return findings(warehouse, entity="acme:100")


def missing(count=3, *, with_vendor=True):
    """Bills that Intacct does not have; without their vendor, or with it."""
    case = Case()
    if with_vendor:
        case.vendors()
    else:
        case.bill_vendor("v1", "Vendor 1")
    for number in range(count):
        case.bill(f"b{number}", f"{number + 1}.50", f"INV-{number}", modified_at=LONG_AGO + number * DAY)
    return case


def test_one_cause_of_many_records_is_one_finding(warehouse):
    """It counts them, adds their money by currency, and shows the largest as examples [S-ERR-45]."""
    case = missing(7)
    case.bill("b9", "1000", "INV-9", currency="JPY")
    (found,) = store(warehouse, case)
    assert (found.object, found.kind, found.cause, found.verdict) == (
        "ap_bill",
        "missing_in_intacct",
        "missing_in_intacct",
        "break",
    )
    assert (found.records, found.differences) == (8, 8)
    assert found.money_at_stake == {"JPY": Decimal(1000), "USD": Decimal("31.50")}
    assert found.oldest_at == LONG_AGO
    assert [one["platform_id"] for one in found.examples] == ["b9", "b6", "b5", "b4", "b3"]
    assert (found.turn, found.remedy) == ("plan approver", "Plan a push.")
    assert found.is_open_break
    assert found.awaits_a_person


def test_a_finding_survives_runs_and_closes_with_all_its_records_when_the_cause_is_mended(warehouse):
    """First and last seen stay true; one mended cause closes one finding, and what returns is a new one [S-ERR-44]."""
    (first,) = store(warehouse, missing(5, with_vendor=False))
    assert (first.root, first.root_name, first.records) == ("vendor v1", "Vendor 1", 5)
    (again,) = store(warehouse, missing(6, with_vendor=False), run_id="run-2", now=NOW + DAY)
    assert (again.finding_id, again.first_seen_at, again.last_seen_at, again.records) == (
        first.finding_id,
        NOW,
        NOW + DAY,
        6,
    )
    mended = missing(6, with_vendor=False)
    mended.intacct_vendor(1, "Vendor 1")
    (after,) = store(warehouse, mended, run_id="run-3", now=NOW + 2 * DAY)
    assert (after.cause, after.root, after.records) == ("missing_in_intacct", "", 6)
    (returned,) = store(warehouse, missing(1, with_vendor=False), run_id="run-4", now=NOW + 3 * DAY)
    assert (returned.root, returned.first_seen_at) == ("vendor v1", NOW + 3 * DAY)
    history = [
        (one.finding_id, one.last_seen_at, one.closed_at)
        for one in findings(warehouse, with_closed=True)
        if one.closed_at is not None
    ]
    assert history == [
        (after.finding_id, NOW + 2 * DAY, NOW + 3 * DAY),
        (first.finding_id, NOW + DAY, NOW + 2 * DAY),
    ]
    assert returned.finding_id not in {first.finding_id, after.finding_id}


def test_each_missing_vendor_is_a_cause_of_its_own(warehouse):
    """Bringing one vendor mends its bills only."""
    case = missing(2, with_vendor=False)
    case.bill_vendor("v2", "Vendor 2")
    case.bill("c1", "9.00", "INV-C1", vendor_id="v2")
    assert {(one.root, one.records) for one in store(warehouse, case)} == {("vendor v1", 2), ("vendor v2", 1)}


def test_closed_books_are_one_cause_of_whatever_they_keep_from_travelling(warehouse):
    """Fields of several kinds are one finding; a record that differs in two has its money at stake once [S-BIL-09]."""
    case = Case().vendors()
    case.bill("b1", "6.00", bill_date=date(2026, 2, 2), modified_at=LATER)
    case.intacct_bill(11, "6.00")
    case.bill("b2", "9.00", "INV-2", modified_at=LATER)
    case.intacct_bill(12, "5.00", "INV-2", gl_posting_date=date(2026, 2, 1))
    case.bill("b3", "6.00", "INV-3", bill_date=date(2026, 2, 2), modified_at=LATER, due_date=date(2026, 3, 4))
    case.intacct_bill(13, "6.00", "INV-3")
    case.closed_through = date(2026, 2, 1)
    (found,) = store(warehouse, case)
    assert (found.root, found.kind, found.field, found.rule) == ("closed books", "", "", "S-BIL-09")
    assert (found.records, found.differences) == (3, 4)
    assert found.money_at_stake == {"USD": Decimal("16.00")}


def test_an_account_that_is_not_mapped_is_one_cause(warehouse):
    """All bills that are coded to it wait for the same mapping."""
    case = Case().vendors()
    for number in (1, 2):
        case.bill(f"b{number}", "6.00", f"INV-{number}", lines=[{"gl_account_id": "unmapped"}])
        case.intacct_bill(number, "6.00", f"INV-{number}")
    (found,) = store(warehouse, case)
    assert (found.root, found.records, found.turn) == ("account unmapped", 2, "administrator")


def test_what_nobody_has_to_do_is_no_task(warehouse):
    """An expected difference that is fine as it is stays visible, after everything that is not."""
    case = missing(1)
    case.bill("b7", "1.00", "INV-7", is_archived=True)
    case.bill("b8", "1.00", "INV-8", modified_at=NOW)
    found = [(one.cause, one.awaits_a_person, one.is_open_break) for one in store(warehouse, case)]
    assert found == [
        ("missing_in_intacct", True, True),
        ("archived_in_bill", False, False),
        ("young", False, False),
    ]


def test_findings_and_differences_are_stored_together_or_not_at_all(warehouse):
    """When a later part fails, the findings are as before."""
    before = store(warehouse, missing(2))
    broken = missing(3).bills()
    broken.totals.loc[0, "difference"] += 1
    with pytest.raises(WarehouseError, match="total_check"):
        Recon(warehouse).store(broken, link="acme-100", entity="acme:100", object_name="ap_bill", run_id="run-2")
    assert findings(warehouse) == before


def test_the_command_shows_what_awaits_a_person_and_says_so_by_its_exit_code(warehouse, warehouse_dsn, monkeypatch):
    """4 while a break is open, 0 when none is; `--all` shows also what nobody has to act on, and what is closed."""
    monkeypatch.setenv("INTACCT_PIPELINES_WAREHOUSE_URL", warehouse_dsn)

    def run(*arguments):
        result = CliRunner().invoke(main, ["findings", "--json", *arguments])
        return result.exit_code, [(one["cause"], one["closed_at"] is None) for one in json.loads(result.stdout)]

    case = missing(1)
    case.bill("b7", "1.00", "INV-7", is_archived=True)
    store(warehouse, case)
    assert run() == (4, [("missing_in_intacct", True)])
    assert run("--entity", "acme:200") == (0, [])
    del case.rows["bill.ap_bill"][0]
    store(warehouse, case, run_id="run-2", now=NOW + DAY)
    assert run() == (0, [])
    assert run("--all") == (0, [("archived_in_bill", True), ("missing_in_intacct", False)])
    assert CliRunner().invoke(main, ["findings", "--entity", "nonsense"]).exit_code == 2
