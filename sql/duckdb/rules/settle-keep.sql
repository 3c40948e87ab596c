-- Once per day, over all side files, where duplicates are kept: every row stays.
CREATE OR REPLACE TEMP VIEW settled_rows AS
SELECT
  {{columns}}
FROM read_parquet({{@sides}}, hive_partitioning = false);
