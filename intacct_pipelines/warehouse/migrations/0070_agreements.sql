-- What both sides of a pair last agreed on, field by field: the base of the two-way merge (S-CFG-21).
CREATE TABLE mapping.agreement (
    link text NOT NULL,
    object text NOT NULL,
    platform_id text NOT NULL,
    intacct_record_no bigint NOT NULL,
    fields jsonb NOT NULL,
    agreed_at timestamptz NOT NULL,
    PRIMARY KEY (link, object, platform_id, intacct_record_no)
);
COMMENT ON TABLE mapping.agreement IS 'What both sides of a pair last agreed on: a field that both changed since is a conflict.';
COMMENT ON COLUMN mapping.agreement.fields IS 'Value by the platform''s column; a field on which they never agreed is absent.';
-- Contacts have their address from here on, which is read with all of them once.
DELETE FROM ops.watermark WHERE table_name = 'intacct.contact';
