-- Months of history: what was proven when, and what was found to have changed since.

CREATE TABLE ops.month_proof (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    month date NOT NULL,
    proven_at timestamptz NOT NULL,
    run_id text NOT NULL,
    is_proven boolean NOT NULL,
    calls bigint NOT NULL,
    seconds numeric NOT NULL,
    previous_id bigint REFERENCES ops.month_proof
);
CREATE INDEX month_proof_by_month ON ops.month_proof (table_name, entity, month, id DESC);
COMMENT ON TABLE ops.month_proof IS 'One reading of one month of one table of documents, with its lines, against the source.';
COMMENT ON COLUMN ops.month_proof.is_proven IS 'Whether count and control total of what is stored equal the source''s.';
COMMENT ON COLUMN ops.month_proof.calls IS 'Pages read; a sign-in is not among them.';
COMMENT ON COLUMN ops.month_proof.previous_id IS 'The proof before this one; what changed since is in ops.month_drift.';

CREATE TABLE ops.month_total (
    proof_id bigint NOT NULL REFERENCES ops.month_proof ON DELETE CASCADE,
    table_name text NOT NULL,
    rows bigint NOT NULL,
    control_total numeric NOT NULL,
    source_rows bigint NOT NULL,
    source_control_total numeric NOT NULL,
    quarantined bigint NOT NULL,
    added bigint NOT NULL,
    changed bigint NOT NULL,
    deleted bigint NOT NULL,
    control_total_drift numeric NOT NULL,
    PRIMARY KEY (proof_id, table_name)
);
COMMENT ON TABLE ops.month_total IS 'What a proof counted in each table of the documents and their lines, and how it drifted since the proof before.';
COMMENT ON COLUMN ops.month_total.control_total_drift IS 'Control total now less at the proof before.';

CREATE TABLE ops.month_drift (
    proof_id bigint NOT NULL REFERENCES ops.month_proof ON DELETE CASCADE,
    table_name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('added', 'changed', 'deleted')),
    key text NOT NULL,
    amount_before numeric,
    amount_now numeric,
    found_by_proof boolean NOT NULL,
    PRIMARY KEY (proof_id, table_name, key)
);
COMMENT ON TABLE ops.month_drift IS 'Records of a month that were added, changed or deleted since the month was proven before.';
COMMENT ON COLUMN ops.month_drift.kind IS 'deleted also says that a record moved to another month.';
COMMENT ON COLUMN ops.month_drift.found_by_proof IS 'Whether only the proof found it; otherwise a sync had stored it before.';

-- An instant in the past is looked up among the versions that ended after it.
DO $$
DECLARE version record;
BEGIN
    FOR version IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'versions'::regnamespace AND c.relkind = 'r'
    LOOP
        EXECUTE format('CREATE INDEX ON %s (entity, valid_to)', version.name);
    END LOOP;
END $$;
