"""Every way in which a bill of BILL or of Business Center can differ from Intacct's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from business_center_cases import BusinessCenterCase
from planting.ground import ALONE_IN_INTACCT, ALONE_IN_PLATFORM, CURRENCIES, PARTIES, Ground, Plot, one_of
from reconcile_cases import JUST_NOW, LATER, Case, make_link

from intacct_pipelines.domain.keys import source_mark

CLOSED, OPEN = date(2026, 1, 31), date(2026, 2, 1)
TERM = "T-30"


def with_vendors(case: Case) -> Case:
    """Add the vendors that plots share: plain ones, one kept apart, one of two names, one that Intacct lacks."""
    for number in range(1, PARTIES + 1):
        case.vendors(number)
    add = case.bill_vendor if case.link.platform == "bill" else case.center_vendor
    add("vx", "Kept apart")
    case.intacct_vendor(901, "Kept apart", "V-X")
    add("vt", "Twin")
    case.intacct_vendor(902, "Twin", "V-T")
    case.intacct_vendor(903, "Twin", "V-T2")
    add("vl", "Lost")
    return case


def bill_case(**policy: object) -> Case:
    link = make_link(excluded_vendors=frozenset({"vx"}), currencies=CURRENCIES, **policy)
    case = with_vendors(Case(link=link))
    case.bill_vendor("vterm", "On terms", ap_term_id=TERM)
    case.intacct_vendor(904, "On terms", "V-TERM", term_name="Net 45")
    case.add("bill.ap_term", id=TERM, name="Net 30", due_days=30)
    return case


def ours(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    own = {"vendor_id": f"v{plot.party}", "bill_date": plot.day, "due_date": plot.after(30), "currency": plot.currency}
    plot.case.bill(plot.id, str(plot.amount if amount is None else amount), plot.number, **{**own, **changes})


def theirs(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    own = {"vendor_id": f"V-{plot.party}", "bill_date": plot.day, "due_date": plot.after(30), "currency": plot.currency}
    total = plot.amount if amount is None else amount
    plot.case.intacct_bill(plot.record_no, str(total), plot.number, **{**own, **changes})


BILLS = Ground("ap_bill", bill_case, ours, theirs, closed_through=CLOSED)

_ALL = {"trx_total_paid": lambda plot: plot.amount, "state": "Paid"}
_SOME = {"trx_total_paid": lambda plot: plot.unit, "state": one_of("Partially Paid", "Selected", "Posted")}
_LATER = {"modified_at": LATER}
EDITS = {
    # cause: verdict, rule, changes in BILL, changes in Intacct
    "bill_differs": ("break", "", {}, {}),
    "young": ("in_flight", "S-SCH-04", {"modified_at": JUST_NOW}, {"gl_posting_date": OPEN}),
    "excluded_vendor": ("expected", "S-VEN-10", {"vendor_id": "vx"}, {"vendor_id": "V-X"}),
    "edited_purchase": ("expected", "S-PUR-05", _LATER, {"module_key": "9.PO"}),
    "edited_after_payment": ("expected", "S-BIL-06", {**_LATER, "paid_amount": lambda plot: plot.amount}, _ALL),
    "edited_too_late": ("expected", "S-BIL-09", {**_LATER, "paid_amount": lambda plot: plot.unit}, _SOME),
    "edited_in_closed_books": ("expected", "S-BIL-09", _LATER, {"gl_posting_date": CLOSED}),
    "edited_after_approval": ("expected", "S-BIL-11", {"approval_status": one_of("APPROVED", "APPROVING")}, _LATER),
}
FIELDS = {
    # field: kind, changes in Intacct, whether only the ids make it a pair
    "amount": ("amount", {"amount": lambda plot: plot.amount + plot.unit}, False),
    "currency": ("amount", {"currency": lambda plot: plot.other_currency}, False),
    "document_no": ("coding", {"document_no": lambda plot: f"{plot.number}/b"}, True),
    "vendor_id": ("coding", {"vendor_id": lambda plot: f"V-{plot.other_party}"}, True),
    "bill_date": ("date", {"bill_date": lambda plot: plot.after(1)}, False),
    "due_date": ("date", {"due_date": lambda plot: plot.after(31)}, False),
    "lines": ("coding", {"lines": [{"account_no": "6100"}]}, False),
}
for _cause, (_verdict, _rule, _ours, _theirs) in EDITS.items():
    for _field, (_kind, _changes, _is_known) in FIELDS.items():
        _more = {"verdict": _verdict, "ours": _ours, "theirs": {**_theirs, **_changes}, "is_known": _is_known}
        BILLS.pair(_cause, _kind, _field, _rule, **_more)
for _cause in ("bill_differs", "excluded_vendor", "edited_purchase", "edited_after_approval"):
    _verdict, _rule, _ours, _theirs = EDITS[_cause]
    _theirs = {**_theirs, "module_key": "9.PO", "reference_no": "PO-2"}
    BILLS.pair(_cause, "coding", "reference_no", _rule, ours=_ours, theirs=_theirs)
for _cause, _rule, _ours, _theirs in (
    ("archived_but_standing", "", {"is_archived": True}, {}),
    ("archived_but_standing", "", {"record_status": "INACTIVE"}, {}),
    ("reversed_but_live", "", {}, {"state": one_of("Reversed", "Reversal")}),
    ("excluded_vendor", "S-VEN-10", {"vendor_id": "vx", "is_archived": True}, {"vendor_id": "V-X"}),
):
    BILLS.pair(_cause, "state", "state", _rule, ours=_ours, theirs=_theirs)
for _cause, _rule, _ours, _theirs in (
    ("paid_outside_bill", "S-PAY-01", {}, _SOME),
    ("unpaid_in_intacct", "", {"paid_amount": lambda plot: plot.unit}, {}),
    ("unpaid_in_intacct", "", {"credit_amount": lambda plot: plot.unit}, {}),
    ("excluded_vendor", "S-VEN-10", {"vendor_id": "vx"}, {"vendor_id": "V-X", **_SOME}),
):
    BILLS.pair(_cause, "state", "paid_amount", _rule, ours=_ours, theirs=_theirs)

BILLS.only_ours("draft_in_bill", "S-APR-02", record_status=one_of("DRAFT", "DRAFT_DELETED"))
BILLS.only_ours("archived_in_bill", "S-BIL-03", record_status="INACTIVE")
BILLS.only_ours("archived_in_bill", "S-BIL-03", is_archived=True)
BILLS.only_ours("not_approved", "S-APR-02", approval_status=one_of("ASSIGNED", "APPROVING", "DENIED", "UNASSIGNED"))
BILLS.only_ours("excluded_vendor", "S-VEN-10", vendor_id="vx")
BILLS.only_ours("ambiguous_vendor", "S-VEN-03", vendor_id="vt")
BILLS.only_ours("vendor_missing", vendor_id=one_of("vl", "v-unknown"))
BILLS.only_ours("missing_in_intacct")
BILLS.only_theirs("not_posted", "S-BIL-01", state=one_of("Draft", "Submitted", "No Value", "Reversed", "Reversal"))
BILLS.only_theirs("paid_in_intacct", "S-BIL-02", state=one_of("Paid", "Partially Paid"))
BILLS.only_theirs("paid_in_intacct", "S-BIL-02", trx_total_paid=lambda plot: plot.unit)
BILLS.only_theirs("negative_in_intacct", "S-VCR-06", amount=lambda plot: -plot.amount)
BILLS.only_theirs("excluded_vendor", "S-VEN-10", vendor_id="V-X")
BILLS.only_theirs("ambiguous_vendor", "S-VEN-03", vendor_id=one_of("V-T", "V-T2"))
BILLS.only_theirs("missing_in_platform")
BILLS.only_theirs("document_in_another_currency", "S-CUR-01", currency="GBP")
BILLS.only_theirs("order_number_too_long", module_key="9.PO", reference_no="9" * 101)
ONE_WAY_BILLS = Ground("ap_bill", lambda: bill_case(one_way=True), ours, theirs)
ONE_WAY_BILLS.only_theirs("travels_one_way", "S-CFG-10")
# No books are closed here, so they explain no edit.
ONE_WAY_BILLS.pair("bill_differs", "amount", "amount", ours=_LATER, theirs=FIELDS["amount"][1])
ONE_WAY_BILLS.pair(
    "travels_one_way", "coding", "lines", "S-CFG-10", theirs={"lines": [{"account_no": "6100"}], "modified_at": LATER}
)
BILLS.young("modified_at")
BILLS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
BILLS.pair(
    "unknown_coding", "coding", "lines", ours={"lines": [{"gl_account_id": "a-unknown"}]}, theirs={"module_key": None}
)
BILLS.pair(
    "no_purchase_reference",
    "coding",
    "reference_no",
    "S-PUR-04",
    ours={"purchase_order_no": "PO-1"},
    theirs={"module_key": "9.PO"},
)
BILLS.pair(
    "term_drift",
    "date",
    "due_date",
    "S-TRM-01",
    ours={"vendor_id": "vterm"},
    theirs={"vendor_id": "V-TERM", "due_date": lambda plot: plot.after(45)},
)
BILLS.pair(
    "bill_differs",
    "date",
    "due_date",
    ours={"vendor_id": "vterm"},
    theirs={"vendor_id": "V-TERM", "due_date": lambda plot: plot.after(45), "term_name": "Net 30"},
)
BILLS.pair(
    "bill_differs",
    "date",
    "due_date",
    ours={"vendor_id": "vterm", "due_date": lambda plot: plot.after(31)},
    theirs={"vendor_id": "V-TERM", "due_date": lambda plot: plot.after(45)},
)
BILLS.pair(
    "over_ten_million",
    "amount",
    "amount",
    ours={"amount": lambda plot: plot.amount + 10_000_000},
    theirs={"amount": Decimal(0), "state": "No Value", "due_date": None},
)


def plant_deletions(ground: Ground, in_intacct: str, on_platform: str) -> None:
    """Let a record be deleted on one side, known by the pair, by the mark or, in Intacct, by the number."""

    @ground.plants(in_intacct, ALONE_IN_PLATFORM)
    def _(plot: Plot) -> None:
        ground.ours(plot)
        ground.theirs(plot, _deleted=True)

    @ground.plants(in_intacct, ALONE_IN_PLATFORM)
    def _(plot: Plot) -> None:
        ground.ours(plot)
        ground.theirs(plot, _deleted=True, document_no="another", **ground.tie(plot))

    @ground.plants(on_platform, ALONE_IN_INTACCT)
    def _(plot: Plot) -> None:
        ground.ours(plot, _deleted=True)
        ground.theirs(plot, **ground.tie(plot))


def plant_doubles(ground: Ground, cause: str, rule: str = "") -> None:
    """Let one document be there twice: nothing tells the two apart, or one of them is known to be the pair's."""

    @ground.plants(cause, "duplicate", rule)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        twin = plot.twin()
        ground.clean(plot)
        ground.theirs(twin)
        return [(plot.id, None), (None, plot.record_no), (None, twin.record_no)]

    @ground.plants(cause, "duplicate", rule)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        twin = plot.twin()
        ground.clean(plot)
        ground.ours(twin)
        return [(plot.id, None), (twin.id, None), (None, plot.record_no)]

    @ground.plants(cause, "duplicate", rule)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        twin = plot.twin()
        ground.ours(plot)
        ground.theirs(plot, **ground.tie(plot))
        ground.theirs(twin)
        return [(None, twin.record_no)]

    @ground.plants(cause, "duplicate", rule)
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        twin = plot.twin()
        ground.ours(plot)
        ground.theirs(plot, **ground.tie(plot))
        ground.ours(twin)
        return [(twin.id, None)]


