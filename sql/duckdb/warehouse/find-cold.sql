-- Which of the named generations the ledger calls cold; $generations is JSON: [{day, generation}].
SELECT ledger.day::VARCHAR AS day, ledger.cold_generation AS generation
FROM {{ledger}} AS ledger
JOIN (SELECT unnest(from_json($generations::JSON, '[{"day":"DATE","generation":"VARCHAR"}]'), recursive := true)) AS named
  ON named.day = ledger.day AND named.generation = ledger.cold_generation
ORDER BY ledger.day
LIMIT 1;
