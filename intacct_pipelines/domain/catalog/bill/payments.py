"""What settles bills: vendor credits, payments, the bank accounts behind them and the money that they move."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.bill.common import (
    AMOUNT,
    ARCHIVED,
    CODING,
    CREDIT,
    CURRENCY,
    CURRENCY_OF_DOCUMENT,
    ID,
    LINE_NO,
    POSITION_ID,
    TIMES,
)
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

VENDOR_CREDIT: Final = Table(
    "bill",
    "vendor_credit",
    "/v3/vendor-credits",
    "Vendor credits; in Intacct negative bills (S-VCR-06).",
    (
        ID,
        text("vendor_id", "vendorId", "Vendor.", required=True),
        *CREDIT,
        text("status", "status", "How far it is used."),
        text("gl_account_id", "applyToChartOfAccountId", "Account to which it is posted."),
        text("bank_account_id", "applyToBankAccountId", "Bank account to which it is posted."),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    document_date="credit_date",
    has_no_month_filter=True,
    control_total="amount",
    party="vendor_id",
)

VENDOR_CREDIT_LINE: Final = Table(
    "bill",
    "vendor_credit_line",
    "/v3/vendor-credits",
    "Lines of vendor credits.",
    (
        ID,
        text("vendor_credit_id", "^id", "The vendor credit.", required=True),
        LINE_NO,
        CURRENCY_OF_DOCUMENT,
        AMOUNT,
        text("description", "description", "Free text."),
        *CODING,
        text("employee_id", "classifications.employeeId", "Employee."),
        text("customer_id", "classifications.customerId", "Customer."),
    ),
    key=("id",),
    parent="vendor_credit",
    parent_key="vendor_credit_id",
    control_total="amount",
    embedded_in="vendorCreditLineItems",
)

VENDOR_CREDIT_USAGE: Final = Table(
    "bill",
    "vendor_credit_usage",
    "/v3/vendor-credits",
    "On which bill a vendor credit was used, with which payment (S-VCR-03).",
    (
        POSITION_ID,
        text("vendor_credit_id", "^id", "The vendor credit.", required=True),
        text("bill_id", "billId", "The bill.", required=True),
        text("payment_id", "paymentId", "The payment; empty if the credit alone settled the bill."),
        CURRENCY_OF_DOCUMENT,
        AMOUNT,
    ),
    key=("id",),
    parent="vendor_credit",
    parent_key="vendor_credit_id",
    control_total="amount",
    embedded_in="usage",
)

AP_PAYMENT: Final = Table(
    "bill",
    "ap_payment",
    "/v3/payments",
    "Payments to vendors: by BILL, or recorded in it.",
    (
        ID,
        text("vendor_id", "vendorId", "Vendor.", required=True),
        text("vendor_name", "vendorName", "Name of the vendor when read.", pii=True),
        Column("process_date", Kind.DATE, "processDate", "Day on which the money leaves."),
        CURRENCY,
        AMOUNT,
        Column("funding_amount", Kind.RATE, "fundingAmount", "What leaves the bank, in the bank's currency."),
        Column("exchange_rate", Kind.RATE, "exchangeRate", "Rate behind the funding amount."),
        text("status", "status", "Coarse state, in BILL's word."),
        text("single_status", "singleStatus", "Fine state, in BILL's word; VOIDED and CANCELED pay nothing."),
        Column("is_online", Kind.FLAG, "onlinePayment", "Whether BILL pays; else it was paid outside (S-PAY-06)."),
        Column("is_check_to_print", Kind.FLAG, "toPrintCheck", "Whether Intacct is to print the check (S-PAY-06)."),
        text("disbursement_type", "disbursementType", "How the vendor is paid."),
        text("disbursement_status", "disbursementStatus", "How far the vendor is paid."),
        text("funding_account_type", "fundingAccount.type", "Bank account, card, wallet."),
        text("funding_account_id", "fundingAccount.id", "The account that pays."),
        text("gl_account_id", "classifications.chartOfAccountId", "Payment account of a payment made outside."),
        text("transaction_no", "transactionNumber", "Our reference; BILL sets one if we do not."),
        text("confirmation_no", "confirmationNumber", "BILL's confirmation."),
        text("check_no", "disbursementInfo.checkDisbursement.checkNumber", "Number of the check."),
        text("description", "description", "Memo; an offline one does not reach Intacct (S-PAY-05)."),
        Column("is_voidable", Kind.FLAG, "disbursementInfo.isVoidable", "Whether BILL would void it now."),
        text("created_by", "createdBy", "User who made it."),
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    document_date="process_date",
    has_no_month_filter=True,
    control_total="amount",
    party="vendor_id",
)

AP_PAYMENT_DETAIL: Final = Table(
    "bill",
    "ap_payment_detail",
    "/v3/payments",
    "How much of a payment is for which bill; never for a line of it (S-PAY-03).",
    (
        ID,
        text("payment_id", "^id", "The payment.", required=True),
        text("bill_id", "billId", "The bill.", required=True),
        LINE_NO,
        CURRENCY_OF_DOCUMENT,
        AMOUNT,
    ),
    key=("id",),
    parent="ap_payment",
    parent_key="payment_id",
    control_total="amount",
    embedded_in="billPayments",
)

AP_PAYMENT_CREDIT: Final = Table(
    "bill",
    "ap_payment_credit",
    "/v3/payments",
    "Which vendor credit was used with a payment on which bill (S-VCR-03).",
    (
        POSITION_ID,
        text("payment_id", "^^id", "The payment.", required=True),
        text("payment_detail_id", "^id", "The payment's share for the bill."),
        text("bill_id", "^billId", "The bill.", required=True),
        text("vendor_credit_id", "id", "The vendor credit.", required=True),
        text("currency", "^^currency", "The payment's currency.", required=True),
        AMOUNT,
    ),
    key=("id",),
    parent="ap_payment",
    parent_key="payment_id",
    control_total="amount",
    embedded_in="billPayments.vendorCredits",
)

AP_PAYMENT_VOID: Final = Table(
    "bill",
    "ap_payment_void",
    "/v3/payments",
    "Requests to void a payment, and what became of them.",
    (
        ID,
        text("payment_id", "^id", "The payment.", required=True),
        text("void_type", "type", "Void only, with credit, or with reissue."),
        text("status", "status", "What became of the request."),
        text("reason", "reason", "Why."),
        text("requested_by", "requestedBy", "User who asked."),
        *TIMES,
    ),
    key=("id",),
    parent="ap_payment",
    parent_key="payment_id",
    embedded_in="voidInfo",
)

BANK_ACCOUNT: Final = Table(
    "bill",
    "bank_account",
    "/v3/funding-accounts/banks",
    "Bank accounts that BILL debits and credits.",
    (
        ID,
        text("status", "status", "Whether it is verified."),
        text("bank_name", "bankName", "The bank."),
        text("name_on_account", "nameOnAccount", "Holder.", pii=True),
        text("account_number", "accountNumber", "Number, masked by BILL.", pii=True),
        text("routing_number", "routingNumber", "Routing number.", pii=True),
        text("account_type", "type", "Checking or savings."),
        text("owner_type", "ownerType", "Business or personal."),
        text("gl_account_id", "chartOfAccountId", "Account behind it: the key to clearing and transfers."),
        Column("is_default_for_payables", Kind.FLAG, "default.payables", "Whether payments are drawn on it."),
        Column("is_default_for_receivables", Kind.FLAG, "default.receivables", "Whether receipts go to it."),
        text("created_by", "createdBy", "User who made it."),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
)

MONEY_MOVEMENT: Final = Table(
    "bill",
    "money_movement",
    "/List/MoneyMovement.json",
    "Lump sums between the bank and clearing, for payments or receipts of a day (S-AFT-01, S-RFT-01).",
    (
        ID,
        text("name", "name", "BILL's number of the movement."),
        text("movement_type", "type", "1 for payables, 2 for receivables."),
        text("status", "status", "0 sent, 1 confirmed, 2 void; only confirmed ones travel."),
        Column(
            "process_date", Kind.DATE, "processDate", "Day on which the bank is debited or credited.", required=True
        ),
        Column(
            "amount", Kind.RATE, "amount", "Amount in the bank's currency; negative leaves the bank.", required=True
        ),
        *TIMES,
    ),
    key=("id",),
    cursor="modified_at",
    document_date="process_date",
    has_no_month_filter=True,
)

FUNDING_CARD: Final = Table(
    "bill",
    "funding_card",
    "/v3/funding-accounts/cards",
    "Credit and debit cards that payments are drawn on, as far as our user is verified for them.",
    (
        ID,
        text("name_on_account", "nameOnAccount", "Name on the card.", pii=True),
        text("issuing_bank_name", "issuingBankName", "Bank that issued it."),
        text("brand", "brand", "Brand, such as VISA."),
        text("card_type", "type", "What kind of card it is, such as CREDIT_CARD."),
        text("status", "status", "State of the card."),
        text("last_digits", "last4", "Last four digits of its number.", pii=True),
        text("expiration_year", "expiration.year", "Year in which it expires."),
        text("expiration_month", "expiration.month", "Month in which it expires."),
        Column(
            "is_default_for_payables", Kind.FLAG, "default.payables", "Whether payments are drawn on it by default."
        ),
        ARCHIVED,
        *TIMES,
    ),
    key=("id",),
    is_optional=True,
)

AP_CARD: Final = Table(
    "bill",
    "ap_card",
    "/v3/funding-accounts/ap-cards",
    "Cards of BILL's own that payments are drawn on.",
    (
        ID,
        text("name_on_account", "nameOnAccount", "Name on the card.", pii=True),
        text("status", "status", "State of the card."),
        # BILL names no currency of a card
        Column("balance", Kind.RATE, "balance", "What is drawn, in the card's currency."),
        Column("credit_limit", Kind.RATE, "limit", "How much may be drawn, in the card's currency."),
        *TIMES,
    ),
    key=("id",),
    is_optional=True,
)

PAYMENTS_TABLES: Final = (
    BANK_ACCOUNT,
    FUNDING_CARD,
    AP_CARD,
    VENDOR_CREDIT,
    VENDOR_CREDIT_LINE,
    VENDOR_CREDIT_USAGE,
    AP_PAYMENT,
    AP_PAYMENT_DETAIL,
    AP_PAYMENT_CREDIT,
    AP_PAYMENT_VOID,
    MONEY_MOVEMENT,
)
