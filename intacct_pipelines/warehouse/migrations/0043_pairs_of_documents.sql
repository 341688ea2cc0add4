-- What belongs to a document, such as its attachment or the order it came from, is a pair where the documents are one.
ALTER TABLE recon.match
    DROP CONSTRAINT match_method_check,
    ADD CONSTRAINT match_method_check CHECK (method IN ('crosswalk', 'mark', 'claim', 'document', 'natural_key'));
COMMENT ON COLUMN recon.match.method IS
    'How the pair was found: confirmed before, by the source named in the record, by the record that the platform claims, by the documents to which both belong, or by natural key.';
