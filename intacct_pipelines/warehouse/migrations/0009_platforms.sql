-- The schemas of the card platform and of Business Center; their tables come from the catalog.

CREATE SCHEMA IF NOT EXISTS spend;
CREATE SCHEMA IF NOT EXISTS business_center;

COMMENT ON SCHEMA spend IS 'Current rows of BILL Spend & Expense and its white labels, one table per object, typed.';
COMMENT ON SCHEMA business_center IS 'Current rows of Paymentus Business Center, from its files, typed.';
