-- Per file or day and key-value column: hashes of key lists that have a repeated or a null key (list_unique counts no
-- nulls) or a key that JSON must escape. Rows that have them are rendered in the exact form. The distinct lists are few,
-- so only they are looked at; in one statement DuckDB would try the conditions on every row.
CREATE OR REPLACE TEMP TABLE found_lists AS
SELECT DISTINCT {{keys}} AS k FROM source;

CREATE OR REPLACE TEMP TABLE {{table}} AS
SELECT hash(k) AS h
FROM found_lists
WHERE len(k) <> list_unique(k) OR len(list_filter(k, lambda x: regexp_matches(x, '["\\\x00-\x1F]'))) > 0;

DROP TABLE found_lists;
