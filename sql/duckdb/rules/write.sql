-- Writes rows into one file, or into a folder of files. Small row groups keep memory bounded. Level 1 of zstd is faster than
-- the default and no larger for JSON text; nobody asks the bloom filters.
COPY (
  {{rows}}
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  RETURN_STATS{{@options}}
);
