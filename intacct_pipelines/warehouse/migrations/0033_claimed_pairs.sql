-- A card platform names Intacct's record of a charge itself; such pairs are found by that claim.
ALTER TABLE recon.match
    DROP CONSTRAINT match_method_check,
    ADD CONSTRAINT match_method_check CHECK (method IN ('crosswalk', 'mark', 'claim', 'natural_key'));
COMMENT ON COLUMN recon.match.method IS
    'How the pair was found: confirmed before, by the source named in the record, by the record that the platform claims, or by natural key.';
COMMENT ON TABLE recon.match IS 'Current pairs of records of a platform and Intacct.';
COMMENT ON COLUMN recon.match.predecessor_record_no IS 'Intacct''s deleted record that this one replaces (S-BIL-08, S-CRD-10).';
