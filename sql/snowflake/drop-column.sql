-- Widening, last step: the narrow column goes.
ALTER TABLE {{hot}} DROP COLUMN IF EXISTS {{column}};
