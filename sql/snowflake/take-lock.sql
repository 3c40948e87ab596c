-- Takes the lock row: from here on others wait until this transaction ends. One row at least must be updated.
UPDATE {{lock}} SET "LOCKED_AT" = CURRENT_TIMESTAMP();
