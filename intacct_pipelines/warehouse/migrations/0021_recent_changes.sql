-- What was written lately is found without reading a table whole: summaries of the pages of each source table and its versions.
DO $$
DECLARE kept record;
BEGIN
    FOR kept IN
        SELECT c.oid::regclass AS name, a.attname AS written
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE (c.relkind = 'p' AND n.nspname IN ('intacct', 'bill', 'spend', 'business_center') AND a.attname = '_synced_at')
           OR (c.relkind = 'r' AND n.nspname = 'versions' AND a.attname = 'valid_from')
    LOOP
        EXECUTE format(
            'CREATE INDEX ON %s USING brin (%I) WITH (pages_per_range = 32, autosummarize = on)', kept.name, kept.written
        );
    END LOOP;
END $$;
