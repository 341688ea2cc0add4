"""What BILL keeps with records: asked for where something changed, within a limit, and proven again by the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from pipeline_world import World

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.optional import denied
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import BILL_TABLES, select
from intacct_pipelines.domain.records import Certificate
from intacct_pipelines.errors import PermissionDeniedError
from intacct_pipelines.warehouse.due_parents import count_due_parents

KINDS = {
    "ap_bill_document": ("ap_bill", "bills"),
    "vendor_attachment": ("vendor", "vendors"),
    "customer_attachment": ("customer", "customers"),
    "ar_invoice_attachment": ("ar_invoice", "invoices"),
}
DOCUMENTS = select(BILL_TABLES, "ap_bill_document")


@dataclass
class Site:
    """An organisation and a warehouse, one process after the other."""

    world: World
    systems: Systems

    @property
    def organization(self) -> str:
        link = self.systems.link(self.world.entity)
        assert link is not None
        return link.organization_id

    def read(self, name: str, *, whole: bool = False) -> Certificate:
        found = sync_bill(self.systems, self.world.entity, select(BILL_TABLES, name), "run", whole=whole)
        assert found is not None
        return found[0]

    def read_all(self) -> dict[str, Certificate]:
        for parent in ("vendor", "customer", "ap_bill", "ar_invoice"):
            self.read(parent)
        return {name: self.read(name) for name in KINDS}

    def stored(self, name: str) -> set[tuple[str, str, str]]:
        rows = self.systems.warehouse.read_frame(f"bill.{name}", str(self.world.entity))
        return set(rows[[f"{KINDS[name][0]}_id", "id", "name"]].itertuples(index=False, name=None))

    def there(self, name: str) -> set[tuple[str, str, str]]:
        files = self.world.sandbox.bill.files(self.organization, KINDS[name][1])
        return {(record, file["id"], file["name"]) for record, found in files.items() for file in found}

    def due(self) -> int:
        return count_due_parents(self.systems.warehouse, DOCUMENTS, str(self.world.entity))

    def limit(self, files: int) -> None:
        bill = self.world.connections.bill
        bill["sandbox"] = bill["sandbox"].model_copy(update={"files_per_run": files})


@pytest.fixture
def site(warehouse_dsn: str) -> Iterator[Site]:
    world = World(warehouse_dsn, bills=30)
    with world.systems() as systems:
        yield Site(world, systems)


def test_every_record_is_asked_once_and_again_only_when_it_changed(site: Site) -> None:
    """S-ATT-01: what files are called, never what is in them; nothing changed costs nothing, one change one call."""
    certificates = site.read_all()
    for name, certificate in certificates.items():
        assert certificate.is_whole
        assert certificate.announced == certificate.stored > 0, name
        assert certificate.quarantined == 0
        assert site.stored(name) == site.there(name)
    again = site.read_all()
    assert {name: (one.requests, one.deleted) for name, one in again.items()} == dict.fromkeys(KINDS, (0, 0))
    bill = site.world.sandbox.bill
    ((record, file_id, _), *_) = sorted(site.there("ap_bill_document"))
    bill.add_file(site.organization, "bills", record, "Credit memo.pdf")
    bill.remove_file(site.organization, "bills", record, file_id)
    changed = site.read_all()["ap_bill_document"]
    assert (changed.requests, changed.inserted, changed.deleted) == (1, 1, 1)
    assert site.stored("ap_bill_document") == site.there("ap_bill_document")
    with site.systems.warehouse.transaction() as connection:
        (text,) = connection.execute("SELECT string_agg(t::text, '') FROM bill.ap_bill_document AS t").fetchone() or (
            "",
        )
    assert "files.example" not in text


def test_a_run_asks_so_many_times_and_the_rest_stays_due_news_first(site: Site) -> None:
    """A large organisation is read over several runs; what changed today does not wait behind what is old."""
    site.limit(4)
    site.read("vendor")
    site.read("ap_bill")
    bills = site.read("ap_bill_document")
    assert bills.requests == 4
    rest = site.due()
    assert rest > 8
    oldest = site.systems.warehouse.read_frame("bill.ap_bill", str(site.world.entity)).sort_values("modified_at")["id"]
    site.world.sandbox.bill.add_file(site.organization, "bills", oldest.iloc[0], "New.pdf")
    site.read("ap_bill")
    site.read("ap_bill_document")
    assert any(name == "New.pdf" for _, _, name in site.stored("ap_bill_document"))
    for _ in range(rest // 4 + 1):
        site.read("ap_bill_document")
    assert site.due() == 0
    assert site.stored("ap_bill_document") == site.there("ap_bill_document")
    site.limit(0)
    assert sync_bill(site.systems, site.world.entity, DOCUMENTS, "run") is None


def test_a_file_that_changes_no_record_is_found_by_the_sweep(site: Site) -> None:
    """Whether a file changes its record is not documented; the weekly sweep asks for all records again."""
    site.read_all()
    site.world.sandbox.bill.options.file_touches_record = False
    ((record, file_id, _), *_) = sorted(site.there("ap_bill_document"))
    site.world.sandbox.bill.remove_file(site.organization, "bills", record, file_id)
    assert site.read_all()["ap_bill_document"].requests == 0
    assert site.stored("ap_bill_document") != site.there("ap_bill_document")
    swept = site.read("ap_bill_document", whole=True)
    assert swept.deleted == 1
    assert site.stored("ap_bill_document") == site.there("ap_bill_document")


def test_a_warehouse_of_an_earlier_version_asks_for_every_record(site: Site) -> None:
    """Records that were read before files were are due as well."""
    site.read("vendor")
    with site.systems.warehouse.transaction() as connection:
        connection.execute("DELETE FROM ops.unread_parent")
    site.read("vendor_attachment")
    assert site.stored("vendor_attachment") == site.there("vendor_attachment") != set()


def test_files_that_our_user_may_not_see_are_left_out_with_the_reason(site: Site) -> None:
    """A right that is missing stops nothing else, and takes nothing for deleted."""
    site.read_all()
    before = site.stored("vendor_attachment")
    inner = site.world.transport

    def refuse(request: httpx.Request) -> httpx.Response:
        if "/attachments/" in request.url.path:
            return httpx.Response(403, json=[{"code": "BDC_1145", "message": "No permission."}])
        return inner.handle_request(request)

    site.world.transport = httpx.MockTransport(refuse)
    table = select(BILL_TABLES, "vendor_attachment")
    with site.world.systems() as systems, pytest.raises(PermissionDeniedError) as caught:
        sync_bill(systems, site.world.entity, table, "run", whole=True)
    assert "may not read it" in denied(table, caught.value).reason
    assert site.stored("vendor_attachment") == before
