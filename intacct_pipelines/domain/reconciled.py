"""Which objects are reconciled, what each reads, and what it stands on. How they are compared is in ``reconcile``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

NO_ONE: Final = ("nobody", "next sync")
"""Whose turn it is where no person has to act."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One object that both sides hold.

    Args:
        name: Name of the object, singular.
        description: One sentence for the lineage.
        tables: Qualified names of the tables that the comparison reads.
        after: Objects whose own reconciliation comes first, because this one leans on their pairs.
        platform: Schema of the platform's side: ``bill``, ``spend`` or ``business_center``.
        heeds_closed_books: Whether closed books explain differences, so that their date is asked for.
        may_be_left_out: Whether one of the tables may rightly be absent, for want of a module, a permission or a file;
            nothing is compared then, and the asset says why.
        of_clearing: Tables of which only what stands on the link's clearing accounts is read; where one of them is
            more than evidence, a link that names no such account has nothing to compare (S-CFG-03).
        evidence: Tables that only help to judge, with the columns that are read of them (all if none is named); they
            may be absent.
        called: What people call one record, and commands the object; the object's name, if not said.
        platform_records: Tables of which a row is one record of the platform; that of the object's name, if not said.
            Without any, a record is made of several rows.
        intacct_records: The same for Intacct.
        pairs_follow: What its pairs follow from, so that nobody decides about one; empty as a rule.
    """

    name: str
    description: str
    tables: tuple[str, ...]
    after: tuple[str, ...] = ()
    platform: str = "bill"
    heeds_closed_books: bool = False
    may_be_left_out: bool = False
    of_clearing: tuple[str, ...] = ()
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    called: str = ""
    platform_records: tuple[str, ...] | None = None
    intacct_records: tuple[str, ...] | None = None
    pairs_follow: str = ""

    @property
    def word(self) -> str:
        """What commands call the object."""
        return (self.called or self.name).replace("_", "-").replace(" ", "-")

    @property
    def spoken(self) -> str:
        """What people call one record, in a sentence."""
        return (self.called or self.name).replace("_", " ")

    def records_in(self, side: str) -> tuple[str, ...]:
        """Return the tables of which a row is one record.

        Args:
            side: ``platform`` or ``intacct``.
        """
        schema, said = (
            ("intacct", self.intacct_records) if side == "intacct" else (self.platform, self.platform_records)
        )
        return (f"{schema}.{self.name}",) if said is None else said


def _both(*tables: str) -> tuple[str, ...]:
    return tuple(f"{schema}.{table}" for table in tables for schema in ("intacct", "bill"))


_CODING: Final = ("bill.gl_account", "bill.department", "bill.location", "bill.accounting_class", "bill.ap_term")
_CREDITS: Final = (*_both("vendor"), "bill.vendor_credit", "intacct.ap_bill", "intacct.ap_adjustment")
_BANK: Final = ("record_no", "bank_account_id", "account_no", "location_id")
_LEDGER: Final = (
    "record_no", "batch_title", "batch_reference_no", "book", "module_key", "entry_date", "entry_state", "account_no",
    "currency", "trx_debit_amount", "trx_credit_amount",
)  # fmt: skip
"""What tells journal entries on the clearing accounts."""
_CARDS: Final = (
    "spend.card_transaction",
    "spend.card_transaction_line",
    "spend.card_transaction_coding",
    "spend.card_transaction_sync",
    "spend.custom_field",
    "spend.platform_user",
    "intacct.card_transaction",
    "intacct.card_transaction_line",
)
_CARD_EVIDENCE: Final = {"intacct.card_account": (), "intacct.attachment": ("record_no", "attachment_id")}
_BUSINESS_CENTER_VENDORS: Final = ("intacct.vendor", "business_center.vendor")

RECONCILED: Final[dict[str, Reconciled]] = {
    one.name: one
    for one in (
        Reconciled(
            "gl_account",
            "Accounts of BILL and of Intacct, by account number (S-COA-01), with the type that BILL should give them "
            "(S-COA-03) and the banks that may not vanish (S-COA-04).",
            _both("gl_account"),
            evidence={
                **dict.fromkeys(("intacct.checking_account", "intacct.savings_account", "intacct.card_account"), ()),
                "bill.bank_account": ("id", "gl_account_id"),
                "bill.ap_payment": ("id", "funding_account_id", "gl_account_id"),
            },
            called="account",
        ),
        Reconciled("department", "Departments of BILL and of Intacct (S-DEP-01).", _both("department")),
        Reconciled(
            "location",
            "Locations of BILL and of Intacct (S-LOC-01); an entity is none in BILL.",
            _both("location"),
            evidence={"intacct.entity": ("entity_id",)},
        ),
        Reconciled(
            "accounting_class",
            "Classes of BILL and of Intacct (S-CLS-01).",
            _both("accounting_class"),
            called="class",
        ),
        Reconciled(
            "ap_term",
            "Payment terms of BILL and of Intacct, which do not travel (S-TRM-01).",
            _both("ap_term"),
            called="term",
        ),
        Reconciled("employee", "Employees of BILL and of Intacct (S-EMP-01).", _both("employee"), may_be_left_out=True),
        Reconciled(
            "project",
            "Projects of Intacct, their master, and the jobs of BILL (S-PRJ-01, S-PRJ-03).",
            _both("project"),
            may_be_left_out=True,
        ),
        Reconciled(
            "item",
            "Items of BILL and of Intacct, where Order Entry is on (S-ITM-01, S-ITM-03).",
            _both("item"),
            may_be_left_out=True,
        ),
        Reconciled(
            "currency",
            "Currencies of BILL's documents, and those in which Intacct takes documents (S-CUR-01, S-CUR-04).",
            ("intacct.currency",),
            may_be_left_out=True,
            evidence={
                "intacct.financial_setup": ("row_no", "is_multi_base_currency"),
                **{
                    f"intacct.{name}": ("record_no", "state", "currency", "owner_entity_id")
                    for name in ("ap_bill", "ar_invoice")
                },
                **{
                    f"bill.{name}": ("id", "currency", "amount", "created_at", *more)
                    for name, *more in (
                        ("ap_bill", "is_archived"),
                        ("ar_invoice", "is_archived"),
                        ("vendor_credit", "is_archived"),
                        ("credit_memo", "is_archived"),
                        ("ap_payment",),
                        ("ar_payment",),
                    )
                },
            },
            platform_records=(),
            pairs_follow="its code",
        ),
        Reconciled(
            "business_center_account",
            "Accounts of Business Center, which come from Intacct alone (S-PMT-01).",
            ("intacct.gl_account", "business_center.gl_account"),
            platform="business_center",
            may_be_left_out=True,
            platform_records=("business_center.gl_account",),
            intacct_records=("intacct.gl_account",),
        ),
        Reconciled(
            "business_center_vendor",
            "Vendors of Business Center and of Intacct, which travel both ways (S-PMT-03, S-PMT-04).",
            _BUSINESS_CENTER_VENDORS,
            platform="business_center",
            may_be_left_out=True,
            platform_records=("business_center.vendor",),
            intacct_records=("intacct.vendor",),
        ),
        Reconciled(
            "business_center_bill",
            "Bills of Business Center and of Intacct, of which those ready to pay must be in Intacct (S-PMT-05).",
            (
                *_BUSINESS_CENTER_VENDORS,
                "intacct.ap_bill",
                "intacct.ap_bill_line",
                "business_center.ap_bill",
                "business_center.ap_bill_line",
            ),
            after=("business_center_vendor",),
            platform="business_center",
            may_be_left_out=True,
            platform_records=("business_center.ap_bill",),
            intacct_records=("intacct.ap_bill",),
        ),
        Reconciled("vendor", "Vendors of BILL and of Intacct, paired and compared.", (*_both("vendor"), *_CODING)),
        Reconciled(
            "customer", "Customers of BILL and of Intacct, paired and compared.", (*_both("customer"), *_CODING)
        ),
        Reconciled(
            "ap_bill",
            "Bills of BILL and of Intacct, paired and compared; every difference is expected by a numbered rule, in "
            "flight, or a break.",
            (*_both("ap_bill", "ap_bill_line", "vendor"), *_CODING),
            after=("vendor",),
            heeds_closed_books=True,
            evidence={
                "intacct.location": ("location_id", "parent_id", "owner_entity_id"),
                "intacct.entity": ("entity_id",),
            },
            called="bill",
        ),
        Reconciled(
            "vendor_credit",
            "Vendor credits of BILL and what Intacct keeps as negative bills and adjustments (S-VCR-05, S-VCR-06).",
            (*_CREDITS, "bill.vendor_credit_line", "intacct.ap_bill_line", "intacct.ap_adjustment_line", *_CODING),
            after=("vendor",),
            intacct_records=("intacct.ap_bill", "intacct.ap_adjustment"),
        ),
        Reconciled(
            "credit_application",
            "Which vendor credit was used on which bill, and how much of it (S-VCR-03).",
            (
                *_CREDITS,
                *_both("ap_payment"),
                "bill.ap_bill",
                "bill.vendor_credit_usage",
                "bill.ap_payment_credit",
                "intacct.ap_payment_detail",
            ),
            after=("ap_bill", "vendor_credit"),
            platform_records=(),
            intacct_records=("intacct.ap_payment_detail",),
            pairs_follow="the pairs of its bill and of its credit",
        ),
        Reconciled(
            "ap_payment",
            "Payments of BILL and of Intacct, bill by bill, whichever way was paid (S-PAY-06), with their voids.",
            (
                *_both("vendor", "ap_bill", "ap_payment", "ap_payment_detail"),
                "bill.ap_payment_void",
                "intacct.ap_adjustment",
            ),
            after=("ap_bill", "vendor_credit"),
            evidence={
                "bill.gl_account": ("id", "name", "account_no"),
                **dict.fromkeys(("intacct.checking_account", "intacct.savings_account"), _BANK),
            },
            called="payment",
        ),
        Reconciled(
            "ap_funds_transfer",
            "Lump sums of BILL and funds transfers of Intacct, with the payments that are behind them (S-AFT-01).",
            (
                "intacct.entity",
                "intacct.funds_transfer",
                "bill.money_movement",
                "bill.ap_payment",
                "bill.ap_payment_void",
            ),
            after=("ap_payment",),
            of_clearing=("intacct.gl_detail",),
            evidence={
                "intacct.gl_detail": _LEDGER,
                "intacct.funds_transfer_line": ("record_no", "transfer_record_no", "account_no"),
                "bill.bank_account": ("id", "gl_account_id"),
                "bill.gl_account": ("id", "name", "account_no"),
                **dict.fromkeys(("intacct.checking_account", "intacct.savings_account"), _BANK),
            },
            called="funds transfer",
            platform_records=("bill.money_movement",),
            intacct_records=("intacct.funds_transfer",),
        ),
        Reconciled(
            "ar_invoice",
            "Invoices of BILL and of Intacct, paired and compared, sales tax by itself (S-INV-03).",
            (
                *_both("ar_invoice", "ar_invoice_line", "customer", "ar_payment", "ar_payment_detail"),
                "bill.item",
                "intacct.tax_detail",
                "intacct.ar_term",
                *_CODING,
            ),
            after=("customer",),
            called="invoice",
        ),
        Reconciled(
            "ar_payment",
            "Receipts of BILL and of Intacct, paired and compared, with the invoices that each pays (S-ARP-01).",
            (*_both("ar_payment", "ar_payment_detail", "ar_invoice", "customer"), "intacct.ar_advance"),
            after=("ar_invoice",),
            called="receipt",
        ),
        Reconciled(
            "ar_funds_transfer",
            "Lump sums of BILL and deposits of Intacct, with the receipts and fees that are behind them (S-RFT-01).",
            (
                "intacct.entity",
                "intacct.deposit",
                "intacct.funds_transfer",
                "bill.money_movement",
                "bill.ar_payment",
            ),
            after=("ar_payment",),
            of_clearing=("intacct.gl_detail",),
            evidence={"intacct.gl_detail": _LEDGER},
            called="deposit",
            platform_records=("bill.money_movement",),
            intacct_records=("intacct.deposit", "intacct.funds_transfer"),
        ),
        Reconciled(
            "clearing_account",
            "Every posting on BILL's clearing accounts, with those that bring it back to zero, and what has none "
            "(S-AFT-01, S-RFT-01, S-FEE-01).",
            (
                "intacct.entity",
                "intacct.gl_account",
                "intacct.gl_detail",
                "bill.money_movement",
                "bill.ap_payment",
                "bill.ap_payment_void",
                "bill.ar_payment",
            ),
            after=("ap_funds_transfer", "ar_funds_transfer"),
            may_be_left_out=True,
            of_clearing=("intacct.gl_detail",),
            evidence={
                "intacct.ap_payment": ("record_no", "document_no"),
                "intacct.ar_payment": ("record_no", "document_no", "reference_no"),
            },
            called="clearing item",
            platform_records=(),
            intacct_records=("intacct.gl_detail",),
            pairs_follow="what each posting is of",
        ),
        Reconciled(
            "credit_memo",
            "Credit memos of BILL and adjustments of Intacct, compared where both have them (S-CRM-01).",
            (
                *_both("ar_invoice", "customer"),
                *(f"bill.credit_memo{part}" for part in ("", "_line", "_usage")),
                *(f"intacct.{name}" for name in ("ar_adjustment", "ar_adjustment_line", "ar_payment")),
                "intacct.ar_payment_detail",
                *_CODING,
            ),
            after=("ar_invoice",),
            intacct_records=("intacct.ar_adjustment",),
        ),
        Reconciled(
            "purchasing_document",
            "Documents of Purchasing, and the bills of BILL that came of them (S-PUR-01, S-PUR-03).",
            (*_both("vendor", "ap_bill"), "intacct.purchasing_document"),
            after=("ap_bill",),
            may_be_left_out=True,
            platform_records=("bill.ap_bill",),
            pairs_follow="the pair of the bill that it became",
        ),
        Reconciled(
            "order_entry_document",
            "Documents of Order Entry, and the invoices of BILL that came of them (S-SAL-01).",
            (*_both("customer", "ar_invoice"), "intacct.order_entry_document"),
            after=("ar_invoice",),
            may_be_left_out=True,
            platform_records=("bill.ar_invoice",),
            pairs_follow="the pair of the invoice that it became",
        ),
        Reconciled(
            "ap_bill_attachment",
            "Files that BILL keeps with bills, and the attachments of Intacct's, which do not travel (S-ATT-01).",
            (*_both("vendor", "ap_bill"), "bill.ap_bill_document"),
            after=("ap_bill",),
            may_be_left_out=True,
            evidence={"intacct.attachment": ("record_no", "attachment_id", "file_name", "file_type")},
            called="bill attachment",
            platform_records=("bill.ap_bill",),
            intacct_records=("intacct.ap_bill",),
            pairs_follow="the pair of its bill",
        ),
        Reconciled(
            "ar_invoice_attachment",
            "Files that BILL keeps with invoices, and the attachments of Intacct's, which do not travel (S-ATT-01).",
            (*_both("customer", "ar_invoice"), "bill.ar_invoice_attachment"),
            after=("ar_invoice",),
            may_be_left_out=True,
            evidence={"intacct.attachment": ("record_no", "attachment_id", "file_name", "file_type")},
            called="invoice attachment",
            platform_records=("bill.ar_invoice",),
            intacct_records=("intacct.ar_invoice",),
            pairs_follow="the pair of its invoice",
        ),
        Reconciled(
            "card_transaction",
            "Card transactions of Spend & Expense and of Intacct, paired and compared; what the vendor's sync claims "
            "is audited (S-CRD-10).",
            _CARDS,
            platform="spend",
            evidence=_CARD_EVIDENCE,
            platform_records=("spend.card_transaction", "spend.card_transaction_line"),
        ),
        Reconciled(
            "card_statement",
            "Charges of each card account and statement period, added up on both sides (S-CRD-01).",
            _CARDS,
            after=("card_transaction",),
            platform="spend",
            evidence=_CARD_EVIDENCE,
            platform_records=(),
            intacct_records=(),
            pairs_follow="its card account and period",
        ),
        Reconciled(
            "reimbursement",
            "Reimbursements of Spend & Expense, which do not sync, and Intacct's expense reports and bills (S-CRD-09).",
            (
                "spend.reimbursement",
                "spend.platform_user",
                "intacct.expense_report",
                "intacct.employee",
                "intacct.ap_bill",
            ),
            platform="spend",
            may_be_left_out=True,
            evidence={"spend.reimbursement_receipt": ()},
            intacct_records=("intacct.expense_report", "intacct.ap_bill"),
        ),
    )
}
"""Every reconciled object by its name, each after those it leans on."""

BY_WORD: Final = {one.word: one for one in RECONCILED.values()}
"""Every reconciled object by what commands call it."""
