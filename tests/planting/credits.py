"""Every way in which a vendor credit, or its use on a bill, can differ."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from planting.bills import FIELDS as BILL_FIELDS
from planting.bills import plant_deletions, plant_doubles
from planting.ground import ALONE_IN_INTACCT, Ground, Plot, one_of
from planting.payments import BILL, EXCLUDED, YOUNG, bill_pair, settlement_case
from reconcile_cases import JUST_NOW

_CREDIT = 700_000
"""Added to a plot's record number, the record number of its credit."""


def credit(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"vendor_id": f"v{plot.party}", "credit_date": plot.day, "currency": plot.currency}
    plot.case.credit(plot.id, str(total), plot.number, **{**own, **changes})


def negative_bill(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"vendor_id": f"V-{plot.party}", "bill_date": plot.day, "currency": plot.currency}
    plot.case.negative_bill(plot.record_no, str(total), plot.number, **{**own, **changes})


def adjustment(plot: Plot, **changes: object) -> None:
    own = {"vendor_id": f"V-{plot.party}", "adjustment_date": plot.day, "currency": plot.currency}
    plot.case.adjustment(plot.record_no, str(plot.amount), plot.number, **{**own, **changes})


CREDITS = Ground("vendor_credit", settlement_case, credit, negative_bill)
for _cause, _verdict, _rule, _ours, _theirs in (
    ("credit_differs", "break", "", {}, {}),
    EXCLUDED,
    YOUNG,
):
    for _name, (_kind, _changes, _is_known) in BILL_FIELDS.items():
        if _name != "due_date":
            _field = {"bill_date": "credit_date"}.get(_name, _name)
            _more = {"verdict": _verdict, "ours": _ours, "theirs": {**_theirs, **_changes}, "is_known": _is_known}
            CREDITS.pair(_cause, _kind, _field, _rule, **_more)
_USED = {"trx_total_paid": lambda plot: -plot.unit}
CREDITS.pair("used_in_intacct", "state", "applied_amount", "S-VCR-08", theirs=_USED)
CREDITS.pair(
    "excluded_vendor",
    "state",
    "applied_amount",
    "S-VEN-10",
    ours={"vendor_id": "vx"},
    theirs={"vendor_id": "V-X"} | _USED,
)
CREDITS.pair("credit_archived_but_standing", "state", "state", ours={"is_archived": True})
CREDITS.pair("credit_reversed_but_live", "state", "state", theirs={"state": one_of("Reversed", "Reversal")})
CREDITS.pair(
    "excluded_vendor",
    "state",
    "state",
    "S-VEN-10",
    ours={"vendor_id": "vx"} | {"is_archived": True},
    theirs={"vendor_id": "V-X"},
)
CREDITS.pair("unknown_coding", "coding", "lines", ours={"lines": [{"gl_account_id": "a-unknown"}]})
CREDITS.pair(
    "over_ten_million",
    "amount",
    "amount",
    ours={"amount": lambda plot: plot.amount + 10_000_000},
    theirs={"amount": Decimal(0), "state": "No Value"},
)
CREDITS.only_ours("archived_credit", "S-VCR-02", is_archived=True)
CREDITS.only_ours("excluded_vendor", "S-VEN-10", vendor_id="vx")
CREDITS.only_ours("ambiguous_vendor", "S-VEN-03", vendor_id="vt")
CREDITS.only_ours("credit_vendor_missing", vendor_id=one_of("vl", "v-unknown"))
CREDITS.only_ours("credit_missing_in_intacct")
CREDITS.only_theirs("excluded_vendor", "S-VEN-10", vendor_id="V-X")
CREDITS.only_theirs("used_credit", "S-VCR-01", **_USED)
CREDITS.only_theirs("unposted_credit", "S-VCR-01", state=one_of("Draft", "Submitted", "Reversed"))
CREDITS.only_theirs("ambiguous_vendor", "S-VEN-03", vendor_id=one_of("V-T", "V-T2"))
CREDITS.only_theirs("credit_missing_in_platform")
CREDITS.only_theirs("document_in_another_currency", "S-CUR-01", currency="GBP")
OPEN_CREDITS = Ground(
    "vendor_credit", lambda: settlement_case(approved_only=False, one_way=True), credit, negative_bill
)
OPEN_CREDITS.only_ours("unfiltered_credit_missing")
OPEN_CREDITS.only_theirs("travels_one_way", "S-CFG-10")
LIFTED_CREDITS = Ground(
    "vendor_credit", lambda: settlement_case(also_pushed=frozenset({"bill_ap_adjustment"})), credit, adjustment
)
LIFTED_CREDITS.only_theirs("adjustment_missing_in_platform")
CREDITS.young("modified_at")
CREDITS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
plant_deletions(CREDITS, "credit_deleted_in_intacct", "credit_deleted_in_bill")
plant_doubles(CREDITS, "double_credit")


