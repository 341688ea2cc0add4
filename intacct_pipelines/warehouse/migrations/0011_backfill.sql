-- Backfills that were started by command, so that one that was killed goes on where it stopped.

CREATE TABLE ops.backfill (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity text COLLATE "C" NOT NULL,
    first_month date NOT NULL,
    last_month date NOT NULL,
    tables text[] NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);
COMMENT ON TABLE ops.backfill IS 'Backfills by command; months proven since started_at are not read again until finished_at is set.';
