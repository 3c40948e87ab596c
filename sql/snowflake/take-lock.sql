-- Takes the lock row: from here on others wait until this transaction ends. One row at least must be updated.
-- {{transaction}}: a literal, the mark that tells after COMMIT that it was done.
UPDATE {{lock}} SET "LOCKED_AT" = CURRENT_TIMESTAMP(), "LOCKED_BY" = {{transaction}};
