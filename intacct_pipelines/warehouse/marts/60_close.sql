-- The last result of each month, for analysts; `close.*` keeps those before it.
CREATE VIEW marts.close_figure AS
SELECT
    last.entity,
    last.month,
    CASE WHEN NOT last.is_closed THEN 'provisional' WHEN last.frozen_run_id = last.run_id THEN 'frozen' ELSE 'closed' END
        AS status,
    last.taken_at,
    figure.tie_out,
    figure.account_no,
    figure.currency,
    figure.base_currency,
    figure.expected,
    figure.actual,
    figure.difference,
    figure.expected_base,
    figure.actual_base,
    figure.difference_base,
    figure.items,
    figure.ties
FROM (SELECT DISTINCT ON (entity, month) * FROM close.result ORDER BY entity, month, taken_at DESC) AS last
JOIN close.figure AS figure ON (figure.entity, figure.month, figure.run_id) = (last.entity, last.month, last.run_id);
