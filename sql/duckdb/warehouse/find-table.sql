-- Whether a table was prepared: its ledger is there.
SELECT 1 FROM information_schema.tables WHERE lower(table_schema) = lower($schema) AND lower(table_name) = lower($table);
