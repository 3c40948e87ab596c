-- No rows, all columns: DuckDB reads the footer only. A path with `day=` must not grow columns. Binds: path.
SELECT * FROM read_parquet($path, hive_partitioning = false) LIMIT 0;
