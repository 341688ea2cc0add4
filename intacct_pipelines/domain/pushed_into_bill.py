"""What is pushed from Intacct into BILL. Each entry reads as those of ``pushed``, with the sides changed.

BILL has no key by which it would refuse to do a thing twice, and most of its records no text of their own in which ours
would fit. So a record is known by its natural key and by what it holds, and is looked for right before it is made.
"""

from __future__ import annotations

from typing import Any, Final

from intacct_pipelines.domain.attached_in_bill import KEPT
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed_object import LeftAlone, Pushed

_NAMED_BY_LINES: Final = tuple(
    f"{schema}.{name}" for schema in ("intacct", "bill") for name in ("project", "item", "employee")
)
"""Lists that lines name beside what stands in the ledger."""


def _credited(name: str, source: str, target: str, party: str, *, unused: str, lifts: str = "") -> Pushed:
    """Return a credit: BILL's list of them can be filtered by id alone, and its PATCH takes text and lines alone.

    Args:
        name: Of the entry.
        source: Table of Intacct.
        target: Table of BILL.
        party: Column with vendor or customer.
        unused: The rule by which only a credit of which nothing is used is changed.
        lifts: The rule by which the vendor's sync does not carry it.
    """
    lines = TABLES[f"bill.{target}_line"]
    return Pushed(
        name,
        target.replace("_", " "),
        source=TABLES[f"intacct.{source}"],
        source_lines=(TABLES[f"intacct.{source}_line"],),
        target=TABLES[f"bill.{target}"],
        natural_key=(party, "reference_no"),
        folded=("reference_no",),
        people_id="reference_no",
        mark="description",
        looked_up=("is_archived", "status", "applied_amount", "amount", "credit_date", "modified_at"),
        patched=("description", lines.embedded_in),
        helped_by=_NAMED_BY_LINES,
        lifts=lifts,
        reconciled_as=target,
        left_alone=LeftAlone(settled=unused),
    )


def _listed(
    name: str, word: str, *content: str, code: str = "short_name", names: tuple[str, ...] = ("name",), **more: Any
) -> Pushed:
    """Return a list whose records carry Intacct's id in a code, and whose names people tell apart too."""
    return Pushed(
        f"bill_{name}",
        word,
        source=TABLES[f"intacct.{name}"],
        source_lines=(),
        target=TABLES[f"bill.{name}"],
        natural_key=(code,),
        folded=(code,),
        # Of a name in several parts no part alone tells anything.
        also_known_by=names if len(names) == 1 else (),
        people_id=code,
        content=(code, *names, *content, "is_archived"),
        reconciled_as=name,
        left_alone=LeftAlone(edited="S-CFG-21", changed="S-CFG-21"),
        **more,
    )


