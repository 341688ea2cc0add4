"""What holds across rows, declared once: what adds up in documents, and which rows name a record of another table.

A sum without exceptions holds by the source's own arithmetic; a document that breaks it is an error. One with
exceptions holds for most documents: what breaks it is worth a look, and its exceptions say what may be behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from intacct_pipelines.domain.catalog.table import Kind, Table


class Slack(StrEnum):
    """How far the two sides may be apart, for each line (or each amount, where there are no lines)."""

    NONE = "none"
    """Not at all."""
    CONVERTED = "one minor unit a line where the document is in another currency than its base"
    """Each line, and the total too, is converted and rounded by itself."""
    ROUNDED = "one minor unit a line"
    """Each line is a product that the source rounds, by a rule that it does not tell."""


@dataclass(frozen=True, slots=True)
class Term:
    """An amount, or a product, that is added or taken away.

    Args:
        columns: Columns that are multiplied; one for a plain amount.
        is_subtracted: Whether it is taken away.
        is_positive_only: Whether only what is above zero counts.
    """

    columns: tuple[str, ...]
    is_subtracted: bool = False
    is_positive_only: bool = False


_TERM: Final = re.compile(r"(?P<minus>-)?(?P<columns>\w+(?: \* \w+)*)(?P<positive> > 0)?")


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms of a header that equal terms of its lines, in each currency by itself.

    A document is left alone where the source leaves a term of its header empty, unless that column is required.
    An empty term of a line is zero.

    Args:
        check: Name of the check; stands in the warehouse, in Dagster and in people's notes.
        table: The documents' qualified name.
        total: The header's terms, such as ``("amount", "-tax_amount")``; none for zero.
        parts: The lines' terms, such as ``("tr_type * amount",)``; none if the header's alone make zero.
        lines: Qualified name of the lines' table; empty if only the header is looked at.
        description: What a document that passes is like, in one sentence.
        rule: Number of the rule of sync behaviour behind it; empty if none.
        exceptions: What may break it though nothing is wrong; empty if nothing may.
        slack: How far both sides may be apart.
        unless: Column of the header, and the values with which a document is left alone.
        only: Column of the lines, and the values with which a line counts; all lines if empty.
        is_of_one_currency: Whether a document whose lines are in several currencies is left alone.
        parent_key: Column of the lines with the header's key; the catalog's own by default.
    """

    check: str
    table: str
    total: tuple[str, ...]
    parts: tuple[str, ...]
    lines: str
    description: str
    rule: str = ""
    exceptions: str = ""
    slack: Slack = Slack.NONE
    unless: tuple[str, tuple[str, ...]] = ("", ())
    only: tuple[str, tuple[str, ...]] = ("", ())
    is_of_one_currency: bool = False
    parent_key: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether a document that breaks it is wrong for certain."""
        return not self.exceptions


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows that name a record of another table.

    Args:
        table: Qualified name of the table with the rows.
        column: Its column that names the record.
        other: Qualified name of the other table.
        other_key: The column there that is named.
    """

    table: str
    column: str
    other: str
    other_key: str


@dataclass(frozen=True, slots=True)
class Valued:
    """Rows that have an amount other than zero.

    Args:
        table: Qualified name of the table.
        column: The amount.
    """

    table: str
    column: str


def terms(texts: Iterable[str]) -> tuple[Term, ...]:
    """Return the terms that are written as ``amount``, ``-amount``, ``a * b`` or ``amount > 0``.

    Raises:
        ValueError: A text is none of these.
    """
    return tuple(map(_term, texts))


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text)
    if match is None:
        msg = f"not a term: {text!r}"
        raise ValueError(msg)
    return Term(tuple(match["columns"].split(" * ")), bool(match["minus"]), bool(match["positive"]))


def currency_of(table: Table, found: Iterable[Term]) -> str:
    """Return the column with the currency of terms; products of plain numbers are in the document's.

    Raises:
        ValueError: The terms are in different currencies.
    """
    columns = [table.column(name) for term in found for name in term.columns]
    currencies = {column.currency for column in columns if column.kind is Kind.MONEY} or {"currency"}
    if len(currencies) > 1:
        msg = f"{table.qualified_name}: amounts in {' and '.join(sorted(currencies))} cannot be added"
        raise ValueError(msg)
    return currencies.pop()


