"""Which objects are pushed, and how a record of each is known where it is written to: the registry of pushing.

An entry holds the facts that storing, sending and confirming need; what is eligible and what is sent is in ``push``, in
the object's own module. One more object is one more entry here, one module there, and its planner in
``push.plan.PLANNERS``; no SQL and nothing of sending changes. As a rule its name is that of its reconciliation, which
pairs it. What goes the other way, from Intacct into BILL or into
Business Center's files, has its entries in ``pushed_into_bill`` and ``pushed_into_business_center``.
"""

from __future__ import annotations

from typing import Any, Final

from intacct_pipelines.domain.attached import ATTACHED, Attached
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed_into_bill import INTO_BILL
from intacct_pipelines.domain.pushed_into_business_center import INTO_BUSINESS_CENTER
from intacct_pipelines.domain.pushed_into_spend import INTO_SPEND
from intacct_pipelines.domain.pushed_object import LeftAlone, Pushed

__all__ = ["PUSHED", "LeftAlone", "Pushed"]


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


_BANKS: Final = ("intacct.checking_account", "intacct.savings_account")


def _entry(name: str, word: str, source: str, reconciled_as: str, lifts: str = "", **more: Any) -> Pushed:
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
        lifts=lifts,
        reconciled_as=reconciled_as,
        **{"helped_by": (*_BANKS, "bill.bank_account"), **more},
    )


_CHARGES: Final = {
    "spend.card_transaction": (
        "occurred_at", "transaction_type", "amount", "currency", "card_id", "card_last_four", "user_id",
    ),
    "intacct.card_transaction": ("transaction_date", "trx_total_entered", "currency", "state", "card_account_id"),
}  # fmt: skip
"""What counts of the charges of a statement's days, on both sides."""


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
            helped_by=("intacct.ap_account_label", "intacct.transaction_security"),
            looked_up=("state", "trx_total_entered", "trx_total_paid"),
            functions={Operation.REVERSE: "reverse_bill", Operation.RECLASSIFY: "reclassify_bill"},
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
            looked_up=("state", "trx_total_entered", "trx_total_paid"),
            functions={Operation.CREATE: "create_apadjustment", Operation.UPDATE: "update_apadjustment"},
            left_alone=LeftAlone(settled="S-VCR-02"),
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
            looked_up=("state", "trx_total_entered", "trx_total_paid"),
            functions={Operation.CREATE: "create_aradjustment", Operation.UPDATE: "update_aradjustment"},
            left_alone=LeftAlone(settled="S-CRM-01"),
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
        _entry(
            "card_statement_payment",
            "statement payment",
            "spend.card_transaction",
            "card_statement",
            "S-CRD-01",
            helped_by=(*_BANKS, "intacct.card_account"),
            spans=_CHARGES,
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
        *INTO_BILL,
        *INTO_BUSINESS_CENTER,
        *INTO_SPEND,
    )
}
"""Every pushed object by its name, in the order of writing: parents before children."""