INTO_BILL: Final = (
    _listed(
        "gl_account",
        "account",
        code="account_no",
        helped_by=("intacct.checking_account", "intacct.savings_account"),
    ),
    _listed("department", "department", "parent_id"),
    _listed("location", "location"),
    _listed("accounting_class", "class", "parent_id"),
    _listed("project", "project", "parent_id"),
    _listed("employee", "employee", names=("first_name", "last_name")),
    _listed("item", "item", recognised_by=("short_name", "name")),
    Pushed(
        "bill_ap_term",
        "term",
        source=TABLES["intacct.ap_term"],
        source_lines=(),
        target=TABLES["bill.ap_term"],
        natural_key=("name",),
        folded=("name",),
        also_known_by=("due_days",),
        people_id="name",
        content=("name", "due_days"),
        lifts="S-TRM-01",
        reconciled_as="ap_term",
        left_alone=LeftAlone(edited="S-CFG-21", changed="S-CFG-21"),
    ),
    Pushed(
        "bill_vendor",
        "vendor",
        source=TABLES["intacct.vendor"],
        source_lines=(),
        target=TABLES["bill.vendor"],
        natural_key=("name",),
        folded=("name",),
        asked_by=("name",),
        people_id="short_name",
        content=("name", "short_name", "account_number", "email", "phone", "is_archived"),
        recognised_by=("name", "short_name"),
        reconciled_as="vendor",
        left_alone=LeftAlone(edited="S-CFG-21", changed="S-CFG-21"),
    ),
    Pushed(
        "bill_customer",
        "customer",
        source=TABLES["intacct.customer"],
        source_lines=(),
        target=TABLES["bill.customer"],
        natural_key=("name",),
        folded=("name",),
        asked_by=("name",),
        people_id="account_number",
        content=("name", "account_number", "email", "phone", "is_archived"),
        recognised_by=("name", "account_number"),
        reconciled_as="customer",
        left_alone=LeftAlone(edited="S-CFG-21", changed="S-CFG-21"),
    ),
    Pushed(
        "bill_ap_bill",
        "bill",
        source=TABLES["intacct.ap_bill"],
        source_lines=(TABLES["intacct.ap_bill_line"],),
        target=TABLES["bill.ap_bill"],
        natural_key=("vendor_id", "document_no"),
        folded=("document_no",),
        asked_by=("vendor_id",),
        people_id="document_no",
        mark="description",
        looked_up=("is_archived", "payment_status", "approval_status", "amount", "bill_date", "due_date"),
        helped_by=_NAMED_BY_LINES,
        reconciled_as="ap_bill",
        left_alone=LeftAlone(settled="S-BIL-09", edited="S-BIL-11", changed="S-BIL-11"),
    ),
    _credited("bill_vendor_credit", "ap_bill", "vendor_credit", "vendor_id", unused="S-VCR-01"),
    _credited("bill_ap_adjustment", "ap_adjustment", "vendor_credit", "vendor_id", unused="S-VCR-01", lifts="S-VCR-05"),
    Pushed(
        "bill_ar_invoice",
        "invoice",
        source=TABLES["intacct.ar_invoice"],
        source_lines=(TABLES["intacct.ar_invoice_line"],),
        target=TABLES["bill.ar_invoice"],
        natural_key=("customer_id", "document_no"),
        folded=("document_no",),
        asked_by=("customer_id",),
        people_id="document_no",
        content=("customer_id", "document_no", "invoice_date", "due_date", "amount"),
        looked_up=("is_archived", "status"),
        helped_by=_NAMED_BY_LINES,
        lines_field="invoiceLineItems",
        reconciled_as="ar_invoice",
        left_alone=LeftAlone(settled="S-INV-01"),
    ),
    _credited("bill_credit_memo", "ar_adjustment", "credit_memo", "customer_id", unused="S-CRM-01", lifts="S-CRM-01"),
    Pushed(
        "bill_ap_payment",
        "payment",
        source=TABLES["intacct.ap_payment"],
        source_lines=(TABLES["intacct.ap_payment_detail"],),
        target=TABLES["bill.ap_payment"],
        natural_key=("vendor_id",),
        asked_by=("vendor_id",),
        people_id="transaction_no",
        mark="description",
        functions={Operation.CREATE: "/v3/bills/record-payment"},
        lifts="S-PAY-01",
        stands_on={"bill.ap_bill": ("billId",)},
        reconciled_as="ap_payment",
        by_person=frozenset({Operation.CREATE}),
        person_spared_by_policy=True,
    ),
    Pushed(
        "bill_ar_payment",
        "receipt",
        source=TABLES["intacct.ar_payment"],
        source_lines=(TABLES["intacct.ar_payment_detail"],),
        target=TABLES["bill.ar_payment"],
        natural_key=("customer_id",),
        people_id="reference_no",
        mark="description",
        functions={Operation.CREATE: "/v3/invoices/record-payment"},
        lifts="S-ARP-01",
        stands_on={"bill.ar_invoice": ("invoiceId",)},
        reconciled_as="ar_payment",
        by_person=frozenset({Operation.CREATE}),
        person_spared_by_policy=True,
    ),
    *(
        Pushed(
            name,
            f"{one.word} file",
            source=TABLES["intacct.attachment"],
            source_lines=(),
            target=TABLES[f"bill.{one.document}"],
            natural_key=("document_no",),
            people_id="document_no",
            lifts="S-ATT-01",
            reconciled_as=f"{one.document}_attachment",
        )
        for name, one in KEPT.items()
    ),
)
"""In the order of writing: parents before children."""
