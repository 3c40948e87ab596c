-- For a sample: the first rows of a shard's files, as they are. Places: parts (list of paths), rows, target.
COPY (
  SELECT * FROM read_parquet({{parts}}, hive_partitioning = false) LIMIT {{rows}}
) TO {{target}} (FORMAT parquet);
