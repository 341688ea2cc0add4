-- What a plan was made from besides the records: it expires when any of it changed.

ALTER TABLE push.plan ADD COLUMN inputs jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN push.plan.inputs IS 'Hash of the link''s settings, last closed day, hash of people''s decisions about pairs; empty for plans of an earlier version, which expire.';

ALTER TABLE push.plan ADD COLUMN checked_at timestamptz;
COMMENT ON COLUMN push.plan.checked_at IS 'When planning last found the same content again: the plan is as fresh as that.';
