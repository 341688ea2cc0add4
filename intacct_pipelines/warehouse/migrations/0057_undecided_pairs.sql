-- Proposed and refused pairs are few among many confirmed ones, and asked for by each run.
DROP INDEX mapping.crosswalk_open;
CREATE INDEX crosswalk_unconfirmed ON mapping.crosswalk (link, object, status) WHERE status <> 'confirmed';
