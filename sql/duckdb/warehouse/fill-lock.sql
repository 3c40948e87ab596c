-- The lock row, made once.
INSERT INTO {{lock}} SELECT 1, NULL WHERE NOT EXISTS (FROM {{lock}});
