-- Writes rows into one file, or into a folder of files. Small row groups keep memory bounded. Level 1 of zstd is faster than
-- the default and no larger for JSON text; nobody asks the bloom filters. The writer reserves a dictionary for each text
-- column and thread before it knows whether one pays: 1 MB by default, more than all values of a small row group.
COPY (
  {{rows}}
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS{{@options}}
);