plant_deletions(BILLS, "deleted_in_intacct", "deleted_in_bill")
plant_doubles(BILLS, "double_bill")

for _state in ("Selected", "Partially Paid", "Paid"):

    @BILLS.plants("double_bill", "duplicate")
    def _(plot: Plot, state: str = _state) -> list[tuple[str | None, int | None]]:
        """The second record was paid, or is about to be."""
        ours(plot)
        theirs(plot, **BILLS.tie(plot))
        theirs(plot.twin(), state=state)
        return [(None, plot.twin().record_no)]


@BILLS.plants("double_bill", "duplicate")
def _(plot: Plot) -> list[tuple[str | None, int | None]]:
    """Two records name one source."""
    twin, mark = plot.twin(), source_mark("bill", plot.id)
    ours(plot)
    theirs(plot, document_no="P", description=mark)
    theirs(twin, document_no="Q", description=mark)
    return [(plot.id, None), (None, plot.record_no), (None, twin.record_no)]


def center_ours(plot: Plot, *, amount: Decimal | None = None, **changes: object) -> None:
    own = {"vendor_id": f"v{plot.party}", "bill_date": plot.day, "due_date": plot.after(30), "currency": plot.currency}
    plot.case.center_bill(plot.id, str(plot.amount if amount is None else amount), plot.number, **{**own, **changes})


