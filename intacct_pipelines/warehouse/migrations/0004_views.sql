-- The views that analysts query are made from files and from the catalog; this says what the present ones were made of.
CREATE SCHEMA IF NOT EXISTS company;
CREATE SCHEMA IF NOT EXISTS sage_intacct;
COMMENT ON SCHEMA company IS 'Sage Intacct''s tables with one row per company and record, whatever entities read it.';
COMMENT ON SCHEMA sage_intacct IS 'Sage Intacct''s tables under the names that public dbt packages read.';

CREATE TABLE ops.made_view (
    fingerprint text NOT NULL,
    objects text[] NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE ops.made_view IS 'What the present views were made of, and which they are, in the order of their making.';
