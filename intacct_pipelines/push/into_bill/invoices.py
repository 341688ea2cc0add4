"""Invoices of Intacct that BILL is to have: posted and fully unpaid ones, and what of them changed since."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.changes import changes_of
from intacct_pipelines.push.into_bill.coded import CodedForBill
from intacct_pipelines.push.into_bill.line_names import LineNames, with_names
from intacct_pipelines.push.into_bill.merging import Shared, edits_to_send
from intacct_pipelines.push.into_bill.parties import CUSTOMERS, PartiesInBill
from intacct_pipelines.push.into_bill.requests import content_of
from intacct_pipelines.push.into_bill.routing import Routing
from intacct_pipelines.push.invoice_lines import InvoiceLines
from intacct_pipelines.push.invoice_words import words_of_invoice
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_PUSHED: Final = PUSHED["bill_ar_invoice"]
_ORDER_MODULE: Final = "8."
_LINES: Final = _PUSHED.lines_field
_NAMES: Final = "line_names"
_PLAIN: Final = ("customer_id", "document_no", "invoice_date", "due_date")
"""What BILL keeps as it is told."""


class InvoicesIntoBill:
    """Decides about the invoices of one link's way into BILL (S-INV-01).

    Sales tax goes as the line on the tax's account that it is in Intacct (S-INV-03):
    BILL's call that makes an invoice takes no tax of its own (bill v3, invoices).
    """

    object_name: ClassVar[str] = "bill_ar_invoice"
    reads: ClassVar[tuple[str, ...]] = (
        *CodedForBill.reads, *InvoiceLines.reads, *CUSTOMERS.reads, "intacct.ar_invoice", "intacct.ar_invoice_line",
        "bill.ar_invoice", "bill.ar_invoice_line",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = sources = context.sources
        self._link = sources.link
        self._rows = sources.by("intacct.ar_invoice")
        self._lines = sources.lines("intacct.ar_invoice_line")
        self._twins = sources.twins(self.object_name)
        self._customers = PartiesInBill(context, CUSTOMERS)
        self._twin_lines = sources.lines("bill.ar_invoice_line")
        self._coded = CodedForBill(sources)
        self._names = LineNames(context, _PUSHED)
        self._sold = InvoiceLines(sources)
        self._routing = Routing(context, _PUSHED)
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
        """Yield Intacct's invoices that BILL has, each with BILL's."""
        for number, twin in self._twins.items():
            if number in self._rows:
                yield self._rows[number], twin

    def all_shared(self, row: Row, twin: Row) -> Iterator[Shared]:
        """Yield every field that both sides hold, in Intacct's words."""
        theirs = {
            "customer_id": self._customers.intacct_id(text(twin, "customer_id")),
            "lines": self._sold.bills_words(twin, self._twin_lines.get(twin["id"], []), text(twin, "currency")),
            _NAMES: self._names.bills_words(self._twin_lines.get(twin["id"], [])),
        }
        lines = self._lines.get(row["record_no"], [])
        for column, ours in {**words_of_invoice(row, lines, self._sold), _NAMES: self._names.in_words(lines)}.items():
            yield Shared(column, ours, theirs.get(column, text(twin, column).strip()))

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with an invoice of Intacct; None if it stays, or BILL has it as it should."""
        twin = self._twins.get(row["record_no"])
        if not self._travels(row) or (twin is None and self._routing.is_elsewhere(row)):
            return None
        try:
            return self._create(row) if twin is None else self._mend(row, twin)
        except Held as held:
            amount, currency = row["trx_total_entered"], text(row, "currency")
            return held.hold(self.object_name, str(row["record_no"]), _label(row), amount, currency)

    def left(self) -> Iterator[tuple[Row, str]]:
        """Yield the documents that are left to other accounts, each with the name of its own."""
        found = (row for row in self.rows() if row["record_no"] not in self._twins and self._travels(row))
        yield from self._routing.left(found)

    def _travels(self, row: Row) -> bool:
        """Return whether BILL is expected to have an invoice.

        It is posted and nothing of it is paid (S-INV-01), of the link's own level (S-CFG-11) and no credit (S-CRM-01);
        transactions of some links go one way only (S-CFG-10). An order is there only as such an invoice (S-SAL-01).
        """
        return (
            not self._link.one_way
            and text(row, "state") == "Posted"
            and not row.get("trx_total_paid")
            and row["trx_total_entered"] >= 0
            and text(row, "owner_entity_id") == self._link.entity.entity_id
        )

    # --- creating -------------------------------------------------------------------------------------------------

    def _create(self, row: Row) -> Item:
        self._routing.check(row)
        self._check_source(row)
        self._check_new(row)
        currency, number, day = text(row, "currency"), _number(row), text(row, "invoice_date")
        customer_id = self._customers.id_in_bill(text(row, "customer_id"), currency)
        self._check_copies(row, customer_id, number, "")
        content: Fields = {
            "customerId": customer_id,
            "invoiceNumber": number,
            "invoiceDate": day,
            "dueDate": _due(row),
            "totalAmount": f"{row['trx_total_entered'].normalize():f}",
            _LINES: self._coded_lines(row),
        }
        item = self._item(row, Operation.CREATE, content, canonical_json(content))
        names = {"customerId": customer_id, "invoiceNumber": number}
        agrees = _to_agree(words_of_invoice(row, self._lines.get(row["record_no"], []), self._sold))
        return replace(item, natural_key=names, agrees=agrees)

    def _coded_lines(self, row: Row) -> list[Fields]:
        rows, total = self._lines.get(row["record_no"], []), row["trx_total_entered"]
        lines = self._coded.translate(rows, total, text(row, "currency"), "invoice")
        named = with_names(lines, [self._names.of_line(at, line) for at, line in enumerate(rows, start=1)])
        return [priced(line) for line in named]

    def _item(self, row: Row, operation: Operation, content: Fields, seed: str) -> Item:
        key = str(row["record_no"])
        return Item(
            key=revision_key(self._context, self.object_name, key, operation, seed, system="intacct"),
            object_name=self.object_name,
            operation=operation,
            source_id=key,
            natural_key={},
            payload=content,
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            amount=row["trx_total_entered"],
            currency=text(row, "currency"),
            label=_label(row),
            warnings=(*_warnings(row), *self._names.not_carried(self._lines.get(row["record_no"], []))),
        )

    def _check_source(self, row: Row) -> None:
        key, lines = str(row["record_no"]), self._lines.get(row["record_no"], [])
        names = [("intacct.ar_invoice", key), *(("intacct.ar_invoice_line", str(line["record_no"])) for line in lines)]
        if any(name in self._context.quarantined for name in names):
            reason = "a newer copy of it is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in Intacct what the quarantine names, then sync.")
        if row["trx_total_entered"] == 0:
            raise Held("not_positive", "S-INV-01", "its amount is zero", "Reverse it in Intacct if it is not needed.")
        if not _number(row):
            reason = "it has no number, without which it could not be looked up"
            raise Held("missing_field", "S-IDM-03", reason, "Give it a number in Intacct.")

    def _check_new(self, row: Row) -> None:
        if (self.object_name, str(row["record_no"])) in self._context.posted:
            reason = "it was created in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the invoice that took its place.")
        mark = read_source_mark(text(row, "description"))
        if mark is not None and mark[0] == "bill":
            reason = f"it came from BILL's invoice {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`, or restore the invoice in BILL.")

    def _check_copies(self, row: Row, customer_id: str, number: str, own: str) -> None:
        if taken := [one for one in self._taken[customer_id, fold(number)] if one != own]:
            reason = (
                f"BILL has invoice {number} of this customer already, as {', '.join(taken)}, and it is not its pair"
            )
            remedy = "Confirm the pair with `map`, or correct the number on the wrong side."
            raise Held("duplicate", "S-IDM-04", reason, remedy)
        if self._entered[_name(row)] > 1:
            reason = f"Intacct has several invoices {number} of this customer"
            raise Held("duplicate", "S-IDM-04", reason, "Reverse the copy in Intacct, or correct its number.")

    # --- changing -------------------------------------------------------------------------------------------------

    def _mend(self, row: Row, twin: Row) -> Item | None:
        """Return the update of what only Intacct changed since both sides agreed; what they never agreed on stays."""
        self._routing.check_pair(row, twin)
        known, changes = edits_to_send(self._context, _PUSHED, (row, twin), self.all_shared(row, twin))
        if not changes or twin.get("is_archived"):
            return None
        self._check_source(row)
        self._check_twin(twin)
        customer_id = self._customers.id_in_bill(text(row, "customer_id"), text(row, "currency"))
        self._check_copies(row, customer_id, _number(row), twin["id"])
        places = {"customer_id": customer_id, "document_no": _number(row), "due_date": _due(row)}
        places["invoice_date"] = text(row, "invoice_date")
        content: Fields = {_PUSHED.field(name): value for name, value in places.items() if name in changes}
        if {"lines", _NAMES} & changes.keys():
            content[_LINES] = self._lines_in_place(row, twin, has_changed=_NAMES in changes)
        state = content_of(_PUSHED, twin)
        # An update starts from a certain state of its target: the way back and forth again is another operation.
        item = self._item(
            row, Operation.UPDATE, content, canonical_json(content) + state + str(twin.get("modified_at"))
        )
        shown = ((one.column.replace("_", " "), one.theirs, one.ours) for one in known if one.column in changes)
        return replace(
            item,
            natural_key={"customerId": text(twin, "customer_id"), "invoiceNumber": text(twin, "document_no")},
            target_id=twin["id"],
            target_revision=state,
            changes=changes_of(*shown),
            agrees=_to_agree(changes),
        )

    def _check_twin(self, twin: Row) -> None:
        if (_PUSHED.target.qualified_name, twin["id"]) in self._context.quarantined:
            reason = "a newer copy of BILL's invoice is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct in BILL what the quarantine names, then sync.")
        status, due = text(twin, "status"), twin.get("due_amount")
        if status not in {"", "OPEN"} or (due is not None and due != twin["amount"]):
            reason = f"it is {status or 'paid'} in BILL with {due} due, where only an unpaid invoice is edited"
            raise Held("record_locked", "S-INV-01", reason, "Undo the edit in Intacct, or correct it by a credit memo.")

    def _lines_in_place(self, row: Row, twin: Row, *, has_changed: bool) -> list[Fields]:
        present, lines = self._twin_lines.get(twin["id"], []), self._coded_lines(row)
        if twin.get("tax_amount"):
            reason = "its lines changed, and BILL reckons the sales tax of it by an item of its own"
            raise Held("sales_tax", "S-INV-03", reason, "Make the change in BILL too; the rest follows by itself.")
        return self._coded.in_places(
            present, lines, self._names, has_changed=has_changed, rule="S-INV-01", document="invoice"
        )


def _to_agree(words: Mapping[str, str]) -> dict[str, str]:
    """Return what both sides say once it is sent; of lines that is seen only when they are read, for BILL reckons."""
    return {column: words[column] for column in _PLAIN if words.get(column)}


def priced(line: Fields) -> Fields:
    """Return a line with its amount as the price of one, which is how BILL has lines of invoices."""
    told = {name: value for name, value in line.items() if name != "amount"}
    return {**told, "quantity": "1", "price": line["amount"]}


def _due(row: Row) -> str:
    return text(row, "due_date") or text(row, "invoice_date")


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
