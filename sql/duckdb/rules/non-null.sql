-- Rows that have a value in one column, for columns whose footers cannot tell.
SELECT count({{column}}) AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);
