-- Any object that both sides hold has pairs, not only vendors and bills.
ALTER TABLE mapping.crosswalk DROP CONSTRAINT crosswalk_object_check;
