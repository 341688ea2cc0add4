-- What is on a bank account, as Intacct tells it and as its ledger account says; BILL is shown it and never tells one.
CREATE VIEW marts.bank_balance AS
WITH bank AS (
    SELECT company_id, bank_account_id, 'checking' AS kind, account_no, location_id, currency, balance, status
    FROM company.checking_account
    WHERE NOT _deleted
    UNION ALL
    SELECT company_id, bank_account_id, 'savings', account_no, location_id, currency, balance, status
    FROM company.savings_account
    WHERE NOT _deleted
),
ledger AS (
    SELECT
        company_id,
        entity_id,
        account_no,
        currency,
        sum(trx_debit - trx_credit) AS balance,
        max(entry_date) AS last_entry_date
    FROM marts.posted_line
    GROUP BY 1, 2, 3, 4
)
SELECT
    bank.company_id,
    coalesce(place.entity_id, '') AS entity_id,
    bank.bank_account_id,
    bank.kind,
    bank.status,
    bank.account_no,
    count(*) OVER (
        PARTITION BY bank.company_id, coalesce(place.entity_id, ''), bank.account_no, bank.currency
    ) AS bank_accounts,
    bank.currency,
    bank.balance,
    coalesce(ledger.balance, 0) AS ledger_balance,
    ledger.last_entry_date
FROM bank
LEFT JOIN marts.location_entity AS place
    ON place.company_id = bank.company_id AND place.location_id = bank.location_id
LEFT JOIN ledger
    ON ledger.company_id = bank.company_id AND ledger.entity_id = coalesce(place.entity_id, '')
    AND ledger.account_no = bank.account_no AND ledger.currency = bank.currency;
