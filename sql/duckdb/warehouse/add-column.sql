-- A new column at the end of the hot table, in place.
ALTER TABLE {{hot}} ADD COLUMN {{column}} {{type}};
