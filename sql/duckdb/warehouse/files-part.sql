-- The part of a cold view over the files of one schema. With hive partitioning the day comes from the folder's name,
-- so that a condition on _day leaves files unopened; without, from the file.
SELECT {{columns}} FROM read_parquet({{paths}}, hive_partitioning = {{hive}}, union_by_name = false)