_TAX: Final = "Tax that the company keeps apart from the lines (value-added tax solutions) is in the total alone."
_SUBTOTALS: Final = "Subtotals of the transaction definition (tax, freight, discounts) are in the total, not in lines."
_SELECTED: Final = "What is selected to be paid is neither paid nor due, and a retained part may not be due yet."
_UNKNOWN_SIGN: Final = "The vendor does not document the sign of these lines."
_OPEN_STATES: Final = ("state", ("Draft", "Selected", "Reversed", "Reversal"))


def _add_up(header: str, lines: str, *, exceptions: str = "", rule: str = "", **names: str) -> Sum:
    """Lines that add up to the header, in transaction currency."""
    total, part = names.get("total", "trx_total_entered"), names.get("part", "trx_amount")
    return Sum(
        "lines_add_up", header, (total,), (part,), lines, "The lines add up to the total, exactly, in its currency.",
        rule=rule, exceptions=exceptions,
    )  # fmt: skip


def _add_up_in_base(header: str, lines: str, *, exceptions: str = "", total: str = "total_entered") -> Sum:
    rounding = "" if exceptions else "A total may be converted at another moment or rate than its lines."
    return Sum(
        "lines_add_up_in_base", header, (total,), ("amount",), lines,
        "The lines add up to the total in base currency.", exceptions=exceptions or rounding, slack=Slack.CONVERTED,
    )  # fmt: skip


def _settled(header: str) -> tuple[Sum, ...]:
    """What is paid or applied and what is open make the total, in both currencies."""
    return tuple(
        Sum(
            name, header, (f"{prefix}total_entered", f"-{prefix}total_paid", f"-{prefix}total_due"), (), "",
            f"What is settled and what is open make the total{where}.", exceptions=_SELECTED, slack=slack,
            unless=_OPEN_STATES,
        )
        for name, prefix, where, slack in (
            ("settled_and_open", "trx_", "", Slack.NONE),
            ("settled_and_open_in_base", "", " in base currency", Slack.CONVERTED),
        )
    )  # fmt: skip


def _subledger(header: str, *, rule: str = "") -> tuple[Sum, ...]:
    """A document of payables, receivables or cards with its lines."""
    name, lines = f"intacct.{header}", f"intacct.{header}_line"
    return (
        _add_up(name, lines, exceptions=_TAX, rule=rule),
        _add_up_in_base(name, lines, exceptions=_TAX),
        *_settled(name),
    )


_INTACCT: Final = (
    *_subledger("ap_bill", rule="S-IDM-07"),
    *_subledger("ap_adjustment"),
    *_subledger("ap_advance"),
    *_subledger("ar_invoice"),
    *_subledger("ar_adjustment"),
    *_subledger("ar_advance"),
    *_subledger("card_transaction"),
    Sum(
        "details_add_up", "intacct.ap_payment", ("trx_total_entered",), ("trx_payment_amount",),
        "intacct.ap_payment_detail", "The money in the details adds up to what is paid; credits come on top.",
        exceptions="Payments made straight to accounts, and advances, pay no bill.",
    ),
    Sum(
        "details_add_up", "intacct.ar_payment", ("trx_total_paid",), ("trx_payment_amount",),
        "intacct.ar_payment_detail", "The money in the details adds up to what is applied; the rest is open.",
        exceptions="An overpayment may count as applied though no detail names it.",
    ),
    # not in base currency: what is applied counts at the invoices' rates, what came in at the day's
    _settled("intacct.ar_payment")[0],
    *(
        one
        for name in ("purchasing_document", "order_entry_document")
        for one in (
            _add_up(f"intacct.{name}", f"intacct.{name}_line", exceptions=_SUBTOTALS, total="trx_total"),
            _add_up_in_base(f"intacct.{name}", f"intacct.{name}_line", exceptions=_SUBTOTALS, total="total"),
        )
    ),
    _add_up("intacct.expense_report", "intacct.expense_report_line", exceptions=_TAX),
    _add_up_in_base("intacct.expense_report", "intacct.expense_report_line", exceptions=_TAX),
    _settled("intacct.expense_report")[0],
    Sum(
        "sides_cancel", "intacct.funds_transfer", (), ("amount",), "intacct.funds_transfer_line",
        "What leaves one account reaches the other.", rule="S-AFT-01", exceptions=_UNKNOWN_SIGN,
        is_of_one_currency=True,
    ),
    Sum(
        "lines_add_up", "intacct.funds_transfer", ("total_entered",), ("amount > 0",), "intacct.funds_transfer_line",
        "What reaches the other account is the total.", rule="S-AFT-01", exceptions=_UNKNOWN_SIGN,
        is_of_one_currency=True,
    ),
    _add_up("intacct.other_receipt", "intacct.other_receipt_line", total="total_entered", part="amount",
            exceptions=_TAX),
    _add_up("intacct.deposit", "intacct.deposit_line", total="total_entered", part="amount",
            exceptions="What the bank keeps of a deposit may be a line of its own."),
    Sum(
        "balances", "intacct.journal_entry", (), ("tr_type * trx_amount",), "intacct.journal_entry_line",
        "Debits equal credits in transaction currency.", unless=("state", ("Draft",)), is_of_one_currency=True,
        exceptions="Statistical journals count other things than money.",
    ),
    Sum(
        "balances_in_base", "intacct.journal_entry", (), ("tr_type * amount",), "intacct.journal_entry_line",
        "Debits equal credits in base currency.", unless=("state", ("Draft",)),
        exceptions="Statistical journals count other things than money.",
    ),
    Sum(
        "balances_in_base", "intacct.journal_entry", (), ("debit_amount", "-credit_amount"), "intacct.gl_detail",
        "Debits equal credits in base currency, in the ledger's own posted lines.", parent_key="batch_no",
        exceptions="Statistical journals count other things than money.",
    ),
    Sum(
        "debit_less_credit", "intacct.gl_detail", ("amount", "-debit_amount", "credit_amount"), (), "",
        "A posted line's amount is its debit less its credit.",
    ),
)  # fmt: skip

