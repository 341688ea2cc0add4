"""Every way in which a card transaction or a reimbursement can differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from card_cases import CARD, CardCase, card_link
from planting.ground import ALONE_IN_INTACCT, ALONE_IN_PLATFORM, Changes, Ground, Place, Plot, one_of
from reconcile_cases import JUST_NOW, LATER, NOW

from intacct_pipelines.domain.keys import source_mark

OTHER_CARD = "CARD-OTHER"


def _case() -> CardCase:
    case = CardCase(link=card_link({"compares_receipts": True, "account_by_card": {"c2": "CARD-2"}}))
    for number, card in enumerate((CARD, "CARD-2", OTHER_CARD), start=1):
        case.add("intacct.card_account", record_no=number, card_id=card, location_id="L1")
    case.add("intacct.attachment", record_no=1, attachment_id="A1")
    return case


def charge(plot: Plot, *, days: int | None = None, **changes: object) -> None:
    """Add a settled charge that was made on the plot's day, or so many days ago."""
    noon = datetime(plot.day.year, plot.day.month, plot.day.day, 12, tzinfo=UTC)
    own = {"occurred_at": noon if days is None else NOW - timedelta(days=days), "currency": plot.currency}
    if days is not None:
        own["modified_at"] = NOW - timedelta(days=min(days, 2))
    plot.case.charge(plot.id, str(plot.amount), **{"merchant_name": plot.word, **own, **changes})


def booked(plot: Plot, *, amount: Decimal | None = None, description: str | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"transaction_date": plot.day, "currency": plot.currency, "attachment_id": "A1"}
    words = plot.word if description is None else description
    plot.case.booked(plot.record_no, str(total), description=words, **{**own, **changes})


def claim(plot: Plot, record_no: int | None = None, status: str = "synced") -> None:
    plot.case.claim(plot.id, plot.record_no if record_no is None else record_no, status)


CARDS = Ground("card_transaction", _case, charge, booked)
for _cause, _verdict, _rule, _ours, _theirs in (
    ("charge_differs", "break", "", {}, {}),
    ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}, {}),
):
    for _kind, _field, _mine, _changes in (
        ("amount", "amount", {}, {"amount": lambda plot: plot.amount + plot.unit}),
        ("amount", "currency", {}, {"currency": "GBP"}),
        ("date", "date", {}, {"transaction_date": lambda plot: plot.after(1)}),
        ("coding", "lines", {}, {"lines": [{"account_no": "6500"}]}),
        ("coding", "location", {"coded": {"account": "6400", "location": "L2"}}, {"lines": [{"location_id": "L3"}]}),
    ):
        _more = {"verdict": _verdict, "ours": _ours | _mine, "theirs": _theirs | _changes, "is_known": True}
        CARDS.pair(_cause, _kind, _field, _rule, **_more)
for _kind, _field, _mine, _changes in (
    ("date", "date", {}, {"transaction_date": lambda plot: plot.after(7)}),
    ("coding", "lines", {}, {"lines": [{"account_no": "6500"}]}),
    ("coding", "location", {"coded": {"account": "6400", "location": "L2"}}, {"lines": [{"location_id": "L3"}]}),
):
    CARDS.pair("edited_in_the_books", _kind, _field, "S-CRD-01", ours=_mine, theirs={"modified_at": LATER, **_changes})