@CREDITS.plants("excluded_adjustment", ALONE_IN_INTACCT, "S-VCR-05")
def _(plot: Plot) -> None:
    adjustment(plot, state=plot.random.choice(["Posted", "Paid"]))


@CREDITS.plants("credit_deleted_in_bill", ALONE_IN_INTACCT)
def _(plot: Plot) -> None:
    credit(plot, _deleted=True)
    adjustment(plot, **CREDITS.tie(plot))


@CREDITS.plants("credit_differs", "coding", field="lines")
def _(plot: Plot) -> None:
    credit(plot, lines=[{"gl_account_id": "a6100"}])
    adjustment(plot)


# ---- their use on bills --------------------------------------------------------------------------------------------

_PAYMENT = 3_000_000
"""Added to a plot's record number, the record number of the payment that uses its credit."""
_PARTNERS = {"vx": "V-X", "vt": "V-T"}


def _credit_pair(plot: Plot, *, vendor: str = "", name: str = "c", day: date | None = None) -> tuple[str, int]:
    """Return the ids of a credit of the plot that both sides have."""
    of_credit, record_no = f"{name}-{plot.at}", (_CREDIT if name == "c" else 2 * _CREDIT) + plot.at
    if of_credit not in [row["id"] for row in plot.case.rows["bill.vendor_credit"][-2:]]:
        ours = vendor or f"v{plot.party}"
        theirs = _PARTNERS.get(ours, f"V-{plot.party}")
        own = {"currency": plot.currency, "lines": []}
        number, when = f"{name}/{plot.number}", day or plot.day
        plot.case.credit(of_credit, str(plot.amount), number, vendor_id=ours, credit_date=when, **own)
        plot.case.negative_bill(record_no, str(plot.amount), number, vendor_id=theirs, bill_date=when, **own)
    return of_credit, record_no


def use(
    plot: Plot, *, vendor: str = "", bill: str = "", credit_: str = "", when: object = None, **changes: object
) -> None:
    of_credit, on_bill = _credit_pair(plot, vendor=vendor)[0], bill_pair(plot)[0]
    if when is not None:
        plot.case.rows["bill.vendor_credit"][-1]["modified_at"] = when
    own = {"amount": str(plot.amount)}
    plot.case.use(credit_ or of_credit, bill or on_bill, **{**own, **changes})


def used(plot: Plot, *, vendor: str = "", currency: str = "", **changes: object) -> None:
    of_credit, on_bill = _credit_pair(plot, vendor=vendor)[1], bill_pair(plot)[1]
    own = {"amount": str(plot.amount), "payment": _PAYMENT + plot.at}
    plot.case.intacct_use(plot.record_no, of_credit, on_bill, **{**own, **changes})
    plot.case.rows["intacct.ap_payment_detail"][-1]["currency"] = currency or plot.currency


USES = Ground(
    "credit_application",
    settlement_case,
    use,
    used,
    mark="",
    alone="application",
    ids=lambda plot: (f"c-{plot.at}:b-{plot.at}", plot.record_no),
)
_MORE, _LESS = ({"amount": lambda plot, by=by: str(plot.amount + by * plot.unit)} for by in (1, -1))
for _field, _changes in (("amount", _LESS), ("currency", {"currency": "GBP"})):
    USES.pair("use_differs", "application", _field, theirs=_changes)
    USES.pair("young", "application", _field, "S-SCH-04", verdict="in_flight", ours={"when": JUST_NOW}, theirs=_changes)
USES.pair("used_only_in_intacct", "application", "amount", "S-VCR-04", theirs=_MORE)
USES.pair("waits_for_approval", "state", "state", "S-PAY-07", theirs={"state": one_of("Submitted", "Approved")})
for _kind, _field, _changes in (
    ("application", "amount", _MORE),
    ("application", "amount", _LESS),
    ("application", "currency", {"currency": "GBP"}),
    ("state", "state", {"state": "Submitted"}),
):
    _apart = {"vendor": "vx"}
    USES.pair("excluded_vendor", _kind, _field, "S-VEN-10", ours=_apart, theirs={**_apart, **_changes})
