"""What travels which way by the vendor's sync: the rows of its guides, with the rules that stand behind each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intacct_pipelines.domain.rules.rule import BG, BU, DV, PM, SC, Source


@dataclass(frozen=True, slots=True)
class Travel:
    """One object, and which way it travels.

    Args:
        noun: What the guide calls it.
        into_platform: From Intacct to the platform.
        into_intacct: From the platform to Intacct.
        rules: Numbers of the rules, or beginnings of them such as ``S-COA``.
        compared: Names of the reconciliations that tell of it.
        read: Tables that have it, where nothing is compared.
        written: Names of what is written of it, where they do not follow from what is compared.
        never: Why nothing of it is written into the platform, or into Intacct, where the guide lets it travel.
    """

    noun: str
    into_platform: str
    into_intacct: str
    rules: tuple[str, ...]
    compared: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    never: str = ""


TRAVEL: Final = (
    Travel("Chart of accounts", "yes", "yes", ("S-COA", "S-BP-01"), ("gl_account",)),
    Travel("Departments", "yes", "yes", ("S-DEP",), ("department",)),
    Travel("Locations", "yes", "yes", ("S-LOC",), ("location",)),
    Travel("Classes", "yes", "yes", ("S-CLS",), ("accounting_class",)),
    Travel("Employees", "yes", "yes", ("S-EMP",), ("employee",)),
    Travel("Projects / jobs", "yes", "no, though said to (S-CON-04)", ("S-PRJ", "S-CON-04"), ("project",)),
    Travel(
        "Currency",
        "yes",
        "yes, one only",
        ("S-CUR", "S-CON-05"),
        ("currency",),
        never="never: it is set up in each system",
    ),
    Travel(
        "Bank account balance",
        "yes",
        "no",
        ("S-BAL",),
        read=("marts.bank_balance",),
        never="never: it follows from postings",
    ),
    Travel("Payment terms", "no", "no", ("S-TRM",), ("ap_term",)),
    Travel("Attachments", "no", "no", ("S-ATT",), ("ap_bill_attachment", "ar_invoice_attachment")),
    Travel("Approvals", "no", "no; only approved ones may", ("S-APR",), read=("bill.ap_bill", "bill.ap_bill_approver")),
    Travel("Vendors", "yes", "yes", ("S-VEN", "S-BP-02", "S-BP-03"), ("vendor",)),
    Travel("AP funds transfer", "no", "yes", ("S-AFT",), ("ap_funds_transfer", "clearing_account")),
    Travel("Bills", "fully unpaid only", "yes", ("S-BIL", "S-BP-04", "S-BP-05", "S-BP-06", "S-BP-12"), ("ap_bill",)),
    Travel("Bill payments", "no", "yes", ("S-PAY", "S-BP-05", "S-BP-08"), ("ap_payment",)),
    Travel(
        "Vendor credits",
        "fully unused only",
        "yes",
        ("S-VCR", "S-BP-09", "S-BP-10", "S-CON-02"),
        ("vendor_credit", "credit_application"),
    ),
    Travel(
        "Purchase orders",
        "once an unpaid bill",
        "–",
        ("S-PUR", "S-BP-07"),
        ("purchasing_document",),
        never="as bills",
    ),
    Travel("Customers", "yes", "yes", ("S-CUS",), ("customer",)),
    Travel("Invoices", "fully unpaid only", "yes", ("S-INV", "S-BP-12"), ("ar_invoice",)),
    Travel("Advanced Sales Tax", "–", "–", ("S-TAX",), ("ar_invoice",)),
    Travel("Items", "yes", "yes", ("S-ITM",), ("item",)),
    Travel(
        "AR payments", "no", "yes", ("S-ARP",), ("ar_payment",), written=("ar_payment", "ar_advance", "bill_ar_payment")
    ),
    Travel("Credit memos", "no", "no", ("S-CRM", "S-BP-11"), ("credit_memo",)),
    Travel("AR funds transfer", "no", "yes", ("S-RFT",), ("ar_funds_transfer", "clearing_account")),
    Travel(
        "AR payment convenience fee",
        "no",
        "yes",
        ("S-FEE",),
        ("ar_payment", "clearing_account"),
        written=("convenience_fee",),
    ),
    Travel(
        "Sales orders",
        "once an unpaid invoice",
        "–",
        ("S-SAL",),
        ("order_entry_document",),
        never="as invoices",
    ),
    Travel("Card transactions", "no", "yes", ("S-CRD",), ("card_transaction",)),
    Travel("Card statements and their payments", "no", "not said", ("S-CRD-01", "S-CRD-04"), ("card_statement",)),
    Travel("Card reimbursements", "no", "no", ("S-CRD-09",), ("reimbursement",)),
    Travel(
        "Card platform: values of custom fields",
        "not said",
        "no",
        ("S-CRD-03", "S-COA-01", "S-DEP-01", "S-LOC-01", "S-CLS-01"),
        read=("spend.custom_field_value",),
        written=("spend_account", "spend_department", "spend_location", "spend_class"),
    ),
    Travel(
        "Business Center: chart of accounts",
        "yes",
        "no",
        ("S-PMT-01", "S-PMT-02"),
        ("business_center_account",),
    ),
    Travel(
        "Business Center: vendors",
        "yes",
        "yes",
        ("S-PMT-03", "S-PMT-04"),
        ("business_center_vendor",),
    ),
    Travel(
        "Business Center: bills",
        "yes",
        "ready to pay only",
        ("S-PMT-05", "S-CON-08"),
        ("business_center_bill",),
    ),
)
"""The rows of the tables of what travels, those of the BILL guide first and in its order."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One row, step or sentence of a guide that demands something.

    Args:
        guides: Which guides have it.
        part: Where it stands in them.
        about: What it is about, in few words.
        rules: Numbers of its rules.
    """

    guides: Source
    part: str
    about: str
    rules: tuple[str, ...]


def _passages(guides: Source, part: str, *rows: tuple[str, str]) -> tuple[Passage, ...]:
    return tuple(Passage(guides, part, about, tuple(rules.split())) for about, rules in rows)


PASSAGES: Final = (
    *_passages(
        BG,
        "table of configurations",
        ("description", "S-CFG-01"),
        ("company id with or without entity id", "S-CFG-02"),
        ("clearing bank account: owner", "S-CFG-03"),
        ("funds transfer bank account: owner", "S-CFG-04"),
        ("lists: where they are", "S-CFG-05"),
        ("bills, invoices, vendor credits: where they are, one-way in B and D", "S-CFG-06 S-CFG-10"),
        ("expected limitations", "S-CFG-07"),
        ("which set-up guide", "S-CFG-08 S-CON-03"),
        ("notes on locations", "S-CFG-09 S-CFG-20 S-CON-07"),
    ),
    *_passages(
        BG,
        "text on configurations",
        ("several entities follow their owners", "S-CFG-11"),
        ("a single entity has no such trouble", "S-CFG-12"),
        ("E and F: lists and documents at the entity", "S-CFG-15 S-CON-06"),
        ("C to F need a shared company; a distributed one takes A or B", "S-CFG-13"),
        ("when C or D must be used", "S-CFG-14"),
        ("edits follow the user's rights", "S-CFG-16"),
        ("id, name and contact unique at an entity", "S-CFG-17 S-VEN-07"),
    ),
    *_passages(
        BG,
        "best practices",
        ("bank and card accounts", "S-BP-01 S-COA-03"),
        ("1099 vendors", "S-BP-02 S-BP-03 S-CON-15"),
        ("1099 on lines", "S-BP-04"),
        ("payments start in BILL; three ways to pay", "S-BP-05 S-PAY-06"),
        ("paid bills: reclassify", "S-BP-06 S-BIL-06"),
        ("orders become unpaid bills", "S-BP-07 S-PUR-03 S-CON-10"),
        ("Intacct's payment approval", "S-BP-08 S-CON-01 S-PAY-07"),
        ("vendor credits: the oldest one", "S-BP-09 S-VCR-03 S-CON-02"),
        ("vendor credits: use by hand", "S-VCR-04 S-VCR-08"),
        ("adjustments and negative bills", "S-BP-10"),
        ("credit memos", "S-BP-11"),
        ("items need an account", "S-BP-12"),
    ),
    *_passages(
        BU,
        "sync user",
        ("at the top level", "S-SET-01"),
        ("names of the user", "S-SET-02"),
        ("address", "S-SET-03"),
        ("user type", "S-SET-04"),
        ("administration", "S-SET-05 S-CON-14"),
        ("mail with the password", "S-SET-06"),
        ("rights by user", "S-SET-07"),
        ("rights by role", "S-SET-08 S-CON-13"),
        ("one user for several accounts", "S-SET-09 S-CFG-18"),
    ),
    *_passages(
        DV | SC,
        "card platform",
        ("top level or entity: where user and card belong", "S-CRD-05 S-CRD-06 S-CON-12"),
        ("connect in the platform", "S-SET-20"),
        ("authorise the sender id", "S-SET-21 S-SET-22 S-CON-11"),
        ("web-services user", "S-SET-23"),
        ("role", "S-SET-24 S-CON-13"),
        ("entity id", "S-SET-25"),
        ("credentials", "S-SET-26"),
        ("ledger account behind the card account", "S-SET-27 S-CRD-04"),
        ("card account with its default location", "S-SET-28 S-CRD-02 S-CRD-03"),
    ),
    *_passages(
        PM,
        "Business Center",
        ("what is imported and sent", "S-PMT-01 S-PMT-03 S-PMT-05 S-CON-08"),
        ("authorise the sender id", "S-SET-40"),
        ("web-services user", "S-SET-41 S-PMT-09"),
        ("role", "S-SET-42"),
        ("subscriptions of the role", "S-SET-43 S-CON-09"),
        ("connect in its settings", "S-SET-44"),
        ("company, entity, user, password, sender id", "S-SET-45 S-PMT-06"),
        ("chart of accounts", "S-PMT-01 S-PMT-02"),
        ("vendors", "S-PMT-03 S-PMT-04"),
        ("bills", "S-PMT-05"),
        ("daily, or at any time", "S-PMT-07 S-PMT-08 S-SCH-01 S-SCH-02"),
    ),
)
"""What else the guides demand, in their order."""
