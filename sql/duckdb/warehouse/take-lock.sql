-- Takes the lock row: from here on others wait until this transaction ends.
UPDATE {{lock}} SET locked_at = now() WHERE only_row = 1;
