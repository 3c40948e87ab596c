-- Per group: its suspects in one of so many equal ranges; those are settled together.
CREATE OR REPLACE TEMP TABLE suspects AS
SELECT h FROM read_parquet({{@files}}, hive_partitioning = false) WHERE ((h >> 32) * {{@ranges}}) >> 32 = {{@range}};
