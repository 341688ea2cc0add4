-- Period tie-outs: what each month's books were found to be, frozen once they are closed, and what changed afterwards.

CREATE SCHEMA close;
COMMENT ON SCHEMA close IS 'Period tie-outs by entity and month: figures, what makes each difference, what changed after the books were closed.';

CREATE TABLE close.result (
    entity text COLLATE "C" NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    run_id text NOT NULL,
    taken_at timestamptz NOT NULL,
    closed_through date,
    is_closed boolean NOT NULL CHECK (is_closed = coalesce(closed_through >= (month + interval '1 month')::date - 1, false)),
    frozen_run_id text,
    frozen_at timestamptz CHECK ((frozen_at IS NULL) = (frozen_run_id IS NULL)),
    PRIMARY KEY (entity, month, run_id)
);
CREATE INDEX result_by_time ON close.result (entity, month, taken_at);
COMMENT ON TABLE close.result IS 'One row for each run over a month; none is ever replaced by a later run.';
COMMENT ON COLUMN close.result.taken_at IS 'The instant as of which the warehouse was read.';
COMMENT ON COLUMN close.result.closed_through IS 'Last closed day of the entity''s books, as Intacct told before; null where nothing is closed or it was never read.';
COMMENT ON COLUMN close.result.is_closed IS 'Whether the whole month was closed; otherwise the result is provisional.';
COMMENT ON COLUMN close.result.frozen_run_id IS 'The run whose result is the frozen one of the month: the first since its books were last closed; its own id if it is that one.';

CREATE TABLE close.figure (
    entity text COLLATE "C" NOT NULL,
    month date NOT NULL,
    run_id text NOT NULL,
    tie_out text NOT NULL,
    account_no text NOT NULL,
    currency text NOT NULL,
    base_currency text NOT NULL,
    expected numeric,
    actual numeric,
    difference numeric CHECK (difference = actual - expected),
    expected_base numeric,
    actual_base numeric,
    difference_base numeric CHECK (difference_base = actual_base - expected_base),
    items bigint NOT NULL,
    ties boolean NOT NULL,
    PRIMARY KEY (entity, month, run_id, tie_out, account_no, currency, base_currency),
    FOREIGN KEY (entity, month, run_id) REFERENCES close.result ON DELETE CASCADE
);
COMMENT ON TABLE close.figure IS 'Both sides of a tie-out by currency, at the end of the month or, for movements, of the month.';
COMMENT ON COLUMN close.figure.account_no IS 'Ledger account; several control accounts are joined by commas; empty where all accounts count.';
COMMENT ON COLUMN close.figure.expected IS 'What the documents say, in transaction currency; null where they do not tell it.';
COMMENT ON COLUMN close.figure.actual IS 'What the ledger says; of an ageing, what Intacct shows as open.';
COMMENT ON COLUMN close.figure.items IS 'Records that make the difference.';

CREATE TABLE close.item (
    entity text COLLATE "C" NOT NULL,
    month date NOT NULL,
    run_id text NOT NULL,
    tie_out text NOT NULL,
    account_no text NOT NULL,
    currency text NOT NULL,
    base_currency text NOT NULL,
    position bigint NOT NULL,
    side text NOT NULL CHECK (side IN ('expected', 'actual')),
    table_name text NOT NULL,
    record_no bigint,
    document_no text,
    party_id text,
    coded_to text,
    day date NOT NULL,
    amount numeric,
    amount_base numeric,
    PRIMARY KEY (entity, month, run_id, tie_out, account_no, currency, base_currency, position),
    FOREIGN KEY (entity, month, run_id) REFERENCES close.result ON DELETE CASCADE
);
COMMENT ON TABLE close.item IS 'Records of one side that have no equal on the other; those of the ledger less those of the documents are the difference.';
COMMENT ON COLUMN close.item.position IS 'From 1, the largest first.';
COMMENT ON COLUMN close.item.table_name IS 'Table of the record; the ledger''s are journal entries.';

CREATE TABLE close.ageing (
    entity text COLLATE "C" NOT NULL,
    month date NOT NULL,
    run_id text NOT NULL,
    tie_out text NOT NULL,
    currency text NOT NULL,
    base_currency text NOT NULL,
    bucket text NOT NULL CHECK (bucket IN ('not_due', 'overdue_1_30', 'overdue_31_60', 'overdue_61_90', 'overdue_over_90')),
    documents bigint NOT NULL,
    amount numeric NOT NULL,
    amount_base numeric NOT NULL,
    PRIMARY KEY (entity, month, run_id, tie_out, currency, base_currency, bucket),
    FOREIGN KEY (entity, month, run_id) REFERENCES close.result ON DELETE CASCADE
);
COMMENT ON TABLE close.ageing IS 'What was open on the month''s last day, by how long it had been due then; the sum is the ageing''s figure.';

CREATE TABLE close.change (
    entity text COLLATE "C" NOT NULL,
    month date NOT NULL,
    run_id text NOT NULL,
    tie_out text NOT NULL,
    account_no text NOT NULL,
    currency text NOT NULL,
    base_currency text NOT NULL,
    position bigint NOT NULL,
    side text NOT NULL CHECK (side IN ('expected', 'actual')),
    table_name text NOT NULL,
    record_no bigint,
    document_no text,
    party_id text,
    coded_to text,
    day date NOT NULL,
    amount_before numeric NOT NULL,
    amount_now numeric NOT NULL,
    base_before numeric NOT NULL,
    base_now numeric NOT NULL,
    changed_at timestamptz,
    changed_by text,
    PRIMARY KEY (entity, month, run_id, tie_out, account_no, currency, base_currency, position),
    FOREIGN KEY (entity, month, run_id) REFERENCES close.result ON DELETE CASCADE
);
COMMENT ON TABLE close.change IS 'What was posted into, changed in or taken out of the month since its frozen result, record by record.';
COMMENT ON COLUMN close.change.changed_at IS 'Last change by Intacct''s audit history, if it is known.';
