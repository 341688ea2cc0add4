"""Every way in which an invoice, a receipt or a credit memo can differ."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from planting.bills import plant_deletions, plant_doubles
from planting.ground import ALONE_IN_PLATFORM, CURRENCIES, PARTIES, Changes, Ground, Place, Plot, one_of
from receivables_cases import ReceivablesCase
from reconcile_cases import JUST_NOW, LATER, LONG_AGO, make_link

TERM, NO_TERM = "T-30", "T-0"
_INVOICE = 500_000
"""Added to a plot's record number, the record number of its invoice."""
_REVERSED = {"state": one_of("Reversed", "Reversal")}
_OUTSIDE = {"owner_entity_id": one_of("200", None)}


def receivables_case(**policy: object) -> ReceivablesCase:
    """Add the customers that plots share, tax accounts and terms."""
    case = ReceivablesCase(link=make_link(currencies=CURRENCIES, **policy))
    for number in range(1, PARTIES + 1):
        case.customers(number)
    case.bill_customer("ct", "Twin")
    case.intacct_customer(902, "Twin", customer_id="C-T")
    case.intacct_customer(903, "Twin", customer_id="C-T2")
    case.bill_customer("cl", "Lost")
    case.bill_customer("cterm", "On terms", ap_term_id=TERM)
    case.intacct_customer(904, "On terms", customer_id="C-TERM", term_name="Net 45")
    case.bill_customer("cnone", "Without terms", ap_term_id=NO_TERM)
    case.intacct_customer(905, "Without terms", customer_id="C-NONE")
    for id_, name, days in ((TERM, "Net 30", 30), (NO_TERM, "At once", 0)):
        case.add("bill.ap_term", id=id_, name=name, due_days=days)
    case.add("intacct.ar_term", record_no=1, name="Net 30")
    case.tax_item()
    case.add("bill.gl_account", id="a6100", name="Travel", account_no="6100")
    return case


# ---- invoices ------------------------------------------------------------------------------------------------------


def invoice(plot: Plot, *, amount: Decimal | None = None, number: str = "", **changes: object) -> None:
    own = {"customer_id": f"c{plot.party}", "invoice_date": plot.day, "due_date": plot.after(30)}
    total = plot.amount if amount is None else amount
    plot.case.bill_invoice(plot.id, str(total), number or plot.number, **{**own, "currency": plot.currency, **changes})
    plot.case.rows["bill.ar_invoice_line"][-1]["currency"] = plot.currency


def booked_invoice(plot: Plot, *, amount: Decimal | None = None, tax: Decimal | None = None, **changes: object) -> None:
    own = {"customer_id": f"C-{plot.party}", "invoice_date": plot.day, "due_date": plot.after(30)}
    total = (plot.amount if amount is None else amount) + (tax or 0)
    if tax is not None:
        own["lines"] = [{"trx_amount": total - tax}, {"trx_amount": tax, "account_no": "2200"}]
    plot.case.intacct_invoice(plot.record_no, str(total), plot.number, **{**own, "currency": plot.currency, **changes})


INVOICES = Ground("ar_invoice", receivables_case, invoice, booked_invoice)
TAXED_INVOICES = Ground("ar_invoice", lambda: receivables_case(advanced_sales_tax=True), invoice, booked_invoice)
DOCUMENT_FIELDS = {
    # field: kind, changes in Intacct, whether only the ids make it a pair
    "amount": ("amount", {"amount": lambda plot: plot.amount + plot.unit}, False),
    "currency": ("amount", {"currency": lambda plot: plot.other_currency}, False),
    "document_no": ("coding", {"document_no": lambda plot: f"{plot.number}/b"}, True),
    "customer_id": ("coding", {"customer_id": lambda plot: f"C-{plot.other_party}"}, True),
}
_CAUSES = (("{}_differs", "break", "", {}, {}), ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}, {}))


def _plant_fields(ground: Ground, noun: str, causes: tuple, fields: dict[str, tuple[str, Changes, bool]]) -> None:
    for cause, verdict, rule, ours, theirs in causes:
        for name, (kind, changes, is_known) in fields.items():
            more = {"verdict": verdict, "ours": ours, "theirs": {**theirs, **changes}, "is_known": is_known}
            ground.pair(cause.format(noun), kind, name, rule, **more)


