"""Cash management: card transactions, funds transfers, other receipts, deposits, with their lines.

The vendor documents few fields of these objects; the rest have the names of like objects, to be confirmed with
``lookup`` in each company. No table lists the values of STATE, since none are documented.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import (
    ATTACHMENT,
    CURRENCIES,
    DIMENSIONS,
    DOCUMENT_TIMES,
    LINE_CURRENCIES,
    LINE_MODIFIED,
    OWNER,
    RAW_STATE,
    RECORD_NO,
    TOTALS,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

_MODIFIED: Final = Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed; the cursor.")
_STATE: Final = text("state", "STATE", "State of the document.", required=True)
_DESCRIPTION: Final = text("description", "DESCRIPTION", "Free text.")
_TOTAL: Final = Column(
    "total_entered", Kind.MONEY, "TOTALENTERED", "Total in base currency.", required=True, currency="base_currency"
)
_AMOUNT: Final = Column(
    "amount", Kind.MONEY, "AMOUNT", "Amount in base currency.", required=True, currency="base_currency"
)
_ACCOUNT: Final = text("account_no", "ACCOUNTNO", "Account.")
_LINE_CURRENCY: Final = text("base_currency", "BASECURR", "Base currency, ISO 4217.")

CARD_TRANSACTION: Final = Table(
    "intacct",
    "card_transaction",
    "CCTRANSACTION",
    "Charges and refunds on card accounts; the record that a card platform claims to have made (S-CRD-10).",
    (
        RECORD_NO,
        text("record_type", "RECORDTYPE", "Kind of document."),
        text("document_no", "RECORDID", "Reference number; the platform's id where a sync made it."),
        text("card_account_id", "FINANCIALENTITY", "Card account that is charged.", required=True),
        _STATE,
        RAW_STATE,
        text("description", "DESCRIPTION", "Free text; holds our key for transactions that we made (S-IDM-04)."),
        Column("transaction_date", Kind.DATE, "WHENCREATED", "Date of the charge.", required=True),
        Column("paid_date", Kind.DATE, "WHENPAID", "Date on which the card's bill was paid."),
        *CURRENCIES,
        *TOTALS,
        text("is_cleared", "CLEARED", "Whether the statement has it, as the source codes it."),
        ATTACHMENT,
        *DOCUMENT_TIMES,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="cctransaction",
    document_date="transaction_date",
    control_total="trx_total_entered",
    permission="Cash Management › Charge card transactions: List, View",
)

CARD_TRANSACTION_LINE: Final = Table(
    "intacct",
    "card_transaction_line",
    "CCTRANSACTIONENTRY",
    "Lines of card transactions.",
    (
        RECORD_NO,
        Column("transaction_record_no", Kind.INTEGER, "RECORDKEY", "Key of the card transaction.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the transaction, from 1."),
        _ACCOUNT,
        _DESCRIPTION,
        *LINE_CURRENCIES,
        Column("trx_amount", Kind.MONEY, "TRX_AMOUNT", "Amount.", required=True, currency="currency"),
        Column("amount", Kind.MONEY, "AMOUNT", "Amount in base currency.", currency="base_currency"),
        *DIMENSIONS,
        text("vendor_id", "VENDORID", "Vendor."),
        text("employee_id", "EMPLOYEEID", "Employee."),
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="card_transaction",
    parent_key="transaction_record_no",
    control_total="trx_amount",
)

FUNDS_TRANSFER: Final = Table(
    "intacct",
    "funds_transfer",
    "FUNDSTRANSFER",
    "Money moved between bank accounts; one of BILL's may stand for many payments (S-AFT-01).",
    (
        RECORD_NO,
        text("document_no", "RECORDID", "Reference number."),
        _STATE,
        _DESCRIPTION,
        Column("transfer_date", Kind.DATE, "WHENCREATED", "Date of the transfer.", required=True),
        *CURRENCIES,
        _TOTAL,
        _MODIFIED,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="fundstransfer",
    document_date="transfer_date",
    control_total="total_entered",
    permission="Cash Management › Funds transfers: List, View",
)

FUNDS_TRANSFER_LINE: Final = Table(
    "intacct",
    "funds_transfer_line",
    "FUNDSTRANSFERENTRY",
    "Both sides of a funds transfer: the account that the money left, and the one that it reached.",
    (
        RECORD_NO,
        Column("transfer_record_no", Kind.INTEGER, "RECORDKEY", "Key of the funds transfer.", required=True),
        _ACCOUNT,
        _LINE_CURRENCY,
        _AMOUNT,
    ),
    key=("record_no",),
    parent="funds_transfer",
    parent_key="transfer_record_no",
    control_total="amount",
)

OTHER_RECEIPT: Final = Table(
    "intacct",
    "other_receipt",
    "OTHERRECEIPTS",
    "Money received from others than customers, such as a cashback or a vendor's refund.",
    (
        RECORD_NO,
        text("document_no", "RECORDID", "Reference number."),
        text("financial_account_id", "FINANCIALENTITY", "Bank account that it went to; empty while undeposited."),
        _STATE,
        _DESCRIPTION,
        Column("receipt_date", Kind.DATE, "WHENCREATED", "Date of the receipt.", required=True),
        *CURRENCIES,
        _TOTAL,
        _MODIFIED,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="otherreceipts",
    document_date="receipt_date",
    control_total="total_entered",
    permission="Cash Management › Other receipts: List, View",
)

OTHER_RECEIPT_LINE: Final = Table(
    "intacct",
    "other_receipt_line",
    "OTHERRECEIPTSENTRY",
    "Lines of other receipts.",
    (
        RECORD_NO,
        Column("receipt_record_no", Kind.INTEGER, "RECORDKEY", "Key of the receipt.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the receipt, from 1."),
        _ACCOUNT,
        _DESCRIPTION,
        _LINE_CURRENCY,
        _AMOUNT,
        *DIMENSIONS,
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="other_receipt",
    parent_key="receipt_record_no",
    control_total="amount",
)

DEPOSIT: Final = Table(
    "intacct",
    "deposit",
    "DEPOSIT",
    "Receipts brought to a bank account together.",
    (
        RECORD_NO,
        text("document_no", "RECORDID", "Number of the deposit."),
        text("financial_account_id", "FINANCIALENTITY", "Bank account that it went to.", required=True),
        _STATE,
        _DESCRIPTION,
        Column("deposit_date", Kind.DATE, "WHENCREATED", "Date of the deposit.", required=True),
        *CURRENCIES,
        _TOTAL,
        _MODIFIED,
        *OWNER,
    ),
    key=("record_no",),
    cursor="modified_at",
    audit_type="deposit",
    document_date="deposit_date",
    control_total="total_entered",
    permission="Cash Management › Deposits: List, View",
)

DEPOSIT_LINE: Final = Table(
    "intacct",
    "deposit_line",
    "DEPOSITENTRY",
    "What a deposit brings to the bank, a line for each receipt.",
    (
        RECORD_NO,
        Column("deposit_record_no", Kind.INTEGER, "RECORDKEY", "Key of the deposit.", required=True),
        Column("line_no", Kind.INTEGER, "LINE_NO", "Position in the deposit, from 1."),
        _ACCOUNT,
        _DESCRIPTION,
        _LINE_CURRENCY,
        _AMOUNT,
        LINE_MODIFIED,
    ),
    key=("record_no",),
    parent="deposit",
    parent_key="deposit_record_no",
    control_total="amount",
)

CASH_TABLES: Final = (
    CARD_TRANSACTION,
    CARD_TRANSACTION_LINE,
    FUNDS_TRANSFER,
    FUNDS_TRANSFER_LINE,
    OTHER_RECEIPT,
    OTHER_RECEIPT_LINE,
    DEPOSIT,
    DEPOSIT_LINE,
)
