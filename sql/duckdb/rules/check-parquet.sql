-- Per Parquet file: columns that are missing, not declared, or of another type than declared. No row: all is well.
SELECT coalesce(name, column_name) AS path, type AS expected, column_type AS received
FROM (VALUES {{expected}}) AS declared(name, type)
FULL JOIN (DESCRIBE SELECT * FROM read_parquet({{@part}}, hive_partitioning = false)) AS found
  ON lower(name) = lower(column_name)
WHERE widened(type) IS DISTINCT FROM widened(column_type)
ORDER BY path;
