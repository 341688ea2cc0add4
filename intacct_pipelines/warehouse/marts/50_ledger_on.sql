-- The entity that a partition is of, as documents and lines name it: empty at top level.
CREATE FUNCTION marts.books_of(partition_key text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(nullif(substring(partition_key FROM position(':' IN partition_key) + 1), 'top'), '')
$$;

CREATE FUNCTION marts.ledger_on(partition_key text, at timestamptz) RETURNS TABLE (
    record_no bigint, batch_no bigint, module_key text, record_type text, vendor_id text,
    customer_id text, document_no text, day date, account_no text, currency text, base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
    SELECT
        line.record_no, line.batch_no, line.module_key, coalesce(line.record_type, ''),
        line.vendor_id, line.customer_id, line.document_no, line.entry_date, line.account_no,
        line.currency, line.base_currency,
        coalesce(line.trx_debit_amount, 0) - coalesce(line.trx_credit_amount, 0),
        coalesce(line.debit_amount, 0) - coalesce(line.credit_amount, 0)
    FROM marts.intacct_gl_detail_as_of($2) AS line
    LEFT JOIN marts.location_entity AS place
        ON place.company_id = split_part($1, ':', 1) AND place.location_id = line.location_id
    WHERE line.entity = $1 AND line.entry_state = 'P' AND line.book = 'ACCRUAL'
        AND coalesce(place.entity_id, '') = marts.books_of($1)
$$;
COMMENT ON FUNCTION marts.ledger_on(text, timestamptz) IS
    'Posted lines of the accrual books in an entity''s books, as known at an instant; debits are positive.';
