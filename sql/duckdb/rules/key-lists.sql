-- Per file or day and key-value column: regular key lists, as texts, with the places of their pairs in order. Regular are
-- lists without repeated, null (list_unique counts no nulls) and unusual keys, those that JSON must escape. Pairs of rows
-- that have them need no sorting. Lists not found here cost time, never truth: their rows are rendered in the exact form. So a sample
-- of the rows is enough. The distinct lists are few, so only they are looked at; in one statement DuckDB would try the
-- conditions on every row.
CREATE OR REPLACE TEMP TABLE found_lists AS
SELECT DISTINCT {{keys}} AS k FROM (SELECT * FROM source LIMIT 262144);

CREATE OR REPLACE TEMP TABLE {{table}} AS
SELECT
  array_to_string(k, chr(31)) AS _shardlift_keys,
  len(k) AS _shardlift_size,
  list_grade_up(list_transform(k, lambda x: x || '"')) AS _shardlift_places
FROM found_lists
WHERE len(k) > 0 AND len(k) = list_unique(k) AND len(list_filter(k, lambda x: regexp_matches(x, '["\\\x00-\x1F]'))) = 0
UNION ALL
SELECT '', 0, []::BIGINT[];

DROP TABLE found_lists;
