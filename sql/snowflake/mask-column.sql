-- Puts the masking policy on a column that is there already. FORCE: another one may be set, by an earlier environment file.
ALTER TABLE {{hot}} ALTER COLUMN {{column}} SET MASKING POLICY {{policy}} FORCE;
