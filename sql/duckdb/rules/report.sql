-- Reads back what was written: rows, and the sum of the first 12 hex digits of their ids.
SELECT
  count(*) AS rows,
  coalesce(sum(('0x' || left(event_id, 12))::BIGINT), 0)::DECIMAL(38, 0)::VARCHAR AS checksum
FROM read_parquet({{@files}}, hive_partitioning = false);
