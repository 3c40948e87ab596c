-- The files of the generations that the ledger calls cold, by schema. `is_hot`: whether the day is hot as well.
SELECT schemas.columns, ledger.hot_generation IS NOT NULL AS is_hot, to_json(list(files.key ORDER BY files.day, files.key))::VARCHAR AS keys
FROM {{ledger}} AS ledger
JOIN {{files}} AS files ON files.day = ledger.day AND files.generation = ledger.cold_generation
JOIN {{schemas}} AS schemas USING (schema_id)
GROUP BY schemas.columns, is_hot
ORDER BY min(files.day);
