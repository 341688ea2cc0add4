-- Bank accounts and clearing accounts are the checking and savings accounts of Intacct; the ledger says what passed them.
CREATE VIEW marts.cash_by_clearing_account AS
WITH bank AS (
    SELECT company_id, account_no, string_agg(bank_account_id, ', ' ORDER BY bank_account_id) AS bank_account_ids
    FROM (
        SELECT company_id, account_no, bank_account_id, _deleted FROM company.checking_account
        UNION ALL
        SELECT company_id, account_no, bank_account_id, _deleted FROM company.savings_account
    ) AS every
    WHERE NOT _deleted AND account_no IS NOT NULL
    GROUP BY 1, 2
),
moved AS (
    SELECT
        line.company_id,
        line.entity_id,
        line.account_no,
        line.account_title,
        bank.bank_account_ids,
        date_trunc('month', line.entry_date)::date AS period,
        line.currency,
        line.base_currency,
        sum(line.trx_debit) AS trx_in,
        sum(line.trx_credit) AS trx_out,
        sum(line.debit - line.credit) AS movement
    FROM marts.posted_line AS line
    JOIN bank USING (company_id, account_no)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
)
SELECT
    company_id,
    entity_id,
    account_no,
    account_title,
    bank_account_ids,
    period,
    currency,
    base_currency,
    sum(trx_in - trx_out) OVER so_far - (trx_in - trx_out) AS trx_opening,
    trx_in,
    trx_out,
    sum(trx_in - trx_out) OVER so_far AS trx_closing,
    sum(movement) OVER so_far AS closing
FROM moved
WINDOW so_far AS (
    PARTITION BY company_id, entity_id, account_no, currency, base_currency ORDER BY period
);
