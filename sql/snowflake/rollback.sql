-- Ends a transaction and leaves nothing of it.
ROLLBACK;
