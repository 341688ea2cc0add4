"""Remote records to typed batches, with proof that all of them came. Nothing is written here."""
