-- Writes rows into one file, or into a folder of files. Small row groups keep memory bounded.
COPY (
  {{rows}}
) TO {{@target}} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {{@row_group_rows}}, RETURN_STATS{{@options}});
