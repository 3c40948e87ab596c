-- Ends a transaction; an answer that does not come leaves the outcome to the ledger.
COMMIT;
