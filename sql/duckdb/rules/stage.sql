-- Per newline-JSON file: its rows with the declared types, as Parquet, so that everything after it reads one format.
COPY (
  SELECT
    {{columns}}
  FROM read_json(
    {{@part}},
    format = 'newline_delimited',
    columns = {{types}},
    maximum_object_size = {{@line_bytes}},
    hive_partitioning = false
  )
) TO {{@staged}} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 2048);