_ORDER = ("edited_order", "expected", "S-SAL-03", {"modified_at": LATER}, {"module_key": "8.SO"})
_plant_fields(
    INVOICES,
    "invoice",
    (*_CAUSES, _ORDER),
    {
        **DOCUMENT_FIELDS,
        "invoice_date": ("date", {"invoice_date": lambda plot: plot.after(1)}, False),
        "due_date": ("date", {"due_date": lambda plot: plot.after(31)}, False),
        "lines": ("coding", {"lines": [{"account_no": "6100"}]}, False),
    },
)
_plant_fields(
    INVOICES,
    "",
    (("tax_differs", "break", "", {}, {}), _CAUSES[1], _ORDER),
    {"tax_amount": ("amount", {"tax": lambda plot: plot.unit}, False)},
)
_SOME = {"received": lambda plot: str(plot.unit)}
INVOICES.pair("received_outside_bill", "state", "received_amount", "S-ARP-01", theirs=_SOME)
INVOICES.pair("not_received_in_intacct", "state", "received_amount", ours=_SOME)
INVOICES.pair(
    "memo_applied_on_one_side",
    "application",
    "credited_amount",
    "S-CRM-01",
    ours={"credited": lambda plot: str(plot.unit)},
)
INVOICES.pair("invoice_archived_but_standing", "state", "state", ours={"record_status": "INACTIVE"})
INVOICES.pair("invoice_archived_but_standing", "state", "state", ours={"is_archived": True})
INVOICES.pair("invoice_reversed_but_live", "state", "state", theirs=_REVERSED)
INVOICES.pair("unknown_coding", "coding", "lines", ours={"lines": [{"gl_account_id": "a-unknown"}]})
INVOICES.pair(
    "term_drift",
    "date",
    "due_date",
    "S-TRM-01",
    ours={"customer_id": "cterm"},
    theirs={"customer_id": "C-TERM", "due_date": lambda plot: plot.after(45)},
)
INVOICES.only_ours("draft_invoice", "S-INV-02", record_status="DRAFT")
INVOICES.only_ours("archived_invoice", "S-INV-02", record_status="INACTIVE")
TAXED_INVOICES.only_ours("advanced_sales_tax", "S-TAX-01")
INVOICES.only_ours("ambiguous_customer", "S-CUS-02", customer_id="ct")
INVOICES.only_ours("invoice_customer_missing", customer_id=one_of("cl", "c-unknown"))
INVOICES.only_ours("invoice_term_missing", customer_id="cnone")
INVOICES.only_ours("invoice_missing_in_intacct", customer_id=one_of("c1", "cterm"))
INVOICES.only_theirs("ambiguous_customer", "S-CUS-02", customer_id=one_of("C-T", "C-T2"))
INVOICES.only_theirs("received_in_intacct", "S-INV-01", state=one_of("Paid", "Partially Paid"))
INVOICES.only_theirs("received_in_intacct", "S-INV-01", **_SOME)
INVOICES.only_theirs("unposted_invoice", "S-INV-01", state=one_of("Draft", "Submitted", "Reversed"))
INVOICES.only_theirs("invoice_missing_in_platform")
INVOICES.only_theirs("document_in_another_currency", "S-CUR-01", currency="GBP")
ONE_WAY_INVOICES = Ground("ar_invoice", lambda: receivables_case(one_way=True), invoice, booked_invoice)
ONE_WAY_INVOICES.only_theirs("travels_one_way", "S-CFG-10")
INVOICES.young("modified_at")
INVOICES.outside("other_owner", "S-CFG-11", **_OUTSIDE)
plant_deletions(INVOICES, "invoice_deleted_in_intacct", "invoice_deleted_in_bill")
plant_doubles(INVOICES, "double_invoice")


@INVOICES.plants("void_not_in_intacct", "state", field="received_amount")
def _(plot: Plot) -> None:
    """BILL voided a receipt of at least what Intacct still counts."""
    void = {"customer_id": f"c{plot.party}", "status": "VOID", "currency": plot.currency}
    plot.case.bill_receipt(f"r-{plot.at}", str(plot.unit), "", applied=[(plot.id, str(plot.unit))], **void)
    invoice(plot)
    booked_invoice(plot, **{name: cell(plot) for name, cell in _SOME.items()})


@INVOICES.plants("young", "state", "S-SCH-04", field="received_amount", verdict="in_flight")
def _(plot: Plot) -> None:
    """Not the invoice but a receipt of it changed a moment ago."""
    own = {"customer_id": f"c{plot.party}", "currency": plot.currency, "modified_at": JUST_NOW}
    plot.case.bill_receipt(f"r-{plot.at}", str(plot.unit), "", applied=[(plot.id, str(plot.unit))], **own)
    invoice(plot, received=str(plot.unit))
    booked_invoice(plot)


# ---- receipts ------------------------------------------------------------------------------------------------------


