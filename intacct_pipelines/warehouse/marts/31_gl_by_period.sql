CREATE VIEW marts.gl_by_period AS
SELECT
    company_id,
    entity_id,
    date_trunc('month', entry_date)::date AS period,
    account_no,
    account_title,
    account_type,
    department_id,
    location_id,
    class_id,
    currency,
    base_currency,
    count(*) AS lines,
    sum(trx_debit) AS trx_debit,
    sum(trx_credit) AS trx_credit,
    sum(debit) AS debit,
    sum(credit) AS credit,
    sum(debit - credit) AS movement
FROM marts.posted_line
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
