-- Once per day: the view `source` of a shard that has no file: no rows, all columns.
CREATE OR REPLACE TEMP VIEW source AS
SELECT
  {{columns}}
WHERE false;
