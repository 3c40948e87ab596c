-- Rows of the ledger, oldest first; instants as ms since the epoch.
SELECT
  day::VARCHAR AS day,
  hot_generation,
  cold_generation,
  hot_sequence,
  cold_sequence,
  shard_kind,
  epoch_ms(final_at) AS final_at_ms,
  "rows",
  duplicates,
  filtered,
  checksum,
  epoch_ms(loaded_at) AS loaded_at_ms
FROM {{ledger}}
WHERE {{condition}}
ORDER BY day;
