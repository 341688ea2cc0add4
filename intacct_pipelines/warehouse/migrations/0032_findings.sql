-- One finding per root cause, and of every difference whose turn it is.

ALTER TABLE recon.difference
    ADD COLUMN cause text NOT NULL DEFAULT '',
    ADD COLUMN turn text NOT NULL DEFAULT '',
    ADD COLUMN root text NOT NULL DEFAULT '',
    ADD COLUMN root_name text NOT NULL DEFAULT '';
COMMENT ON COLUMN recon.difference.cause IS 'Short name of the reason; it stays when the sentence is reworded.';
COMMENT ON COLUMN recon.difference.turn IS 'Who has to act next.';
COMMENT ON COLUMN recon.difference.root IS 'What several differences are mended by at once, such as a vendor that is missing; empty where each kind and field is a matter of its own.';
COMMENT ON COLUMN recon.difference.root_name IS 'The root''s name, for people.';

CREATE TABLE ops.finding (
    finding_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    object text NOT NULL,
    kind text NOT NULL,
    field text NOT NULL,
    cause text NOT NULL,
    root text NOT NULL,
    root_name text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('expected', 'in_flight', 'break')),
    rule text NOT NULL,
    turn text NOT NULL,
    reason text NOT NULL,
    remedy text NOT NULL,
    records bigint NOT NULL CHECK (records > 0),
    differences bigint NOT NULL CHECK (differences >= records),
    money_at_stake jsonb NOT NULL,
    oldest_at timestamptz NOT NULL,
    examples jsonb NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    closed_at timestamptz CHECK (closed_at >= last_seen_at),
    run_id text NOT NULL
);
CREATE UNIQUE INDEX finding_open ON ops.finding (link, object, kind, field, cause, root) WHERE closed_at IS NULL;
CREATE INDEX finding_by_entity ON ops.finding (entity, closed_at);
COMMENT ON TABLE ops.finding IS 'One row for each root cause of differences, from the run that first found it to the run that no longer did; one that returns is a new row.';
COMMENT ON COLUMN ops.finding.kind IS 'Kind of its differences; empty where a root has differences of several.';
COMMENT ON COLUMN ops.finding.field IS 'Field that differs; empty where a record is missing or a root has several.';
COMMENT ON COLUMN ops.finding.root IS 'What mends all its records at once; empty where object, kind and field say all.';
COMMENT ON COLUMN ops.finding.records IS 'Pairs and lone records concerned, when it was last seen.';
COMMENT ON COLUMN ops.finding.money_at_stake IS 'Currency to amount, as text so that no reader makes it a float; of a record that differs in several fields, the largest counts.';
COMMENT ON COLUMN ops.finding.oldest_at IS 'When the record that has waited longest last changed.';
COMMENT ON COLUMN ops.finding.examples IS 'Up to five records with most money at stake.';
COMMENT ON COLUMN ops.finding.closed_at IS 'When a run no longer found it; null while it is open.';
