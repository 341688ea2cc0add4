-- Which payments are behind which lump sums: many to many, because no system tells it more finely than by day.

CREATE TABLE recon.settlement (
    link text NOT NULL,
    object text NOT NULL,
    settlement text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    currency text NOT NULL,
    movement_total numeric NOT NULL,
    payment_total numeric NOT NULL,
    difference numeric NOT NULL CHECK (difference = movement_total - payment_total),
    first_seen_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (link, object, settlement)
);
COMMENT ON TABLE recon.settlement IS 'Groups of money movements and the payments that they carry; a group may have any size.';
COMMENT ON COLUMN recon.settlement.settlement IS 'Process date and direction: out of the bank, or back to it.';
COMMENT ON COLUMN recon.settlement.movement_total IS 'What the bank was debited or credited; for a day without a movement, what its payments call for.';
COMMENT ON COLUMN recon.settlement.run_id IS 'The run that found or last changed the row.';

CREATE TABLE recon.settlement_member (
    link text NOT NULL,
    object text NOT NULL,
    settlement text NOT NULL,
    member_object text NOT NULL,
    member_id text NOT NULL,
    entity text COLLATE "C" NOT NULL,
    amount numeric NOT NULL,
    first_seen_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (link, object, settlement, member_object, member_id)
);
COMMENT ON TABLE recon.settlement_member IS 'The movements and payments of each group, with their amounts in the bank''s currency.';
