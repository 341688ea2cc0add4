"""The writing functions, generic and legacy, over documents and lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.adjustments import Adjustments
from intacct_pipelines.sandbox.intacct.advances import Advances
from intacct_pipelines.sandbox.intacct.attachments import NAMES as ATTACHMENT_OBJECTS
from intacct_pipelines.sandbox.intacct.attachments import Attachments
from intacct_pipelines.sandbox.intacct.bills import Bills
from intacct_pipelines.sandbox.intacct.card_transactions import CardTransactions
from intacct_pipelines.sandbox.intacct.cash import Deposits, FundsTransfers, OtherReceipts
from intacct_pipelines.sandbox.intacct.documents import Author, Documents
from intacct_pipelines.sandbox.intacct.elements import child_text, children, text_of
from intacct_pipelines.sandbox.intacct.expense_reports import ExpenseReports
from intacct_pipelines.sandbox.intacct.invoices import CustomerAdjustments, Invoices
from intacct_pipelines.sandbox.intacct.journals import OBJECT as JOURNAL_OBJECT
from intacct_pipelines.sandbox.intacct.journals import Journals
from intacct_pipelines.sandbox.intacct.legacy import LegacyWrite, read_legacy
from intacct_pipelines.sandbox.intacct.lists import Lists
from intacct_pipelines.sandbox.intacct.payments import Payments
from intacct_pipelines.sandbox.intacct.reads import Answer
from intacct_pipelines.sandbox.intacct.receipts import Receipts
from intacct_pipelines.sandbox.intacct.refusals import (
    Fault,
    FunctionRefusedError,
    no_permission,
    refusal,
    unknown_object,
    wrapped,
)
from intacct_pipelines.sandbox.intacct.rendering import render_values
from intacct_pipelines.sandbox.intacct.values import format_date, normal_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

_DOCUMENTS: Final = frozenset(("APBILL", "APPYMT", "ARPYMT", "ARADVANCE"))
_LINES: Final = frozenset(("APBILLITEMS", "APPYMTDETAILS", "ARPYMTDETAILS", "ARADVANCEITEMS", "ENTRIES"))


@dataclass(slots=True)
class Input:
    """One object of a generic write: its fields, flattened with dots, and its lines if any were sent."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] | None = None


