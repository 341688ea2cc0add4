"""BILL Spend & Expense's objects as tables, keyed by uuid: the old base64 ids are on their way out.

Nothing in this API states a currency but that of the purchase: amounts are in the platform account's, which the
connection names. GL account, department and so on are custom fields, whose meaning is the connection's business.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

_ADMINISTRATOR: Final = "the API token of an administrator"
_ID: Final = text("id", "uuid", "Spend & Expense's id of the record.", required=True)
_LEGACY_ID: Final = text("legacy_id", "id", "The id of before 2025, which some calls still want.")
_CURRENCY: Final = text("currency", "currency", "Currency of the platform account, from the connection.", required=True)
_USER: Final = text("user_id", "userUuid", "The person whose it is.")
_BUDGET: Final = text("budget_id", "budgetUuid", "The budget it draws on.")
_RETIRED: Final = Column("is_retired", Kind.FLAG, "retired", "Whether it is out of use.")


def _money(name: str, source: str, description: str, **more: object) -> Column:
    return Column(name, Kind.MONEY, source, description, currency="currency", **more)  # type: ignore[arg-type]  # Column's own


def _coding(name: str, parent: str, parent_key: str, embedded_in: str, parent_source: str, line_source: str) -> Table:
    """Return the table with the answers to custom fields of one kind of document."""
    return Table(
        "spend",
        name,
        f"/v3/spend/{parent.removeprefix('card_')}s",
        "Answers to custom fields: how a purchase is coded.",
        (
            text("line_id", line_source, "The line that is coded.", required=True),
            text("field_id", "^uuid", "The custom field.", required=True),
            Column("answer_no", Kind.INTEGER, "#position", "Position of the answer, from 1.", required=True),
            text(parent_key, parent_source, "The document.", required=True),
            text("field_name", "^name", "Name of the field when read."),
            Column("is_required", Kind.FLAG, "^isRequired", "Whether the field must be answered."),
            text("value_id", "uuid", "The chosen value, if the field has a list of them."),
            text("value", "value", "Text of the chosen value, such as `6400 Travel`."),
            text("note", "^note", "Free text, if the field takes that."),
        ),
        key=("line_id", "field_id", "answer_no"),
        parent=parent,
        parent_key=parent_key,
        embedded_in=embedded_in,
    )


def _receipt(parent: str, parent_key: str, embedded_in: str, parent_source: str) -> Table:
    """Return the table with the receipts of one kind of document; their address holds a signature and is not kept."""
    return Table(
        "spend",
        f"{parent}_receipt",
        f"/v3/spend/{parent.removeprefix('card_')}s",
        "Receipts' metadata.",
        (
            _ID,
            text(parent_key, parent_source, "The document.", required=True),
            text("file_name", "filename", "Name of the file.", pii=True),
        ),
        key=("id",),
        parent=parent,
        parent_key=parent_key,
        embedded_in=embedded_in,
    )


USER: Final = Table(
    "spend",
    "platform_user",
    "/v3/spend/users",
    "People with access to the platform account.",
    (
        _ID,
        _LEGACY_ID,
        text("first_name", "firstName", "First name.", pii=True),
        text("last_name", "lastName", "Last name.", pii=True),
        text("email", "email", "E-mail address.", pii=True),
        text("role", "role", "What the person may do, such as ADMIN, BOOKKEEPER, MEMBER."),
        _RETIRED,
    ),
    key=("id",),
    business_key="email",
    permission=_ADMINISTRATOR,
)

BUDGET: Final = Table(
    "spend",
    "budget",
    "/v3/spend/budgets",
    "Budgets on which cards draw.",
    (
        _ID,
        _LEGACY_ID,
        text("name", "name", "Name.", required=True),
        text("description", "description", "Free text."),
        text("parent_budget_id", "parentBudgetUuid", "Budget above this one."),
        _RETIRED,
        Column("start_date", Kind.DATE, "startDate", "First day."),
        Column("expiration_date", Kind.DATE, "expirationDate", "Last day."),
        text("recurring_interval", "recurringInterval", "How often it begins anew, such as MONTHLY."),
        text("timezone", "timezone", "Time zone of its days."),
        text("fund_sharing", "shareFunds", "Who shares its sum, in the source's word, such as SHARE_MANUALLY."),
        Column("does_carry_over", Kind.FLAG, "carryOver", "Whether what is left goes into the next period."),
        _CURRENCY,
        _money("period_limit", "currentPeriod.limit", "What may be spent in the current period."),
        _money("period_assigned", "currentPeriod.assigned", "What of it is promised to members."),
        _money("period_spent_cleared", "currentPeriod.spent.cleared", "What is spent and settled."),
        _money("period_spent_pending", "currentPeriod.spent.pending", "What is spent and not yet settled."),
        _money("period_spent_total", "currentPeriod.spent.total", "What is spent, settled or not."),
    ),
    key=("id",),
    business_key="name",
    permission=_ADMINISTRATOR,
)

CARD: Final = Table(
    "spend",
    "card",
    "/v3/spend/cards",
    "Cards, physical and virtual; no number beyond the last four digits is read.",
    (
        _ID,
        _LEGACY_ID,
        text("name", "name", "Name.", pii=True),
        _USER,
        _BUDGET,
        text("last_four", "lastFour", "Last four digits.", pii=True),
        text("valid_through", "validThru", "Month until which it is valid, as printed."),
        text("card_type", "type", "PHYSICAL or VIRTUAL, and kinds of these."),
        text("status", "status", "State, such as ACTIVE or FROZEN."),
        text("deleted_reason", "deletedReason", "Why it was taken out of use."),
        _CURRENCY,
        _money("period_limit", "currentPeriod.limit", "What may be spent in the current period."),
        _money("period_spent", "currentPeriod.spent", "What is spent in it."),
        Column("created_at", Kind.INSTANT, "createdTime", "When the record was made."),
        Column("modified_at", Kind.INSTANT, "updatedTime", "When the record last changed."),
    ),
    key=("id",),
    business_key="name",
    permission=_ADMINISTRATOR,
)

CUSTOM_FIELD: Final = Table(
    "spend",
    "custom_field",
    "/v3/spend/custom-fields",
    "Custom fields: how coding reaches the platform.",
    (
        _ID,
        _LEGACY_ID,
        text("name", "name", "Name, by which a connection maps it to a dimension.", required=True),
        text("description", "description", "Free text."),
        text("field_type", "type", "CUSTOM_SELECTOR for a list of values, NOTE for free text."),
        Column("is_multi_select", Kind.FLAG, "multiSelect", "Whether several values may be chosen."),
        Column("does_allow_custom_values", Kind.FLAG, "allowCustomValues", "Whether people may add values."),
        Column("is_required", Kind.FLAG, "required", "Whether it must be answered."),
        Column("is_global", Kind.FLAG, "global", "Whether it is asked for in every budget."),
        _RETIRED,
        Column("created_at", Kind.INSTANT, "createdTime", "When the record was made."),
    ),
    key=("id",),
    business_key="name",
    permission=_ADMINISTRATOR,
)

CUSTOM_FIELD_VALUE: Final = Table(
    "spend",
    "custom_field_value",
    "/v3/spend/custom-fields",
    "Values that a custom field offers.",
    (
        _ID,
        _LEGACY_ID,
        text("custom_field_id", "^uuid", "The field.", required=True),
        text("value", "value", "Text that people choose, such as `6400 Travel`.", required=True),
        Column("is_deleted", Kind.FLAG, "deleted", "Whether it can no longer be chosen; old answers keep it."),
    ),
    key=("id",),
    parent="custom_field",
    parent_key="custom_field_id",
    business_key="value",
    embedded_in="values",
)

CARD_TRANSACTION: Final = Table(
    "spend",
    "card_transaction",
    "/v3/spend/transactions",
    "What happened on cards. Only CLEAR is money that moved; a settlement is a record of its own beside its hold.",
    (
        _ID,
        _LEGACY_ID,
        text("transaction_type", "transactionType", "AUTHORIZATION, CLEAR, DECLINE or OTHER.", required=True),
        text("status", "status", "APPROVED, COMPLETE, DECLINED, DENIED."),
        _CURRENCY,
        _money(
            "amount", "amount", "What was charged, fees included; negative for a reversal or refund.", required=True
        ),
        _money("fees", "fees", "Fees within the amount."),
        _money("foreign_exchange_fee", "foreignExchangeFee", "Part of the fees that is for exchange."),
        Column(
            "transacted_amount", Kind.RATE, "transactedAmount", "Amount before fees; BILL does not say its currency."
        ),
        text("original_currency", "currencyData.originalCurrencyCode", "Currency in which the merchant charged."),
        Column(
            "original_amount",
            Kind.MONEY,
            "currencyData.originalCurrencyAmount",
            "What the merchant charged.",
            currency="original_currency",
        ),
        Column("exchange_rate", Kind.RATE, "currencyData.exchangeRate", "Account currency for one of the original."),
        Column("is_credit", Kind.FLAG, "isCredit", "Whether it gives money back."),
        Column("occurred_at", Kind.INSTANT, "occurredTime", "When it happened.", required=True),
        Column("authorized_at", Kind.INSTANT, "authorizedTime", "When it was allowed."),
        Column("modified_at", Kind.INSTANT, "updatedTime", "When the record last changed; the cursor."),
        text("merchant_name", "merchantName", "Merchant."),
        text("raw_merchant_name", "rawMerchantName", "Merchant as the network wrote it."),
        text("merchant_category", "merchantCategoryCode", "Merchant category code."),
        text("merchant_country", "merchantLocation.country", "Merchant's country."),
        _USER,
        _BUDGET,
        text("card_id", "cardUuid", "The card."),
        text("card_last_four", "cardLastFour", "Last four digits of the card.", pii=True),
        text("card_type", "cardType", "Kind of card."),
        text("original_authorization_id", "originalAuthTransactionUuid", "Of a settlement: the hold before it."),
        text("matched_clear_id", "matchedClearTransactionUuid", "Of a hold: its settlement."),
        Column("is_complete", Kind.FLAG, "complete", "Whether all fields and the receipt are there (S-CRD-08)."),
        Column("is_locked", Kind.FLAG, "isLocked", "Whether its coding can no longer change."),
        Column("is_reconciled", Kind.FLAG, "isReconciled", "Whether somebody reconciled it on the platform."),
        Column("is_receipt_required", Kind.FLAG, "receiptRequired", "Whether a receipt is wanted."),
        text("receipt_status", "receiptStatus", "ATTACHED, MISSING, NOT_ATTACHED."),
        text("receipt_sync_status", "receiptSyncStatus", "Whether the receipt reached the books."),
        Column("is_review_required", Kind.FLAG, "reviewRequired", "Whether somebody must approve it."),
        text("decline_reason", "declineReason", "Why it was refused."),
        text("dispute_status", "disputeStatus", "State of a dispute."),
    ),
    key=("id",),
    cursor="modified_at",
    document_date="occurred_at",
    control_total="amount",
    permission=_ADMINISTRATOR,
)

CARD_TRANSACTION_LINE: Final = Table(
    "spend",
    "card_transaction_line",
    "/v3/spend/transactions",
    "Parts of card transactions: the children of a split one, which lists hide (S-CRD-11); else the whole itself.",
    (
        _ID,
        _LEGACY_ID,
        text("card_transaction_id", "^uuid", "The transaction as listed.", required=True),
        Column("line_no", Kind.INTEGER, "#position", "Position in the transaction, from 1."),
        text("currency", "^currency", "Currency of the platform account.", required=True),
        _money("amount", "amount", "Amount; the lines of a transaction add up to its own.", required=True),
        _BUDGET,
        Column("is_complete", Kind.FLAG, "complete", "Whether all fields are there."),
    ),
    key=("id",),
    parent="card_transaction",
    parent_key="card_transaction_id",
    control_total="amount",
    embedded_in="lines",
)

CARD_TRANSACTION_CODING: Final = _coding(
    "card_transaction_coding", "card_transaction", "card_transaction_id", "parts.customFields.answers",
    parent_source="^^^uuid", line_source="^^uuid",
)  # fmt: skip

CARD_TRANSACTION_RECEIPT: Final = _receipt("card_transaction", "card_transaction_id", "parts.receipts", "^^uuid")

CARD_TRANSACTION_SYNC: Final = Table(
    "spend",
    "card_transaction_sync",
    "/v3/spend/transactions",
    "What the vendor's own sync says of a transaction; a claim, which reconciliation audits (S-CRD-10).",
    (
        text("id", "id", "Spend & Expense's id of the record.", required=True),
        text("card_transaction_id", "^^uuid", "The transaction as listed.", required=True),
        text("line_id", "^uuid", "The part of it that the record stands at.", required=True),
        text("sync_status", "syncStatus", "State in small letters, such as synced, error, pending (S-CRD-10)."),
        text("sync_message", "syncMessage", "What the sync said."),
        text("intacct_record_no", "integrationTxId", "Intacct's record number, as claimed."),
        text("integration_id", "integrationId", "The integration."),
        text("integration_type", "integrationType", "Kind of integration."),
        text("sync_request_id", "syncRequestId", "The sync's own request."),
        Column("is_billable", Kind.FLAG, "billable", "Whether it is billed on."),
    ),
    key=("id",),
    parent="card_transaction",
    parent_key="card_transaction_id",
    embedded_in="parts.accountingIntegrationTransactions",
)

REIMBURSEMENT: Final = Table(
    "spend",
    "reimbursement",
    "/v3/spend/reimbursements",
    "Money that people laid out; it never syncs by itself (S-CRD-09).",
    (
        _ID,
        _LEGACY_ID,
        text("reimbursement_type", "type", "Kind, such as MILEAGE."),
        text("status", "status", "State, such as APPROVED, READY_TO_PAY, PAID."),
        text("fulfillment_type", "fulfillmentType", "How it is paid, ACH or PAYROLL."),
        _CURRENCY,
        _money("amount", "amount", "Amount.", required=True),
        text("merchant_name", "merchantName", "Merchant."),
        text("note", "note", "Free text.", pii=True),
        Column("occurred_date", Kind.DATE, "occurredDate", "Day of the purchase."),
        Column("submitted_at", Kind.INSTANT, "submittedTime", "When it was handed in."),
        _RETIRED,
        _USER,
        _BUDGET,
        text("batch_id", "batchId", "Payment with which it was paid."),
    ),
    key=("id",),
    document_date="occurred_date",
    has_no_month_filter=True,
    control_total="amount",
    permission=_ADMINISTRATOR,
)

REIMBURSEMENT_CODING: Final = _coding(
    "reimbursement_coding", "reimbursement", "reimbursement_id", "customFields.answers",
    parent_source="^^uuid", line_source="^^uuid",
)  # fmt: skip

REIMBURSEMENT_RECEIPT: Final = _receipt("reimbursement", "reimbursement_id", "receipts", "^uuid")

SPEND_TABLES: Final = (
    USER,
    BUDGET,
    CARD,
    CUSTOM_FIELD,
    CUSTOM_FIELD_VALUE,
    CARD_TRANSACTION,
    CARD_TRANSACTION_LINE,
    CARD_TRANSACTION_CODING,
    CARD_TRANSACTION_RECEIPT,
    CARD_TRANSACTION_SYNC,
    REIMBURSEMENT,
    REIMBURSEMENT_CODING,
    REIMBURSEMENT_RECEIPT,
)
