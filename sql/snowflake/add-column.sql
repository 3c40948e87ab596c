-- A new column at the end of the hot table; another run may have added it meanwhile. {{protection}}: empty, or the
-- masking policy of a column with personal data.
ALTER TABLE {{hot}} ADD COLUMN IF NOT EXISTS {{column}} {{type}} {{protection}} COMMENT {{comment}};
