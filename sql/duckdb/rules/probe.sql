-- After a statement over several files failed: reads every value of one of them.
SELECT max(hash(rows)) AS h FROM read_parquet({{@part}}, hive_partitioning = false) AS rows;
