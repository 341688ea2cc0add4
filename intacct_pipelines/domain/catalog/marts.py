"""What analysts query: views, described column by column; their SQL is in ``warehouse/marts``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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

MARTS: Final[dict[str, Mart]] = {mart.qualified_name: mart for mart in (TRIAL_BALANCE, GL_BY_PERIOD)}
"""Every mart by its qualified name."""
