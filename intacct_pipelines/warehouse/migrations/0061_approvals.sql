-- Who approved a plan: one or two different people, as the plan itself says; and which plan took the place of one.

ALTER TABLE push.plan ADD COLUMN approvals_needed integer NOT NULL DEFAULT 1 CHECK (approvals_needed IN (1, 2));
COMMENT ON COLUMN push.plan.approvals_needed IS 'How many different people have to approve it, unless the link''s policy does.';
ALTER TABLE push.plan ADD COLUMN replaced_by text REFERENCES push.plan (plan_id) DEFERRABLE INITIALLY DEFERRED;
COMMENT ON COLUMN push.plan.replaced_by IS 'The plan that was made next, for one that was superseded or expired.';

CREATE TABLE push.approval (
    plan_id text NOT NULL REFERENCES push.plan (plan_id),
    person text NOT NULL CHECK (btrim(person) <> ''),
    content_hash text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE push.approval IS 'Each approval by a person; the link''s policy is none.';
-- Nobody counts twice, however the name is written.
CREATE UNIQUE INDEX approval_once ON push.approval (plan_id, lower(btrim(person)));
CREATE TRIGGER approval_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON push.approval
    FOR EACH STATEMENT EXECUTE FUNCTION push.refuse_change();

CREATE FUNCTION push.plan_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'approved' AND OLD.state <> 'approved' AND NEW.approvals_needed > 1 AND NEW.approvals_needed > (
        SELECT count(*) FROM push.approval AS a WHERE a.plan_id = NEW.plan_id AND a.content_hash = NEW.content_hash
    ) THEN
        RAISE EXCEPTION 'plan % needs % different people to approve it', NEW.plan_id, NEW.approvals_needed
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER plan_guard BEFORE UPDATE ON push.plan FOR EACH ROW EXECUTE FUNCTION push.plan_guard();
