-- New members or a wider type; STRUCTs are matched by the names of their members, new ones are null.
ALTER TABLE {{hot}} ALTER COLUMN {{column}} SET DATA TYPE {{type}};
