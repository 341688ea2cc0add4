"""Every way in which what goes with documents can differ: their files, their currencies, the orders behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from planting.bills import bill_case
from planting.bills import ours as bill
from planting.bills import theirs as intacct_bill
from planting.ground import ALONE_IN_INTACCT, ALONE_IN_PLATFORM, Ground, Place, Plot, Told, one_of, resolved
from planting.receivables import booked_invoice, invoice, receivables_case
from reconcile_cases import JUST_NOW, LONG_AGO, Case

_MADE = 500_000
"""Added to a plot's record number, the record number of what its order made."""

# ---- files ---------------------------------------------------------------------------------------------------------


def _attached(
    name: str, make: Callable[[], Case], ours: Callable[..., object], theirs: Callable[..., object]
) -> Ground:
    """Return a ground of documents that have one file on each side."""
    is_bill = name == "ap_bill_attachment"
    files, parent = (
        ("bill.ap_bill_document", "ap_bill_id") if is_bill else ("bill.ar_invoice_attachment", "ar_invoice_id")
    )

    def keep(plot: Plot, *, file: str = "", at: object = LONG_AGO, **changes: object) -> None:
        ours(plot, **changes)
        own = {"id": f"f-{plot.id}", parent: plot.id, "created_at": at}
        plot.case.add(files, name=f"{file or plot.word}.pdf", **own)

    def hold(plot: Plot, *, file: str = "", is_held: bool = True, **changes: object) -> None:
        theirs(plot, attachment_id=f"A-{plot.record_no}", **changes)
        if is_held:
            own = {"record_no": plot.record_no, "attachment_id": f"A-{plot.record_no}"}
            plot.case.add("intacct.attachment", **own, file_name=(file or plot.word).upper(), file_type="pdf")

    ground = Ground(name, make, keep, hold)
    ground.only_ours("its_document_is_alone", "S-ATT-01")
    ground.only_theirs("its_document_is_alone", "S-ATT-01")
    ground.outside("other_owner", "S-CFG-11", owner_entity_id=one_of("200", None))
    ground.pair("attachment_named_otherwise", "coding", "file_name", "S-ATT-01", theirs={"file": "another"})
    ground.pair("attachment_gone", "state", "attachment", theirs={"is_held": False})
    ground.pair(
        "young",
        "state",
        "attachment",
        "S-SCH-04",
        verdict="in_flight",
        ours={"at": JUST_NOW},
        theirs={"is_held": False},
    )

    @ground.plants("attachment_stays", ALONE_IN_PLATFORM, "S-ATT-01")
    def _(plot: Plot) -> None:
        keep(plot)
        theirs(plot)

    @ground.plants("young", ALONE_IN_PLATFORM, "S-SCH-04", verdict="in_flight")
    def _(plot: Plot) -> None:
        keep(plot, at=JUST_NOW)
        theirs(plot)

    @ground.plants("attachment_only_in_intacct", ALONE_IN_INTACCT, "S-ATT-01")
    def _(plot: Plot) -> None:
        ours(plot)
        hold(plot)

    @ground.plants("attachment_gone", ALONE_IN_INTACCT)
    def _(plot: Plot) -> None:
        ours(plot)
        hold(plot, is_held=False)

    @ground.plants("attachment_left_behind", ALONE_IN_PLATFORM)
    def _(plot: Plot) -> None:
        keep(plot)
        theirs(plot)
        hold(plot.twin(), _deleted=True)

    @ground.plants("attachment_of_another", "coding", field="file_name")
    def _(plot: Plot) -> None:
        other = plot.twin()
        other.number, other.word = f"{plot.number}/b", f"{plot.word}b"
        ground.clean(other)
        keep(plot)
        hold(plot, file=other.word)

    return ground


BILL_FILES = _attached("ap_bill_attachment", bill_case, bill, intacct_bill)
INVOICE_FILES = _attached("ar_invoice_attachment", receivables_case, invoice, booked_invoice)

# ---- currencies ----------------------------------------------------------------------------------------------------


def _code(plot: Plot) -> str:
    return f"C{plot.at}"


def use_currency(plot: Plot, *, at: object = LONG_AGO, is_stated: bool = True, **changes: object) -> None:
    """Let BILL have a document in a currency that no other plot has, and the link state it."""
    if is_stated:
        plot.case.link = replace(plot.case.link, currencies=plot.case.link.currencies | {_code(plot)})
    bill(plot, currency=_code(plot), created_at=at, **changes)


