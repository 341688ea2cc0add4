"""Every way in which a lump sum of BILL can differ from Intacct's funds transfer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from planting.ground import ALONE_IN_PLATFORM, Ground, Plot, one_of
from reconcile_cases import JUST_NOW, Case
from settlement_cases import SettlementCase


def _bank_case() -> Case:
    case = SettlementCase()
    case.add("intacct.entity", record_no=1, entity_id="100", name="East", currency="USD")
    return case


def _day_of_its_own(plot: Plot) -> date:
    """All payments of a day are behind all movements of that day, so each plot has a day."""
    return date(2000, 1, 1) + timedelta(days=plot.at)


def move(plot: Plot, *, paid_: Decimal | None = None, **changes: object) -> None:
    day, total = _day_of_its_own(plot), plot.amount if paid_ is None else paid_
    if plot.id == f"x{plot.at}":
        plot.case.payment(f"p-{plot.at}", {"b": str(total)}, process_date=day)
    plot.case.movement(plot.id, f"-{plot.amount}", plot.number, **{"process_date": day, **changes})


def transfer(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"transfer_date": _day_of_its_own(plot)}
    plot.case.transfer(plot.record_no, str(total), plot.number, **{**own, **changes})


TRANSFERS = Ground("ap_funds_transfer", _bank_case, move, transfer)
for _cause, _verdict, _rule, _ours in (
    ("transfer_differs", "break", "", {}),
    ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}),
):
    for _kind, _field, _changes in (
        ("amount", "amount", {"amount": lambda plot: plot.amount + plot.unit}),
        ("amount", "currency", {"base_currency": "EUR"}),
        ("date", "transfer_date", {"transfer_date": lambda plot: _day_of_its_own(plot) + timedelta(days=1)}),
    ):
        TRANSFERS.pair(_cause, _kind, _field, _rule, verdict=_verdict, ours=_ours, theirs=_changes)
_SHORT = {"paid_": lambda plot: plot.amount - plot.unit}
TRANSFERS.pair("payments_do_not_add_up", "amount", "payments", ours=_SHORT)
TRANSFERS.pair("void_transfer_stands", "state", "state", ours={"status": "2"})
TRANSFERS.pair("transfer_undone_but_live", "state", "state", theirs={"state": one_of("Voided", "Reversed", "Reversal")})
TRANSFERS.only_ours("void_transfer", "S-AFT-01", status="2")
TRANSFERS.only_ours("transfer_to_come", "S-AFT-01", verdict="in_flight", status="0")
TRANSFERS.only_ours("transfer_missing_in_intacct")
TRANSFERS.only_ours("transfer_missing_and_short", **_SHORT)
TRANSFERS.only_ours("young", "S-SCH-04", verdict="in_flight", modified_at=JUST_NOW)
TRANSFERS.only_theirs("transfer_made_in_intacct", "S-AFT-01")


@TRANSFERS.plants("computed_transfer_missing", ALONE_IN_PLATFORM)
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    day = _day_of_its_own(plot)
    plot.case.payment(f"p-{plot.at}", {"b": str(plot.amount)}, process_date=day)
    return [(f"computed {day} out", None)]


@TRANSFERS.plants("double_transfer", "duplicate")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    twin = plot.twin()
    TRANSFERS.clean(plot)
    transfer(twin)
    return [(plot.id, None), (None, plot.record_no), (None, twin.record_no)]


@TRANSFERS.plants("double_transfer", "duplicate")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    twin = plot.twin()
    move(plot)
    transfer(plot, **TRANSFERS.tie(plot))
    transfer(twin)
    return [(None, twin.record_no)]
