-- Per file or day: the shard's rows with the declared types. Folders named `day=` must not become columns.
CREATE OR REPLACE TEMP VIEW source AS
SELECT
  {{columns}}
FROM read_parquet({{@parts}}, hive_partitioning = false);
