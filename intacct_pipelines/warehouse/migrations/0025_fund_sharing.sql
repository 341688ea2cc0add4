-- Who shares a budget's sum is a word in the source, which a flag could not hold: such budgets stood in quarantine.
ALTER TABLE IF EXISTS spend.budget DROP COLUMN IF EXISTS does_share_funds;
ALTER TABLE IF EXISTS versions.spend_budget DROP COLUMN IF EXISTS does_share_funds;
