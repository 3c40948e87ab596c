-- Puts files into the inventory; $files is JSON.
INSERT INTO {{files}} BY NAME
SELECT unnest(
  from_json(
    $files::JSON,
    '[{"day":"DATE","generation":"VARCHAR","key":"VARCHAR","bytes":"BIGINT","rows":"BIGINT","schema_id":"VARCHAR"}]'
  ),
  recursive := true
);
