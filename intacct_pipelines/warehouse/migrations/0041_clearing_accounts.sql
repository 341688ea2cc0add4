-- Clearing accounts brought to zero item by item: their balances, and the postings that nothing brings back.

ALTER TABLE recon.difference
    DROP CONSTRAINT difference_kind_check,
    ADD CONSTRAINT difference_kind_check CHECK (kind IN (
        'missing_in_intacct', 'missing_in_platform', 'amount', 'date', 'state', 'coding', 'duplicate', 'application',
        'uncleared'));

CREATE TABLE recon.clearing_account (
    link text NOT NULL,
    object text NOT NULL,
    account_no text NOT NULL,
    currency text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    role text NOT NULL CHECK (role IN ('money out', 'money in', 'money out and in')),
    postings bigint NOT NULL,
    cleared bigint NOT NULL CHECK (cleared <= postings),
    groups bigint NOT NULL,
    balance numeric NOT NULL,
    items bigint NOT NULL,
    items_total numeric NOT NULL CHECK (items_total = balance),
    oldest_on date,
    first_seen_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (link, object, account_no, currency)
);
COMMENT ON TABLE recon.clearing_account IS
    'BILL''s clearing accounts in Intacct: the balance of each, and the items that keep it from zero; those are rows of recon.difference whose field is the account.';
COMMENT ON COLUMN recon.clearing_account.currency IS 'The currency in which BILL moves money; what is posted in none that counts in it has a row of its own.';
COMMENT ON COLUMN recon.clearing_account.cleared IS 'Postings in a group; what is left of a group is an item.';
COMMENT ON COLUMN recon.clearing_account.groups IS 'Groups of postings, in recon.settlement with the account''s number before their names.';
COMMENT ON COLUMN recon.clearing_account.balance IS 'Debits less credits of all postings, in currency.';
COMMENT ON COLUMN recon.clearing_account.items IS 'Absent postings, postings with another amount, and postings that nothing brings back.';
COMMENT ON COLUMN recon.clearing_account.oldest_on IS 'Day of the oldest item; null when the account is at zero.';
COMMENT ON COLUMN recon.clearing_account.run_id IS 'The run that found or last changed the row.';
COMMENT ON COLUMN recon.settlement.movement_total IS
    'What the bank was debited or credited; for a day without a movement, what its payments call for; of a clearing account, the debits.';
COMMENT ON COLUMN recon.settlement.payment_total IS 'What is behind it; of a clearing account, the credits.';
