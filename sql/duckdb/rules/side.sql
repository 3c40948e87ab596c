-- Per file or day: rows that are suspect or irregular, as the source has them, into a side file: gathered first, they are
-- rendered in full batches.
COPY (
  SELECT * FROM source
  WHERE ({{filter}}) AND ({{suspicion}})
) TO {{@side}} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 10240);
