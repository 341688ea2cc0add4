"""Business Center's files all the way into the warehouse: newest first, once, proven, and deletions found."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pipeline_world import World

from intacct_pipelines.defs.business_center_extraction import sync_business_center
from intacct_pipelines.domain.catalog import BUSINESS_CENTER_TABLES, Table, select
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.errors import IncompleteResultError, UnreadableResponseError
from intacct_pipelines.sandbox.business_center import Rows, deliver

VENDOR = select(BUSINESS_CENTER_TABLES, "vendor")
BILL = select(BUSINESS_CENTER_TABLES, "ap_bill")
ACCOUNT = select(BUSINESS_CENTER_TABLES, "gl_account")
HEADER = ("vendor_id", "name")
BILLS = ("bill_id", "vendor_id", "bill_date", "amount", "currency", "status", "line_no", "line_amount")


class Office:
    """One Business Center company with an empty folder, and what is loaded of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.folder = world.connections.business_center_company(world.entity).folder
        for path in self.folder.iterdir():
            path.unlink()
        self.day = date(2026, 3, 1)
        self.run = 0

    def drop(
        self, rows: Rows, *, days: int = 0, name: str = "vendors", header: tuple[str, ...] = HEADER, **more
    ) -> Path:
        return deliver(self.folder, name, header, rows, self.day + timedelta(days=days), **more)

    def load(self, table: Table = VENDOR, *, whole: bool = False) -> Certificate:
        self.run += 1
        with self.world.systems() as systems:
            certificates = sync_business_center(systems, self.world.entity, table, f"run-{self.run}", whole=whole)
        assert certificates is not None
        assert all(certificate.is_whole for certificate in certificates)
        return certificates[0]

    def stored(self, table: Table = VENDOR) -> dict[str, str]:
        with self.world.systems() as systems:
            frame = systems.warehouse.read_frame(table, str(self.world.entity), columns=[table.key[0], "name"])
        return dict(zip(frame[table.key[0]], frame["name"], strict=True))


@pytest.fixture
def office(warehouse_dsn: str) -> Office:
    return Office(World(warehouse_dsn, bills=12))


def test_the_sandboxes_files_are_loaded_whole(warehouse_dsn: str):
    """S-PMT-01, S-PMT-03, S-PMT-05: accounts, vendors and bills with their lines arrive as written, to the cent."""
    world = World(warehouse_dsn, bills=40)
    found = world.extract_platform(BUSINESS_CENTER_TABLES, sync_business_center, "run-1")
    entity = world.entity.entity_id
    bills = [bill for bill in world.sandbox.business.bills if bill.entity_id == entity and bill.in_bill]
    assert found["business_center.ap_bill"].stored == len(bills)
    assert found["business_center.ap_bill"].control_total_stored == sum((bill.total for bill in bills), Decimal(0))
    assert found["business_center.ap_bill_line"].stored == sum(len(bill.lines) for bill in bills)
    assert found["business_center.gl_account"].stored == len(world.sandbox.business.accounts)
    assert sum(certificate.quarantined for certificate in found.values()) == 0
    with world.systems() as systems:
        statuses = set(systems.warehouse.read_frame(BILL, str(world.entity))["status"])
    assert "ready_to_pay" in statuses


def test_only_what_the_vendors_sync_carries_is_expected():
    """S-PMT-10: payments, credits and receivables are not listed as synced, so the contract has no file for them."""
    assert {table.name for table in BUSINESS_CENTER_TABLES} == {"gl_account", "vendor", "ap_bill", "ap_bill_line"}


def test_the_same_file_again_loads_nothing_twice(office: Office):
    """S-PMT-08: syncing again, and delivering the same contents under another name, write nothing."""
    office.drop([("V1", "One"), ("V2", "Two")])
    assert office.load().inserted == 2
    again = office.load()
    assert (again.received, again.inserted, again.updated, again.deleted) == (0, 0, 0, 0)
    office.drop([("V1", "One"), ("V2", "Two")], days=3)
    again = office.load()
    assert (again.received, again.inserted, again.deleted) == (0, 0, 0)
    assert office.load(whole=True).unchanged == 2


def test_a_newer_file_replaces_and_what_it_lacks_is_gone(office: Office):
    """S-PMT-04: a vendor added in Business Center comes with the next file; one that the file lacks is deleted."""
    office.drop([("V1", "One"), ("V2", "Two")])
    office.load()
    office.drop([("V1", "One, renamed"), ("V3", "Three")], days=1)
    certificate = office.load()
    assert (certificate.inserted, certificate.updated, certificate.deleted) == (1, 1, 1)
    assert office.stored() == {"V1": "One, renamed", "V3": "Three"}


