-- Plans, outbox items and the append-only journal of everything that was ever done with them.
CREATE SCHEMA IF NOT EXISTS push;

CREATE TABLE push.plan (
    plan_id text PRIMARY KEY,
    link text NOT NULL,
    entity text NOT NULL,
    created_at timestamptz NOT NULL,
    content_hash text NOT NULL,
    -- The document as approved, byte for byte; text, because jsonb forgets the order of fields.
    document text NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'approved', 'done', 'expired', 'superseded')),
    approved_by text,
    approved_at timestamptz,
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
CREATE INDEX plan_open ON push.plan (link, state);

CREATE TABLE push.item (
    item_key text PRIMARY KEY,
    plan_id text NOT NULL REFERENCES push.plan (plan_id),
    link text NOT NULL,
    entity text NOT NULL,
    position integer NOT NULL,
    object_name text NOT NULL CHECK (object_name IN ('vendor', 'ap_bill')),
    operation text NOT NULL CHECK (operation IN ('create', 'update')),
    source_id text NOT NULL,
    natural_key jsonb NOT NULL,
    payload text NOT NULL,
    payload_hash text NOT NULL,
    source_revision text NOT NULL,
    target_record_no bigint,
    target_revision text NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL,
    depends_on text[] NOT NULL,
    label text NOT NULL,
    state text NOT NULL DEFAULT 'planned' CHECK (state IN (
        'planned', 'approved', 'sending', 'uncertain', 'accepted', 'rejected', 'confirmed', 'held', 'expired', 'superseded'
    )),
    worker text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    sent_at timestamptz,
    -- A refusal that has yet to be proven by a look-up, then the reason of the final state.
    refused boolean NOT NULL DEFAULT false,
    reason_class text NOT NULL DEFAULT '',
    rule text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    remedy text NOT NULL DEFAULT '',
    record_no bigint,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX item_plan ON push.item (plan_id);
CREATE INDEX item_state ON push.item (link, state);
CREATE INDEX item_source ON push.item (source_id);
-- A source record can never be on its way under two keys at once.
CREATE UNIQUE INDEX item_one_open ON push.item (link, object_name, source_id)
    WHERE state IN ('approved', 'sending', 'uncertain', 'accepted');

CREATE TABLE push.hold (
    plan_id text NOT NULL REFERENCES push.plan (plan_id),
    position integer NOT NULL,
    object_name text NOT NULL,
    source_id text NOT NULL,
    label text NOT NULL,
    reason_class text NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL,
    remedy text NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL,
    held_by text NOT NULL,
    PRIMARY KEY (plan_id, position)
);
CREATE INDEX hold_source ON push.hold (source_id);

CREATE TABLE push.journal (
    seq bigint PRIMARY KEY,
    item_key text,
    plan_id text,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    event text NOT NULL,
    detail text NOT NULL,
    prev_hash text NOT NULL,
    hash text NOT NULL
);
CREATE INDEX journal_item ON push.journal (item_key, seq);

CREATE FUNCTION push.journal_digest(entry push.journal) RETURNS text LANGUAGE sql STABLE AS $$
    -- A JSON array frames the parts, so that no two entries read alike.
    SELECT encode(sha256(convert_to(jsonb_build_array(
        entry.seq, entry.item_key, entry.plan_id,
        to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        entry.actor, entry.event, entry.detail, entry.prev_hash
    )::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION push.journal_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last push.journal;
BEGIN
    -- One writer at a time until commit: the chain has no forks and no gaps.
    PERFORM pg_advisory_xact_lock(hashtext('push.journal'));
    SELECT * INTO last FROM push.journal ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.prev_hash := coalesce(last.hash, repeat('0', 64));
    NEW.hash := push.journal_digest(NEW);
    RETURN NEW;
END
$$;
CREATE TRIGGER journal_append BEFORE INSERT ON push.journal FOR EACH ROW EXECUTE FUNCTION push.journal_append();

CREATE FUNCTION push.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: rows are never changed or removed here', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON push.journal
    FOR EACH STATEMENT EXECUTE FUNCTION push.refuse_change();
CREATE TRIGGER item_is_kept BEFORE DELETE OR TRUNCATE ON push.item
    FOR EACH STATEMENT EXECUTE FUNCTION push.refuse_change();

CREATE TABLE push.transition (
    before text NOT NULL,
    after text NOT NULL,
    PRIMARY KEY (before, after)
);
COMMENT ON TABLE push.transition IS 'Every step from one state of an item to another that is legal; all others are refused.';
INSERT INTO push.transition (before, after) VALUES
    ('planned', 'approved'), ('planned', 'superseded'), ('planned', 'expired'), ('planned', 'held'),
    ('approved', 'sending'), ('approved', 'expired'), ('approved', 'held'),
    -- Back to approved only when it is certain that nothing was sent or that nothing ran.
    ('sending', 'approved'), ('sending', 'accepted'), ('sending', 'uncertain'), ('sending', 'held'),
    ('sending', 'expired'),
    ('uncertain', 'sending'), ('uncertain', 'accepted'), ('uncertain', 'rejected'), ('uncertain', 'held'),
    ('accepted', 'confirmed'), ('accepted', 'held'),
    ('rejected', 'planned'), ('held', 'planned'), ('expired', 'planned'), ('superseded', 'planned');

CREATE FUNCTION push.item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.item_key, NEW.link, NEW.object_name, NEW.operation, NEW.source_id, NEW.payload)
        IS DISTINCT FROM (OLD.item_key, OLD.link, OLD.object_name, OLD.operation, OLD.source_id, OLD.payload) THEN
        RAISE EXCEPTION 'item % is stored: its identity and payload never change (S-IDM-05)', OLD.item_key
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state
        AND NOT EXISTS (SELECT 1 FROM push.transition AS t WHERE t.before = OLD.state AND t.after = NEW.state) THEN
        RAISE EXCEPTION 'item % cannot go from % to %', OLD.item_key, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER item_guard BEFORE UPDATE ON push.item FOR EACH ROW EXECUTE FUNCTION push.item_guard();

CREATE VIEW push.attempt AS
SELECT
    e.item_key,
    row_number() OVER (PARTITION BY e.item_key ORDER BY e.seq) AS attempt_no,
    e.at AS sent_at,
    e.actor AS worker,
    e.next_event AS outcome
FROM (
    SELECT j.*, lead(j.event) OVER (PARTITION BY j.item_key ORDER BY j.seq) AS next_event FROM push.journal AS j
) AS e
WHERE e.event IN ('sending', 'sending_again');
COMMENT ON VIEW push.attempt IS 'Every sending and what followed it, from the journal.';
