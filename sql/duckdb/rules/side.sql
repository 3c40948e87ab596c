-- Per file or day: rows that are suspect, as the source has them, into a side file: gathered first, they are rendered in
-- full batches.
COPY (
  SELECT * FROM source
  WHERE ({{filter}}) AND {{identity}} IN (SELECT h FROM suspects)
) TO {{@side}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE 8192,
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000
);
