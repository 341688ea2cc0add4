"""Which objects are pushed into Intacct, and how a record of each is known there: the registry of pushing.

An entry holds the facts that storing, sending and confirming need; what is eligible and what is sent is in ``push``, in
the object's own module. One more object is one more entry here, one module there, and its planner in
``push.plan.PLANNERS``; no SQL and nothing of sending changes. As a rule its name is that of its reconciliation, which
pairs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.attached import ATTACHED, Attached
from intacct_pipelines.domain.catalog import TABLES, Table, lines_of
from intacct_pipelines.domain.push import Operation

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link


_SYSTEMS: Final = {"intacct": "Intacct", "bill": "BILL"}
"""Systems that are written to, by the schema of their tables."""


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """The rules by which Intacct's record is left alone, although an item was to change it.

    Args:
        settled: It is paid or used by now.
        edited: A person edited it while the item was on its way.
        changed: It changed after the plan was made.
        undone: It changed after a reversal of it was planned.
    """

    settled: str = "S-CFG-21"
    edited: str = "S-CFG-21"
    changed: str = "S-CFG-21"
    undone: str = "S-CFG-21"


@dataclass(frozen=True, slots=True)
class Pushed:
    """One object that is pushed.

    Args:
        name: What items, holds and pairs call it.
        word: What people call one record.
        source: Table of the platform's records.
        source_lines: Tables of lines that belong to such a record; a change of any is a change of the record.
        target: Table of Intacct's records.
        natural_key: Columns of ``target`` by which a person would find the record; an item's natural key holds their
            fields.
        folded: Those of them that are compared without regard to case and outer blanks.
        people_id: Column of ``target`` with the id that people use, for the crosswalk.
        mark: Text column of ``target`` that carries the key of the item which wrote the record last (S-IDM-04); empty
            where the object has no text of its own. Such a record is known by its natural key, which Intacct keeps
            unique, and by what it holds.
        content: Columns of ``target`` that items write, in the order of sending; an item without the mark is known by
            them.
        arguments: Place of such columns in the arguments of ``functions``; a dot goes into what is nested.
        is_sought_by_mark: Whether people may change the natural key, so that a look-up also asks for the mark.
        looked_up: Further columns of ``target`` that a look-up before an update reads.
        functions: Name of the function that does an operation, such as ``create_apadjustment``, where the gateway has
            no generic one; its arguments are the payload, in order.
        helped_by: Tables that help to plan and may never have been read, for want of a permission.
        stands_on: Other tables of Intacct → names in the payload that hold record numbers of theirs: an item expires if
            such a record changed since the plan, because what is due of it may have been settled otherwise.
        lifts: Rule by which the vendor's sync does not carry the object, so that it is pushed only if the link names it
            in ``also_pushed``; empty as a rule.
        reconciled_as: The reconciliation that tells of its records, where these are paired with others than ``target``;
            the one of its name, if none is given.
        left_alone: The rules by which a record of it is left alone.
        by_person: Operations that no policy of a link ever approves.
        asked_as: The object that a link names in ``also_pushed`` for this one too; itself, if none is given.
        is_named_inside: Whether its own functions are told inside their arguments which record they change.
    """

    name: str
    word: str
    source: Table
    source_lines: tuple[Table, ...]
    target: Table
    natural_key: tuple[str, ...]
    people_id: str
    mark: str = ""
    content: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    is_sought_by_mark: bool = False
    looked_up: tuple[str, ...] = ()
    functions: Mapping[Operation, str] = field(default_factory=dict)
    helped_by: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    lifts: str = ""
    stands_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reconciled_as: str = ""
    left_alone: LeftAlone = LeftAlone()
    by_person: frozenset[Operation] = frozenset()
    asked_as: str = ""
    is_named_inside: bool = False

    @property
    def is_list(self) -> bool:
        """Whether its records are known by an id, by which documents and others name them."""
        return bool(self.content) and self.people_id in self.natural_key

    @property
    def is_read_by_call(self) -> bool:
        """Whether its records are not for `query`: they are read by a function, with the files that they hold."""
        return self.target.call is not None and self.target.call.function == "get_list"

    def is_let_by(self, link: Link) -> bool:
        """Say whether a link's settings let it be pushed."""
        is_asked = not self.lifts or (self.asked_as or self.name) in link.also_pushed
        return is_asked and not link.not_pushed & {self.name, self.asked_as}

    @property
    def reconciliation(self) -> str:
        """Name of the reconciliation that tells of its records."""
        return self.reconciled_as or self.name

    @property
    def platform(self) -> str:
        """The platform whose records are pushed, as links name it."""
        return self.source.schema

    @property
    def system(self) -> str:
        """What people call the system that is written to."""
        return _SYSTEMS[self.target.schema]

    @property
    def look_up_fields(self) -> tuple[str, ...]:
        """Fields of the target that a look-up reads: key, natural key, mark, and what items depend on or write."""
        marks = [self.mark] if self.mark else []
        columns = dict.fromkeys((self.target.key[0], *self.natural_key, *marks, *self.looked_up, *self.content))
        return tuple(self.field(name) for name in columns)

    def place(self, operation: Operation, column: str) -> str:
        """Return where the payload of an operation has a column of ``content``; a dot goes into what is nested."""
        return self.arguments[column] if operation in self.functions else self.field(column)

    @property
    def target_lines(self) -> tuple[Table, ...]:
        """Tables of the lines of Intacct's records."""
        return lines_of(self.target)

    def field(self, column: str) -> str:
        """Return Intacct's name of a column of ``target``."""
        return self.target.column(column).source


