"""Bank and card accounts: where money lies, and the ledger accounts behind."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import AUDIT, RECORD_NO, STATUS
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text


def _bank_account(name: str, source_object: str, kind: str) -> Table:
    return Table(
        "intacct",
        name,
        source_object,
        f"{kind} accounts, with what the ledger says is on them (S-BAL-01, S-COA-03).",
        (
            RECORD_NO,
            text("bank_account_id", "BANKACCOUNTID", "Id that people use.", required=True),
            text("bank_account_no", "BANKACCOUNTNO", "Number at the bank.", pii=True),
            text("bank_name", "BANKNAME", "Bank."),
            text("routing_no", "ROUTINGNO", "Number of the bank.", pii=True),
            text("account_no", "GLACCOUNTNO", "Ledger account."),
            text("department_id", "DEPARTMENTID", "Department."),
            text("location_id", "LOCATIONID", "Location, which decides the entity."),
            text("currency", "CURRENCY", "Currency of the account, ISO 4217."),
            Column("balance", Kind.MONEY, "CURRENTBALANCE", "What is on it.", currency="currency", is_optional=True),
            STATUS,
            *AUDIT,
        ),
        key=("record_no",),
        business_key="bank_account_id",
        permission=f"Cash Management › {kind} accounts: List, View",
        is_optional=True,
    )


CHECKING_ACCOUNT: Final = _bank_account("checking_account", "CHECKINGACCOUNT", "Checking")
SAVINGS_ACCOUNT: Final = _bank_account("savings_account", "SAVINGSACCOUNT", "Savings")

CARD_ACCOUNT: Final = Table(
    "intacct",
    "card_account",
    "CREDITCARD",
    "Accounts of card programmes; the plastic is not in Intacct (S-COA-03, S-BP-01).",
    (
        RECORD_NO,
        text("card_id", "CARDID", "Id that people use.", required=True),
        text("description", "DESCRIPTION", "What it is for."),
        text("card_type", "CARDTYPE", "Brand of the card."),
        text("liability_type", "LIABILITYTYPE", "Credit or Debit.", one_of=("Credit", "Debit")),
        text("vendor_id", "VENDORID", "Vendor who is paid for what was charged."),
        text("department_id", "DEPT", "Department."),
        text("location_id", "LOCATION", "Default location of its transactions (S-CRD-03)."),
        text("currency", "CURRENCY", "Currency of the account, ISO 4217."),
        Column("is_commercial", Kind.FLAG, "COMMCARD", "Whether it is a commercial card."),
        STATUS,
        *AUDIT,
    ),
    key=("record_no",),
    business_key="card_id",
    permission="Cash Management › Charge cards: List, View",
    is_optional=True,
)

BANK_TABLES: Final = (CHECKING_ACCOUNT, SAVINGS_ACCOUNT, CARD_ACCOUNT)
