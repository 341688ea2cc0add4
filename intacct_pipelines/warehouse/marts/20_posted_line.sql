-- Posted lines of the accrual books with the entity whose books they are in; the base of all ledger marts.
CREATE VIEW marts.posted_line AS
SELECT
    line.company_id,
    coalesce(place.entity_id, '') AS entity_id,
    line.record_no,
    line.entry_date,
    line.account_no,
    account.title AS account_title,
    account.account_type,
    line.department_id,
    line.location_id,
    line.class_id,
    line.currency,
    line.base_currency,
    coalesce(line.trx_debit_amount, 0) AS trx_debit,
    coalesce(line.trx_credit_amount, 0) AS trx_credit,
    coalesce(line.debit_amount, 0) AS debit,
    coalesce(line.credit_amount, 0) AS credit
FROM company.gl_detail AS line
LEFT JOIN marts.location_entity AS place
    ON place.company_id = line.company_id AND place.location_id = line.location_id
LEFT JOIN company.gl_account AS account
    ON account.company_id = line.company_id AND account.account_no = line.account_no AND NOT account._deleted
WHERE NOT line._deleted AND line.entry_state = 'P' AND line.book = 'ACCRUAL';
