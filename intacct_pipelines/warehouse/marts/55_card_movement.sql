-- Whatever changed what is owed on card accounts: charges and refunds, and vendors paid by card. Both are what a card's
-- ledger account is credited; lines coded to that account, such as the bill of the card's issuer, are not in here.
CREATE FUNCTION marts.card_movement(partition_key text, at timestamptz) RETURNS TABLE (
    table_name text, record_no bigint, document_no text, party_id text, card_account_id text, books_id text,
    record_type text, day date, currency text, base_currency text, trx numeric, base numeric
) LANGUAGE sql STABLE AS $$
    SELECT
        'card_transaction', charge.record_no, charge.document_no, NULL, charge.card_account_id,
        coalesce(nullif(charge.owner_entity_id, ''), place.entity_id, ''), coalesce(charge.record_type, ''),
        charge.transaction_date, charge.currency, charge.base_currency, sum(line.trx_amount),
        sum(coalesce(line.amount, line.trx_amount))
    FROM marts.intacct_card_transaction_as_of($2) AS charge
    JOIN marts.intacct_card_transaction_line_as_of($2) AS line
        ON line.entity = $1 AND line.transaction_record_no = charge.record_no
    LEFT JOIN marts.location_entity AS place
        ON place.company_id = split_part($1, ':', 1) AND place.location_id = line.location_id
    WHERE charge.entity = $1 AND charge.state NOT IN ('Draft', 'Submitted', 'Partially Approved', 'Declined')
    GROUP BY 2, 3, 5, 6, 7, 8, 9, 10
    UNION ALL
    SELECT
        'ap_payment', paid.record_no, paid.document_no, paid.party_id, paid.financial_account_id, paid.books_id,
        paid.record_type, paid.day, paid.currency, paid.base_currency, paid.trx, paid.base
    FROM marts.payment_money($1, $2) AS paid
    JOIN marts.intacct_card_account_as_of($2) AS card
        ON card.entity = $1 AND card.card_id = paid.financial_account_id
$$;
COMMENT ON FUNCTION marts.card_movement(text, timestamptz) IS
    'What changed the balance owed on card accounts, as known at an instant; charges are positive.';
