"""Every way in which a payment can differ."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from planting.bills import plant_doubles, with_vendors
from planting.ground import ALONE_IN_PLATFORM, CURRENCIES, Ground, Plot, one_of
from reconcile_cases import JUST_NOW, NOW, Case, make_link
from settlement_cases import SettlementCase

from intacct_pipelines.domain.keys import source_mark

BILL = 500_000
"""Added to a plot's record number, the record number of its bill."""


def settlement_case(**policy: object) -> Case:
    """Add vendors and two bank accounts, by the ledger accounts behind them."""
    link = make_link(excluded_vendors=frozenset({"vx"}), currencies=CURRENCIES, **policy)
    case = with_vendors(SettlementCase(link=link))
    for number, account in enumerate(("6000", "6100", "1000", "1010"), start=1):
        case.add("bill.gl_account", id=f"a{account}", name=f"Account {account}", account_no=account)
        if account.startswith("1"):
            case.add("intacct.checking_account", record_no=number, bank_account_id=f"CHK-{account}", account_no=account)
    return case


def bill_pair(plot: Plot) -> tuple[str, int]:
    """Return the ids of the plot's own bill, which both sides have."""
    bill, record_no = f"b-{plot.at}", BILL + plot.at
    if bill not in [row["id"] for row in plot.case.rows["bill.ap_bill"][-1:]]:
        more = {"currency": plot.currency, "lines": []}
        plot.case.bill(bill, str(plot.amount), plot.number, vendor_id=f"v{plot.party}", **more)
        plot.case.intacct_bill(record_no, str(plot.amount), plot.number, vendor_id=f"V-{plot.party}", **more)
    return bill, record_no


def pay(plot: Plot, *, shares: dict[str, str] | None = None, **changes: object) -> None:
    bill, _ = bill_pair(plot)
    own = {"vendor_id": f"v{plot.party}", "process_date": plot.day, "currency": plot.currency}
    plot.case.payment(plot.id, {bill: str(plot.amount)} if shares is None else shares, **{**own, **changes})


def paid(plot: Plot, *, amount: Decimal | None = None, shares: dict[int, str] | None = None, **changes: object) -> None:
    _, bill = bill_pair(plot)
    total = plot.amount if amount is None else amount
    own = {"vendor_id": f"V-{plot.party}", "payment_date": plot.day, "currency": plot.currency}
    plot.case.intacct_payment(plot.record_no, {bill: str(total)} if shares is None else shares, **{**own, **changes})


PAYMENTS = Ground("ap_payment", settlement_case, pay, paid)
_VOID = {"single_status": one_of("VOIDED", "CANCELED", "FUNDING_FAILED_VOIDED")}
_VOID_THERE = {"state": one_of("Voided", "Reversed", "Reversal")}
_OFFLINE = {"is_online": False}
_CHECK = {"is_online": False, "is_check_to_print": True}
EXCLUDED = ("excluded_vendor", "expected", "S-VEN-10", {"vendor_id": "vx"}, {"vendor_id": "V-X"})
YOUNG = ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}, {})
for _cause, _verdict, _rule, _ours, _theirs in (
    ("payment_differs", "break", "", {}, {}),
    EXCLUDED,
    YOUNG,
):
    for _kind, _field, _changes in (
        ("amount", "amount", {"amount": lambda plot: plot.amount + plot.unit}),
        ("amount", "currency", {"currency": "GBP"}),
        ("date", "payment_date", {"payment_date": lambda plot: plot.after(1)}),
        ("coding", "vendor_id", {"vendor_id": lambda plot: f"V-{plot.other_party}"}),
        ("application", "bills", {"shares": lambda plot: {BILL + 1: str(plot.amount)}}),
    ):
        _more = {"verdict": _verdict, "ours": _ours, "theirs": {**_theirs, **_changes}, "is_known": True}
        PAYMENTS.pair(_cause, _kind, _field, _rule, **_more)
for _cause, _verdict, _rule, _ours, _theirs in (
    ("void_under_way", "in_flight", "S-PAY-04", {"single_status": "VOID_PENDING"}, _VOID_THERE),
    ("voided_in_bill_only", "break", "", _VOID, {}),
    ("voided_in_intacct_only", "break", "", {}, _VOID_THERE),
    (
        "waits_for_approval",
        "expected",
        "S-PAY-07",
        {},
        {"state": one_of("Submitted", "Partially Approved", "Approved")},
    ),
    (
        "check_to_print",
        "expected",
        "S-PAY-06",
        _CHECK,
        {"state": one_of("Draft", "Submitted"), "payment_method": "Printed Check"},
    ),
    ("payment_not_posted", "break", "", {}, {"state": one_of("Draft", "Declined")}),
    ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}, {"state": "Draft"}),
    ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW, **_VOID}, {}),
    ("excluded_vendor", "expected", "S-VEN-10", {"vendor_id": "vx"}, {"vendor_id": "V-X", "state": "Draft"}),
    ("excluded_vendor", "expected", "S-VEN-10", {"vendor_id": "vx", **_VOID}, {"vendor_id": "V-X"}),
):
    PAYMENTS.pair(_cause, "state", "state", _rule, verdict=_verdict, ours=_ours, theirs=_theirs, is_known=True)
