-- The money of payments to vendors by the account that it left and by whose books it is in; a void gives it back.
-- In base currency Intacct tells only the total, rounded as a whole, so a part in another currency has no base amount.
CREATE FUNCTION marts.payment_money(partition_key text, at timestamptz) RETURNS TABLE (
    record_no bigint, document_no text, party_id text, financial_account_id text, books_id text, record_type text,
    day date, currency text, base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
WITH by_advance AS (
    SELECT payment_record_no, sum(trx_advance_amount) AS trx
    FROM marts.intacct_ap_payment_detail_as_of($2)
    WHERE entity = $1 AND advance_record_no IS NOT NULL
    GROUP BY 1
),
settled AS (
    SELECT
        settled_by, party_id, books_id, record_type, day, currency, base_currency, -sum(trx) AS trx
    FROM marts.payable_movement($1, $2)
    WHERE settled_by IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT
    settled.settled_by, payment.document_no, settled.party_id, payment.financial_account_id, settled.books_id,
    settled.record_type, settled.day, settled.currency, settled.base_currency, money.trx,
    CASE WHEN settled.currency = settled.base_currency THEN money.trx END
FROM settled
JOIN marts.intacct_ap_payment_as_of($2) AS payment
    ON payment.entity = $1 AND payment.record_no = settled.settled_by
LEFT JOIN by_advance ON by_advance.payment_record_no = settled.settled_by
CROSS JOIN LATERAL (SELECT settled.trx - sign(settled.trx) * coalesce(by_advance.trx, 0) AS trx) AS money
WHERE money.trx <> 0
$$;
COMMENT ON FUNCTION marts.payment_money(text, timestamptz) IS
    'Money of payments to vendors by the account that it left, as known at an instant; what left is positive.';
