-- What an item makes both sides agree on, so that an edit between sending and reading back starts from that (S-CFG-21).
ALTER TABLE push.item ADD COLUMN agrees jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN push.item.agrees IS 'What both sides say once it is done, by the platform''s column.';