for _cause, _rule, _ours, _theirs in (
    ("not_a_check", "", _CHECK, {}),
    ("excluded_vendor", "S-VEN-10", {"vendor_id": "vx", **_CHECK}, {"vendor_id": "V-X"}),
):
    PAYMENTS.pair(_cause, "coding", "payment_method", _rule, ours=_ours, theirs=_theirs)
for _cause, _rule, _ours, _theirs in (
    ("drawn_on_other_account", "", {}, {}),
    ("excluded_vendor", "S-VEN-10", {"vendor_id": "vx"}, {"vendor_id": "V-X"}),
):
    _ours, _theirs = {**_ours, **_OFFLINE, "gl_account_id": "a1000"}, {**_theirs, "financial_account_id": "CHK-1010"}
    PAYMENTS.pair(_cause, "coding", "bank_account", _rule, ours=_ours, theirs=_theirs)
for _cause, _rule, _ours, _theirs in (
    ("memo_stays", "S-PAY-05", {}, {}),
    ("excluded_vendor", "S-VEN-10", {"vendor_id": "vx"}, {"vendor_id": "V-X"}),
):
    _ours = {**_ours, **_OFFLINE, "description": "By wire"}
    PAYMENTS.pair(_cause, "coding", "description", _rule, ours=_ours, theirs=_theirs)
PAYMENTS.pair(
    "recorded_in_part",
    "amount",
    "amount",
    "S-BIL-02",
    ours={"description": lambda plot: f"INTACCT:{plot.record_no} {UUID(int=0)}"},
    theirs={"amount": lambda plot: plot.amount + plot.unit},
    is_known=True,
)
PAYMENTS.only_ours("undone_in_bill", "S-CON-16", **_VOID)
PAYMENTS.only_ours("undone_in_bill", "S-CON-16", single_status=None, status=one_of("VOID", "CANCELLED"))
PAYMENTS.only_ours("excluded_vendor", "S-VEN-10", vendor_id="vx")
PAYMENTS.only_ours("ambiguous_vendor", "S-VEN-03", vendor_id="vt")
for _day in (NOW.date(), NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=30), None):
    PAYMENTS.only_ours("payment_to_come", "S-PAY-02", verdict="in_flight", single_status="SCHEDULED", process_date=_day)
PAYMENTS.only_ours("payment_missing_in_intacct", single_status="SCHEDULED", process_date=NOW.date() - timedelta(days=2))
PAYMENTS.only_ours("payment_missing_in_intacct")
PAYMENTS.only_ours("offline_missing_in_intacct", **_OFFLINE)
PAYMENTS.only_ours("paid_bill_missing", shares=lambda plot: {"b-unknown": str(plot.amount)})
PAYMENTS.only_theirs("undone_in_intacct", "S-CON-16", **_VOID_THERE)
PAYMENTS.only_theirs("excluded_vendor", "S-VEN-10", vendor_id="V-X")
PAYMENTS.only_theirs("only_credits", "S-CON-02", shares={})
PAYMENTS.only_theirs("paid_outside_bill", "S-PAY-01")
PAYMENTS.only_theirs("payment_source_gone", description=source_mark("bill", "nowhere"))
PAYMENTS.only_ours("young", "S-SCH-04", verdict="in_flight", modified_at=JUST_NOW)
PAYMENTS.only_theirs(
    "young", "S-SCH-04", verdict="in_flight", description=source_mark("bill", "nowhere"), modified_at=JUST_NOW
)
PAYMENTS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
plant_doubles(PAYMENTS, "double_payment")


@PAYMENTS.plants("payment_deleted_in_intacct", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    pay(plot)
    paid(plot, _deleted=True, **PAYMENTS.tie(plot))


@PAYMENTS.plants("payment_deleted_in_intacct", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    pay(plot, transaction_no=plot.number)
    paid(plot, _deleted=True, document_no=plot.number)


@PAYMENTS.plants("already_paid_in_intacct", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    pay(plot)
    plot.case.rows["intacct.ap_bill"][-1] |= {"state": "Partially Paid", "trx_total_paid": plot.unit}


@PAYMENTS.plants("unknown_paid_bill", "application", field="bills")
def _(plot: Plot) -> None:
    pay(plot, shares={"b-unknown": str(plot.amount)})
    paid(plot, **PAYMENTS.tie(plot))
