-- A clause without THEN.
MERGE INTO t USING s ON t.a = s.a WHEN MATCHED UPDATE SET a = 1;
