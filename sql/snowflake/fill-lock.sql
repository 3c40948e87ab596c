-- The lock row. Two that come from a race do no harm: whoever takes the lock updates all there are.
INSERT INTO {{lock}} ("ONLY_ROW", "LOCKED_AT") SELECT 1, NULL WHERE NOT EXISTS (SELECT 1 FROM {{lock}});