def _listed(name: str, word: str, *content: str, **more: Any) -> Pushed:
    """Return a list whose records are known by the first column of ``content``, which holds the id that people use."""
    return Pushed(
        name,
        word,
        source=TABLES[f"bill.{name}"],
        source_lines=(),
        target=TABLES[f"intacct.{name}"],
        natural_key=(content[0],),
        folded=(content[0],),
        people_id=content[0],
        content=content,
        **more,
    )


_LISTS: Final = (
    _listed("gl_account", "account", "account_no", "title", "account_type", "normal_balance", "closing_type", "status"),
    _listed("department", "department", "department_id", "title", "parent_id", "status"),
    _listed("location", "location", "location_id", "name", "parent_id", "status"),
    _listed("accounting_class", "class", "class_id", "name", "description", "parent_id", "status", mark="description"),
    _listed(
        "ap_term",
        "term",
        "name",
        "description",
        "status",
        "due_days",
        "due_from",
        mark="description",
        functions={Operation.CREATE: "create_apterm"},
        arguments={
            **{column: column for column in ("name", "description", "status")},
            "due_days": "due.dueday",
            "due_from": "due.duefrom",
        },
        lifts="S-TRM-01",
    ),
    _listed(
        "employee",
        "employee",
        "employee_id",
        "status",
        "contact_name",
        "first_name",
        "last_name",
        functions={Operation.CREATE: "create_employee"},
        arguments={
            "employee_id": "employeeid",
            "status": "status",
            "contact_name": "personalinfo.contact.contactname",
            "first_name": "personalinfo.contact.firstname",
            "last_name": "personalinfo.contact.lastname",
        },
    ),
    _listed("item", "item", "item_id", "name", "status", "item_type"),
    _listed(
        "customer",
        "customer",
        "customer_id",
        "name",
        "print_as",
        "email",
        "phone",
        "status",
        "comments",
        "currency",
        mark="comments",
    ),
)
"""Lists by which documents are coded, and customers."""

_SETTLED: Final = {"intacct.ap_bill": ("RECORDKEY", "INLINEKEY"), "intacct.ap_adjustment": ("ADJUSTMENTKEY",)}
"""What a payment settles, and what it settles that with."""


def _entry(name: str, word: str, source: str, reconciled_as: str, lifts: str = "") -> Pushed:
    """Return what becomes a journal entry, which is known by its journal, number and day, and by the key in its title.

    Entries are numbered by themselves, so their pairs must not be mixed with those of funds transfers and deposits.
    """
    return Pushed(
        name,
        word,
        source=TABLES[source],
        source_lines=(),
        target=TABLES["intacct.journal_entry"],
        natural_key=("journal", "reference_no", "entry_date"),
        folded=("reference_no",),
        mark="title",
        people_id="reference_no",
        is_sought_by_mark=True,
        helped_by=("intacct.checking_account", "intacct.savings_account", "bill.bank_account"),
        lifts=lifts,
        reconciled_as=reconciled_as,
    )


def _reimbursement(name: str, target: str, owner: str, function: str = "") -> Pushed:
    """Return one of the two ways in which a reimbursement is entered; a link chooses one of them."""
    return Pushed(
        name,
        "reimbursement",
        source=TABLES["spend.reimbursement"],
        source_lines=(TABLES["spend.reimbursement_coding"],),
        target=TABLES[target],
        natural_key=(owner, "document_no"),
        folded=("document_no",),
        mark="description",
        people_id="document_no",
        is_sought_by_mark=True,
        functions={Operation.CREATE: function} if function else {},
        lifts="S-CRD-09",
        reconciled_as="reimbursement",
    )


