CREATE FUNCTION marts.trial_balance_on(day date) RETURNS TABLE (
    company_id text, entity_id text, account_no text, account_title text, account_type text,
    currency text, base_currency text,
    trx_debit numeric, trx_credit numeric, trx_balance numeric, debit numeric, credit numeric, balance numeric
) LANGUAGE sql STABLE AS $$
    SELECT
        company_id, entity_id, account_no, account_title, account_type, currency, base_currency,
        sum(trx_debit), sum(trx_credit), sum(trx_debit - trx_credit), sum(debit), sum(credit), sum(debit - credit)
    FROM marts.posted_line
    WHERE entry_date <= day
    GROUP BY 1, 2, 3, 4, 5, 6, 7
$$;
COMMENT ON FUNCTION marts.trial_balance_on(date) IS
    'The trial balance at the end of a day, as the ledger stands now; columns as in marts.trial_balance.';

CREATE VIEW marts.trial_balance AS SELECT * FROM marts.trial_balance_on(current_date);