def take_currency(plot: Plot, **changes: object) -> None:
    own = {"code": _code(plot), "status": "active", "created_at": LONG_AGO, "modified_at": LONG_AGO}
    plot.case.add("intacct.currency", **{"record_no": plot.record_no, **own, **changes})


def _ids(plot: Plot) -> Place:
    return _code(plot), plot.record_no


CURRENCIES = Ground("currency", Case, use_currency, take_currency, ids=_ids, mark="")
CURRENCIES.only_ours("currency_not_enabled")
CURRENCIES.only_ours("young", "S-SCH-04", verdict="in_flight", at=JUST_NOW)
CURRENCIES.only_theirs("currency_unknown_to_bill", "S-CUR-01", status=one_of("active", "inactive"))
CURRENCIES.pair("currency_inactive", "state", "status", theirs={"status": "inactive"})
CURRENCIES.pair("currency_not_stated", "state", "stated", ours={"is_stated": False})
for _field, _ours, _theirs in (("status", {}, {"status": "inactive"}), ("stated", {"is_stated": False}, {})):
    _young = {"verdict": "in_flight", "ours": {**_ours, "at": JUST_NOW}, "theirs": _theirs}
    CURRENCIES.pair("young", "state", _field, "S-SCH-04", **_young)


@CURRENCIES.plants("currency_only_in_intacct", ALONE_IN_INTACCT, "S-CUR-01")
def _(plot: Plot) -> None:
    take_currency(plot)
    plot.case.intacct_bill(plot.record_no, "1.00", plot.number, currency=_code(plot))


def _several_bases() -> Case:
    case = Case()
    case.add("intacct.financial_setup", row_no=1, is_multi_base_currency=True)
    return case


def _nothing(_: Plot) -> None:
    """No clean pairs: the dollar alone would be one."""


SEVERAL_BASES = Ground("currency", _several_bases, _nothing, _nothing, ids=_ids, mark="")


@SEVERAL_BASES.plants("currency_is_not_the_dollar", "state", field="base_currency")
def _(plot: Plot) -> None:
    CURRENCIES.clean(plot)


# ---- orders --------------------------------------------------------------------------------------------------------