CARDS.pair(
    "card_default_location",
    "coding",
    "location",
    "S-CRD-03",
    ours={"coded": {"account": "6400 Travel", "location": "L2 Berlin"}},
    theirs={"lines": [{"location_id": "L1"}], "modified_at": one_of(LATER, JUST_NOW)},
)
CARDS.pair("unknown_answer", "coding", "lines", ours={"coded": {"account": ["6400 Travel", "6500 Ads"]}})
CARDS.pair("receipt_stays", "state", "receipt", "S-ATT-01", ours={"receipt_status": "MISSING"})
CARDS.pair("receipt_stays", "state", "receipt", "S-ATT-01", theirs={"attachment_id": None})
CARDS.pair("attachment_gone", "state", "attachment", theirs={"attachment_id": "A-gone"})
CARDS.pair(
    "young",
    "state",
    "receipt",
    "S-SCH-04",
    verdict="in_flight",
    ours={"modified_at": JUST_NOW},
    theirs={"attachment_id": None},
)
CARDS.pair(
    "posted_in_original_currency",
    "amount",
    "currency",
    ours={"original_currency": "GBP", "original_amount": lambda plot: 2 * plot.amount},
    theirs={"currency": "GBP", "amount": lambda plot: 2 * plot.amount},
    is_known=True,
)
CARDS.pair(
    "other_card_account_charged", "coding", "card_account", theirs={"card_account_id": OTHER_CARD}, is_known=True
)
CARDS.pair("other_card_account_charged", "coding", "card_account", ours={"card_id": "c2"}, is_known=True)
CARDS.pair(
    "charge_reversed_in_intacct", "state", "state", theirs={"state": one_of("Reversed", "Reversal")}, is_known=True
)
CARDS.pair(
    "hold_is_posted", "state", "state", ours={"transaction_type": one_of("AUTHORIZATION", "DECLINE")}, is_known=True
)
CARDS.pair(
    "young",
    "state",
    "state",
    "S-SCH-04",
    verdict="in_flight",
    ours={"transaction_type": "DECLINE", "modified_at": JUST_NOW},
    is_known=True,
)
CARDS.only_ours("declined_charge", "S-CRD-08", transaction_type="DECLINE")
CARDS.only_ours("hold_not_settled", "S-CRD-08", transaction_type="AUTHORIZATION")
CARDS.only_ours("incomplete_charge", "S-CRD-08", is_complete=False)
CARDS.only_ours("charge_never_synced", days=one_of(3, 6, 7), is_complete=one_of(True, None))
CARDS.only_ours("charge_missed_window", days=one_of(8, 60))
CARDS.only_ours("charge_beyond_option", days=one_of(61, 400))
CARDS.only_theirs("charge_undone", "S-CRD-01", state=one_of("Reversed", "Reversal"))
CARDS.only_theirs("charge_unknown_to_platform")
CARDS.young("modified_at")
CARDS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
CARDS.outside("other_card_account", "S-CRD-02", card_account_id=OTHER_CARD)
for _cause, _status in (
    ("charge_refused", "error"),
    ("charge_pending", "pending"),
    ("claimed_record_missing", "synced"),
    ("marked_as_synced", "MANUAL_SYNCED"),
):

    @CARDS.plants(_cause, ALONE_IN_PLATFORM)
    def _(plot: Plot, status: str = _status) -> None:
        charge(plot)
        claim(plot, status=status)