def _invoice_pair(plot: Plot, at: int = 0) -> tuple[str, int]:
    """Return the ids of one of the plot's own invoices, which both sides have."""
    mine, theirs = f"i-{plot.at}-{at}", _INVOICE * (1 + at) + plot.at
    if mine not in [row["id"] for row in plot.case.rows["bill.ar_invoice"][-2:]]:
        number, more = f"{plot.number}-{at}", {"currency": plot.currency, "lines": []}
        plot.case.bill_invoice(mine, str(plot.amount), number, customer_id=f"c{plot.party}", **more)
        plot.case.intacct_invoice(theirs, str(plot.amount), number, customer_id=f"C-{plot.party}", **more)
    return mine, theirs


def receive(plot: Plot, *, reference: str | None = None, applied: list | None = None, **changes: object) -> None:
    settles = [(_invoice_pair(plot)[0], str(plot.amount))] if applied is None else applied
    own = {"customer_id": f"c{plot.party}", "payment_date": plot.day, "currency": plot.currency}
    number = plot.number if reference is None else reference
    plot.case.bill_receipt(plot.id, str(plot.amount), number, applied=settles, **{**own, **changes})


def received(
    plot: Plot,
    *,
    amount: Decimal | None = None,
    applied: list | None = None,
    document_no: str | None = None,
    **changes: object,
) -> None:
    settles = [(_invoice_pair(plot)[1], str(plot.amount))] if applied is None else applied
    own = {"customer_id": f"C-{plot.party}", "receipt_date": plot.day, "currency": plot.currency}
    total, number = plot.amount if amount is None else amount, plot.number if document_no is None else document_no
    plot.case.intacct_receipt(plot.record_no, str(total), number, applied=settles, **{**own, **changes})


RECEIPTS = Ground("ar_payment", receivables_case, receive, received)
_plant_fields(
    RECEIPTS,
    "receipt",
    _CAUSES,
    {
        **{name: cell for name, cell in DOCUMENT_FIELDS.items() if name != "document_no"},
        "reference_no": DOCUMENT_FIELDS["document_no"],
        "payment_date": ("date", {"receipt_date": lambda plot: plot.after(1)}, False),
    },
)
RECEIPTS.pair(
    "fee_in_receipt",
    "amount",
    "amount",
    "S-FEE-01",
    ours={"convenience_fee_amount": lambda plot: 3 * plot.unit},
    theirs={"amount": lambda plot: plot.amount + 3 * plot.unit},
)
RECEIPTS.pair(
    "receipt_recorded_in_part",
    "amount",
    "amount",
    "S-INV-01",
    ours={"description": lambda plot: f"INTACCT:{plot.record_no} {UUID(int=0)}"},
    theirs={"amount": lambda plot: plot.amount + plot.unit},
)
_VOID = {"status": one_of("VOID", "VOIDED", "CANCELED", "CANCELLED")}
_VOID_THERE = {"state": one_of("Reversed", "Reversal", "Voided")}
RECEIPTS.pair("receipt_void_but_standing", "state", "state", ours=_VOID)
RECEIPTS.pair("receipt_reversed_but_live", "state", "state", theirs=_VOID_THERE)
RECEIPTS.pair(
    "young", "state", "state", "S-SCH-04", verdict="in_flight", ours={"modified_at": JUST_NOW}, theirs=_VOID_THERE
)
RECEIPTS.only_ours("ambiguous_customer", "S-CUS-02", customer_id="ct")
RECEIPTS.only_ours("receipt_voided_in_bill", "S-ARP-03", **_VOID)
RECEIPTS.only_ours("receipt_to_come", "S-ARP-01", verdict="in_flight", status="SCHEDULED")
RECEIPTS.only_ours("receipt_customer_missing", customer_id=one_of("cl", "c-unknown"))
RECEIPTS.only_ours("receipt_missing_in_intacct")
RECEIPTS.only_theirs("ambiguous_customer", "S-CUS-02", customer_id=one_of("C-T", "C-T2"))
RECEIPTS.only_theirs("made_in_intacct", "S-ARP-01")
RECEIPTS.only_theirs("reversal_in_intacct", "S-ARP-03", **_VOID_THERE)
RECEIPTS.only_ours("young", "S-SCH-04", verdict="in_flight", modified_at=JUST_NOW)
RECEIPTS.outside("other_owner", "S-CFG-11", **_OUTSIDE)
plant_deletions(RECEIPTS, "receipt_deleted_in_intacct", "receipt_deleted_in_bill")
plant_doubles(RECEIPTS, "double_receipt")


def _advance(plot: Plot) -> None:
    own = {"customer_id": f"C-{plot.party}", "currency": plot.currency, "state": "Posted"}
    number = {plot.random.choice(["reference_no", "document_no"]): plot.number.lower()}
    plot.case.add("intacct.ar_advance", record_no=plot.record_no, trx_total_entered=plot.amount, **own, **number)


