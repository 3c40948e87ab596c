-- Days whose cold generation is in the ledger but not in the inventory: a view over them would miss rows.
SELECT ledger.day::VARCHAR AS day, ledger.cold_generation AS generation
FROM {{ledger}} AS ledger
WHERE ledger.cold_generation IS NOT NULL
  AND NOT EXISTS (FROM {{files}} AS files WHERE files.day = ledger.day AND files.generation = ledger.cold_generation)
ORDER BY day
LIMIT 1;
