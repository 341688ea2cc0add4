-- Which objects are pushed is declared in domain/pushed.py; the database need not be told again.
ALTER TABLE push.item DROP CONSTRAINT item_object_name_check;
