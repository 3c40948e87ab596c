-- Per range: the keys of all groups that lie in it.
CREATE OR REPLACE TEMP VIEW keys AS SELECT h FROM read_parquet({{@files}}, hive_partitioning = false);
