-- Whose transaction took the lock row last, of those that were committed.
SELECT "LOCKED_BY" FROM {{lock}};
