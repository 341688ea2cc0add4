"""Every way in which a lump sum of BILL can differ from Intacct's funds transfer or deposit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from clearing_cases import IN, OUT, ClearingCase
from planting.ground import ALONE_IN_PLATFORM, Ground, Place, Plot, one_of
from reconcile_cases import JUST_NOW

_TWIN = 100_000


def _day_of_its_own(plot: Plot) -> date:
    """All payments of a day are behind all movements of that day, so each plot has a day."""
    return date(2000, 1, 1) + timedelta(days=plot.at)


def move(plot: Plot, *, paid: Decimal | None = None, **changes: object) -> None:
    day, total = _day_of_its_own(plot), plot.amount if paid is None else paid
    if plot.id == f"x{plot.at}":
        plot.case.payment(f"p-{plot.at}", {"b": str(total)}, process_date=day)
    plot.case.movement(plot.id, f"-{plot.amount}", plot.number, **{"process_date": day, **changes})


def transfer(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"transfer_date": _day_of_its_own(plot)}
    plot.case.transfer(plot.record_no, str(total), plot.number, **{**own, **changes})


def move_in(plot: Plot, *, paid: Decimal | None = None, **changes: object) -> None:
    """Add a movement and the receipt that it carries, part of it as the fee; a void one carries none."""
    day, total = _day_of_its_own(plot), plot.amount if paid is None else paid
    if plot.id == f"x{plot.at}" and changes.get("status") != "2":
        fee = plot.unit if total > plot.unit else Decimal(0)
        plot.case.received(f"r-{plot.at}", str(total - fee), str(fee), payment_date=day)
    plot.case.money_in(plot.id, str(plot.amount), plot.number, **{"process_date": day, **changes})


def deposit(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"deposit_date": _day_of_its_own(plot)}
    plot.case.deposit(plot.record_no, str(total), plot.number, **{**own, **changes})


def _plant(ground: Ground, names: str, rule: str, carried: str, their_day: str, sign: int) -> None:
    for cause, verdict, of_cause, ours in (
        (f"{names}transfer_differs", "break", "", {}),
        ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}),
    ):
        for kind, field, changes in (
            ("amount", "amount", {"amount": lambda plot: plot.amount + plot.unit}),
            ("amount", "currency", {"base_currency": "EUR"}),
            ("date", "transfer_date", {their_day: lambda plot: _day_of_its_own(plot) + timedelta(days=1)}),
        ):
            ground.pair(cause, kind, field, of_cause, verdict=verdict, ours=ours, theirs=changes)
    short = {"paid": lambda plot: plot.amount - plot.unit}
    ground.pair(f"{names}{carried}_do_not_add_up", "amount", carried, ours=short)
    ground.pair(f"{names}void_transfer_stands", "state", "state", ours={"status": "2"})
    undone = {"state": one_of("Voided", "Reversed", "Reversal")}
    ground.pair(f"{names}transfer_undone_but_live", "state", "state", theirs=undone)
    ground.only_ours(f"{names}void_transfer", rule, status="2")
    ground.only_ours(f"{names}transfer_to_come", rule, verdict="in_flight", status="0")
    ground.only_ours(f"{names}transfer_missing_in_intacct")
    ground.only_ours(f"{names}transfer_missing_and_short", **short)
    ground.only_ours("young", "S-SCH-04", verdict="in_flight", modified_at=JUST_NOW)
    ground.only_theirs(f"{names}transfer_made_in_intacct", rule)
    _plant_doubles(ground, f"{names}double_transfer")
    _plant_entries(ground, names, rule, carried, sign)


def _plant_entries(ground: Ground, names: str, rule: str, carried: str, sign: int) -> None:
    """Plant movements that stand in Intacct as journal entries; ``sign`` is that of a usual one on the account."""
    account = OUT if sign > 0 else IN

    def enter(plot: Plot, amount: Decimal, *, days: int = 0, **more: object) -> None:
        own = {"batch_title": f"BILL:{plot.id} transfer"} if plot.random.random() < 1 / 2 else {}
        own |= {"batch_reference_no": plot.number, "account": account, "module": one_of("2.GL", None)(plot)}
        day = _day_of_its_own(plot) + timedelta(days=days)
        key = plot.record_no + _TWIN * more.pop("again", 0)
        plot.case.posted(key, str(sign * amount), day=day, **{**own, **more})

    for changes in ({"days": 1}, {"off": 1}, {"currency": "EUR"}, {"off": -2}):

        @ground.plants(f"{names}transfer_entry_differs", ALONE_IN_PLATFORM)
        def _(plot: Plot, changes: dict[str, object] = changes) -> None:
            ground.ours(plot)
            more = {**changes}
            enter(plot, plot.amount + more.pop("off", 0) * plot.amount, **more)

    @ground.plants(f"{names}transfer_in_journal", ALONE_IN_PLATFORM, rule)
    def _(plot: Plot) -> None:
        ground.ours(plot, status=plot.random.choice("01"), modified_at=JUST_NOW)
        enter(plot, plot.amount)

    @ground.plants(f"{names}{carried}_do_not_add_up", ALONE_IN_PLATFORM)
    def _(plot: Plot) -> None:
        ground.ours(plot, paid=plot.amount - plot.unit)
        enter(plot, plot.amount)

    @ground.plants(f"{names}void_transfer_stands", ALONE_IN_PLATFORM)
    def _(plot: Plot) -> None:
        ground.ours(plot, status="2")
        enter(plot, plot.amount)

    @ground.plants(f"{names}transfer_undone_but_live", ALONE_IN_PLATFORM)
    def _(plot: Plot) -> None:
        ground.ours(plot)
        named = {"batch_title": f"BILL:{plot.id}"}
        enter(plot, plot.amount, **named)
        enter(plot, -plot.amount, days=3, again=1, **named)

    for more in ({"book": "CASH"}, {"entry_state": "A"}, {"account": "1000"}, {"module": "11.CM"}):

        @ground.plants(f"{names}transfer_missing_in_intacct", ALONE_IN_PLATFORM)
        def _(plot: Plot, more: dict[str, object] = more) -> None:
            ground.ours(plot)
            enter(plot, plot.amount, **more)


def _plant_doubles(ground: Ground, cause: str) -> None:
    @ground.plants(cause, "duplicate")
    def _(plot: Plot) -> list[Place]:
        ground.clean(plot)
        ground.theirs(plot.twin())
        return [(plot.id, None), (None, plot.record_no), (None, plot.twin().record_no)]

    @ground.plants(cause, "duplicate")
    def _(plot: Plot) -> list[Place]:
        ground.ours(plot)
        ground.theirs(plot, **ground.tie(plot))
        ground.theirs(plot.twin())
        return [(None, plot.twin().record_no)]


def _bank_case() -> ClearingCase:
    """Let BILL have one bank account, and Intacct bank accounts at two locations."""
    case = ClearingCase().clears()
    case.add("bill.gl_account", id="a1000", name="Operating", account_no="1000")
    case.add("bill.bank_account", id="bank", gl_account_id="a1000")
    for number, (account, location) in enumerate((("1000", "L1"), ("1010", "L1"), ("1020", "L2"), ("1090", "L1"))):
        own = {"record_no": number, "bank_account_id": f"CHK-{account}", "account_no": account}
        case.add("intacct.checking_account", **own, location_id=location)
    return case


TRANSFERS = Ground("ap_funds_transfer", _bank_case, move, transfer)
RECEIPT_TRANSFERS = Ground("ar_funds_transfer", lambda: ClearingCase().clears(), move_in, deposit)
_plant(TRANSFERS, "", "S-AFT-01", "payments", "transfer_date", 1)
_plant(RECEIPT_TRANSFERS, "ar_", "S-RFT-01", "receipts", "deposit_date", -1)
RECEIPT_TRANSFERS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))


@TRANSFERS.plants("computed_transfer_missing", ALONE_IN_PLATFORM)
def _(plot: Plot) -> list[Place]:
    day = _day_of_its_own(plot)
    plot.case.payment(f"p-{plot.at}", {"b": str(plot.amount)}, process_date=day)
    return [(f"computed {day} out", None)]


for _cause, _field, _accounts in (
    ("transfer_of_another_account", "accounts", ("1010", "1090")),
    ("transfer_across_locations", "location", ("1000", "1020")),
):

    @TRANSFERS.plants(_cause, "coding", field=_field)
    def _(plot: Plot, accounts: tuple[str, str] = _accounts) -> None:
        TRANSFERS.clean(plot)
        for number, account in enumerate(accounts, start=1):
            own = {"record_no": 10 * plot.record_no + number, "transfer_record_no": plot.record_no}
            plot.case.add("intacct.funds_transfer_line", **own, account_no=account)