@CARDS.plants("charge_deleted_in_intacct", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    charge(plot)
    booked(plot, _deleted=True, **CARDS.tie(plot))


@CARDS.plants("claimed_record_deleted", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    charge(plot)
    claim(plot)
    booked(plot, _deleted=True)


@CARDS.plants("claimed_by_another", ALONE_IN_PLATFORM)
def _(plot: Plot) -> list[Place]:
    """The record is another charge's, by its content."""
    twin = plot.twin()
    CARDS.clean(plot)
    charge(twin, merchant_name="another", occurred_at=NOW - timedelta(days=30))
    for one in (plot, twin):
        claim(one, plot.record_no)
    return [(twin.id, None)]


@CARDS.plants("claimed_twice", "duplicate")
def _(plot: Plot) -> list[Place]:
    twin = plot.twin()
    for one in (plot, twin):
        charge(one)
        claim(one, plot.record_no)
    booked(plot, amount=plot.amount + plot.unit, description="unlike both")
    return [(plot.id, None), (twin.id, None), (None, plot.record_no)]


@CARDS.plants("claimed_amount_wrong", "amount", field="amount")
def _(plot: Plot) -> None:
    charge(plot)
    claim(plot)
    booked(plot, amount=plot.amount - plot.unit)


@CARDS.plants("claimed_record_made_anew", "state", field="claim")
def _(plot: Plot) -> None:
    gone = plot.twin()
    gone.record_no = plot.record_no - 500
    CARDS.clean(plot)
    claim(plot, gone.record_no)
    booked(gone, _deleted=True)


@CARDS.plants("other_record_claimed", "state", field="claim")
def _(plot: Plot) -> None:
    CARDS.clean(plot)
    claim(plot, 9_000_000 + plot.at)


@CARDS.plants("posted_twice", "duplicate")
def _(plot: Plot) -> list[Place]:
    CARDS.clean(plot)
    claim(plot)
    booked(plot.twin())
    return [(None, plot.twin().record_no)]


@CARDS.plants("posted_twice", "duplicate")
def _(plot: Plot) -> list[Place]:
    """The vendor's sync itself made a second record, unlike the charge."""
    CARDS.clean(plot)
    for one in (plot, plot.twin()):
        claim(plot, one.record_no)
    booked(plot.twin(), amount=plot.amount + plot.unit, description="unlike")
    return [(None, plot.twin().record_no)]


def _alike(add: Callable[..., object]) -> None:
    @CARDS.plants("charges_alike", "duplicate")
    def _(plot: Plot) -> list[Place]:
        twin = plot.twin()
        CARDS.clean(plot)
        add(twin)
        more = (twin.id, None) if add is charge else (None, twin.record_no)
        return [(plot.id, None), (None, plot.record_no), more]


_alike(charge)
_alike(booked)


@CARDS.plants("charge_gone", ALONE_IN_INTACCT)
def _(plot: Plot) -> None:
    charge(plot, _deleted=True)
    booked(plot, **CARDS.tie(plot))


@CARDS.plants("split_does_not_add_up", "amount", field="parts")
def _(plot: Plot) -> None:
    charge(plot, parts=[(str(plot.amount - 2 * plot.unit), None), (str(plot.unit), None)])
    booked(plot, lines=[{"trx_amount": plot.amount - plot.unit}])


@CARDS.plants("charge_differs", "coding", field="lines")
def _(plot: Plot) -> list[Place]:
    """A split transaction that the books have in parts, of which one is coded otherwise."""
    parts = [(str(plot.amount - plot.unit), None), (str(plot.unit), None)]
    charge(plot, parts=parts)
    for at, one in enumerate((plot, plot.twin()), start=1):
        account = "6400" if at == 1 else "6500"
        own = {"description": source_mark("spend", f"{plot.id}-{at}"), "lines": [{"account_no": account}]}
        booked(one, amount=Decimal(parts[at - 1][0]), **own)
    return [(f"{plot.id}-2", plot.twin().record_no)]


# ---- reimbursements ------------------------------------------------------------------------------------------------


def _with_people() -> CardCase:
    """Add one person on both sides, and a receipt, so that it is known which reimbursements have none."""
    case = CardCase(link=card_link({"compares_receipts": True}))
    case.add("spend.reimbursement_receipt", id="r1", reimbursement_id="none of these")
    case.add("spend.platform_user", id="u1", email="Jo@x.example")
    case.add("intacct.employee", record_no=1, employee_id="E1", email="jo@X.example")
    return case


def reimburse(plot: Plot, **changes: object) -> None:
    own = {"currency": plot.currency, "occurred_date": plot.day, "merchant_name": plot.word}
    plot.case.reimbursement(plot.id, str(plot.amount), **{**own, **changes})


def report(plot: Plot, *, amount: Decimal | None = None, after: int | None = None, **changes: object) -> None:
    total, days = plot.amount if amount is None else amount, plot.random.choice([0, 60]) if after is None else after
    own = {"currency": plot.currency, "report_date": plot.after(days), "description": plot.word}
    plot.case.report(plot.record_no, str(total), **{**own, **changes})


REIMBURSEMENTS = Ground("reimbursement", _with_people, reimburse, report)
_DROPPED: tuple[Changes, ...] = ({"status": "ARCHIVED"}, {"is_retired": True})
REIMBURSEMENTS.only_ours("reimbursement_stays", "S-CRD-09", submitted_at=one_of(JUST_NOW, LATER))
REIMBURSEMENTS.only_theirs("report_of_its_own", "S-CRD-09", modified_at=one_of(JUST_NOW, LATER))
REIMBURSEMENTS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
for _cause, _verdict, _rule, _theirs in (
    ("charge_differs", "break", "", {}),
    ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}),
):
    for _field, _changes in (
        ("amount", {"amount": lambda plot: plot.amount + plot.unit}),
        ("currency", {"currency": "GBP"}),
    ):
        REIMBURSEMENTS.pair(
            _cause, "amount", _field, _rule, verdict=_verdict, theirs={**_theirs, **_changes}, is_known=True
        )
for _ours in _DROPPED:
    REIMBURSEMENTS.pair("dropped_but_booked", "state", "state", ours=_ours, is_known=True)
REIMBURSEMENTS.pair("receipt_stays", "state", "receipt", "S-ATT-01", theirs={"attachment_id": "A1"})
REIMBURSEMENTS.pair(
    "reimbursement_reversed", "state", "state", theirs={"state": one_of("Reversed", "Reversal")}, is_known=True
)
REIMBURSEMENTS.pair(
    "young",
    "state",
    "state",
    "S-SCH-04",
    verdict="in_flight",
    ours=_DROPPED[0],
    theirs={"modified_at": JUST_NOW},
    is_known=True,
)


