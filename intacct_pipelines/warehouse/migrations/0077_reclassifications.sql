-- An item may also code the lines of a paid document anew.

ALTER TABLE push.item DROP CONSTRAINT item_operation_check;
ALTER TABLE push.item ADD CONSTRAINT item_operation_check
    CHECK (operation IN ('create', 'update', 'reverse', 'reclassify'));