def _ordered(
    name: str,
    make: Callable[[], Case],
    ours: Callable[..., object],
    theirs: Callable[..., object],
    rules: tuple[str, str, str],
) -> Ground:
    """Return a ground of documents that have become a bill or invoice of BILL's, too."""
    is_purchase, (scope, conversion, edit) = name == "purchasing_document", rules
    party, made = ("vendor_id", "bill_record_no") if is_purchase else ("customer_id", "invoice_record_no")
    letter = "V" if is_purchase else "C"

    def sell(plot: Plot, **changes: object) -> None:
        ours(plot, **({"purchase_order_no": plot.number} if is_purchase else {}) | changes)

    def order(plot: Plot, **changes: object) -> None:
        own = {
            "document_no": plot.number,
            "document_id": f"{name}-{plot.record_no}",
            "state": "Closed",
            party: f"{letter}-{plot.party}",
            made: _MADE + plot.at,
            "order_date": date(2026, 1, 20),
            "currency": plot.currency,
            "trx_total": plot.amount,
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
            "owner_entity_id": "100",
        }
        plot.case.add(f"intacct.{name}", **{"record_no": plot.record_no, **own, **changes})

    def convert(plot: Plot, *, document: dict[str, object] | None = None, **changes: object) -> None:
        other = plot.twin()
        other.record_no = _MADE + plot.at
        reference = {"module_key": "9.PO", "reference_no": plot.number} if is_purchase else {"module_key": "8.SO"}
        theirs(other, **{**reference, **changes})
        order(plot, **resolved(plot, document or {}))

    ground = Ground(name, make, sell, convert)
    alone = ALONE_IN_INTACCT

    def lone(cause: str, rule: str, *, verdict: str = "", **changes: object) -> None:
        ground.plants(cause, alone, rule, verdict=verdict)(lambda plot: order(plot, **resolved(plot, changes)))

    lone(f"{name}_open", scope, state=one_of("Pending", "Draft", "Declined"), **{made: None})
    lone(f"{name}_converted", conversion, state="Converted", **{made: None})
    lone(f"{name}_made_nothing", "")
    lone("young", "S-SCH-04", verdict="in_flight", modified_at=JUST_NOW)
    ground.outside("other_owner", "S-CFG-11", document={"owner_entity_id": "200"})
    ground.only_theirs(f"{name}_settled", scope, state=one_of("Paid", "Partially Paid"))
    ground.only_theirs(f"{name}_not_posted", scope, state="Draft")
    ground.only_theirs(f"{name}_told_elsewhere", conversion)
    more = {"amount": lambda plot: plot.amount + plot.unit}
    ground.pair(f"{name}_edited", "amount", "amount", edit, ours=more)
    ground.pair(f"{name}_edited", "amount", "currency", edit, ours={"currency": "GBP"})
    for field, document in (
        ("amount", {"trx_total": lambda plot: plot.amount + plot.unit}),
        ("currency", {"currency": "GBP"}),
        ("document_no", {"document_no": lambda plot: f"{plot.number}/b"}),
        (party, {party: lambda plot: f"{letter}-{plot.other_party}"}),
    ):
        kind = "amount" if field in {"amount", "currency"} else "coding"
        # The number that BILL shows is the order's own.
        number = (
            {"purchase_order_no": lambda plot: f"{plot.number}/b"} if is_purchase and field == "document_no" else {}
        )
        same = {"reference_no": lambda plot: f"{plot.number}/b"} if number else {}
        for cause, verdict, rule, young in (
            (f"{name}_is_not_what_it_made", "break", "", {}),
            ("young", "in_flight", "S-SCH-04", {"modified_at": JUST_NOW}),
        ):
            said = {"ours": {**number, **young}, "theirs": {"document": document, **same}}
            ground.pair(cause, kind, field, rule, verdict=verdict, **said)

    @ground.plants(f"{name}_made_by_several", "duplicate")
    def _(plot: Plot) -> list[Place]:
        ground.clean(plot)
        order(plot.twin())
        return [(plot.id, None), (None, plot.record_no), (None, plot.twin().record_no)]

    @ground.plants(f"{name}_edited", "coding", edit, field="document_no")
    def _(plot: Plot) -> None:
        sell(plot, document_no=f"{plot.number}/b")
        convert(plot)
        plot.case.cross(plot.id, _MADE + plot.at, object_="ap_bill" if is_purchase else "ar_invoice")

    return ground


PURCHASES = _ordered("purchasing_document", bill_case, bill, intacct_bill, ("S-PUR-01", "S-PUR-03", "S-PUR-05"))
SALES = _ordered(
    "order_entry_document", receivables_case, invoice, booked_invoice, ("S-SAL-01", "S-SAL-01", "S-SAL-03")
)
for _cause, _rule, _ours, _theirs in (
    ("no_purchase_reference", "S-PUR-04", {"purchase_order_no": None}, {"reference_no": None}),
    ("reference_is_no_order", "S-PUR-04", {"purchase_order_no": "Z"}, {"reference_no": "Z"}),
    ("purchasing_document_edited", "S-PUR-05", {"purchase_order_no": "Z"}, {}),
):
    PURCHASES.pair(_cause, "coding", "order_no", _rule, ours=_ours, theirs=_theirs)
for _cause, _state, _open, _rule in (
    ("billed_beside_its_order", "Pending", "purchasing_document_open", "S-PUR-01"),
    ("billed_once_more", "Converted", "purchasing_document_converted", "S-PUR-03"),
):

    @PURCHASES.plants(_cause, ALONE_IN_PLATFORM)
    def _(plot: Plot, state: str = _state, is_open: str = _open, rule: str = _rule) -> list[Place | Told]:
        """The order is told too, of Intacct's side."""
        bill(plot, purchase_order_no=f"PO-{plot.at}")
        own = {"record_no": plot.record_no, "document_no": f"po-{plot.at}", "state": state, "currency": plot.currency}
        more = {
            "trx_total": plot.amount,
            "owner_entity_id": "100",
            "vendor_id": f"V-{plot.party}",
            "modified_at": LONG_AGO,
        }
        plot.case.add("intacct.purchasing_document", **own, **more)
        order = Told(ALONE_IN_INTACCT, "", is_open, "expected", rule, None, plot.record_no)
        return [(plot.id, None), order]
