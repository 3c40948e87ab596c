-- One row a day, from the ledger: what the newest generation that a reader sees was made of.
CREATE OR REPLACE VIEW {{days}} AS
SELECT
  day,
  shard_kind,
  coalesce(final_at <= now(), false) AS is_final,
  hot_generation IS NOT NULL AS is_hot,
  "rows",
  duplicates,
  filtered,
  checksum,
  CASE WHEN coalesce(hot_sequence, -1) >= coalesce(cold_sequence, -1) THEN hot_generation ELSE cold_generation END AS generation,
  final_at,
  loaded_at
FROM {{ledger}}
WHERE hot_generation IS NOT NULL OR cold_generation IS NOT NULL
ORDER BY day;