def _files(one: Attached, reconciled_as: str, update: str = "") -> tuple[Pushed, Pushed]:
    """Return what puts the files of a kind of document into an attachment, and what makes the document name that."""
    source, files = TABLES[f"{one.files.partition('.')[0]}.{one.document}"], TABLES[one.files]
    shared: dict[str, Any] = {
        "source": source,
        "source_lines": (files,),
        "natural_key": ("attachment_id",),
        "lifts": "S-ATT-01",
    }
    upload = Pushed(
        one.upload,
        f"{one.word} file",
        target=TABLES["intacct.attachment"],
        people_id="attachment_id",
        mark="description",
        functions={Operation.CREATE: "create_supdoc", Operation.UPDATE: "update_supdoc"},
        asked_as=one.name,
        is_named_inside=True,
        reconciled_as=reconciled_as,
        left_alone=LeftAlone(edited="S-ATT-01", changed="S-ATT-01"),
        **shared,
    )
    linked = Pushed(
        one.name,
        f"{one.word} attachment",
        target=TABLES[f"intacct.{one.document}"],
        people_id="document_no",
        content=("attachment_id",),
        functions={Operation.UPDATE: update} if update else {},
        arguments={"attachment_id": "supdocid"} if update else {},
        reconciled_as="" if reconciled_as == one.name else reconciled_as,
        left_alone=LeftAlone(edited="S-ATT-01", changed="S-ATT-01"),
        **shared,
    )
    return upload, linked


