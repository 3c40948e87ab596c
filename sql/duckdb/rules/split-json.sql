-- Per newline-JSON file: its lines as texts, in Parquet files small enough to be looked at whole. A broken line is an
-- error here.
COPY (
  SELECT json FROM read_ndjson_objects({{@part}}, maximum_object_size = {{@line_bytes}}, hive_partitioning = false)
) TO {{@lines}} (
  FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE_BYTES '16MB', ROW_GROUPS_PER_FILE 1, RETURN_FILES
);
