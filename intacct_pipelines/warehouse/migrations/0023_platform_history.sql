-- Months of documents whose source cannot be asked for a month: one reading proves several of them.

COMMENT ON COLUMN ops.month_proof.calls IS 'Calls that brought the month. Of a reading that proved several months, the first has all, and the others none.';
COMMENT ON COLUMN ops.month_proof.seconds IS 'How long that took, likewise.';
