-- After a refusal: the first line that has something at a JSON path.
SET preserve_insertion_order = true;

SELECT line
FROM (
  SELECT row_number() OVER () AS line, json
  FROM read_ndjson_objects({{@part}}, maximum_object_size = {{@line_bytes}}, hive_partitioning = false)
)
WHERE contains(json_exists(json, {{@json_path}})::VARCHAR, 'true')
LIMIT 1;
