-- What the warehouse needs beside the sources' own tables, which come from the catalog.

CREATE SCHEMA IF NOT EXISTS intacct;
CREATE SCHEMA IF NOT EXISTS bill;
CREATE SCHEMA IF NOT EXISTS partitions;
CREATE SCHEMA IF NOT EXISTS versions;
CREATE SCHEMA IF NOT EXISTS quarantine;
CREATE SCHEMA IF NOT EXISTS mapping;
CREATE SCHEMA IF NOT EXISTS recon;
CREATE SCHEMA IF NOT EXISTS push;
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA IF NOT EXISTS marts;

COMMENT ON SCHEMA intacct IS 'Current rows of Sage Intacct, one table per object, typed.';
COMMENT ON SCHEMA bill IS 'Current rows of BILL, one table per object, typed.';
COMMENT ON SCHEMA partitions IS 'The entities'' parts of the tables in the sources'' schemas; query those instead.';
COMMENT ON SCHEMA versions IS 'Every earlier version of each row, with valid_from and valid_to.';
COMMENT ON SCHEMA quarantine IS 'Rows that could not be typed or failed their contract.';
COMMENT ON SCHEMA mapping IS 'Crosswalks between the systems'' ids.';
COMMENT ON SCHEMA recon IS 'Matches, differences, and totals that prove conservation.';
COMMENT ON SCHEMA push IS 'Plans, outbox, attempts, journal.';
COMMENT ON SCHEMA ops IS 'Watermarks, certificates of completeness, API calls.';
COMMENT ON SCHEMA marts IS 'Views for analysts.';

CREATE TABLE quarantine.row (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    key text NOT NULL,
    column_name text NOT NULL,
    check_name text NOT NULL,
    value text NOT NULL,
    rule text NOT NULL,
    fragment text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    run_id text NOT NULL,
    resolved_at timestamptz,
    resolved_run_id text
);
COMMENT ON TABLE quarantine.row IS 'One rejected row and one reason; resolved_at says when a good copy arrived or the record went away.';
COMMENT ON COLUMN quarantine.row.key IS 'The record''s key; empty if the source row had none that could be read.';
COMMENT ON COLUMN quarantine.row.fragment IS 'The source row as JSON, with personal and bank data masked.';
-- A row without a readable key is told from another by its content.
CREATE UNIQUE INDEX row_open ON quarantine.row
    (table_name, entity, (CASE WHEN key = '' THEN md5(fragment) ELSE key END), column_name, check_name)
    WHERE resolved_at IS NULL;

CREATE TABLE ops.watermark (
    table_name text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    watermark text NOT NULL,
    run_id text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (table_name, entity)
);
COMMENT ON TABLE ops.watermark IS 'How far each table of each entity is read; moves only with the rows, in their transaction.';
COMMENT ON COLUMN ops.watermark.watermark IS 'The largest cursor value, as the server wrote it.';

CREATE TABLE ops.certificate (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    time_window text NOT NULL,
    announced bigint NOT NULL,
    received bigint NOT NULL,
    stored bigint NOT NULL,
    quarantined bigint NOT NULL,
    inserted bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    deleted bigint NOT NULL,
    in_order boolean NOT NULL,
    control_total_source numeric NOT NULL,
    control_total_stored numeric NOT NULL,
    requests bigint NOT NULL,
    watermark text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    run_id text NOT NULL
);
CREATE INDEX certificate_by_table ON ops.certificate (table_name, entity, finished_at DESC);
COMMENT ON TABLE ops.certificate IS 'Proof of completeness of each loaded window; only whole ones are stored.';

CREATE TABLE ops.unread_parent (
    table_name text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    parent_key text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (table_name, entity, parent_key)
);
COMMENT ON TABLE ops.unread_parent IS 'Documents that were written since their lines were last read.';
COMMENT ON COLUMN ops.unread_parent.table_name IS 'The table of the lines.';

CREATE TABLE ops.api_call (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    called_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id text NOT NULL,
    system text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    asset text NOT NULL,
    requests bigint NOT NULL
);
CREATE INDEX api_call_by_time ON ops.api_call (system, called_at);
COMMENT ON TABLE ops.api_call IS 'HTTP requests sent, by run and asset: what the API budget is counted from.';

CREATE TABLE mapping.crosswalk (
    link text NOT NULL,
    object text NOT NULL CHECK (object IN ('vendor', 'ap_bill')),
    platform_id text NOT NULL,
    intacct_record_no bigint NOT NULL,
    intacct_id text NOT NULL DEFAULT '',
    status text NOT NULL CHECK (status IN ('confirmed', 'proposed', 'refused')),
    evidence jsonb NOT NULL DEFAULT '{}',
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (link, object, platform_id, intacct_record_no)
);
CREATE UNIQUE INDEX crosswalk_confirmed ON mapping.crosswalk (link, object, platform_id) WHERE status = 'confirmed';
COMMENT ON TABLE mapping.crosswalk IS 'Which record of BILL is which record of Intacct: confirmed by id, proposed by likeness, refused.';
