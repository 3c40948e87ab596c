-- Takes the named generations out of the inventory; $generations is JSON: [{day, generation}].
DELETE FROM {{files}}
USING (SELECT unnest(from_json($generations::JSON, '[{"day":"DATE","generation":"VARCHAR"}]'), recursive := true)) AS named
WHERE {{files}}.day = named.day AND {{files}}.generation = named.generation;