@REIMBURSEMENTS.plants("reimbursement_gone", ALONE_IN_INTACCT)
def _(plot: Plot) -> None:
    reimburse(plot, _deleted=True)
    report(plot, description=source_mark("spend", plot.id))


@REIMBURSEMENTS.plants("young", ALONE_IN_INTACCT, "S-SCH-04", verdict="in_flight")
def _(plot: Plot) -> None:
    reimburse(plot, _deleted=True)
    report(plot, description=source_mark("spend", plot.id), modified_at=JUST_NOW)


@REIMBURSEMENTS.plants("reimbursement_booked_twice", "duplicate")
def _(plot: Plot) -> list[Place]:
    reimburse(plot)
    for one in (plot, plot.twin()):
        report(one, description=source_mark("spend", plot.id))
    return [(plot.id, None), (None, plot.record_no), (None, plot.twin().record_no)]


@REIMBURSEMENTS.plants("reimbursement_booked_twice", "duplicate")
def _(plot: Plot) -> list[Place]:
    """One of the two is confirmed."""
    reimburse(plot)
    plot.case.cross(plot.id, plot.record_no, object_="reimbursement")
    for one in (plot, plot.twin()):
        report(one, description=source_mark("spend", plot.id))
    return [(None, plot.twin().record_no)]


# ---- statements ----------------------------------------------------------------------------------------------------


def _own_currency(plot: Plot) -> Plot:
    """Give a plot a currency of its own, and so a statement of its own."""
    other = plot.twin()
    other.id, other.record_no, other.currency, other.day = plot.id, plot.record_no, f"C{plot.at}", _IN_STATEMENT
    return other


def _charge_stated(plot: Plot, *, on: date | None = None, **changes: object) -> None:
    own = _own_currency(plot)
    own.day = on or own.day
    charge(own, **changes)


def _booked_stated(plot: Plot, *, on: date | None = None, **changes: object) -> None:
    own = _own_currency(plot)
    own.day = on or own.day
    booked(own, **changes)


_IN_STATEMENT, _CLOSED_YESTERDAY, _IN_OPEN = date(2026, 2, 10), date(2026, 5, 10), date(2026, 5, 20)
STATEMENTS = Ground(
    "card_statement",
    lambda: CardCase(link=card_link({"statement_day": 19})),
    _charge_stated,
    _booked_stated,
    ids=lambda plot: (f"{CARD} 2026-02-19 C{plot.at}", plot.record_no),
    mark="",
)
_REVERSED = {"state": "Reversed"}
STATEMENTS.only_ours("statement_is_off")
STATEMENTS.only_ours("statement_is_explained", "S-CRD-08", is_complete=False)
STATEMENTS.only_ours("statement_waits", "S-SCH-03", verdict="in_flight", modified_at=JUST_NOW)
STATEMENTS.only_theirs("statement_is_off")
STATEMENTS.only_theirs("statement_waits", "S-SCH-03", verdict="in_flight", modified_at=JUST_NOW)


def _plant_statement(cause: str, rule: str, verdict: str, closing: date, ours: Changes, alone: Changes | None) -> None:
    """Let a statement hold one charge that agrees, and one that the platform alone has."""

    @STATEMENTS.plants(cause, "amount", rule, field="amount", verdict=verdict)
    def _(plot: Plot) -> list[Place]:
        more = plot.twin()
        more.word, more.amount = f"{plot.word}b", plot.amount + plot.unit
        _charge_stated(plot, **ours)
        _booked_stated(plot, **ours)
        _charge_stated(more, **ours, **(alone or {}))
        return [(f"{CARD} {closing} C{plot.at}", plot.record_no)]


_LAST, _NEXT = date(2026, 5, 19), date(2026, 6, 19)
_plant_statement("statement_is_off", "", "break", date(2026, 2, 19), {}, None)
_plant_statement("statement_is_explained", "S-CRD-08", "expected", date(2026, 2, 19), {}, {"is_complete": False})
_plant_statement("statement_waits", "S-SCH-03", "in_flight", date(2026, 2, 19), {}, {"modified_at": JUST_NOW})
_plant_statement("young", "S-SCH-04", "in_flight", _LAST, {"on": _CLOSED_YESTERDAY}, None)
_plant_statement("statement_is_open", "S-SCH-03", "in_flight", _NEXT, {"on": _IN_OPEN}, None)
