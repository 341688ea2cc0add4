-- What was found in files of a platform: a plan tells size and hash of what it would send. The bytes are kept nowhere.
CREATE TABLE push.file (
    link text NOT NULL,
    table_name text NOT NULL,
    file_id text NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^([0-9a-f]{64})?$'),
    read_at timestamptz NOT NULL,
    PRIMARY KEY (link, table_name, file_id)
);
COMMENT ON TABLE push.file IS 'Size and hash of the platform''s files, each read once for planning; forgotten where sending finds another content.';
COMMENT ON COLUMN push.file.sha256 IS 'Empty for a file that was broken off because it is too large; its size is then at least that.';
