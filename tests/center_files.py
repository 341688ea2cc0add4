"""Files of Business Center with a vendor and a bill that nobody else has."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from intacct_pipelines.sandbox.business_center import deliver

VENDOR, BILL = "BCV-own", "BCB-own"


def deliver_own(folder: Path) -> None:
    """Deliver newer files with a vendor of Business Center's own, who has a bill that is ready to pay."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    header, rows = _exported(folder, "vendors")
    vendor = {"vendor_id": VENDOR, "name": "Own Vendor", "status": "active"}
    deliver(folder, "vendors", header, [*rows, [vendor.get(name, "") for name in header]], tomorrow)
    header, rows = _exported(folder, "bills")
    like = next(dict(zip(header, row, strict=True)) for row in rows if "ready_to_pay" in row)
    own = {"bill_id": BILL, "vendor_id": VENDOR, "bill_number": "OWN-1", "amount": "12.34", "line_amount": "12.34"}
    rows.append([{**like, **own, "line_no": "1", "currency": "USD"}[name] for name in header])
    total = sum((Decimal(row[header.index("line_amount")]) for row in rows), Decimal(0))
    deliver(folder, "bills", header, rows, tomorrow, total=total)


def _exported(folder: Path, kind: str) -> tuple[list[str], list[list[str]]]:
    (path,) = folder.glob(f"{kind}_*.csv")
    with path.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    return header, rows