USES.only_ours("excluded_vendor", "S-VEN-10", vendor="vx")
USES.only_ours("ambiguous_vendor", "S-VEN-03", vendor="vt")
USES.only_ours("use_missing_in_intacct")
USES.only_ours("young", "S-SCH-04", verdict="in_flight", when=JUST_NOW)
USES.only_theirs("excluded_vendor", "S-VEN-10", vendor="vx")
USES.only_theirs("used_only_in_intacct", "S-VCR-04")


def _bill_payment(plot: Plot, word: str, when: object = None) -> str:
    """Return the id of a payment of BILL that pays nothing else."""
    more = {} if when is None else {"modified_at": when}
    return plot.case.payment(f"p-{plot.at}", {}, status=word, single_status=word, **more)


@USES.plants("use_to_come", "application", "S-VCR-03", verdict="in_flight")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    use(plot, payment=_bill_payment(plot, plot.random.choice(["SCHEDULED", "APPROVING"])))
    return [(USES.ids(plot)[0], None)]


@USES.plants("use_to_come", "application", "S-VCR-03", field="amount", verdict="in_flight")
def _(plot: Plot) -> None:
    use(plot, amount=str(plot.amount - plot.unit))
    use(plot, amount=str(plot.unit), payment=_bill_payment(plot, "SCHEDULED"))
    used(plot, amount=str(plot.amount - plot.unit))


@USES.plants("use_undone_in_bill", "application")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    use(plot, payment=_bill_payment(plot, plot.random.choice(["VOIDED", "CANCELED"])))
    used(plot)
    return [(None, plot.record_no)]


@USES.plants("young", "application", "S-SCH-04", verdict="in_flight")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    use(plot, payment=_bill_payment(plot, "VOIDED"))
    used(plot, modified_at=JUST_NOW)
    return [(None, plot.record_no)]


@USES.plants("use_undone_in_intacct", "application")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    use(plot)
    used(plot, state=plot.random.choice(["Voided", "Reversed"]))
    return [(USES.ids(plot)[0], None)]


@USES.plants("used_bill_missing", "application")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    use(plot, bill="b-unknown")
    return [(f"c-{plot.at}:b-unknown", None)]


@USES.plants("used_credit_missing", "application")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    credit_id = plot.case.credit(plot.id, str(plot.amount), plot.number, vendor_id=f"v{plot.party}")
    use(plot, credit_=credit_id)
    return [(f"{plot.id}:b-{plot.at}", None)]


@USES.plants("older_credit_used", "application", "S-VCR-03")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    """Intacct used a credit that is as old, or older, instead of the one that BILL used."""
    older = plot.day - timedelta(days=plot.random.choice([0, 1, 400]))
    _, instead = _credit_pair(plot, name="older", day=older)
    use(plot)
    plot.case.intacct_use(plot.record_no, instead, BILL + plot.at, str(plot.amount), payment=_PAYMENT + plot.at)
    plot.case.rows["intacct.ap_payment_detail"][-1]["currency"] = plot.currency
    return [(USES.ids(plot)[0], None), (None, plot.record_no)]


@USES.plants("older_credit_used", "application", "S-VCR-03", field="amount")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    """Both credits are used on both sides, and only their shares differ."""
    older, instead = _credit_pair(plot, name="older", day=plot.day - timedelta(days=1))
    use(plot)
    use(plot, credit_=older, amount=str(plot.unit))
    used(plot, amount=str(plot.amount - plot.unit))
    more = {"payment": _PAYMENT + plot.at}
    plot.case.intacct_use(plot.twin().record_no, instead, BILL + plot.at, str(2 * plot.unit), **more)
    plot.case.rows["intacct.ap_payment_detail"][-1]["currency"] = plot.currency
    return [USES.ids(plot), (f"older-{plot.at}:b-{plot.at}", plot.twin().record_no)]


@USES.plants("other_owner", "out_of_scope", "S-CFG-11")
def _(plot: Plot) -> None:
    number = plot.case.intacct_bill(BILL + plot.at, str(plot.amount), plot.number, owner_entity_id="200", lines=[])
    _, of_credit = _credit_pair(plot)
    more = {"payment": _PAYMENT + plot.at, "owner_entity_id": "200"}
    plot.case.intacct_use(plot.record_no, of_credit, number, str(plot.amount), **more)


@USES.plants("used_only_in_intacct", "application", "S-VCR-04")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    """The payment is another entity's, and the bill is ours."""
    used(plot, owner_entity_id="200")
    return [(None, plot.record_no)]