class Writer:
    """Answers the writing functions over one company; the caller holds the lock.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.bills = Bills(state)
        self.payments = Payments(state)
        self.receipts = Receipts(state)
        self.documents: dict[str, Documents | Payments | Receipts] = {
            "APBILL": self.bills,
            "APADJUSTMENT": Adjustments(state),
            "APPYMT": self.payments,
            "CCTRANSACTION": CardTransactions(state),
            "OTHERRECEIPTS": OtherReceipts(state),
            "ARINVOICE": Invoices(state),
            "ARADJUSTMENT": CustomerAdjustments(state),
            "ARPYMT": self.receipts,
            "ARADVANCE": Advances(state),
            "EEXPENSES": ExpenseReports(state),
        }
        self._attachments = Attachments(state)
        self._journals = Journals(state)
        self._deposits = Deposits(state)
        self._transfers = FundsTransfers(state)
        self.lists = Lists(state)

    # --- generic --------------------------------------------------------------------------------------------------

    def create(self, element: etree._Element, entity_id: str) -> Answer:
        """`create`: each object by itself; those that worked stay when another fails."""
        author = Author(entity_id)

        def create_one(one: Input) -> str:
            if one.name == JOURNAL_OBJECT:
                self._permit(one.name, "create")
                posting = self._journals.create(one.values, one.lines or [], author)
                return render_values("glbatch", ("RECORDNO",), (str(posting.number),))
            return self._receipt(one.name, self._create_one(one, author))

        return self._each(element, "create", create_one)

    def update(self, element: etree._Element, entity_id: str) -> Answer:
        """`update`: by RECORDNO or by the id that people use."""
        author = Author(entity_id)
        return self._each(element, "update", lambda one: self._receipt(one.name, self._update_one(one, author)))

    def delete(self, element: etree._Element, entity_id: str) -> Answer:
        """`delete`: by RECORDNO; all keys or none."""
        name = child_text(element, "object").upper()
        if name not in self._state.tables and name != JOURNAL_OBJECT:
            raise unknown_object(name, "WS")
        with self._state.savepoint():
            for key in child_text(element, "keys").split(","):
                if name == JOURNAL_OBJECT:
                    self._permit(name, "delete")
                    self._journals.delete(key.strip(), Author(entity_id))
                else:
                    self._delete_key(name, key.strip(), entity_id)
        return Answer("")

    def _delete_key(self, name: str, key: str, entity_id: str) -> None:
        table = self._state.tables[name]
        row = table.rows.get(int(key)) if key.isdecimal() else None
        if row is None or (entity_id and row[table.owner_at] not in {"", entity_id}):
            raise refusal("BL01001973", f"Cannot find {name.lower()} with key '{key}' to delete.")
        self._delete_row(table, row, Author(entity_id))

    def _delete_row(self, table: Table, row: Row, author: Author) -> None:
        self._permit(table.spec.name, "delete")
        self._check_owner(table, row, author)
        if table.spec.name in self.documents:
            self.documents[table.spec.name].delete(row, author)
        elif table.spec.writes:
            self.lists.delete(table, row, author)
        else:
            raise refusal("SANDBOX-READ-ONLY", f"{table.spec.name} cannot be written.")

    def _each(self, element: etree._Element, verb: str, write: Callable[[Input], str]) -> Answer:
        done: list[str] = []
        faults: list[Fault] = []
        for one in children(element):
            try:
                given = _read_input(one)
                with self._state.savepoint():
                    receipt = write(given)
                done.append(receipt)
            except FunctionRefusedError as error:
                faults.extend(wrapped(error, str(one.tag), verb).faults)
        data = f'<data listtype="objects" count="{len(done)}">{"".join(done)}</data>'
        if faults:
            raise FunctionRefusedError(*faults, data=data)
        if not done:
            raise refusal("SANDBOX-EMPTY", f"{verb} holds no object.")
        return Answer(data, len(done))

    def _receipt(self, name: str, row: Row) -> str:
        table = self._state.tables[name]
        fields = ["RECORDNO", *([table.spec.business_key] if table.spec.business_key else [])]
        return render_values(name.lower(), tuple(fields), tuple(table.get(row, one) for one in fields))

    def _create_one(self, given: Input, author: Author) -> Row:
        if given.name == "FUNDSTRANSFER" and self._state.options.funds_transfer_create:
            self._permit(given.name, "create")
            return self._transfers.create(given.values, author)
        table = self._writable(given.name, "create")
        if given.name in self.documents:
            return self.documents[given.name].create(given.values, given.lines or [], author)
        return self.lists.create(table, given.values, author)

    def _update_one(self, given: Input, author: Author) -> Row:
        table = self._writable(given.name, "update")
        number = given.values.get("RECORDNO", "")
        key = table.spec.business_key
        row = table.rows.get(int(number)) if number.isdecimal() else None
        if not number and key and given.values.get(key):
            row = table.by_business_key(given.values[key])
        return self._change(table, row, given, author)

    def _change(self, table: Table, row: Row | None, given: Input, author: Author) -> Row:
        if row is None or (author.entity_id and row[table.owner_at] not in {"", author.entity_id}):
            named = given.values.get("RECORDNO") or given.values.get(table.spec.business_key, "")
            raise refusal("SANDBOX-NOT-FOUND", f"Cannot find {table.spec.name.lower()} with key '{named}' to update.")
        self._check_owner(table, row, author)
        if table.spec.name in self.documents:
            return self.documents[table.spec.name].update(row, given.values, given.lines, author)
        return self.lists.update(table, row, given.values, author)

    def _writable(self, name: str, operation: str) -> Table:
        if name not in self._state.tables:
            raise unknown_object(name, "SANDBOX-UNKNOWN-OBJECT")
        if name not in _DOCUMENTS and self._state.tables[name].spec.writes != "generic":
            raise refusal("SANDBOX-READ-ONLY", f"{name} cannot be written with a generic function.")
        self._permit(name, operation)
        return self._state.tables[name]

    def _permit(self, name: str, operation: str) -> None:
        if (name, operation) in self._state.options.denied:
            raise no_permission(name, operation.upper())

    def _check_owner(self, table: Table, row: Row, author: Author) -> None:
        owner = row[table.owner_at]
        if owner == author.entity_id or (not author.entity_id and self._state.options.root_may_change_entity_rows):
            return
        place = f"entity {owner}" if owner else "the top level"
        raise refusal(
            "SANDBOX-OWNERSHIP", f"This {table.spec.label} is owned by {place}.", f"Change it in a session of {place}."
        )

    # --- legacy ---------------------------------------------------------------------------------------------------

    def legacy(self, element: etree._Element, entity_id: str) -> Answer:
        """An object-specific function; its sequence has been checked before."""
        write = read_legacy(element)
        author = Author(entity_id)
        with self._state.savepoint():
            try:
                key = self._legacy_write(write, author)
            except FunctionRefusedError as error:
                raise wrapped(error, write.name, write.verb) from error
        return Answer(f"<key>{key}</key>" if key else "", 1)

    def _legacy_write(self, write: LegacyWrite, author: Author) -> str:
        if write.name == JOURNAL_OBJECT:
            self._permit(write.name, "create")
            return str(self._journals.create(write.values, write.lines or [], author).number)
        table = self._state.tables[write.name]
        if write.name in ATTACHMENT_OBJECTS:
            return self._legacy_attachment(table, write, author)
        if write.verb == "create":
            return self._legacy_create(table, write, author)
        self._permit(write.name, write.verb)
        if write.keys:
            for key in write.keys:
                self._legacy_change(table, self._legacy_row(table, write, key, author), write, author)
            return ""
        return self._legacy_change(table, self._legacy_row(table, write, write.key, author), write, author)

    def _legacy_attachment(self, table: Table, write: LegacyWrite, author: Author) -> str:
        """Make an attachment or a folder, whose record number is told; or change one, of which nothing is told."""
        self._permit(write.name, write.verb)
        if write.name == "SUPDOCFOLDER":
            return table.get(self._attachments.create_folder(write.values, author), "RECORDNO")
        if write.verb == "create":
            return table.get(self._attachments.create(write.values, write.lines or [], author), "RECORDNO")
        self._attachments.update(write.values, write.lines or [], author)
        return ""

    def _legacy_row(self, table: Table, write: LegacyWrite, key: str, author: Author) -> Row:
        by_number = write.name in self.documents
        row = table.rows.get(int(key)) if by_number and key.isdecimal() else None
        if not by_number:
            row = table.by_business_key(key)
            if row is None and write.name == "CLASS" and key.isdecimal():
                row = table.rows.get(int(key))
        if row is None or (author.entity_id and row[table.owner_at] not in {"", author.entity_id}):
            number = "BL01001973" if write.verb == "delete" else "SANDBOX-NOT-FOUND"
            raise refusal(number, f"Cannot find {write.name.lower()} with key '{key}' to {write.verb}.")
        return row

    def _legacy_change(self, table: Table, row: Row, write: LegacyWrite, author: Author) -> str:
        if write.verb == "delete":
            self._delete_row(table, row, author)
            return ""
        self._check_owner(table, row, author)
        document = self.documents.get(write.name)
        if isinstance(document, Payments):
            row = self._legacy_payment(document, row, write, author)
        elif isinstance(document, Receipts) and write.verb == "apply":
            day = normal_date(write.values["PAYMENTDATE"], "paymentdate")
            row = document.apply(row, day, write.lines or [], author)
        elif document is not None and write.verb == "reverse":
            day = normal_date(write.values["WHENCREATED"], "datereversed")
            row = document.reverse(row, day, write.values.get("DESCRIPTION", ""), author)
        elif isinstance(document, Bills) and write.verb == "reclassify":
            row = document.reclassify(row, write.values, write.lines or [], author)
        elif document is not None:
            row = document.update(row, write.values, write.lines, author)
        else:
            row = self.lists.update(table, row, write.values, author)
        return table.get(row, "RECORDNO")

    def _legacy_payment(self, payments: Payments, row: Row, write: LegacyWrite, author: Author) -> Row:
        """Approve or undo a payment; `void_appaymentrequest` knows no day, so it is today's (§5.11)."""
        if write.verb == "approve":
            return payments.approve(row, author)
        today = format_date(self._state.clock.now().date())
        day = normal_date(write.values.get("WHENCREATED", today), "datereversed")
        return payments.void(row, day, write.values.get("DESCRIPTION", ""), author)

    def _legacy_create(self, table: Table, write: LegacyWrite, author: Author) -> str:
        self._permit(write.name, "create")
        key = write.values.get(table.spec.business_key, "") if table.spec.business_key else ""
        existing = table.by_business_key(key) if key else None
        if existing is not None and write.ignores_duplicates:
            return table.get(existing, "RECORDNO")
        if write.name == "DEPOSIT":
            row = self._deposits.create(write.values, write.keys, author)
        elif write.name == "ARPYMT":
            # The schema lets both be missing; what the vendor then assumes is not known.
            write.values.setdefault("PAYMENTMETHOD", "Printed Check")
            write.values.setdefault("RECEIPTDATE", format_date(self._state.clock.now().date()))
            row = self.receipts.create(write.values, write.lines or [], author)
        elif write.name == "APPYMT":
            row = self.payments.request(write.values, write.lines or [], author)
        elif write.name in self.documents:
            row = self.documents[write.name].create(write.values, write.lines or [], author)
        else:
            if write.name == "VENDOR":
                # The legacy functions make the display contact themselves.
                write.values.setdefault("DISPLAYCONTACT.PRINTAS", write.values["NAME"])
            row = self.lists.create(table, write.values, author)
        return table.get(row, "RECORDNO")


def _read_input(element: etree._Element) -> Input:
    name = str(element.tag).upper()
    given = Input(name)
    for one in children(element):
        tag = str(one.tag).upper()
        if tag in _LINES:
            given.lines = [_flat(line) for line in children(one)]
        else:
            given.values.update(_flat_one(tag, one))
    return given


def _flat(element: etree._Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in children(element):
        values.update(_flat_one(str(one.tag).upper(), one))
    return values


def _flat_one(tag: str, element: etree._Element) -> dict[str, str]:
    inside = list(children(element))
    if not inside:
        return {tag: text_of(element)}
    values: dict[str, str] = {}
    for one in inside:
        values.update(_flat_one(f"{tag}.{str(one.tag).upper()}", one))
    return values
