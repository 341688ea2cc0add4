"""Invoices of Intacct that BILL is to have: posted and fully unpaid ones, with their coding and sales tax."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Hold, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.parties import CUSTOMERS, PartiesInBill
from intacct_pipelines.push.into_bill.routing import Routing
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.into_bill.merging import Shared
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_ORDER_MODULE = "8."


class InvoicesIntoBill:
    """Decides about the invoices of one link's way into BILL (S-INV-01).

    They are made and not changed. Sales tax goes as the line on the tax's account that it is in Intacct (S-INV-03):
    BILL's call that makes an invoice takes no tax of its own (bill v3, invoices).
    """

    object_name: ClassVar[str] = "bill_ar_invoice"
    reads: ClassVar[tuple[str, ...]] = (
        *CodedForBill.reads, *CUSTOMERS.reads, "intacct.ar_invoice", "intacct.ar_invoice_line",
        "bill.ar_invoice",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._rows = sources.by("intacct.ar_invoice")
        self._lines = sources.lines("intacct.ar_invoice_line")
        self._twins = sources.twins(self.object_name)
        self._customers = PartiesInBill(context, CUSTOMERS)
        self._coded = CodedForBill(sources)
        self._routing = Routing(sources, PUSHED[self.object_name])
        self._taken: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in sources.live("bill.ar_invoice"):
            if not row.get("is_archived"):
                self._taken[row["customer_id"], fold(text(row, "document_no"))].append(row["id"])
        self._entered = Counter(_name(row) for row in self._rows.values() if text(row, "state") not in UNDONE_STATES)

    def rows(self) -> list[Row]:
        """Return Intacct's invoices by date."""
        return sorted(self._rows.values(), key=lambda row: (row["invoice_date"], row["record_no"]))

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def pairs(self) -> Iterator[tuple[Row, Row]]:
        """Yield nothing: an invoice that BILL has is left to the way into Intacct."""
        yield from ()

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:  # noqa: ARG002  # as the lists have it
        """Yield nothing, as ``pairs`` does."""
        yield from ()

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with an invoice of Intacct; None if it does not travel, or BILL has it."""
        if row["record_no"] in self._twins or not self._travels(row) or self._routing.is_elsewhere(row):
            return None
        try:
            return self._create(row)
        except Held as held:
            kind, rule, reason, remedy = held.parts
            amount, currency, key = row["trx_total_entered"], text(row, "currency"), str(row["record_no"])
            return Hold(
                self.object_name, key, _label(row), kind, rule, reason, remedy, amount, currency, held_by=held.held_by
            )

    def _travels(self, row: Row) -> bool:
        """Return whether BILL is expected to have an invoice.

        It is posted and nothing of it is paid (S-INV-01), of the link's own level (S-CFG-11) and no credit (S-CRM-01).
        An order is there only as such an invoice (S-SAL-01).
        """
        return (
            text(row, "state") == "Posted"
            and not row.get("trx_total_paid")
            and row["trx_total_entered"] >= 0
            and text(row, "owner_entity_id") == self._link.entity.entity_id
        )

    def _create(self, row: Row) -> Item:
        self._routing.check(row)
        self._check_source(row)
        currency, number, day = text(row, "currency"), _number(row), text(row, "invoice_date")
        customer_id = self._customers.id_in_bill(text(row, "customer_id"), currency)
        self._check_copies(row, customer_id, number)
        lines = self._coded.translate(
            self._lines.get(row["record_no"], []), row["trx_total_entered"], currency, "invoice"
        )
        content: Fields = {
            "customerId": customer_id,
            "invoiceNumber": number,
            "invoiceDate": day,
            "dueDate": text(row, "due_date") or day,
            "totalAmount": f"{row['trx_total_entered'].normalize():f}",
            "invoiceLineItems": [priced(line) for line in lines],
        }
        key = str(row["record_no"])
        return Item(
            key=revision_key(
                self._context, self.object_name, key, Operation.CREATE, canonical_json(content), system="intacct"
            ),
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=key,
            natural_key={"customerId": customer_id, "invoiceNumber": number},
            payload=content,
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            amount=row["trx_total_entered"],
            currency=currency,
            label=_label(row),
            warnings=_warnings(row),
        )

    def _check_source(self, row: Row) -> None:
        key, lines = str(row["record_no"]), self._lines.get(row["record_no"], [])
        names = [("intacct.ar_invoice", key), *(("intacct.ar_invoice_line", str(line["record_no"])) for line in lines)]
        if any(name in self._context.quarantined for name in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if (self.object_name, key) in self._context.posted:
            reason = "it was created in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the invoice that took its place.")
        mark = read_source_mark(text(row, "description"))
        if mark is not None and mark[0] == "bill":
            reason = f"it came from BILL's invoice {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`, or restore the invoice in BILL.")
        if row["trx_total_entered"] == 0:
            raise Held("not_positive", "S-INV-01", "its amount is zero", "Reverse it in Intacct if it is not needed.")
        if not _number(row):
            reason = "it has no number, without which it could not be looked up"
            raise Held("missing_field", "S-IDM-03", reason, "Give it a number in Intacct.")

    def _check_copies(self, row: Row, customer_id: str, number: str) -> None:
        if taken := self._taken.get((customer_id, fold(number))):
            reason = (
                f"BILL has invoice {number} of this customer already, as {', '.join(taken)}, and it is not its pair"
            )
            remedy = "Confirm the pair with `map`, or correct the number on the wrong side."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._entered[_name(row)] > 1:
            reason = f"Intacct has several invoices {number} of this customer"
            raise Held("duplicate", "S-IDM-04", reason, "Reverse the copy in Intacct, or correct its number.")


def priced(line: Fields) -> Fields:
    """Return a line with its amount as the price of one, which is how BILL has lines of invoices."""
    told = {name: value for name, value in line.items() if name != "amount"}
    return {**told, "quantity": "1", "price": line["amount"]}


def _number(row: Row) -> str:
    return text(row, "document_no").strip()


def _name(row: Row) -> tuple[str, str]:
    return text(row, "customer_id"), fold(_number(row))


def _warnings(row: Row) -> tuple[str, ...]:
    if not text(row, "module_key").startswith(_ORDER_MODULE):
        return ()
    return (
        f"it comes from order {text(row, 'reference_no') or 'unknown'}, whose number BILL has no place for [S-SAL-01]",
    )


def _label(row: Row) -> str:
    return f"invoice {_number(row) or row['record_no']} of {text(row, 'customer_name') or row['customer_id']}"
