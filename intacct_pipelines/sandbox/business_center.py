"""Writes Business Center's files for a generated company, as its exporter would: file first, manifest last.

One folder an entity, because each Business Center company syncs with one entity (S-PMT-06). The contract is documented
in `docs/business-center-files.md`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from intacct_pipelines.sandbox.business import Bill, Business, Vendor

_VENDORS: Final = (
    "vendor_id", "name", "email", "phone", "address_1", "address_2", "city", "state", "zip", "country", "status",
)  # fmt: skip
_BILLS: Final = (
    "bill_id", "vendor_id", "bill_number", "bill_date", "due_date", "amount", "currency", "status",
    "line_no", "account", "department", "location", "line_amount", "description",
)  # fmt: skip
_ACCOUNTS: Final = ("account_number", "name", "type", "status")
_STATUSES: Final = {"APPROVED": "ready_to_pay", "DENIED": "declined"}
Rows = list[Sequence["str | int | Decimal"]]


def write_files(business: Business, folder: Path, today: date) -> dict[str, Path]:
    """Write the files of every entity, dated at the beginning of the day, and return each entity's folder.

    The same company and day give the same bytes, so that a second start delivers nothing new.
    """
    folders = {}
    for entity in business.entities:
        own = folder / entity.entity_id
        own.mkdir(parents=True, exist_ok=True)
        vendors = {vendor.key: vendor for vendor in business.vendors if vendor.entity_id in {"", entity.entity_id}}
        bills = [bill for bill in business.bills if bill.entity_id == entity.entity_id and bill.in_bill]
        accounts: Rows = [(a.account_no, a.title, a.bill_type.lower(), a.status) for a in business.accounts]
        deliver(own, "accounts", _ACCOUNTS, accounts, today)
        deliver(own, "vendors", _VENDORS, [_vendor(vendor) for vendor in vendors.values()], today)
        lines: Rows = [row for bill in bills for row in _bill(bill, vendors[bill.vendor_key])]
        total = sum((line.amount for bill in bills for line in bill.lines), Decimal(0))
        deliver(own, "bills", _BILLS, lines, today, total=total)
        folders[entity.entity_id] = own
    return folders


def deliver(
    folder: Path, object_name: str, header: Sequence[str], rows: Rows, day: date, *, total: Decimal | None = None
) -> Path:
    """Write one file, of an instant or of the beginning of a day, then its manifest; each appears whole."""
    at = day if isinstance(day, datetime) else datetime.combine(day, time(0), UTC)
    name = f"{object_name}_{at:%Y%m%dT%H%M%SZ}.csv"
    body = _csv([header, *rows])
    manifest = {
        "object": object_name,
        "file": name,
        "rows": len(rows),
        "control_total": None if total is None else format(total, "f"),
        "sha256": hashlib.sha256(body).hexdigest(),
        "exported_at": at.isoformat(),
    }
    _put(folder / name, body)
    _put(folder / f"{name}.manifest.json", json.dumps(manifest, indent=1).encode())
    return folder / name


def _put(path: Path, body: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(body)
    part.replace(path)


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _vendor(vendor: Vendor) -> tuple[str, ...]:
    address = vendor.address
    status = "inactive" if vendor.bill_archived else "active"
    return (
        f"BCV-{vendor.key}", vendor.name, vendor.email, vendor.phone, address.get("line1", ""), "",
        address.get("city", ""), address.get("stateOrProvince", ""), address.get("zipOrPostalCode", ""),
        address.get("country", ""), status,
    )  # fmt: skip


def _bill(bill: Bill, vendor: Vendor) -> Rows:
    status = "paid" if bill.paid == bill.total else _STATUSES.get(bill.approval_status, "in_approval")
    head = (
        f"BCB-{bill.key}", f"BCV-{vendor.key}", bill.number, str(bill.bill_date), str(bill.due_date), bill.total,
        bill.currency, status,
    )  # fmt: skip
    return [
        (*head, number, line.account_no, line.department_id, line.location_id, line.amount, line.description)
        for number, line in enumerate(bill.lines, start=1)
    ]