PUSHED: Final[dict[str, Pushed]] = {
    one.name: one
    for one in (
        *_LISTS,
        Pushed(
            "vendor",
            "vendor",
            source=TABLES["bill.vendor"],
            source_lines=(),
            target=TABLES["intacct.vendor"],
            natural_key=("vendor_id",),
            mark="comments",
            people_id="vendor_id",
            content=("name", "status"),
        ),
        Pushed(
            "ap_bill",
            "bill",
            source=TABLES["bill.ap_bill"],
            source_lines=(TABLES["bill.ap_bill_line"],),
            target=TABLES["intacct.ap_bill"],
            natural_key=("vendor_id", "document_no"),
            folded=("document_no",),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            helped_by=("intacct.ap_account_label",),
            looked_up=("state", "trx_total_entered", "trx_total_paid"),
            functions={Operation.REVERSE: "reverse_bill"},
            by_person=frozenset({Operation.REVERSE}),
            left_alone=LeftAlone(settled="S-BIL-06", edited="S-BIL-11", changed="S-BIL-09", undone="S-BIL-04"),
        ),
        Pushed(
            "vendor_credit",
            "vendor credit",
            source=TABLES["bill.vendor_credit"],
            source_lines=(TABLES["bill.vendor_credit_line"],),
            target=TABLES["intacct.ap_adjustment"],
            natural_key=("vendor_id", "document_no"),
            folded=("document_no",),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            helped_by=("intacct.ap_account_label",),
            functions={Operation.CREATE: "create_apadjustment"},
        ),
        Pushed(
            "ar_invoice",
            "invoice",
            source=TABLES["bill.ar_invoice"],
            source_lines=(TABLES["bill.ar_invoice_line"],),
            target=TABLES["intacct.ar_invoice"],
            natural_key=("customer_id", "document_no"),
            folded=("document_no",),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            helped_by=("intacct.ar_account_label",),
            looked_up=("state", "trx_total_entered", "trx_total_paid"),
            functions={Operation.CREATE: "create_invoice", Operation.UPDATE: "update_invoice"},
            left_alone=LeftAlone(settled="S-INV-01", edited="S-ERR-41", changed="S-ERR-41"),
        ),
        Pushed(
            "ap_payment",
            "payment",
            source=TABLES["bill.ap_payment"],
            source_lines=tuple(TABLES[f"bill.ap_payment_{part}"] for part in ("detail", "credit", "void")),
            target=TABLES["intacct.ap_payment"],
            natural_key=("vendor_id", "document_no"),
            folded=("document_no",),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            looked_up=("state", "trx_total_entered"),
            functions={Operation.REVERSE: "reverse_appayment"},
            helped_by=("intacct.checking_account", "intacct.savings_account", "bill.bank_account"),
            stands_on=_SETTLED,
            left_alone=LeftAlone(undone="S-PAY-04"),
        ),
        Pushed(
            "credit_memo",
            "credit memo",
            source=TABLES["bill.credit_memo"],
            source_lines=(TABLES["bill.credit_memo_line"],),
            target=TABLES["intacct.ar_adjustment"],
            natural_key=("customer_id", "document_no"),
            folded=("document_no",),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            helped_by=("intacct.ar_account_label",),
            functions={Operation.CREATE: "create_aradjustment"},
            lifts="S-CRM-01",
        ),
        Pushed(
            "ar_payment",
            "receipt",
            source=TABLES["bill.ar_payment"],
            source_lines=(TABLES["bill.ar_payment_detail"],),
            target=TABLES["intacct.ar_payment"],
            natural_key=("customer_id", "reference_no", "receipt_date"),
            folded=("reference_no",),
            mark="description",
            people_id="reference_no",
            is_sought_by_mark=True,
            looked_up=("state", "trx_total_entered"),
            functions={Operation.REVERSE: "reverse_arpayment"},
            helped_by=("intacct.checking_account", "intacct.savings_account"),
            stands_on={"intacct.ar_invoice": ("RECORDKEY",)},
            left_alone=LeftAlone(undone="S-ARP-03"),
        ),
        Pushed(
            "ar_advance",
            "advance",
            source=TABLES["bill.ar_payment"],
            source_lines=(TABLES["bill.ar_payment_detail"],),
            target=TABLES["intacct.ar_advance"],
            natural_key=("customer_id", "reference_no", "receipt_date"),
            folded=("reference_no",),
            mark="description",
            people_id="reference_no",
            is_sought_by_mark=True,
            helped_by=("intacct.ar_account_label", "intacct.checking_account", "intacct.savings_account"),
            reconciled_as="ar_payment",
        ),
        Pushed(
            "credit_application",
            "application",
            source=TABLES["bill.vendor_credit"],
            source_lines=(TABLES["bill.vendor_credit_usage"],),
            target=TABLES["intacct.ap_payment"],
            natural_key=("vendor_id", "document_no"),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            stands_on=_SETTLED,
        ),
        Pushed(
            "memo_application",
            "application of a credit memo",
            source=TABLES["bill.credit_memo"],
            source_lines=(TABLES["bill.credit_memo_usage"],),
            target=TABLES["intacct.ar_payment"],
            natural_key=("customer_id", "reference_no", "receipt_date"),
            mark="description",
            people_id="reference_no",
            is_sought_by_mark=True,
            helped_by=("intacct.checking_account", "intacct.savings_account"),
            stands_on={"intacct.ar_invoice": ("RECORDKEY",), "intacct.ar_adjustment": ("ADJUSTMENTKEY",)},
            lifts="S-CRM-01",
            reconciled_as="credit_memo",
        ),
        _entry("ap_transfer_entry", "funds transfer", "bill.money_movement", "ap_funds_transfer"),
        _entry("ar_transfer_entry", "funds transfer", "bill.money_movement", "ar_funds_transfer"),
        _entry("convenience_fee", "convenience fee", "bill.ar_payment", "ar_payment", "S-FEE-01"),
        Pushed(
            "card_transaction",
            "card charge",
            source=TABLES["spend.card_transaction"],
            source_lines=(TABLES["spend.card_transaction_line"], TABLES["spend.card_transaction_coding"]),
            target=TABLES["intacct.card_transaction"],
            natural_key=("card_account_id", "document_no"),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
            functions={Operation.CREATE: "record_cctransaction"},
            helped_by=("intacct.card_account",),
        ),
        _reimbursement("reimbursement_report", "intacct.expense_report", "employee_id", "create_expensereport"),
        _reimbursement("reimbursement_bill", "intacct.ap_bill", "vendor_id"),
        Pushed(
            "business_center_vendor",
            "vendor",
            source=TABLES["business_center.vendor"],
            source_lines=(),
            target=TABLES["intacct.vendor"],
            natural_key=("vendor_id",),
            mark="comments",
            people_id="vendor_id",
        ),
        Pushed(
            "business_center_bill",
            "bill",
            source=TABLES["business_center.ap_bill"],
            source_lines=(TABLES["business_center.ap_bill_line"],),
            target=TABLES["intacct.ap_bill"],
            natural_key=("vendor_id", "document_no"),
            folded=("document_no",),
            mark="description",
            people_id="document_no",
            is_sought_by_mark=True,
        ),
        *_files(ATTACHED["ap_bill_attachment"], "ap_bill_attachment"),
        *_files(ATTACHED["ar_invoice_attachment"], "ar_invoice_attachment", "update_invoice"),
        *_files(ATTACHED["card_receipt"], "card_transaction", "update_cctransaction"),
    )
}
"""Every pushed object by its name, in the order of writing: parents before children."""
