"""A link: one platform account joined to one Intacct company, at its top level or at one entity, and what may pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from intacct_pipelines.domain.keys import EntityKey


class Mode(StrEnum):
    """Whether this product stands beside the vendor's sync or in its place."""

    OBSERVE = "observe"
    SYNC = "sync"


class ClosedPeriod(StrEnum):
    """What happens to a document whose date lies in a closed period (S-IDM-08)."""

    HOLD = "hold"
    FIRST_OPEN = "first_open"
    """Post on the first open day; the document keeps its own date, so that both are known."""


class Gate(StrEnum):
    """Who approves a plan."""

    MANUAL = "manual"
    AUTO = "auto"
    """By itself within ``auto_approve_items`` and ``auto_approve_amount``, else by a person."""


@dataclass(frozen=True, slots=True)
class Form1099:
    """A 1099 form and box; never invented (S-BP-03)."""

    form: str
    box: str


@dataclass(frozen=True, slots=True)
class Link:
    """One link and its policy.

    Args:
        name: Name of the link in ``connections.yaml``; that of a Spend & Expense or Business Center account has its
            platform before it.
        entity: Company and entity on Intacct's side.
        organization_id: BILL organisation; empty for other platforms.
        platform: ``bill``, ``spend`` or ``business_center``.
        mode: Writes are off until this is ``sync``.
        approved_only: Push only bills that BILL has approved (S-APR-02).
        grace: A difference younger than this is in flight, not a break (S-SCH-04).
        tolerance: Largest absolute difference of amounts that is no difference, by currency; absent means zero.
        account_map: BILL account id or number → Intacct account number, where the numbers differ.
        department_map: BILL department id or name → Intacct department id; likewise the next two.
        location_map: BILL location id or name → Intacct location id.
        class_map: BILL class id or name → Intacct class id.
        term_map: BILL term id or name → Intacct term name.
        form_1099: BILL vendor id → form and box; an unmapped 1099 vendor is held (S-BP-03).
        excluded_vendors: BILL vendor ids whose documents stay behind (S-VEN-10).
        advanced_sales_tax: Whether the company uses Intacct's Advanced Sales Tax, so that invoices are made in Intacct
            (S-TAX-01).
        default_location: Location for lines without one; empty: such lines are held (S-CFG-20).
        closed_period: What to do with a date in a closed period.
        gate: Who approves.
        auto_approve_items: Most items that a plan may have to approve itself.
        auto_approve_amount: Largest total, in any one currency, that a plan may have to approve itself.
        ready_statuses: Business Center's words for bills that are ready to pay, which alone are sent (S-PMT-05).
        paid_statuses: Business Center's words for bills that are paid.
    """

    name: str
    entity: EntityKey
    organization_id: str = ""
    platform: str = "bill"
    mode: Mode = Mode.OBSERVE
    approved_only: bool = True
    grace: timedelta = timedelta(hours=24)
    tolerance: Mapping[str, Decimal] = field(default_factory=dict)
    account_map: Mapping[str, str] = field(default_factory=dict)
    department_map: Mapping[str, str] = field(default_factory=dict)
    location_map: Mapping[str, str] = field(default_factory=dict)
    class_map: Mapping[str, str] = field(default_factory=dict)
    term_map: Mapping[str, str] = field(default_factory=dict)
    form_1099: Mapping[str, Form1099] = field(default_factory=dict)
    excluded_vendors: frozenset[str] = frozenset()
    advanced_sales_tax: bool = False
    default_location: str = ""
    closed_period: ClosedPeriod = ClosedPeriod.HOLD
    gate: Gate = Gate.MANUAL
    auto_approve_items: int = 0
    auto_approve_amount: Decimal = Decimal(0)
    ready_statuses: frozenset[str] = frozenset()
    paid_statuses: frozenset[str] = frozenset()
