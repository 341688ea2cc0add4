-- Whatever changed what customers owe: documents on their posting date, and what receipts and credits settled of each
-- on the receipt's date. The reversal of a receipt is a receipt of its own with the opposite amounts (S-ARP-03).
CREATE FUNCTION marts.receivable_movement(partition_key text, at timestamptz) RETURNS TABLE (
    table_name text, record_no bigint, document_no text, party_id text, due_date date, owner_id text, books_id text,
    stated_trx numeric, stated_base numeric, settled_by bigint, record_type text, day date, currency text,
    base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
WITH document AS (
    SELECT
        'ar_invoice' AS table_name, record_no, record_type, customer_id, document_no,
        coalesce(gl_posting_date, invoice_date) AS day, due_date, coalesce(owner_entity_id, '') AS owner_id, currency,
        base_currency, exchange_rate,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN trx_total_entered ELSE trx_total_due END AS stated_trx,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN total_entered ELSE total_due END AS stated_base
    FROM marts.intacct_ar_invoice_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
    UNION ALL
    SELECT
        'ar_adjustment', record_no, record_type, customer_id, document_no, coalesce(gl_posting_date, adjustment_date),
        due_date, coalesce(owner_entity_id, ''), currency, base_currency, exchange_rate,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN trx_total_entered ELSE trx_total_due END,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN total_entered ELSE total_due END
    FROM marts.intacct_ar_adjustment_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
),
line AS (
    SELECT 'ar_invoice' AS table_name, invoice_record_no AS document, trx_amount, amount, location_id
    FROM marts.intacct_ar_invoice_line_as_of($2) WHERE entity = $1
    UNION ALL
    SELECT 'ar_adjustment', adjustment_record_no, trx_amount, amount, location_id
    FROM marts.intacct_ar_adjustment_line_as_of($2) WHERE entity = $1
),
-- A document of the top level stands in the books of its lines' entities.
placed AS (
    SELECT
        line.table_name, line.document, coalesce(nullif(document.owner_id, ''), place.entity_id, '') AS books_id,
        sum(line.trx_amount) AS trx, sum(coalesce(line.amount, line.trx_amount)) AS base
    FROM line
    JOIN document ON document.table_name = line.table_name AND document.record_no = line.document
    LEFT JOIN marts.location_entity AS place
        ON place.company_id = split_part($1, ':', 1) AND place.location_id = line.location_id
    GROUP BY 1, 2, 3
),
whole AS (
    SELECT table_name, document, sum(trx) AS trx, sum(base) AS base, min(books_id) AS books_id FROM placed GROUP BY 1, 2
),
receipt AS (
    SELECT record_no, record_type, receipt_date AS day, coalesce(state, '') IN ('Reversed', 'Reversal') AS is_undone
    FROM marts.intacct_ar_payment_as_of($2)
    WHERE entity = $1 AND coalesce(state, '') NOT IN ('Draft', 'Submitted', 'Declined')
),
detail AS (
    SELECT
        *, coalesce(trx_payment_amount, 0) + coalesce(trx_credit_amount, 0) + coalesce(trx_advance_amount, 0)
            + coalesce(trx_overpayment_amount, 0) AS settled
    FROM marts.intacct_ar_payment_detail_as_of($2) WHERE entity = $1
),
share AS (
    SELECT
        CASE WHEN invoice_record_no IS NULL THEN 'ar_adjustment' ELSE 'ar_invoice' END AS table_name,
        coalesce(invoice_record_no, adjustment_record_no) AS document, payment_record_no, record_no, settled AS trx
    FROM detail
    UNION ALL
    SELECT 'ar_adjustment', credit_record_no, payment_record_no, record_no, -trx_credit_amount
    FROM detail WHERE credit_record_no IS NOT NULL
),
-- Each share is valued at the document's own rate; the one that settles it wholly takes what is left.
ordered AS (
    SELECT
        share.*, receipt.record_type AS settled_as, receipt.day, receipt.is_undone, whole.books_id,
        whole.trx AS whole_trx, whole.base AS whole_base,
        round(
            share.trx * coalesce(document.exchange_rate, whole.base / nullif(whole.trx, 0), 1),
            marts.minor_digits(document.base_currency)
        ) AS part_base
    FROM share
    JOIN receipt ON receipt.record_no = share.payment_record_no
    JOIN whole ON whole.table_name = share.table_name AND whole.document = share.document
    JOIN document ON document.table_name = share.table_name AND document.record_no = share.document
),
valued AS (
    SELECT
        *, CASE
            WHEN is_undone AND trx = whole_trx THEN whole_base
            WHEN is_undone AND trx = -whole_trx THEN -whole_base
            WHEN NOT is_undone AND sum(trx) OVER so_far = whole_trx
                THEN whole_base - (sum(part_base) OVER so_far - part_base)
            ELSE part_base
        END AS base
    FROM ordered
    WINDOW so_far AS (
        PARTITION BY table_name, document, is_undone ORDER BY day, payment_record_no, record_no
    )
),
movement AS (
    SELECT table_name, document, books_id, NULL::bigint AS settled_by, NULL AS settled_as, NULL::date AS day, trx, base
    FROM placed
    UNION ALL
    SELECT table_name, document, books_id, payment_record_no, settled_as, day, -sum(trx), -sum(base)
    FROM valued GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT
    document.table_name, document.record_no, document.document_no, document.customer_id, document.due_date,
    document.owner_id, movement.books_id, document.stated_trx, document.stated_base, movement.settled_by,
    coalesce(movement.settled_as, document.record_type, ''), coalesce(movement.day, document.day), document.currency,
    document.base_currency, movement.trx, movement.base
FROM movement
JOIN document ON document.table_name = movement.table_name AND document.record_no = movement.document
$$;
COMMENT ON FUNCTION marts.receivable_movement(text, timestamptz) IS
    'What changed the balance that customers owe, as known at an instant: documents, and what settled them.';
