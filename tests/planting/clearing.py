"""Every way in which a clearing account can be kept from zero: by what is absent, by what differs, by what stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from clearing_cases import IN, OUT, ClearingCase
from planting.ground import ALONE_IN_PLATFORM, Ground, Place, Plot, one_of
from reconcile_cases import NOW

TODAY = NOW.date()
_APART = 40
"""Days between two plots, so that no posting of one is near to one of another."""
_DRAWN, _TRANSFERRED, _RECEIVED, _FEE, _DEPOSITED, _UNDONE, _BACK, _OTHER = range(8)
"""What a plot posts on an account; together with its number the key of the posting."""


LATELY, NOT_LONG_AGO = ({name: TODAY - timedelta(days=ago) for name in ("day", "process_date")} for ago in (2, 6))


def _posted_on(when: dict[str, date]) -> dict[str, date]:
    return {"day": when["day"]}


def _dated(when: dict[str, date], column: str = "process_date") -> dict[str, date]:
    return {column: when["process_date"]}


def day_of(plot: Plot) -> date:
    return date(1975, 1, 1) + timedelta(days=_APART * (plot.at - 1000))


def later(plot: Plot) -> date:
    return day_of(plot) + timedelta(days=7)


def key(plot: Plot, what: int) -> int:
    return 10 * plot.record_no + what


def size(plot: Plot) -> Decimal:
    """An amount that no other plot has, and no sum of others comes near."""
    return Decimal(plot.at * plot.at) + Decimal("0.37")


FEE = Decimal("2.90")
CENT = Decimal("0.01")


def pay(plot: Plot, **more: object) -> None:
    number = {"transaction_no": f"T-{plot.at}", "process_date": day_of(plot)}
    plot.case.payment(f"p{plot.at}", {"b": str(size(plot))}, **{**number, **more})


def draw(plot: Plot, change: Decimal = Decimal(0), **more: object) -> Place:
    own = {"day": day_of(plot), **more}
    return None, plot.case.posted(key(plot, _DRAWN), -(size(plot) + change), f"T-{plot.at}", **own)


def move(plot: Plot, change: Decimal = Decimal(0), **more: object) -> Place:
    own = {"process_date": day_of(plot), **more}
    return plot.case.movement(f"m{plot.at}", -(size(plot) + change), f"M-{plot.at}", **own), None


def transfer(plot: Plot, change: Decimal = Decimal(0), **more: object) -> Place:
    own = {"module": "11.CM", "day": day_of(plot), **more}
    return None, plot.case.posted(key(plot, _TRANSFERRED), size(plot) + change, f"M-{plot.at}", **own)


def receive(plot: Plot, fee: Decimal = FEE, **more: object) -> None:
    plot.case.received(f"r{plot.at}", str(size(plot)), str(fee), **{"payment_date": day_of(plot), **more})


def book(plot: Plot, change: Decimal = Decimal(0), **more: object) -> Place:
    own = {"account": IN, "module": "4.AR", "day": day_of(plot), **more}
    return None, plot.case.posted(key(plot, _RECEIVED), size(plot) + change, f"R-r{plot.at}", **own)


def book_fee(plot: Plot, **more: object) -> None:
    own = {"account": IN, "module": "2.GL", "day": day_of(plot), "batch_reference_no": f"R-r{plot.at}"}
    plot.case.posted(key(plot, _FEE), FEE, **{**own, **more})


def move_in(plot: Plot, fee: Decimal = FEE, **more: object) -> Place:
    own = {"process_date": day_of(plot), **more}
    return plot.case.money_in(f"d{plot.at}", size(plot) + fee, f"D-{plot.at}", **own), None


def deposit(plot: Plot, change: Decimal = FEE) -> Place:
    own = {"account": IN, "module": "11.CM", "day": day_of(plot)}
    return None, plot.case.posted(key(plot, _DEPOSITED), -(size(plot) + change), f"D-{plot.at}", **own)


def void_in_bill(plot: Plot) -> None:
    """Void the payment in BILL, which brings its money back a week later."""
    plot.case.rows["bill.ap_payment"][-1]["single_status"] = "VOIDED"
    at = datetime.combine(later(plot), time(9), UTC)
    plot.case.add("bill.ap_payment_void", id=f"v{plot.at}", payment_id=f"p{plot.at}", status="ACCEPTED", modified_at=at)
    plot.case.movement(f"w{plot.at}", size(plot), f"W-{plot.at}", process_date=later(plot))


def void_in_intacct(plot: Plot) -> Place:
    return None, plot.case.posted(key(plot, _UNDONE), size(plot), f"T-{plot.at}", day=later(plot))


def transfer_back(plot: Plot) -> None:
    plot.case.posted(key(plot, _BACK), -size(plot), f"W-{plot.at}", module="11.CM", day=later(plot))


def ours(plot: Plot) -> None:
    """Let BILL pay, receive, pay without a number, or know nothing of it."""
    form = plot.at % 6
    if form in {0, 3}:
        pay(plot, **({} if form == 0 else {"transaction_no": None}))
        move(plot)
    elif form in {1, 4}:
        receive(plot)
        move_in(plot)


def theirs(plot: Plot) -> None:
    """Post the same, some days apart where numbers are unlike; what BILL knows nothing of comes and goes by itself."""
    form = plot.at % 6
    if form in {0, 3}:
        draw(plot, **({} if form == 0 else _posted_on({"day": later(plot)})))
        transfer(plot)
    elif form in {1, 4}:
        book(plot)
        book_fee(plot, **({} if form == 1 else _posted_on({"day": later(plot)})))
        deposit(plot)
    elif form == 2:
        _post(plot, (size(plot), f"J-{plot.at}", 0), (-size(plot), f"J-{plot.at}", 30))
    else:
        parts = [(-size(plot) * share / 10, "", day) for day, share in enumerate((2, 3, 5))]
        _post(plot, (size(plot), "", 3), *parts)


def _post(plot: Plot, *postings: tuple[Decimal, str, int]) -> None:
    """Post journal entries with amount, number and days from the plot's own."""
    for at, (amount, number, days) in enumerate(postings):
        own = {"module": "2.GL", "day": day_of(plot) + timedelta(days=days)}
        plot.case.posted(key(plot, at), amount, number, **own)


