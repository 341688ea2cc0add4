-- An item may also take back what a record did.

ALTER TABLE push.item DROP CONSTRAINT item_operation_check;
ALTER TABLE push.item ADD CONSTRAINT item_operation_check CHECK (operation IN ('create', 'update', 'reverse'));
