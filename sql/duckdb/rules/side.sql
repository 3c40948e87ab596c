-- Per file or day: rows that are suspect, as the source has them, into a side file: gathered first, they are rendered in
-- full batches.
COPY (
  SELECT * FROM source
  WHERE ({{filter}}) AND {{identity}} IN (SELECT h FROM suspects)
) TO {{@side}} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 10240);
