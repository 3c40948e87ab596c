-- Columns and types that the files really have, over all of them.
SELECT column_name, column_type
FROM (DESCRIBE SELECT * FROM read_parquet({{paths}}, hive_partitioning = false, union_by_name = true));
