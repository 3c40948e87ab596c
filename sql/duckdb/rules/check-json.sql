-- Per newline-JSON file, over the shapes of its lines: the first place that is not declared, at any depth, or that holds
-- something it cannot hold (DuckDB's reader would drop the one and hide the other). No row: all is well.
WITH found AS (
  SELECT
    fullkey,
    CASE WHEN type = 'VARCHAR' THEN atom ->> '$' ELSE type END AS received,
    coalesce(regexp_matches(key, '[.\[\]"]'), false) AS strange,
    concat(replace(path, '[0]', '[*]'), '."', key, '"') AS json_path
  FROM (SELECT unnest({{@shapes}}::VARCHAR[])::JSON AS shape), json_tree(shape)
  WHERE shape IS NOT NULL
)
SELECT
  fullkey AS path,
  declared.type AS expected,
  received,
  CASE WHEN declared.place IS NULL THEN json_path END AS json_path
FROM found
LEFT JOIN (VALUES {{declared}}) AS declared(place, type, allowed) ON declared.place = fullkey AND NOT strange
WHERE CASE WHEN declared.place IS NULL THEN NOT ({{is_json}}) ELSE NOT list_contains(allowed, received) END
ORDER BY length(fullkey), fullkey
LIMIT 1;
