-- Per range and group: the suspects that this group has rows of. No worker needs the others.
COPY (
  SELECT DISTINCT h FROM read_parquet({{@file}}, hive_partitioning = false) SEMI JOIN suspects USING (h)
) TO {{@target}} (FORMAT parquet, RETURN_STATS);