CENTER_BILLS = Ground("business_center_bill", lambda: with_vendors(BusinessCenterCase()), center_ours, theirs, mark="")
_WAITING = {"status": one_of("draft", "in approval")}
for _cause, _verdict, _rule, _ours, _theirs in (
    ("bill_differs", "break", "", {"status": one_of("ready_to_pay", "Ready_To_Pay")}, {}),
    ("young", "in_flight", "S-SCH-04", {"when": JUST_NOW}, {}),
    ("edited_before_ready", "expected", "S-PMT-05", _WAITING, {}),
):
    for _field, (_kind, _changes, _is_known) in FIELDS.items():
        _more = {"verdict": _verdict, "ours": _ours, "theirs": {**_theirs, **_changes}, "is_known": _is_known}
        CENTER_BILLS.pair(_cause, _kind, _field, _rule, **_more)
CENTER_BILLS.pair("undone_but_ready", "state", "state", theirs={"state": one_of("Reversed", "Reversal")})
CENTER_BILLS.pair("may_be_paid_twice", "state", "paid", theirs=_ALL)
CENTER_BILLS.pair("payment_does_not_travel", "state", "paid", "S-PMT-10", ours={"status": "paid"})
CENTER_BILLS.pair(
    "payment_does_not_travel", "state", "paid", "S-PMT-10", theirs={**_SOME, "amount": lambda plot: plot.amount}
)
CENTER_BILLS.only_ours("not_ready_to_pay", "S-PMT-05", **_WAITING)
CENTER_BILLS.only_ours("ready_but_missing", status=one_of("ready_to_pay", "paid"))
CENTER_BILLS.only_ours("ready_without_vendor", vendor_id=one_of("vl", "v-unknown"))
CENTER_BILLS.only_ours("vendor_not_known", vendor_id="vt")
CENTER_BILLS.only_theirs("vendor_not_known", vendor_id=one_of("V-T", "V-T2"))
CENTER_BILLS.only_theirs("not_yet_posted", "S-PMT-05", state=one_of("Draft", "Reversed"))
CENTER_BILLS.only_theirs("settled_in_intacct", "S-PMT-10", state=one_of("Paid", "Partially Paid"))
CENTER_BILLS.only_theirs("settled_in_intacct", "S-PMT-10", trx_total_paid=lambda plot: plot.unit)
CENTER_BILLS.only_theirs("credit_in_intacct", "S-PMT-10", amount=lambda plot: -plot.amount)
CENTER_BILLS.only_theirs("open_but_missing")
CENTER_BILLS.young("when", "modified_at")
CENTER_BILLS.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
plant_deletions(CENTER_BILLS, "ready_but_deleted", "deleted_in_business_center")
plant_doubles(CENTER_BILLS, "double_bill")
