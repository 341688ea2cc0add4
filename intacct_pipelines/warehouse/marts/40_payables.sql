CREATE VIEW marts.ap_open_bill AS
SELECT
    company_id,
    coalesce(owner_entity_id, '') AS entity_id,
    record_no,
    vendor_id,
    vendor_name,
    document_no,
    state,
    bill_date,
    due_date,
    greatest(current_date - due_date, 0)::bigint AS days_overdue,
    currency,
    base_currency,
    trx_total_entered,
    trx_total_paid,
    trx_total_due,
    total_due
FROM company.ap_bill
WHERE NOT _deleted AND state IN ('Posted', 'Selected', 'Partially Paid', 'Paid') AND trx_total_due <> 0;

-- Vendor credits that are not used up lower what is owed; they are due on their own day.
CREATE VIEW marts.ap_ageing AS
WITH open_document AS (
    SELECT
        company_id, entity_id, vendor_id, vendor_name, currency, base_currency, days_overdue, trx_total_due, total_due
    FROM marts.ap_open_bill
    UNION ALL
    SELECT
        company_id, coalesce(owner_entity_id, ''), vendor_id, vendor_name, currency, base_currency,
        greatest(current_date - coalesce(due_date, adjustment_date), 0)::bigint, trx_total_due, total_due
    FROM company.ap_adjustment
    WHERE NOT _deleted AND state IN ('Posted', 'Selected', 'Partially Paid', 'Paid') AND trx_total_due <> 0
)
SELECT
    company_id,
    entity_id,
    vendor_id,
    max(vendor_name) AS vendor_name,
    currency,
    base_currency,
    count(*) AS documents,
    sum(trx_total_due) FILTER (WHERE days_overdue = 0) AS not_due,
    sum(trx_total_due) FILTER (WHERE days_overdue BETWEEN 1 AND 30) AS overdue_1_30,
    sum(trx_total_due) FILTER (WHERE days_overdue BETWEEN 31 AND 60) AS overdue_31_60,
    sum(trx_total_due) FILTER (WHERE days_overdue BETWEEN 61 AND 90) AS overdue_61_90,
    sum(trx_total_due) FILTER (WHERE days_overdue > 90) AS overdue_over_90,
    sum(trx_total_due) AS trx_total_due,
    sum(total_due) AS total_due
FROM open_document
GROUP BY 1, 2, 3, 5, 6;

CREATE VIEW marts.vendor_spend AS
SELECT
    company_id,
    coalesce(owner_entity_id, '') AS entity_id,
    vendor_id,
    max(vendor_name) AS vendor_name,
    date_trunc('month', bill_date)::date AS period,
    currency,
    base_currency,
    count(*) AS bills,
    sum(trx_total_entered) AS trx_billed,
    sum(total_entered) AS billed,
    sum(trx_total_due) AS trx_open
FROM company.ap_bill
WHERE NOT _deleted AND state IN ('Posted', 'Selected', 'Partially Paid', 'Paid')
GROUP BY 1, 2, 3, 5, 6, 7;
