-- Once per day, over all side files: of the rows of one id the one with the smallest digest of its whole content stays,
-- so that neither file nor order decides. Only ids and digests are grouped, never whole rows.
CREATE OR REPLACE TEMP VIEW side_rows AS
SELECT *, {'file': filename, 'row': file_row_number} AS _shardlift_place
FROM read_parquet({{@sides}}, filename = true, file_row_number = true, hive_partitioning = false);

CREATE OR REPLACE TEMP TABLE winners AS
SELECT
  arg_min(place, digest) AS place,
  arg_min(copies, digest) - 1 AS exact,
  sum(copies) - arg_min(copies, digest) AS conflicting
FROM (
  SELECT id, digest, min(place) AS place, count(*) AS copies
  FROM (SELECT {{event_id}} AS id, {{digest}} AS digest, _shardlift_place AS place FROM side_rows)
  GROUP BY id, digest
)
GROUP BY id;

CREATE OR REPLACE TEMP VIEW settled_rows AS
SELECT
  {{columns}}
FROM side_rows SEMI JOIN winners ON winners.place = side_rows._shardlift_place;

CREATE OR REPLACE TEMP VIEW removed_rows AS
SELECT
  {{columns}}
FROM side_rows ANTI JOIN winners ON winners.place = side_rows._shardlift_place;
