"""What analysts query: views, described column by column; their SQL is in ``warehouse/marts``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.catalog.table import Column, Kind, text


@dataclass(frozen=True, slots=True)
class Mart:
    """One view.

    Args:
        schema: ``marts``, or ``sage_intacct`` for the names that other people's packages read.
        name: The view's name.
        description: One sentence for the data dictionary: what one row is.
        columns: The columns, in order; ``source`` says where the value comes from.
        tables: Qualified names of the source tables behind it.
    """

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    tables: tuple[str, ...]

    @property
    def qualified_name(self) -> str:
        """``schema.name``."""
        return f"{self.schema}.{self.name}"


_COMPANY: Final = text("company_id", "partition key", "Intacct company.", required=True)
_ENTITY: Final = text("entity_id", "location", "Legal entity in whose books the line is; empty at top level.")
_LEDGER_ENTITY: Final = (_COMPANY, _ENTITY)
_CURRENCIES: Final = (
    text("currency", "currency", "Transaction currency, ISO 4217."),
    text("base_currency", "base_currency", "Base currency of the entity, ISO 4217."),
)
_ACCOUNT: Final = (
    text("account_no", "account_no", "Account."),
    text("account_title", "gl_account.title", "Name of the account."),
    text("account_type", "gl_account.account_type", "balancesheet or incomestatement."),
)


def _money(name: str, source: str, description: str, currency: str = "currency") -> Column:
    return Column(name, Kind.MONEY, source, description, currency=currency)


def _base(name: str, source: str, description: str) -> Column:
    return _money(name, source, description, "base_currency")


TRIAL_BALANCE: Final = Mart(
    "marts",
    "trial_balance",
    "Balance of an account of an entity, by transaction currency, today; `marts.trial_balance_on(day)` for any day.",
    (
        *_LEDGER_ENTITY,
        *_ACCOUNT,
        *_CURRENCIES,
        _money("trx_debit", "trx_debit_amount", "Debits since the beginning, in transaction currency."),
        _money("trx_credit", "trx_credit_amount", "Credits since the beginning, in transaction currency."),
        _money("trx_balance", "trx_debit − trx_credit", "Debits less credits, in transaction currency."),
        _base("debit", "debit_amount", "Debits since the beginning, in base currency."),
        _base("credit", "credit_amount", "Credits since the beginning, in base currency."),
        _base("balance", "debit − credit", "Debits less credits, in base currency."),
    ),
    ("intacct.gl_detail", "intacct.gl_account", "intacct.location", "intacct.entity"),
)
GL_BY_PERIOD: Final = Mart(
    "marts",
    "gl_by_period",
    "Movement of an account in a month, by entity, department, location, class and transaction currency.",
    (
        *_LEDGER_ENTITY,
        Column("period", Kind.DATE, "entry_date", "First day of the month."),
        *_ACCOUNT,
        text("department_id", "department_id", "Department."),
        text("location_id", "location_id", "Location."),
        text("class_id", "class_id", "Accounting class."),
        *_CURRENCIES,
        Column("lines", Kind.INTEGER, "count", "Posted lines."),
        _money("trx_debit", "trx_debit_amount", "Debits, in transaction currency."),
        _money("trx_credit", "trx_credit_amount", "Credits, in transaction currency."),
        _base("debit", "debit_amount", "Debits, in base currency."),
        _base("credit", "credit_amount", "Credits, in base currency."),
        _base("movement", "debit − credit", "Debits less credits, in base currency."),
    ),
    ("intacct.gl_detail", "intacct.gl_account", "intacct.location", "intacct.entity"),
)

_PARTY: Final = {
    "vendor": (
        text("vendor_id", "vendor_id", "Vendor."),
        text("vendor_name", "vendor_name", "Name of the vendor.", pii=True),
    ),
    "customer": (
        text("customer_id", "customer_id", "Customer."),
        text("customer_name", "customer_name", "Name of the customer.", pii=True),
    ),
}
_OWNER: Final = (_COMPANY, text("entity_id", "owner_entity_id", "Entity that owns the document; empty at top level."))


def _open_document(name: str, party: str, document: str, day: str, table: str) -> Mart:
    return Mart(
        "marts",
        name,
        f"An {document} that is not wholly paid, as Intacct stands at the last sync.",
        (
            *_OWNER,
            Column("record_no", Kind.INTEGER, "record_no", f"Intacct's key of the {document}."),
            *_PARTY[party],
            text("document_no", "document_no", "Number, typed by people; may repeat."),
            text("state", "state", "State in Intacct."),
            Column(day, Kind.DATE, day, "Date of the document."),
            Column("due_date", Kind.DATE, "due_date", "Date on which it is due."),
            Column("days_overdue", Kind.INTEGER, "today − due_date", "Days since it was due; 0 if it is not overdue."),
            *_CURRENCIES,
            _money("trx_total_entered", "trx_total_entered", "Total."),
            _money("trx_total_paid", "trx_total_paid", "Paid so far."),
            _money("trx_total_due", "trx_total_due", "Still open."),
            _base("total_due", "total_due", "Still open, in base currency."),
        ),
        (table,),
    )


def _ageing(name: str, party: str, what: str, tables: tuple[str, ...]) -> Mart:
    buckets = (
        ("not_due", "not due yet"),
        ("overdue_1_30", "overdue for 1 to 30 days"),
        ("overdue_31_60", "overdue for 31 to 60 days"),
        ("overdue_61_90", "overdue for 61 to 90 days"),
        ("overdue_over_90", "overdue for more than 90 days"),
    )
    return Mart(
        "marts",
        name,
        f"What is open {what}, by how long it has been due; its sum is the balance of the control account.",
        (
            *_OWNER,
            *_PARTY[party],
            *_CURRENCIES,
            Column("documents", Kind.INTEGER, "count", "Open documents."),
            *(_money(bucket, "trx_total_due", f"Open and {words}; credits are negative.") for bucket, words in buckets),
            _money("trx_total_due", "trx_total_due", "All that is open."),
            _base("total_due", "total_due", "All that is open, in base currency."),
        ),
        tables,
    )


AP_OPEN_BILL: Final = _open_document("ap_open_bill", "vendor", "AP bill", "bill_date", "intacct.ap_bill")
AR_OPEN_INVOICE: Final = _open_document(
    "ar_open_invoice", "customer", "AR invoice", "invoice_date", "intacct.ar_invoice"
)
AP_AGEING: Final = _ageing("ap_ageing", "vendor", "to a vendor", ("intacct.ap_bill", "intacct.ap_adjustment"))
AR_AGEING: Final = _ageing("ar_ageing", "customer", "from a customer", ("intacct.ar_invoice", "intacct.ar_adjustment"))
VENDOR_SPEND: Final = Mart(
    "marts",
    "vendor_spend",
    "What a vendor billed in a month, by currency.",
    (
        *_OWNER,
        *_PARTY["vendor"],
        Column("period", Kind.DATE, "bill_date", "First day of the month of the bills' dates."),
        *_CURRENCIES,
        Column("bills", Kind.INTEGER, "count", "Bills."),
        _money("trx_billed", "trx_total_entered", "Billed."),
        _base("billed", "total_entered", "Billed, in base currency."),
        _money("trx_open", "trx_total_due", "Of that, still open today."),
    ),
    ("intacct.ap_bill",),
)

CASH_BY_CLEARING_ACCOUNT: Final = Mart(
    "marts",
    "cash_by_clearing_account",
    "What passed a bank or clearing account in a month, and what was left on it; months without movement are left out.",
    (
        *_LEDGER_ENTITY,
        text("account_no", "account_no", "Account in the ledger."),
        text("account_title", "gl_account.title", "Name of the account."),
        text("bank_account_ids", "bank_account_id", "Checking and savings accounts that post to it."),
        Column("period", Kind.DATE, "entry_date", "First day of the month."),
        *_CURRENCIES,
        _money("trx_opening", "trx_debit − trx_credit", "Balance before the month."),
        _money("trx_in", "trx_debit", "Came in."),
        _money("trx_out", "trx_credit", "Went out."),
        _money(
            "trx_closing", "trx_debit − trx_credit", "Balance after the month; a clearing account's should be zero."
        ),
        _base("closing", "debit − credit", "Balance after the month, in base currency."),
    ),
    (
        "intacct.gl_detail",
        "intacct.gl_account",
        "intacct.checking_account",
        "intacct.savings_account",
        "intacct.location",
        "intacct.entity",
    ),
)

BANK_BALANCE: Final = Mart(
    "marts",
    "bank_balance",
    "What is on a bank account: as Intacct tells it, which is what BILL is shown (S-BAL-01), and by the ledger.",
    (
        _COMPANY,
        text("entity_id", "location_id", "Legal entity that owns the account; empty at top level."),
        text("bank_account_id", "bank_account_id", "Id that people use."),
        text("kind", "", "checking or savings."),
        text("status", "status", "Whether it may be used."),
        text("account_no", "account_no", "Account in the ledger."),
        Column(
            "bank_accounts",
            Kind.INTEGER,
            "count",
            "Bank accounts of this entity and currency behind the ledger account; each of several shows the whole.",
        ),
        text("currency", "currency", "Currency of the account, ISO 4217."),
        _money("balance", "balance", "What Intacct says is on it; empty where it does not."),
        _money(
            "ledger_balance", "trx_debit − trx_credit", "Debits less credits of the ledger account in this currency."
        ),
        Column("last_entry_date", Kind.DATE, "entry_date", "Date of the last posting in this currency."),
    ),
    (
        "intacct.checking_account",
        "intacct.savings_account",
        "intacct.gl_detail",
        "intacct.gl_account",
        "intacct.location",
        "intacct.entity",
    ),
)

LOGGED_TABLES: Final = tuple(table for table in TABLES.values() if not table.is_log)
"""The tables whose changes ``marts.change_log`` tells."""

CHANGE_LOG: Final = Mart(
    "marts",
    "change_log",
    "A change of a record, as the warehouse saw it: it came, changed or went. Name an entity, and a record or the time "
    "since when: either is found by index.",
    (
        text("entity", "entity", "The entity's partition key, <company>:<entity id>.", required=True),
        text("table_name", "", "The record's table, such as intacct.ap_bill.", required=True),
        Column("record_no", Kind.INTEGER, "record_no", "The record's key in Intacct."),
        text("record_id", "id", "The record's key elsewhere; keys of several parts are joined by bars."),
        text("record_name", "", "Number, id or name that people use, if it has one; masked if it is personal data."),
        text("change", "", "What happened to it.", required=True, one_of=("added", "changed", "deleted")),
        Column("valid_from", Kind.INSTANT, "_synced_at", "When the warehouse saw it.", required=True),
        Column("valid_to", Kind.INSTANT, "valid_to", "When its next change was seen; empty for the last one."),
        Column(
            "changes",
            Kind.JSON,
            "",
            'Each changed column with its values, as {"column": {"old": …, "new": …}}; empty for what came or went. Of '
            "personal data only that it changed.",
            required=True,
        ),
        Column("audit_id", Kind.INTEGER, "audit_event.audit_id", "The entry of Intacct's audit history that fits."),
        Column("changed_at", Kind.INSTANT, "audit_event.happened_at", "When it happened, by that entry."),
        text("changed_by", "audit_event.user_id", "Who did it, by that entry.", pii=True),
        text("changed_through", "audit_event.source", "By which way: api, csv, system or ui."),
        text("run_id", "_run_id", "The run that saw it.", required=True),
    ),
    ("intacct.audit_event", *(table.qualified_name for table in LOGGED_TABLES)),
)

CLOSE_FIGURE: Final = Mart(
    "marts",
    "close_figure",
    "Both sides of a tie-out of an entity's month, by currency, as last taken; docs/closing.md says what ties to what.",
    (
        text("entity", "entity", "The entity's partition key, <company>:<entity id>."),
        Column("month", Kind.DATE, "", "First day of the month."),
        text(
            "status",
            "close_status.closed_through",
            "frozen: the first result of closed books; closed: a later one; provisional: the books are open.",
        ),
        Column("taken_at", Kind.INSTANT, "", "As of when the warehouse was read."),
        text("tie_out", "", "What was tied out, such as ap_control."),
        text("account_no", "account_no", "Ledger account; several control accounts with commas; empty for all."),
        *_CURRENCIES,
        _money("expected", "", "What the documents say."),
        _money("actual", "", "What the ledger says; of an ageing, what Intacct shows as open."),
        _money("difference", "actual − expected", "What does not tie."),
        _base("expected_base", "", "What the documents say, in base currency."),
        _base("actual_base", "", "The other side, in base currency."),
        _base("difference_base", "actual_base − expected_base", "What does not tie, in base currency."),
        Column("items", Kind.INTEGER, "count", "Records that make the difference; `close.item` has them."),
        Column("ties", Kind.FLAG, "", "Whether both sides are equal, within the company's tolerance."),
    ),
    ("close.period",),
)

MARTS: Final[dict[str, Mart]] = {
    mart.qualified_name: mart
    for mart in (
        TRIAL_BALANCE,
        GL_BY_PERIOD,
        AP_OPEN_BILL,
        AP_AGEING,
        AR_OPEN_INVOICE,
        AR_AGEING,
        VENDOR_SPEND,
        CASH_BY_CLEARING_ACCOUNT,
        BANK_BALANCE,
        CHANGE_LOG,
        CLOSE_FIGURE,
    )
}
"""Every mart by its qualified name."""
