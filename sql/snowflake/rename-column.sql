-- Widening, third and fourth step: the narrow column steps aside, the wide one takes its name.
ALTER TABLE {{hot}} RENAME COLUMN {{column}} TO {{name}};
