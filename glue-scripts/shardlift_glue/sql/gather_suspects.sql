-- Per group: its suspects of all ranges.
CREATE OR REPLACE TEMP TABLE suspects AS SELECT h FROM read_parquet({{@files}}, hive_partitioning = false);
