-- Lines by the account that somebody gave them, as they change it: those of bills and charges are debits, those of sales
-- credits; the sides of transfers; what a deposit takes from where the money waited; journal entries that people made.
CREATE FUNCTION marts.coded_line(partition_key text, at timestamptz) RETURNS TABLE (
    table_name text, record_no bigint, document_no text, party_id text, account_no text, books_id text, day date,
    currency text, base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
WITH coded AS (
    SELECT
        'ap_bill' AS table_name, document.record_no, document.document_no, document.vendor_id AS party_id,
        line.account_no, document.owner_entity_id, line.location_id,
        coalesce(document.gl_posting_date, document.bill_date) AS day, document.currency, document.base_currency,
        line.trx_amount AS trx, line.amount AS base
    FROM marts.intacct_ap_bill_as_of($2) AS document
    JOIN marts.intacct_ap_bill_line_as_of($2) AS line
        ON line.entity = $1 AND line.bill_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
    UNION ALL
    SELECT
        'ap_adjustment', document.record_no, document.document_no, document.vendor_id, line.account_no,
        document.owner_entity_id, line.location_id, coalesce(document.gl_posting_date, document.adjustment_date),
        document.currency, document.base_currency, line.trx_amount, line.amount
    FROM marts.intacct_ap_adjustment_as_of($2) AS document
    JOIN marts.intacct_ap_adjustment_line_as_of($2) AS line
        ON line.entity = $1 AND line.adjustment_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
    UNION ALL
    SELECT
        'ar_invoice', document.record_no, document.document_no, document.customer_id, line.account_no,
        document.owner_entity_id, line.location_id, coalesce(document.gl_posting_date, document.invoice_date),
        document.currency, document.base_currency, -line.trx_amount, -line.amount
    FROM marts.intacct_ar_invoice_as_of($2) AS document
    JOIN marts.intacct_ar_invoice_line_as_of($2) AS line
        ON line.entity = $1 AND line.invoice_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    SELECT
        'card_transaction', document.record_no, document.document_no, line.vendor_id, line.account_no,
        document.owner_entity_id, line.location_id, document.transaction_date, document.currency,
        document.base_currency, line.trx_amount, line.amount
    FROM marts.intacct_card_transaction_as_of($2) AS document
    JOIN marts.intacct_card_transaction_line_as_of($2) AS line
        ON line.entity = $1 AND line.transaction_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    SELECT
        'other_receipt', document.record_no, document.document_no, NULL, line.account_no, document.owner_entity_id,
        line.location_id, document.receipt_date, document.currency, document.base_currency,
        CASE WHEN document.currency = document.base_currency THEN -line.amount END, -line.amount
    FROM marts.intacct_other_receipt_as_of($2) AS document
    JOIN marts.intacct_other_receipt_line_as_of($2) AS line
        ON line.entity = $1 AND line.receipt_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    -- What a deposit takes from a clearing account that is a bank account too.
    SELECT
        'deposit', document.record_no, document.document_no, NULL, line.account_no, document.owner_entity_id, NULL,
        document.deposit_date, document.currency, document.base_currency,
        CASE WHEN document.currency = document.base_currency THEN -line.amount END, -line.amount
    FROM marts.intacct_deposit_as_of($2) AS document
    JOIN marts.intacct_deposit_line_as_of($2) AS line
        ON line.entity = $1 AND line.deposit_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    -- A transfer names no owner: it is the entity's whose session alone sees it; at top level none is counted.
    SELECT
        'funds_transfer', document.record_no, document.document_no, NULL, line.account_no,
        nullif(marts.books_of($1), ''), NULL, document.transfer_date, document.currency, document.base_currency,
        CASE WHEN document.currency = document.base_currency THEN line.amount END, line.amount
    FROM marts.intacct_funds_transfer_as_of($2) AS document
    JOIN marts.intacct_funds_transfer_line_as_of($2) AS line
        ON line.entity = $1 AND line.transfer_record_no = document.record_no
    WHERE document.entity = $1 AND document.state NOT IN ('Draft', 'Submitted', 'Declined')
        AND NOT EXISTS (
            SELECT FROM intacct.funds_transfer AS other
            WHERE other.record_no = document.record_no AND other.entity <> $1
                AND split_part(other.entity, ':', 1) = split_part($1, ':', 1)
                AND (marts.books_of($1) = '' OR marts.books_of(other.entity) <> '')
        )
    UNION ALL
    SELECT
        'journal_entry', document.record_no, document.reference_no, NULL, line.account_no, NULL, line.location_id,
        document.entry_date, line.currency, line.base_currency, line.tr_type * line.trx_amount,
        line.tr_type * line.amount
    FROM marts.intacct_journal_entry_as_of($2) AS document
    JOIN marts.intacct_journal_entry_line_as_of($2) AS line
        ON line.entity = $1 AND line.entry_record_no = document.record_no
    WHERE document.entity = $1 AND document.module_key = '2.GL' AND coalesce(line.state, 'P') = 'P'
),
placed AS (
    SELECT coded.*, coalesce(nullif(coded.owner_entity_id, ''), place.entity_id, '') AS books_id
    FROM coded
    LEFT JOIN marts.location_entity AS place
        ON place.company_id = split_part($1, ':', 1) AND place.location_id = coded.location_id
)
SELECT
    table_name, record_no, document_no, party_id, account_no, books_id, day, currency, base_currency, trx, base
FROM placed
WHERE account_no IS NOT NULL
$$;
COMMENT ON FUNCTION marts.coded_line(text, timestamptz) IS
    'Lines of documents by the account that they are coded to, as known at an instant; debits are positive.';
