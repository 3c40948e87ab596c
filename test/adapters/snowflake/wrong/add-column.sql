-- A condition that is misspelt.
ALTER TABLE t ADD COLUMN IF NOT EXIST c BOOLEAN;
