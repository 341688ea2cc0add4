"""Vendors and bills of Business Center that Intacct lacks: what is created, what waits and why (S-PMT-04, S-PMT-05).

Both are created once and not edited afterwards: a file tells no times, so nobody could say which side changed last.
What differs later the reconciliation tells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Hold, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.pushed_into_business_center import BILL_ID
from intacct_pipelines.push.bill_fields import bill_fields, check_positive, dating_warnings
from intacct_pipelines.push.coded_lines import PAYABLE, Coded, CodedLines, Party, filled_warnings, ledger_effect
from intacct_pipelines.push.documents import (
    Copies,
    allowed_currency,
    check_not_posted,
    check_readable,
    document_number,
    hold_of,
    key_of,
    marked_text,
    posting_day,
)
from intacct_pipelines.push.parties import contact_fields, party_id_of
from intacct_pipelines.push.planner import Held, mark_of
from intacct_pipelines.push.sources import text
from intacct_pipelines.push.vendors import vendor_of, vendor_targets

if TYPE_CHECKING:
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

PLATFORM: Final = "Business Center"
_VENDOR: Final = "business_center_vendor"
_BILL: Final = "business_center_bill"
_INACTIVE: Final = "inactive"


class BusinessCenterVendors:
    """Decides about the vendors of one Business Center company."""

    object_name: ClassVar[str] = _VENDOR
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity",
        "intacct.vendor",
        "business_center.vendor",
        "business_center.ap_bill",
    )

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._pushed = PUSHED[_VENDOR]
        self._needed = {bill["vendor_id"] for bill in sources.live("business_center.ap_bill")}
        self._ids = set(sources.by("intacct.vendor", "vendor_id"))
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for row in sources.live("intacct.vendor"):
            self._by_name[fold(row["name"])].append(row["vendor_id"])
        self._names = Counter(
            fold(row["name"]) for row in sources.live("business_center.vendor") if not _is_inactive(row)
        )

    def rows(self) -> list[Row]:
        """Return the vendors by id."""
        return [row for _, row in sorted(self._sources.by("business_center.vendor").items())]

    def is_shown(self, decision: Decision) -> bool:
        """Leave out inactive vendors that no bill asks for: nobody waits for them."""
        if isinstance(decision, Hold) and decision.kind == "archived":
            return decision.source_id in self._needed
        return decision is not None

    def decide(self, vendor: Row) -> Decision:
        """Return what is to be done with a vendor; None if Intacct has it."""
        if vendor["id"] in self._sources.pairs(_VENDOR):
            return None
        try:
            return self._create(vendor)
        except Held as held:
            return hold_of(_VENDOR, vendor, _vendor_label(vendor), held)

    def _create(self, vendor: Row) -> Item:
        check_readable(self._context, self._pushed, vendor)
        if _is_inactive(vendor):
            reason = f"it is inactive in {PLATFORM}"
            raise Held("archived", "S-VEN-05", reason, f"Activate it in {PLATFORM} if it is still in use.")
        check_not_posted(self._context, self._pushed, vendor)
        self._check_name(vendor)
        vendor_id = party_id_of(self._link.name, vendor["id"], "BC-")
        if vendor_id in self._ids:
            reason = "its id in Intacct is taken by a vendor that is not its pair"
            remedy = "Confirm the pair with `map`; reusing an id would overwrite a vendor."
            raise Held("duplicate", "S-VEN-08", reason, remedy)
        content: Fields = {
            "VENDORID": vendor_id,
            "NAME": text(vendor, "name"),
            "DISPLAYCONTACT": contact_fields(vendor, text(vendor, "name")),
            "STATUS": "active",
        }
        key = key_of(self._link, _VENDOR, vendor, Operation.CREATE, content)
        return Item(
            key=key,
            object_name=_VENDOR,
            operation=Operation.CREATE,
            source_id=vendor["id"],
            natural_key={"VENDORID": vendor_id},
            payload={**content, "COMMENTS": f"{mark_of(self._pushed.platform, vendor['id'])} {key}"},
            source_revision=self._context.revisions.get((_VENDOR, vendor["id"]), ""),
            label=_vendor_label(vendor),
        )

    def _check_name(self, vendor: Row) -> None:
        alike = self._by_name[fold(vendor["name"])]
        if alike:
            reason = f"Intacct has the name already, as {', '.join(sorted(alike)[:3])}"
            remedy = "Confirm the pair with `map`, or give the two different names."
            raise Held("ambiguous", "S-VEN-03", reason, remedy)
        if self._names[fold(vendor["name"])] > 1:
            reason = f"several vendors in {PLATFORM} have this name"
            raise Held("duplicate", "S-VEN-03", reason, f"Rename them in {PLATFORM} so that each name is one vendor.")


class BusinessCenterBills:
    """Decides about the bills of one Business Center company."""

    object_name: ClassVar[str] = _BILL
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.location", "intacct.department", "intacct.accounting_class", "intacct.gl_account",
        "intacct.vendor", "intacct.ap_bill", "business_center.vendor", "business_center.ap_bill",
        "business_center.ap_bill_line",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._pushed = PUSHED[_BILL]
        self._lines = sources.lines("business_center.ap_bill_line")
        self._coded = CodedLines(sources, PLATFORM)
        self._vendors = vendor_targets(context, _VENDOR)
        self._copies = Copies(context, self._pushed, party="vendor_id", number="document_no", platform=PLATFORM)
        self._ready = {fold(word) for word in self._link.ready_statuses}
        self._paid = {fold(word) for word in self._link.paid_statuses}

    def rows(self) -> list[Row]:
        """Return the bills by day."""
        return sorted(self._sources.live("business_center.ap_bill"), key=lambda row: (row["bill_date"], row["id"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided: every bill is waited for."""
        return decision is not None

    def decide(self, bill: Row) -> Decision:
        """Return what is to be done with a bill; None if Intacct has it."""
        if bill["id"] in self._sources.pairs(_BILL):
            return None
        try:
            return self._create(bill)
        except Held as held:
            return hold_of(_BILL, bill, _bill_label(bill), held)

    def _create(self, bill: Row) -> Item:
        check_readable(self._context, self._pushed, bill)
        self._check_ready(bill)
        check_positive(bill)
        _check_own(bill)
        check_not_posted(self._context, self._pushed, bill)
        vendor = vendor_of(self._vendors, self._link, bill["vendor_id"], "bill", PLATFORM)
        number = document_number(text(bill, "document_no"), PLATFORM)
        self._copies.check(bill, vendor.vendor_id, number, None)
        currency = allowed_currency(self._context, bill)
        lines = self._coded.of_party(self._lines_of(bill, currency), Party("vendor", vendor.vendor_id))
        posted_on = posting_day(self._context, bill["bill_date"], [line.location_id for line in lines])
        content = bill_fields(
            vendor_id=vendor.vendor_id,
            number=number,
            dated=bill["bill_date"],
            posted_on=posted_on,
            due_on=bill.get("due_date"),
            currency=currency,
            base=self._sources.base_currency,
            lines=lines,
        )
        key = key_of(self._link, _BILL, bill, Operation.CREATE, content)
        warnings = filled_warnings(lines) + dating_warnings(bill["bill_date"], posted_on)
        return Item(
            key=key,
            object_name=_BILL,
            operation=Operation.CREATE,
            source_id=bill["id"],
            natural_key={"VENDORID": vendor.vendor_id, "RECORDID": number},
            payload={**content, "DESCRIPTION": marked_text(bill["id"], key, system=self._pushed.platform)},
            source_revision=self._context.revisions.get((_BILL, bill["id"]), ""),
            amount=bill["amount"],
            currency=currency,
            ledger_effect=tuple(ledger_effect(lines, currency, 1, PAYABLE)),
            depends_on=() if vendor.parent is None else (vendor.parent,),
            label=_bill_label(bill),
            warnings=tuple(warnings),
        )

    def _check_ready(self, bill: Row) -> None:
        """Refuse what is not ready to pay, and what is paid: a file does not tell how (S-PMT-10)."""
        status = fold(text(bill, "status"))
        if status in self._paid:
            reason = f"it is paid in {PLATFORM}, whose files do not tell how"
            raise Held("already_settled", "S-PMT-10", reason, "Enter the bill and its payment in Intacct by hand.")
        if status not in self._ready:
            reason = f"{PLATFORM} says {text(bill, 'status') or 'nothing'}, which is not ready to pay"
            raise Held(
                "not_approved", "S-PMT-05", reason, f"Make it ready to pay in {PLATFORM}, or see ready_statuses."
            )

    def _lines_of(self, bill: Row, currency: str) -> list[Line]:
        rows = self._lines.get(bill["id"], [])
        self._coded.check_sum(rows, bill["amount"], currency, "bill")
        return [
            self._coded.line(
                position,
                row["amount"],
                Coded(
                    text(row, "gl_account_no"),
                    text(row, "department_id"),
                    text(row, "location_id") or self._link.default_location,
                    "",
                ),
                text(row, "description"),
            )
            for position, row in enumerate(rows, start=1)
        ]


def _check_own(bill: Row) -> None:
    """Refuse a bill that Intacct gave to Business Center: there it stands already, whatever pairs the two."""
    if bill["id"].startswith(BILL_ID):
        reason = f"it came from Intacct's bill {bill['id'].removeprefix(BILL_ID)}, which is not its pair"
        raise Held("came_from_intacct", "S-SCH-05", reason, "Pair the two with `map`.")


def _is_inactive(vendor: Row) -> bool:
    return fold(text(vendor, "status")) == _INACTIVE


def _vendor_label(vendor: Row) -> str:
    return f"vendor {vendor['name']}"


def _bill_label(bill: Row) -> str:
    return f"bill {text(bill, 'document_no') or bill['id']} of {bill['vendor_id']}"
