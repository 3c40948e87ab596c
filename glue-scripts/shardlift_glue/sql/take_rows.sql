-- For a sample: some rows of the shard, as they are.
COPY (
  SELECT * FROM read_parquet({{@parts}}, hive_partitioning = false) LIMIT {{@rows}}
) TO {{@target}} (FORMAT parquet);
