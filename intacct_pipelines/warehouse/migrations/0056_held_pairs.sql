-- Pairs that differ are held too: compared again only when something of them, or around them, changed.

ALTER TABLE recon.sieve ADD COLUMN surroundings text NOT NULL DEFAULT '';
COMMENT ON COLUMN recon.sieve.surroundings IS
    'Hash of all that pairs were compared by: lists, the link''s policy, the last closed day, the words for each reason.';
COMMENT ON COLUMN recon.match.sieve_key IS
    'Hash of party and number of a pair that is looked at again only when it is touched, on whose key no other row depends: settled without being read if it is equal, else held; null for all others.';
COMMENT ON TABLE recon.unsettled IS 'Rows of both sides, deleted ones too, that are read and compared one by one in each run.';

-- Open proposals are few among many pairs, and asked for by each run.
CREATE INDEX crosswalk_open ON mapping.crosswalk (link, object) WHERE status = 'proposed';
