-- Whatever passed the ledger accounts of checking and savings accounts, by the documents that say so: payments, advances,
-- receipts, deposits, transfers, lines that somebody coded to such an account, and journal entries that people made.
-- Modules whose payments no table holds, such as expense reports, are taken from the ledger itself and say so.
CREATE FUNCTION marts.bank_movement(partition_key text, at timestamptz) RETURNS TABLE (
    table_name text, record_no bigint, document_no text, party_id text, account_no text, books_id text, day date,
    currency text, base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
WITH bank AS (
    SELECT bank_account_id, account_no FROM marts.intacct_checking_account_as_of($2) WHERE entity = $1
    UNION ALL
    SELECT bank_account_id, account_no FROM marts.intacct_savings_account_as_of($2) WHERE entity = $1
),
account AS (SELECT DISTINCT account_no FROM bank WHERE account_no IS NOT NULL),
-- Money in and out by documents that name the bank account.
named AS (
    SELECT
        'ap_payment' AS table_name, record_no, document_no, party_id, financial_account_id, books_id, day, currency,
        base_currency, -trx AS trx, -base AS base
    FROM marts.payment_money($1, $2)
    UNION ALL
    SELECT
        'ap_advance', record_no, document_no, vendor_id, financial_account_id, coalesce(owner_entity_id, ''),
        advance_date, currency, base_currency, -trx_total_entered, -total_entered
    FROM marts.intacct_ap_advance_as_of($2)
    WHERE entity = $1 AND coalesce(state, '') NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Approved', 'Declined')
    UNION ALL
    SELECT
        'ar_payment', record_no, document_no, customer_id, financial_account_id, coalesce(owner_entity_id, ''),
        receipt_date, currency, base_currency, trx_total_entered, total_entered
    FROM marts.intacct_ar_payment_as_of($2)
    WHERE entity = $1 AND coalesce(state, '') NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    SELECT
        'ar_advance', record_no, document_no, customer_id, financial_account_id, coalesce(owner_entity_id, ''),
        receipt_date, currency, base_currency, trx_total_entered, total_entered
    FROM marts.intacct_ar_advance_as_of($2)
    WHERE entity = $1 AND coalesce(state, '') NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    SELECT
        'other_receipt', record_no, document_no, NULL, financial_account_id, coalesce(owner_entity_id, ''),
        receipt_date, currency, base_currency, CASE WHEN currency = base_currency THEN total_entered END, total_entered
    FROM marts.intacct_other_receipt_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Declined')
    UNION ALL
    SELECT
        'deposit', record_no, document_no, NULL, financial_account_id, coalesce(owner_entity_id, ''), deposit_date,
        currency, base_currency, CASE WHEN currency = base_currency THEN total_entered END, total_entered
    FROM marts.intacct_deposit_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Declined')
),
passed AS (
    SELECT
        table_name, named.record_no, document_no, party_id, bank.account_no, books_id, day, currency, base_currency,
        trx, base
    FROM named
    JOIN bank ON bank.bank_account_id = named.financial_account_id
    UNION ALL
    SELECT table_name, record_no, document_no, party_id, account_no, books_id, day, currency, base_currency, trx, base
    FROM marts.coded_line($1, $2)
    UNION ALL
    SELECT
        'gl_detail of ' || module_key, batch_no, document_no, coalesce(vendor_id, customer_id), account_no, marts.books_of($1), day, currency,
        base_currency, trx, base
    FROM marts.ledger_on($1, $2)
    WHERE module_key NOT IN ('2.GL', '3.AP', '4.AR', '8.SO', '9.PO', '11.CM')
)
SELECT
    table_name, record_no, document_no, party_id, passed.account_no, books_id, day, currency, base_currency, sum(trx),
    sum(base)
FROM passed
JOIN account ON account.account_no = passed.account_no
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
$$;
COMMENT ON FUNCTION marts.bank_movement(text, timestamptz) IS
    'What passed the ledger accounts of banks by the documents that say so, as known at an instant; money in is positive.';
