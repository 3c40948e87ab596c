-- Reads a file and writes it again, unchanged.
COPY (SELECT * FROM read_parquet({{source}}, hive_partitioning = false))
TO {{target}} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {{row_group_rows}});
