-- What people said of fields that both sides changed: whose word stands (S-CFG-21). Nothing is ever taken out of it.
CREATE TABLE mapping.resolution (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link text NOT NULL,
    object text NOT NULL,
    platform_id text NOT NULL,
    intacct_record_no bigint NOT NULL,
    side text NOT NULL CHECK (side IN ('platform', 'intacct')),
    fields jsonb NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL
);
CREATE INDEX resolution_pair ON mapping.resolution (link, object, platform_id, intacct_record_no);
COMMENT ON TABLE mapping.resolution IS 'Decisions of people about fields that both sides changed: whose word stands.';
-- What this product wrote itself is no edit of a person's, however late it was sent.
ALTER TABLE mapping.agreement ADD COLUMN written_at timestamptz;
COMMENT ON COLUMN mapping.agreement.written_at IS 'Intacct''s own time of its record as this product last wrote all of it.';
COMMENT ON COLUMN mapping.resolution.fields IS 'By the platform''s column: what had been agreed, and what each side said.';