@RECEIPTS.plants("receipt_is_an_advance", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    _advance(plot)
    receive(plot)


@RECEIPTS.plants("receipt_paid_ahead", ALONE_IN_PLATFORM, "S-ARP-01")
def _(plot: Plot) -> None:
    _advance(plot)
    receive(plot, applied=[], unapplied_amount=plot.amount)


@RECEIPTS.plants("memo_applied_in_intacct", "missing_in_platform", "S-CRM-01")
def _(plot: Plot) -> None:
    received(plot, amount=Decimal(0), applied=[])
    _, settled = _invoice_pair(plot)
    plot.case.settle(plot.record_no, plot.record_no, settled, credit_record_no=7, trx_credit_amount=plot.unit)


def _applied_unlike(cause: str, rule: str, ours: object, theirs: object) -> None:
    RECEIPTS.pair(cause, "application", "applications", rule, ours={"applied": ours}, theirs={"applied": theirs})


def _to(side: int, at: int) -> Callable[[Plot], list]:
    return lambda plot: [(_invoice_pair(plot, at)[side], str(plot.amount))]


_applied_unlike("applied_in_intacct", "S-ARP-01", [], _to(1, 0))
_applied_unlike("applied_otherwise", "", _to(0, 0), [])
_applied_unlike("applied_otherwise", "", _to(0, 0), _to(1, 1))
_applied_unlike("applied_invoice_missing", "", lambda plot: [("i-unknown", str(plot.amount))], _to(1, 0))


@RECEIPTS.plants("young", "application", "S-SCH-04", field="applications", verdict="in_flight")
def _(plot: Plot) -> None:
    receive(plot)
    received(plot, applied=[], modified_at=JUST_NOW)


# ---- credit memos --------------------------------------------------------------------------------------------------


def memo(plot: Plot, **changes: object) -> None:
    own = {"customer_id": f"c{plot.party}", "credit_date": plot.day, "currency": plot.currency}
    plot.case.bill_memo(plot.id, str(plot.amount), plot.number, **{**own, **changes})


def booked_memo(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    total = plot.amount if amount is None else amount
    own = {"customer_id": f"C-{plot.party}", "adjustment_date": plot.day, "currency": plot.currency}
    plot.case.intacct_memo(plot.record_no, str(total), plot.number, **{**own, **changes})


MEMOS = Ground("credit_memo", receivables_case, memo, booked_memo)
_plant_fields(
    MEMOS,
    "memo",
    _CAUSES,
    {
        **DOCUMENT_FIELDS,
        "credit_date": ("date", {"adjustment_date": lambda plot: plot.after(1)}, False),
        "state": ("state", _REVERSED, False),
        "lines": ("coding", {"account": "6100"}, False),
    },
)
MEMOS.pair("memo_differs", "state", "state", ours={"is_archived": True})
for _side, _change in (("ours", {"used": _to(0, 0)}), ("theirs", {"used": _to(1, 0)})):
    MEMOS.pair("memo_applied_otherwise", "application", "applications", "S-CRM-01", **{_side: _change})
MEMOS.only_ours("memo_does_not_travel", "S-CRM-01", modified_at=one_of(LONG_AGO, JUST_NOW))
MEMOS.only_theirs("memo_does_not_travel", "S-CRM-01", modified_at=one_of(LONG_AGO, JUST_NOW))
TAKEN_MEMOS = Ground(
    "credit_memo", lambda: receivables_case(also_pushed=frozenset({"bill_credit_memo"})), memo, booked_memo
)
TAKEN_MEMOS.only_theirs("memo_missing_in_platform")
TAKEN_MEMOS.only_theirs("memo_does_not_travel", "S-CRM-01", state="Draft", modified_at=one_of(LONG_AGO, JUST_NOW))
TAKEN_MEMOS.only_theirs("document_in_another_currency", "S-CUR-01", currency="GBP")
MEMOS.outside("other_owner", "S-CFG-11", **_OUTSIDE)
plant_doubles(MEMOS, "double_memo")


@MEMOS.plants("unknown_coding", "coding", field="lines")
def _(plot: Plot) -> None:
    MEMOS.clean(plot)
    plot.case.rows["bill.credit_memo_line"][-1]["gl_account_id"] = "a-unknown"


@MEMOS.plants("memo_applied_otherwise", "application", "S-CRM-01", field="applications")
def _(plot: Plot) -> list[Place]:
    """Applied to one invoice here, to another there."""
    memo(plot, used=_to(0, 0)(plot))
    booked_memo(plot, used=_to(1, 1)(plot))
    return [(plot.id, plot.record_no)]
