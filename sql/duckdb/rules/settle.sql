-- Once per day, over all side files: of the rows of one id the one with the smallest digest of its whole content stays,
-- so that neither file nor order decides. However many duplicates there are, memory stays bounded: what is grouped has a
-- fixed size and can be spilled. An id is 128 bits, as text or as UUID: no two become one. Of the digest the first 124
-- bits decide, as many as fit a HUGEINT, for which arg_min keeps no copies of its own. A place is a side file's index and
-- a row's number in it.
CREATE OR REPLACE TEMP VIEW side_rows AS
SELECT *, (file_index::BIGINT << 40) + file_row_number AS _shardlift_place
FROM read_parquet({{@sides}}, hive_partitioning = false);

CREATE OR REPLACE TEMP TABLE winners AS
SELECT
  arg_min(place, digest) AS place,
  arg_min(copies, digest) - 1 AS exact,
  (sum(copies) - arg_min(copies, digest))::BIGINT AS conflicting
FROM (
  SELECT id::UUID AS id, hex_number(digest) AS digest, min(place) AS place, count(*) AS copies
  FROM (SELECT {{event_id}} AS id, {{digest}} AS digest, _shardlift_place AS place FROM side_rows)
  GROUP BY ALL
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
