-- API calls by account and month, so that a stop line can be held across processes.

ALTER TABLE ops.api_call RENAME COLUMN requests TO calls;
ALTER TABLE ops.api_call ADD COLUMN account text NOT NULL DEFAULT '';
UPDATE ops.api_call SET account = split_part(entity, ':', 1) WHERE system = 'intacct';
COMMENT ON TABLE ops.api_call IS 'Billable API calls by run, account, entity and asset, noted before they are sent.';
COMMENT ON COLUMN ops.api_call.calls IS 'A sign-in, a page read and each record written count as one; failed and repeated ones too.';
COMMENT ON COLUMN ops.api_call.account IS 'The Intacct company''s id, or the platform connection''s name.';

CREATE TABLE ops.api_month (
    system text NOT NULL,
    account text NOT NULL,
    month date NOT NULL,
    calls bigint NOT NULL,
    PRIMARY KEY (system, account, month)
);
COMMENT ON TABLE ops.api_month IS 'Billable API calls of an account in a calendar month, UTC: what the stop line is held against.';
INSERT INTO ops.api_month
    SELECT system, account, date_trunc('month', called_at AT TIME ZONE 'UTC')::date, sum(calls)
    FROM ops.api_call GROUP BY 1, 2, 3;
