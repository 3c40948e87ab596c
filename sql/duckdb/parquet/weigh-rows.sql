-- Bytes of a row of the source in the lightest and the heaviest stretch of so many rows, by the footers. NULL where no file
-- has half a stretch. Places: parts (list of paths), stretch.
SELECT min(row_bytes) AS least, max(row_bytes) AS most
FROM (
  SELECT sum(bytes) / sum(rows) AS row_bytes
  FROM (
    SELECT *, (sum(rows) OVER (PARTITION BY file_name ORDER BY row_group_id) - 1) // {{stretch}} AS stretch
    FROM (
      SELECT file_name, row_group_id, any_value(row_group_num_rows) AS rows, sum(total_compressed_size) AS bytes
      FROM parquet_metadata({{parts}})
      GROUP BY ALL
    )
  )
  GROUP BY file_name, stretch
  HAVING sum(rows) >= {{stretch}} / 2
);