CLEARING_ACCOUNTS = Ground("clearing_account", lambda: ClearingCase().clears(), ours, theirs, mark="")
_plants = CLEARING_ACCOUNTS.plants
UNCLEARED = "uncleared"
# ---- absent ----


@_plants("clearing_transfer_missing", ALONE_IN_PLATFORM, field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    draw(plot)
    return [move(plot)]


@_plants("clearing_transfer_missing", ALONE_IN_PLATFORM, field=OUT)
def _(plot: Plot) -> list[Place]:
    """The money came back, and no transfer says so."""
    pay(plot)
    draw(plot)
    move(plot)
    transfer(plot)
    void_in_bill(plot)
    void_in_intacct(plot)
    return [(f"w{plot.at}", None)]


@_plants("clearing_transfer_unconfirmed", ALONE_IN_PLATFORM, "S-AFT-01", field=OUT, verdict="in_flight")
def _(plot: Plot) -> list[Place]:
    pay(plot)
    draw(plot)
    return [move(plot, status="0")]


@_plants("clearing_young", ALONE_IN_PLATFORM, "S-SCH-04", field=OUT, verdict="in_flight")
def _(plot: Plot) -> list[Place]:
    pay(plot, **_dated(LATELY))
    draw(plot, **_posted_on(LATELY))
    return [move(plot, **_dated(LATELY))]


@_plants("clearing_transfer_untold", ALONE_IN_PLATFORM, field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    draw(plot)
    return [(f"computed {day_of(plot)} out", None)]


@_plants("clearing_payment_missing", ALONE_IN_PLATFORM, field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    move(plot)
    transfer(plot)
    return [(f"p{plot.at}", None)]


@_plants("clearing_void_missing", ALONE_IN_PLATFORM, field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    draw(plot)
    move(plot)
    transfer(plot)
    void_in_bill(plot)
    transfer_back(plot)
    return [(f"p{plot.at} void", None)]


@_plants("clearing_gap", ALONE_IN_PLATFORM, field=OUT)
def _(plot: Plot) -> list[Place]:
    """BILL moved a cent more than it paid, and both are posted so."""
    pay(plot)
    draw(plot)
    move(plot, CENT)
    transfer(plot, CENT)
    return [(f"{OUT} {day_of(plot)} out gap", None)]


@_plants("clearing_deposit_missing", ALONE_IN_PLATFORM, field=IN)
def _(plot: Plot) -> list[Place]:
    receive(plot)
    book(plot)
    book_fee(plot)
    return [move_in(plot)]


@_plants("clearing_deposit_unconfirmed", ALONE_IN_PLATFORM, "S-RFT-01", field=IN, verdict="in_flight")
def _(plot: Plot) -> list[Place]:
    receive(plot)
    book(plot)
    book_fee(plot)
    return [move_in(plot, status="0")]


@_plants("clearing_young", ALONE_IN_PLATFORM, "S-SCH-04", field=IN, verdict="in_flight")
def _(plot: Plot) -> list[Place]:
    receive(plot, **_dated(NOT_LONG_AGO, "payment_date"))
    book(plot, **_posted_on(NOT_LONG_AGO))
    book_fee(plot, **_posted_on(NOT_LONG_AGO))
    return [move_in(plot, **_dated(NOT_LONG_AGO))]


@_plants("clearing_receipt_missing", ALONE_IN_PLATFORM, field=IN)
def _(plot: Plot) -> list[Place]:
    receive(plot)
    book_fee(plot)
    move_in(plot)
    deposit(plot)
    return [(f"r{plot.at}", None)]


@_plants("clearing_fee_missing", ALONE_IN_PLATFORM, "S-FEE-01", field=IN)
def _(plot: Plot) -> list[Place]:
    receive(plot)
    book(plot)
    move_in(plot)
    deposit(plot)
    return [(f"r{plot.at} fee", None)]


@_plants("clearing_receipt_void_missing", ALONE_IN_PLATFORM, field=IN)
def _(plot: Plot) -> list[Place]:
    """BILL took the money of a void receipt back from the bank."""
    nothing = Decimal(0)
    receive(plot, nothing, status="VOID")
    book(plot)
    move_in(plot, nothing)
    deposit(plot, nothing)
    plot.case.money_in(f"w{plot.at}", -size(plot), f"W-{plot.at}", process_date=later(plot))
    own = {"module": "11.CM", "day": later(plot), "account": IN}
    plot.case.posted(key(plot, _BACK), size(plot), f"W-{plot.at}", **own)
    return [(f"r{plot.at} void", None)]


# ---- with another amount ----


@_plants("clearing_amount_differs", "amount", field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    move(plot)
    transfer(plot)
    return [(f"p{plot.at}", draw(plot, CENT)[1])]


@_plants("clearing_amount_differs", "amount", field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    draw(plot)
    return [(move(plot)[0], transfer(plot, -CENT)[1])]


@_plants("clearing_amount_differs", "amount", field=IN)
def _(plot: Plot) -> list[Place]:
    receive(plot)
    book_fee(plot)
    move_in(plot)
    deposit(plot)
    return [(f"r{plot.at}", book(plot, CENT)[1])]


@_plants("clearing_amount_differs", "amount", field=IN)
def _(plot: Plot) -> list[Place]:
    receive(plot)
    book(plot)
    book_fee(plot)
    return [(move_in(plot)[0], deposit(plot, FEE - CENT)[1])]


@_plants("clearing_rate_differs", "amount", field=OUT)
def _(plot: Plot) -> list[Place]:
    """The payment is in another currency, and the books have it at another rate than the bank."""
    pay(plot, currency="EUR", amount=Decimal(90), funding_amount=size(plot))
    move(plot)
    transfer(plot)
    return [(f"p{plot.at}", draw(plot, CENT, currency="EUR", trx_credit_amount=Decimal(90))[1])]


# ---- nothing brings it back ----


def _stays(cause: str, rule: str = "", verdict: str = "", **more: object) -> None:
    """Plant a payment that is drawn on the account though BILL moves no money for it."""

    @_plants(cause, UNCLEARED, rule, field=OUT, verdict=verdict)
    def _(plot: Plot) -> list[Place]:
        pay(plot, **{name: cell(plot) if callable(cell) else cell for name, cell in more.items()})
        return [draw(plot)]


_stays("clearing_payment_under_way", "S-PAY-02", "in_flight", single_status=one_of("SCHEDULED", "APPROVING"))
_stays("clearing_payment_undone", single_status="CANCELED")
_stays("clearing_payment_elsewhere", funding_account_type=one_of("CARD_ACCOUNT", "WALLET", "AP_CARD"))
_stays("clearing_payment_elsewhere", is_online=False)
_stays("clearing_payment_alone", transaction_no="ANOTHER", process_date=None)


@_plants("clearing_payment_undone", UNCLEARED, field=OUT)
def _(plot: Plot) -> list[Place]:
    """BILL could not take the money from the bank, and says that its movement is void."""
    pay(plot, single_status="FUNDING_FAILED_VOIDED")
    move(plot, status="2")
    return [draw(plot)]


@_plants("clearing_payment_alone", UNCLEARED, field=OUT)
def _(plot: Plot) -> list[Place]:
    return [draw(plot)]


@_plants("clearing_void_alone", UNCLEARED, field=OUT)
def _(plot: Plot) -> list[Place]:
    pay(plot)
    draw(plot)
    move(plot)
    transfer(plot)
    return [void_in_intacct(plot)]


def _received(cause: str, **more: object) -> None:
    @_plants(cause, UNCLEARED, field=IN)
    def _(plot: Plot) -> list[Place]:
        receive(plot, Decimal(0), **more)
        return [book(plot)]


_received("clearing_receipt_without_deposit")
_received("clearing_receipt_undone", status="VOID")
_received("clearing_receipt_alone", is_online=False)


@_plants("clearing_young", UNCLEARED, "S-SCH-04", field=IN, verdict="in_flight")
def _(plot: Plot) -> list[Place]:
    """Received after the last movement, so it waits for the next one."""
    receive(plot, Decimal(0), **_dated(LATELY, "payment_date"))
    return [book(plot, **_posted_on(LATELY))]


def _posts(cause: str, account: str, module: str, sign: int, rule: str = "", verdict: str = "", **more: object) -> None:
    """Plant a posting of which BILL knows nothing."""

    @_plants(cause, UNCLEARED, rule, field=account, verdict=verdict)
    def _(plot: Plot) -> list[Place]:
        own = {"account": account, "module": module, "day": day_of(plot), **more}
        return [(None, plot.case.posted(key(plot, _OTHER), sign * size(plot), f"X-{plot.at}", **own))]


for _account in (OUT, IN):
    for _sign in (1, -1):
        _posts("clearing_transfer_alone", _account, "11.CM", _sign)
        _posts("clearing_journal", _account, "2.GL", _sign)
    _posts("clearing_reversal_alone", _account, "4.AR", -1)
    _posts("clearing_receipt_alone", _account, "4.AR", 1)
_posts("clearing_young", OUT, "2.GL", 1, "S-SCH-04", "in_flight", **_posted_on(LATELY))
