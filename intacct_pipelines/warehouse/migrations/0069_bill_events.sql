-- What BILL's webhooks tell, and when a sync of an entity began: by one clock, so that either can be said to come first.

CREATE TABLE ops.bill_burst (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity text COLLATE "C" NOT NULL,
    events bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id text
);
CREATE INDEX ON ops.bill_burst (entity) WHERE run_id IS NULL;
COMMENT ON TABLE ops.bill_burst IS 'Events of one entity that one run of `sync` answers.';
COMMENT ON COLUMN ops.bill_burst.run_id IS 'The run; empty until Dagster has it.';

CREATE TABLE ops.bill_event (
    link text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    entity text COLLATE "C" NOT NULL,
    organization_id text NOT NULL,
    subscription_id text NOT NULL,
    event_type text NOT NULL,
    object_id text NOT NULL,
    happened_at timestamptz,
    verdict text NOT NULL CHECK (verdict IN ('accepted', 'too_old', 'not_linked')),
    body_hash text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    times_received bigint NOT NULL DEFAULT 1,
    last_received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    burst_id bigint REFERENCES ops.bill_burst (id),
    PRIMARY KEY (link, event_id)
);
CREATE INDEX ON ops.bill_event (entity, received_at) WHERE verdict = 'accepted' AND burst_id IS NULL;
COMMENT ON TABLE ops.bill_event IS 'Notifications that BILL signed, each event once; kept for good, so that none counts a second time.';
COMMENT ON COLUMN ops.bill_event.event_id IS 'BILL''s id of the event; the same each time that it is sent.';
COMMENT ON COLUMN ops.bill_event.happened_at IS 'When the record changed, as the notification says; empty if it does not.';
COMMENT ON COLUMN ops.bill_event.verdict IS 'accepted: asks for a sync; too_old: outside of the window; not_linked: of an organisation that the key does not speak for.';
COMMENT ON COLUMN ops.bill_event.body_hash IS 'SHA-256 of the body, in hex; the body is not kept.';
COMMENT ON COLUMN ops.bill_event.burst_id IS 'The burst that it is answered with; empty while it waits.';

CREATE TABLE ops.sync_start (
    run_id text COLLATE "C" PRIMARY KEY,
    job text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON ops.sync_start (entity, started_at);
COMMENT ON TABLE ops.sync_start IS 'When a run had its entity to itself and began: what was known to a source before is seen by it.';
