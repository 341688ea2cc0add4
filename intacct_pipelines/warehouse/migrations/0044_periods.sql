-- The document's date of each difference, and the classes by month of it, so that a report can be cut by period.

ALTER TABLE recon.difference ADD COLUMN document_date date;
COMMENT ON COLUMN recon.difference.document_date IS
    'The platform''s date of the document, else Intacct''s; null for records of a list, which belong to no period.';

CREATE TABLE recon.period_total (
    link text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    object text NOT NULL,
    currency text NOT NULL,
    month date CHECK (extract(day FROM month) = 1),
    class text NOT NULL,
    verdict text NOT NULL,
    rule text NOT NULL,
    platform_count bigint NOT NULL,
    intacct_count bigint NOT NULL,
    platform_total numeric NOT NULL,
    intacct_total numeric NOT NULL,
    difference numeric NOT NULL CHECK (difference = platform_total - intacct_total),
    first_seen_at timestamptz NOT NULL,
    run_id text NOT NULL
);
CREATE UNIQUE INDEX period_total_key ON recon.period_total (link, object, currency, month, class, verdict, rule)
    NULLS NOT DISTINCT;
COMMENT ON TABLE recon.period_total IS
    'Current rows and money of both sides per currency, class and month of the document''s date; over all months they are the last run''s recon.total.';
COMMENT ON COLUMN recon.period_total.month IS
    'First day of the month; null for what has no date. A pair stands in the month of its platform''s document with both sides.';
COMMENT ON COLUMN recon.period_total.run_id IS 'The run that found or last changed the row.';
