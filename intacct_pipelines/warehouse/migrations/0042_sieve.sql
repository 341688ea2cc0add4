-- Pairs that Postgres settles itself, and what it must remember so that the next run looks only at what changed.

ALTER TABLE recon.match ADD COLUMN sieve_key bigint, ADD COLUMN sieve_month date;
COMMENT ON COLUMN recon.match.sieve_key IS
    'Hash of party and number of a pair that was settled without being read, on whose key no other row depends; null for all others.';
COMMENT ON COLUMN recon.match.sieve_month IS 'First day of the month of such a pair''s document.';

CREATE TABLE recon.sieve (
    link text NOT NULL,
    object text NOT NULL,
    declared text NOT NULL,
    lookups jsonb NOT NULL,
    read_to jsonb NOT NULL,
    settled jsonb NOT NULL,
    whole jsonb NOT NULL,
    compared_whole_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (link, object)
);
COMMENT ON TABLE recon.sieve IS 'What the last run over a link and object knew; without a row the next one looks at everything.';
COMMENT ON COLUMN recon.sieve.declared IS 'Hash of what the sieve compares.';
COMMENT ON COLUMN recon.sieve.lookups IS 'Partners and translations by which pairs were settled.';
COMMENT ON COLUMN recon.sieve.read_to IS 'Table to the newest certificate that the run saw.';
COMMENT ON COLUMN recon.sieve.settled IS 'Currency, month, count and money of both sides of the pairs that hold a sieve_key.';
COMMENT ON COLUMN recon.sieve.whole IS 'Side, then currency, to count and money of all live rows; proven equal to the classes.';
COMMENT ON COLUMN recon.sieve.compared_whole_at IS 'When everything was last looked at.';

CREATE TABLE recon.unsettled (
    link text NOT NULL,
    object text NOT NULL,
    side text NOT NULL CHECK (side IN ('platform', 'intacct')),
    key text NOT NULL,
    PRIMARY KEY (link, object, side, key)
);
COMMENT ON TABLE recon.unsettled IS 'Rows of both sides, deleted ones too, that were read and compared one by one, and are so in each run.';