def test_an_older_file_never_overwrites_a_newer_one(office: Office):
    """However late yesterday's file comes, today's stays."""
    office.drop([("V1", "New")], days=5)
    office.load()
    office.drop([("V1", "Old"), ("V9", "Long gone")], days=4)
    assert office.load().received == 0
    office.folder.joinpath("vendors_20260306T000000Z.csv").unlink()
    assert office.load().received == 0
    assert office.stored() == {"V1": "New"}


def test_half_a_file_is_left_until_its_manifest_is_there(office: Office):
    """A file without manifest changes nothing; with it, it is loaded."""
    path = office.drop([("V1", "One")])
    manifest = path.with_name(f"{path.name}.manifest.json")
    kept = manifest.read_text()
    manifest.unlink()
    assert office.load().received == 0
    manifest.write_text(kept)
    assert office.load().inserted == 1


def test_file_with_other_rows_or_another_total_than_announced_stores_nothing(office: Office):
    """S-PMT-11: the manifest is the proof; a file that falls short of it is refused as a whole."""
    path = office.drop([("V1", "One"), ("V2", "Two")])
    manifest = path.with_name(f"{path.name}.manifest.json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "rows": 3}))
    with pytest.raises(IncompleteResultError, match=r"has 2 rows.*announces 3"):
        office.load()
    bills: Rows = [("B1", "V1", "2026-02-01", "12.00", "USD", "ready_to_pay", 1, "12.00")]
    office.drop(bills, name="bills", header=BILLS, total=Decimal("12.01"))
    with pytest.raises(IncompleteResultError, match=r"lines of 12\.00.*announces 12\.01"):
        office.load(BILL)
    assert office.stored() == {}


@pytest.mark.parametrize(
    ("header", "match"),
    [(("vendor_id", "name", "Colour"), "has Colour"), (("vendor_id", "Vendor Name"), "lacks name and has Vendor Name")],
)
def test_a_header_that_nobody_mapped_is_refused(office: Office, header: tuple[str, ...], match: str):
    """A column that appeared or was renamed is an error that names it, never a table that quietly changes meaning."""
    office.drop([tuple("abc"[: len(header)])], header=header)
    with pytest.raises(UnreadableResponseError, match=match):
        office.load()


def test_bad_rows_wait_in_quarantine_and_the_good_ones_are_loaded(office: Office):
    """A twice-used id and a formula are kept aside; mended in the next file, they leave quarantine."""
    office.drop([("V1", "One"), ("V1", "One again"), ("V2", "=cmd()"), ("V3", "Three")])
    certificate = office.load()
    assert (certificate.received, certificate.inserted, certificate.quarantined) == (4, 2, 2)
    with office.world.systems() as systems:
        count, examples = systems.warehouse.open_rejects(VENDOR, str(office.world.entity), limit=5)
    assert count == 2
    assert {example["check_name"] for example in examples} == {"unique", "formula"}
    office.drop([("V1", "One"), ("V2", "Two"), ("V3", "Three")], days=1)
    assert office.load().quarantined == 0
    with office.world.systems() as systems:
        assert systems.warehouse.open_rejects(VENDOR, str(office.world.entity), limit=5)[0] == 0


def test_rows_of_a_bill_that_stand_apart_or_disagree_are_not_half_a_bill(office: Office):
    """A bill in two places, and one whose rows name two vendors, wait in quarantine whole."""
    rows: Rows = [
        ("B1", "V1", "2026-02-01", "10", "USD", "draft", 1, "4"),
        ("B2", "V1", "2026-02-01", "5", "USD", "draft", 1, "5"),
        ("B1", "V1", "2026-02-01", "10", "USD", "draft", 2, "6"),
        ("B3", "V1", "2026-02-01", "2", "USD", "draft", 1, "1"),
        ("B3", "V2", "2026-02-01", "2", "USD", "draft", 2, "1"),
        ("B4", "V1", "2026-02-01", "7", "USD", "draft", 1, "6"),
        ("B2", "V1", "2026-02-01", "5", "USD", "draft", 2, "5"),
        ("B4", "V1", "2026-02-01", "7", "USD", "draft", 1, "7"),
    ]
    office.drop(rows, name="bills", header=BILLS, total=Decimal(35))
    certificate = office.load(BILL)
    assert (certificate.stored, certificate.received) == (1, 7)
    with office.world.systems() as systems:
        frame = systems.warehouse.read_frame("business_center.ap_bill_line", str(office.world.entity))
    assert list(frame["bill_id"]) == ["B2"]


def test_accounts_are_read_like_anything_else(office: Office):
    """S-PMT-02: the chart of accounts shown in Business Center is loaded, and never written by us."""
    office.drop([("6100", "Paper")], name="accounts", header=("account_number", "name"))
    office.load(ACCOUNT)
    assert office.stored(ACCOUNT) == {"6100": "Paper"}