_BILL: Final = (
    _add_up("bill.ap_bill", "bill.ap_bill_line", total="amount", part="amount", rule="S-IDM-07"),
    Sum(
        "settled_and_open", "bill.ap_bill",
        ("amount", "-paid_amount", "-credit_amount", "-scheduled_amount", "-due_amount"), (), "",
        "What is paid, credited, on its way and open make the total.",
        exceptions="BILL does not publish whether what is paid holds the credits.",
    ),
    _add_up("bill.vendor_credit", "bill.vendor_credit_line", total="amount", part="amount"),
    Sum(
        "applied_adds_up", "bill.vendor_credit", ("applied_amount",), ("amount",), "bill.vendor_credit_usage",
        "The uses of a credit add up to what is applied.", rule="S-VCR-03",
        exceptions="A use that is still under way may be listed before it counts.",
    ),
    Sum(
        "details_add_up", "bill.ap_payment", ("amount",), ("amount",), "bill.ap_payment_detail",
        "The shares of the bills add up to the payment.", rule="S-PAY-03",
        exceptions="A bill's share may name what is credited as well.",
    ),
    Sum(
        "lines_add_up", "bill.ar_invoice", ("amount", "-tax_amount"), ("quantity * price",), "bill.ar_invoice_line",
        "The lines and the sales tax add up to the total.", rule="S-INV-03", slack=Slack.ROUNDED,
        exceptions="A line may have an amount of its own, or be a discount, which the answer does not show.",
    ),
    Sum(
        "settled_and_open", "bill.ar_invoice", ("amount", "-credit_amount", "-scheduled_amount", "-due_amount"),
        ("amount",), "bill.ar_invoice_payment", "What is received, credited, on its way and open make the total.",
        only=("status", ("PAID",)), exceptions="BILL does not list the words for what is received.",
    ),
    Sum(
        "details_add_up", "bill.ar_payment", ("amount", "-unapplied_amount"), ("amount",), "bill.ar_payment_detail",
        "The shares of the invoices and what is not applied add up to the receipt.", rule="S-ARP-02",
        exceptions="A cancelled receipt may keep its amount and lose its shares.",
    ),
    Sum(
        "lines_add_up", "bill.credit_memo", ("amount", "-tax_amount"), ("amount",), "bill.credit_memo_line",
        "The lines and the sales tax add up to the total.",
        exceptions="A line in percent may come without an amount.",
    ),
    Sum(
        "applied_adds_up", "bill.credit_memo", ("applied_amount",), ("amount",), "bill.credit_memo_usage",
        "The uses of a credit memo add up to what is applied.",
        exceptions="A use that is still under way may be listed before it counts.",
    ),
)  # fmt: skip

SUMS: Final = (
    *_INTACCT,
    *_BILL,
    _add_up("spend.card_transaction", "spend.card_transaction_line", total="amount", part="amount", rule="S-CRD-11"),
    _add_up("business_center.ap_bill", "business_center.ap_bill_line", total="amount", part="amount"),
)
"""Every sum that documents keep."""
