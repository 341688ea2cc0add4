-- What each stored comparison stood on: its pairs are used again only while nothing beneath them moved.

CREATE TABLE recon.compared (
    link text NOT NULL,
    object text NOT NULL,
    run_id text NOT NULL,
    ground text NOT NULL,
    stored_as bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (link, object)
);
COMMENT ON TABLE recon.compared IS 'The comparison that made the current result of a link and object; none after a decision about one of its link''s pairs.';
COMMENT ON COLUMN recon.compared.run_id IS 'The run that stored it.';
COMMENT ON COLUMN recon.compared.ground IS 'Hash of the link''s settings, the newest certificate of each table, and the comparisons that came before.';
COMMENT ON COLUMN recon.compared.stored_as IS 'Tells one comparison from the next, for those that stand on it.';
