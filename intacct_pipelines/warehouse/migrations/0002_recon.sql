-- What reconciliation found: the current pairs and differences of each link, and every run's totals.

CREATE TABLE recon.match (
    link text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    object text NOT NULL,
    platform_id text NOT NULL,
    intacct_record_no bigint NOT NULL,
    intacct_id text NOT NULL,
    method text NOT NULL CHECK (method IN ('crosswalk', 'mark', 'natural_key')),
    predecessor_record_no bigint,
    rule text NOT NULL,
    is_equal boolean NOT NULL,
    currency text NOT NULL,
    platform_amount numeric NOT NULL,
    intacct_amount numeric NOT NULL,
    first_seen_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (link, object, platform_id)
);
COMMENT ON TABLE recon.match IS 'Current pairs of records of BILL and Intacct.';
COMMENT ON COLUMN recon.match.method IS 'How the pair was found: confirmed before, by the source named in the record, or by natural key.';
COMMENT ON COLUMN recon.match.predecessor_record_no IS 'Intacct''s deleted record that this one replaces (S-BIL-08).';
COMMENT ON COLUMN recon.match.run_id IS 'The run that found or last changed the row.';

CREATE TABLE recon.difference (
    link text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    object text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('missing_in_intacct', 'missing_in_platform', 'amount', 'date', 'state', 'coding',
                                       'duplicate', 'application')),
    verdict text NOT NULL CHECK (verdict IN ('expected', 'in_flight', 'break')),
    rule text NOT NULL,
    platform_id text,
    intacct_record_no bigint,
    intacct_id text,
    field text NOT NULL,
    platform_value text,
    intacct_value text,
    amount_difference numeric NOT NULL,
    money_at_stake numeric NOT NULL,
    currency text NOT NULL,
    changed_at timestamptz,
    reason text NOT NULL,
    remedy text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    run_id text NOT NULL,
    CHECK (platform_id IS NOT NULL OR intacct_record_no IS NOT NULL),
    CHECK ((verdict = 'break') = (rule = ''))
);
CREATE UNIQUE INDEX difference_key ON recon.difference
    (link, object, kind, field, platform_id, intacct_record_no) NULLS NOT DISTINCT;
CREATE INDEX difference_of_platform_id ON recon.difference (platform_id);
CREATE INDEX difference_of_record_no ON recon.difference (intacct_record_no);
COMMENT ON TABLE recon.difference IS 'Current differences: what, how much, since when, why, and what to do.';
COMMENT ON COLUMN recon.difference.rule IS 'The rule that explains the difference; empty for breaks.';
COMMENT ON COLUMN recon.difference.amount_difference IS 'Platform less Intacct, in the currency of the row.';
COMMENT ON COLUMN recon.difference.money_at_stake IS 'How much money the difference touches; never negative.';
COMMENT ON COLUMN recon.difference.changed_at IS 'When the younger side last changed.';
COMMENT ON COLUMN recon.difference.first_seen_at IS 'When a run first found this difference; kept as long as it stays.';
COMMENT ON COLUMN recon.difference.run_id IS 'The run that found or last changed the row.';

CREATE TABLE recon.total (
    run_id text NOT NULL,
    link text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    object text NOT NULL,
    reconciled_at timestamptz NOT NULL,
    currency text NOT NULL,
    class text NOT NULL,
    verdict text NOT NULL,
    rule text NOT NULL,
    platform_count bigint NOT NULL,
    intacct_count bigint NOT NULL,
    platform_total numeric NOT NULL,
    intacct_total numeric NOT NULL,
    difference numeric NOT NULL CHECK (difference = platform_total - intacct_total),
    PRIMARY KEY (run_id, link, object, currency, class, verdict, rule)
);
CREATE INDEX total_by_time ON recon.total (link, object, reconciled_at DESC);
COMMENT ON TABLE recon.total IS 'Rows and money of both sides per currency and class, of every run; per currency they add up to all rows.';

-- One record of Intacct is one record of BILL, as well as the other way round.
CREATE UNIQUE INDEX crosswalk_confirmed_record ON mapping.crosswalk (link, object, intacct_record_no)
    WHERE status = 'confirmed';
