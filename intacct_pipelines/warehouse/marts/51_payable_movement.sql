-- Whatever changed what is owed to vendors: documents on their posting date, and what payments and credits settled of
-- each on the payment's date. A void, whose day Intacct does not tell, stands on the day on which the ledger gave the
-- money back to the bank account; without such a posting, on the day of the payment's last change.
CREATE FUNCTION marts.payable_movement(partition_key text, at timestamptz) RETURNS TABLE (
    table_name text, record_no bigint, document_no text, party_id text, due_date date, owner_id text, books_id text,
    stated_trx numeric, stated_base numeric, settled_by bigint, record_type text, day date, currency text,
    base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
WITH document AS (
    SELECT
        'ap_bill' AS table_name, record_no, record_type, vendor_id, document_no, coalesce(gl_posting_date, bill_date) AS day,
        due_date, coalesce(owner_entity_id, '') AS owner_id, currency, base_currency, exchange_rate,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN trx_total_entered ELSE trx_total_due END AS stated_trx,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN total_entered ELSE total_due END AS stated_base
    FROM marts.intacct_ap_bill_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
    UNION ALL
    SELECT
        'ap_adjustment', record_no, record_type, vendor_id, document_no, coalesce(gl_posting_date, adjustment_date),
        due_date, coalesce(owner_entity_id, ''), currency, base_currency, exchange_rate,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN trx_total_entered ELSE trx_total_due END,
        CASE WHEN state IN ('Reversed', 'Reversal') THEN total_entered ELSE total_due END
    FROM marts.intacct_ap_adjustment_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
),
line AS (
    SELECT 'ap_bill' AS table_name, bill_record_no AS document, record_no, trx_amount, amount, location_id
    FROM marts.intacct_ap_bill_line_as_of($2) WHERE entity = $1
    UNION ALL
    SELECT 'ap_adjustment', adjustment_record_no, record_no, trx_amount, amount, location_id
    FROM marts.intacct_ap_adjustment_line_as_of($2) WHERE entity = $1
),
-- A document of the top level stands in the books of its lines' entities.
placed AS (
    SELECT
        line.table_name, line.document, line.record_no, line.trx_amount,
        coalesce(line.amount, line.trx_amount) AS amount,
        coalesce(nullif(document.owner_id, ''), place.entity_id, '') AS books_id
    FROM line
    JOIN document ON document.table_name = line.table_name AND document.record_no = line.document
    LEFT JOIN marts.location_entity AS place
        ON place.company_id = split_part($1, ':', 1) AND place.location_id = line.location_id
),
whole AS (
    SELECT table_name, document, coalesce(record_no, 0) AS line, sum(trx_amount) AS trx, sum(amount) AS base,
        min(books_id) AS books_id
    FROM placed
    GROUP BY GROUPING SETS ((table_name, document, record_no), (table_name, document))
),
payment AS (
    SELECT
        *, CASE WHEN state = 'Voided' THEN row_number() OVER (
            PARTITION BY state, vendor_id, currency, financial_account_id, trx_total_entered
            ORDER BY payment_date, record_no
        ) END AS nth_void
    FROM marts.intacct_ap_payment_as_of($2)
    WHERE entity = $1 AND state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Approved', 'Declined')
),
bank AS (
    SELECT bank_account_id, account_no FROM marts.intacct_checking_account_as_of($2) WHERE entity = $1
    UNION ALL
    SELECT bank_account_id, account_no FROM marts.intacct_savings_account_as_of($2) WHERE entity = $1
),
given_back AS (
    SELECT
        account_no, record_type, vendor_id, currency, sum(coalesce(trx_debit_amount, -trx_credit_amount, 0)) AS trx,
        entry_date, row_number() OVER (
            PARTITION BY account_no, record_type, vendor_id, currency,
                sum(coalesce(trx_debit_amount, -trx_credit_amount, 0))
            ORDER BY entry_date, batch_no
        ) AS nth
    FROM marts.intacct_gl_detail_as_of($2)
    WHERE entity = $1 AND entry_state = 'P' AND book = 'ACCRUAL'
        AND record_type IN (SELECT record_type FROM payment WHERE nth_void IS NOT NULL)
        AND account_no IN (SELECT account_no FROM bank)
    GROUP BY account_no, record_type, vendor_id, currency, entry_date, batch_no
    HAVING sum(coalesce(trx_debit_amount, -trx_credit_amount, 0)) > 0
),
-- As a payment that was voided did nothing in the end, it is valued by itself.
paid AS (
    SELECT
        payment.record_no, payment.record_type, payment.payment_date AS day, payment.nth_void,
        CASE WHEN payment.nth_void IS NOT NULL THEN coalesce(
            given_back.entry_date, (payment.modified_at AT TIME ZONE 'UTC')::date, payment.payment_date
        ) END AS void_day
    FROM payment
    LEFT JOIN bank ON bank.bank_account_id = payment.financial_account_id
    LEFT JOIN given_back
        ON given_back.account_no = bank.account_no AND given_back.record_type = payment.record_type
        AND given_back.vendor_id = payment.vendor_id AND given_back.currency = payment.currency
        AND given_back.trx = payment.trx_total_entered AND given_back.nth = payment.nth_void
),
detail AS (
    SELECT
        *, coalesce(trx_payment_amount, 0) + coalesce(trx_adjustment_amount, 0) + coalesce(trx_inline_amount, 0)
            + coalesce(trx_advance_amount, 0) AS settled
    FROM marts.intacct_ap_payment_detail_as_of($2) WHERE entity = $1
),
share AS (
    SELECT
        CASE WHEN bill_record_no IS NULL THEN 'ap_adjustment' ELSE 'ap_bill' END AS table_name,
        coalesce(bill_record_no, paid_adjustment_record_no) AS document,
        coalesce(bill_line_record_no, paid_adjustment_line_record_no) AS line, payment_record_no, record_no,
        settled AS trx
    FROM detail
    UNION ALL
    SELECT 'ap_adjustment', adjustment_record_no, adjustment_line_record_no, payment_record_no, record_no,
        -trx_adjustment_amount
    FROM detail WHERE adjustment_record_no IS NOT NULL
    UNION ALL
    SELECT 'ap_bill', inline_record_no, inline_line_record_no, payment_record_no, record_no, -trx_inline_amount
    FROM detail WHERE inline_record_no IS NOT NULL
),
-- What a share takes off in base currency: so much at the document's own rate, and all of it with the last share.
ordered AS (
    SELECT
        share.*, paid.record_type AS settled_as, paid.day, paid.void_day, paid.nth_void,
        CASE WHEN paid.nth_void IS NOT NULL THEN share.trx ELSE sum(share.trx) OVER (
            PARTITION BY share.table_name, share.document, share.line, paid.nth_void
            ORDER BY paid.day, paid.record_no, share.record_no
        ) END AS so_far,
        whole.trx AS whole_trx, whole.base AS whole_base, whole.books_id
    FROM share
    JOIN paid ON paid.record_no = share.payment_record_no
    JOIN whole
        ON whole.table_name = share.table_name AND whole.document = share.document
        AND whole.line = coalesce(share.line, 0)
),
valued AS (
    SELECT
        ordered.*,
        marts.part_in_base(so_far, whole_trx, whole_base, document.exchange_rate, document.base_currency)
            - marts.part_in_base(
                so_far - ordered.trx, whole_trx, whole_base, document.exchange_rate, document.base_currency
            ) AS base
    FROM ordered
    JOIN document ON document.table_name = ordered.table_name AND document.record_no = ordered.document
),
movement AS (
    SELECT
        placed.table_name, placed.document, placed.books_id, NULL::bigint AS settled_by, NULL AS settled_as,
        NULL::date AS day, sum(placed.trx_amount) AS trx, sum(placed.amount) AS base
    FROM placed
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT table_name, document, books_id, payment_record_no, settled_as, day, -sum(trx), -sum(base)
    FROM valued GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT table_name, document, books_id, payment_record_no, settled_as, void_day, sum(trx), sum(base)
    FROM valued WHERE void_day IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT
    document.table_name, document.record_no, document.document_no, document.vendor_id, document.due_date,
    document.owner_id, movement.books_id, document.stated_trx, document.stated_base, movement.settled_by,
    coalesce(movement.settled_as, document.record_type, ''), coalesce(movement.day, document.day), document.currency,
    document.base_currency, movement.trx, movement.base
FROM movement
JOIN document ON document.table_name = movement.table_name AND document.record_no = movement.document
$$;
COMMENT ON FUNCTION marts.payable_movement(text, timestamptz) IS
    'What changed the balance owed to vendors, as known at an instant: documents, and what settled them; owed is positive.';
