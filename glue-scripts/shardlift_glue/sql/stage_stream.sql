-- Per stream of BigQuery: its rows as they are, into a Parquet file.
COPY (
  SELECT * FROM stream_rows
) TO {{@staged}} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 8192);
