-- The files of the named generations, by schema; $generations is JSON: [{day, generation}].
SELECT schemas.columns, to_json(list(files.key ORDER BY files.day, files.key))::VARCHAR AS keys
FROM (SELECT unnest(from_json($generations::JSON, '[{"day":"DATE","generation":"VARCHAR"}]'), recursive := true)) AS named
JOIN {{files}} AS files ON files.day = named.day AND files.generation = named.generation
JOIN {{schemas}} AS schemas USING (schema_id)
GROUP BY schemas.columns
ORDER BY min(files.day);
