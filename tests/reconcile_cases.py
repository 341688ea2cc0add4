"""Builders of the rows that a reconciliation reads: what a test does not name has a plain default."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Link
from intacct_pipelines.reconcile import Frames, Moment, columns_of, reconcile
from intacct_pipelines.reconcile.frames import empty_crosswalk, empty_frame

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 8, tzinfo=UTC)
JUST_NOW = NOW - timedelta(hours=1)


def make_link(**policy):
    return Link("acme-100", EntityKey("acme", "100"), "008ORG", **policy)


def frame_of(table, rows):
    if not rows:
        return empty_frame(table)
    known = set(columns_of(table))
    for row in rows:
        assert set(row) <= known, set(row) - known
    return pd.DataFrame([{**dict.fromkeys(known), "_deleted": False, **row} for row in rows])


@dataclass
class Case:
    """One link's rows on both sides; the methods add rows and return their id."""

    link: Link = field(default_factory=make_link)
    rows: dict[str, list[dict]] = field(default_factory=lambda: {name: [] for name in TABLES})
    crosswalk_rows: list[dict] = field(default_factory=list)
    closed_through: date | None = None
    closed_later: dict[str, date] = field(default_factory=dict)

    def add(self, table, **row):
        self.rows[table].append(row)
        return row[TABLES[table].key[0]]

    def bill_vendor(self, id_="v1", name="Cedar Paper Co", **more):
        defaults = {"is_archived": False, "is_1099": False, "currency": "USD"}
        times = {"created_at": LONG_AGO, "modified_at": LONG_AGO}
        return self.add("bill.vendor", **{"id": id_, "name": name, **defaults, **times, **more})

    def intacct_vendor(self, record_no=1, name="Cedar Paper Co", vendor_id=None, **more):
        defaults = {"vendor_id": vendor_id or f"V-{record_no}", "status": "active", "currency": "USD"}
        times = {"created_at": LONG_AGO, "modified_at": LONG_AGO, "owner_entity_id": "100"}
        return self.add("intacct.vendor", **{"record_no": record_no, "name": name, **defaults, **times, **more})

    def vendors(self, number=1):
        """Add one vendor that both sides know."""
        self.bill_vendor(f"v{number}", f"Vendor {number}")
        self.intacct_vendor(number, f"Vendor {number}")
        return self

    def bill(self, id_="b1", amount="100.00", number="INV-1", *, lines=None, **more):
        defaults = {
            "vendor_id": "v1",
            "document_no": number,
            "bill_date": date(2026, 2, 1),
            "due_date": date(2026, 3, 3),
            "currency": "USD",
            "amount": Decimal(amount),
            "paid_amount": Decimal(0),
            "credit_amount": Decimal(0),
            "payment_status": "UNPAID",
            "approval_status": "APPROVED",
            "record_status": "ACTIVE",
            "is_archived": False,
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            coded = {"gl_account_id": "a6000", "amount": Decimal(amount)}
            own = {"id": f"{id_}-{position}", "bill_id": id_, "line_no": position, "currency": "USD"}
            self.add("bill.ap_bill_line", **{**own, **coded, **line})
        return self.add("bill.ap_bill", **{"id": id_, **defaults, **more})

    def intacct_bill(self, record_no=11, amount="100.00", number="INV-1", *, lines=None, **more):
        defaults = {
            "vendor_id": "V-1",
            "document_no": number,
            "state": "Posted",
            "bill_date": date(2026, 2, 1),
            "gl_posting_date": date(2026, 2, 1),
            "due_date": date(2026, 3, 3),
            "currency": "USD",
            "trx_total_entered": Decimal(amount),
            "trx_total_paid": Decimal(0),
            "module_key": "3.AP",
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
            "owner_entity_id": "100",
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            coded = {"account_no": "6000", "trx_amount": Decimal(amount)}
            own = {"record_no": record_no * 100 + position, "bill_record_no": record_no, "line_no": position}
            self.add("intacct.ap_bill_line", **{**own, **coded, **line})
        return self.add("intacct.ap_bill", **{"record_no": record_no, **defaults, **more})

    def cross(self, platform_id, record_no, object_="ap_bill", status="confirmed"):
        ids = {"platform_id": platform_id, "intacct_record_no": record_no, "intacct_id": ""}
        self.crosswalk_rows.append({"link": self.link.name, "object": object_, **ids, "status": status})
        return self

    @property
    def crosswalk(self):
        return pd.DataFrame(self.crosswalk_rows) if self.crosswalk_rows else empty_crosswalk()

    @property
    def frames(self):
        if not self.rows["bill.gl_account"]:
            self.add("bill.gl_account", id="a6000", name="Supplies", account_no="6000")
            self.add("bill.gl_account", id="a6100", name="Travel", account_no="6100")
        return Frames({table: frame_of(table, rows) for table, rows in self.rows.items() if rows})

    def reconcile(self, object_name, now=NOW):
        """The result for any reconciled object."""
        return reconcile(
            object_name, self.link, self.frames, self.crosswalk, Moment(now, self.closed_through, self.closed_later)
        )

    def bills(self, now=NOW):
        return self.reconcile("ap_bill", now)

    def vendor_result(self, now=NOW):
        return self.reconcile("vendor", now)


def shown(result, *columns):
    """The differences as tuples of the columns named."""
    return list(result.differences[list(columns)].itertuples(index=False, name=None))


def verdicts(result):
    """Kind, field, verdict and rule of every difference."""
    return shown(result, "kind", "field", "verdict", "rule")


def as_bytes(result):
    """Everything that a reconciliation returns, byte by byte."""
    return [getattr(result, each.name).to_csv(index=False).encode() for each in fields(result)]


def in_other_order(case, object_name):
    """What a reconciliation returns of the same rows in another order, byte by byte."""
    random_ = random.Random(4)  # noqa: S311  # no secret
    frames = Frames({name: shuffled_frame(frame, random_) for name, frame in case.frames.items()})
    return as_bytes(reconcile(object_name, case.link, frames, case.crosswalk, Moment(NOW, case.closed_through)))


def shuffled_frame(frame: pd.DataFrame, random_: random.Random) -> pd.DataFrame:
    order = list(range(len(frame)))
    random_.shuffle(order)
    return frame.take(order)
