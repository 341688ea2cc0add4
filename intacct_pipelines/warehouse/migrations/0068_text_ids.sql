-- Ids of records in the system that is written to are text: not every system numbers its records.
ALTER TABLE push.item RENAME COLUMN target_record_no TO target_id;
ALTER TABLE push.item RENAME COLUMN record_no TO record_id;
ALTER TABLE push.item ALTER COLUMN target_id TYPE text, ALTER COLUMN record_id TYPE text;
