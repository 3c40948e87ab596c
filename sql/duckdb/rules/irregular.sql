-- Per file or day and key-value column: hashes of key lists that have a repeated or a null key (list_unique counts no
-- nulls) or a key that JSON must escape. The distinct lists are few, so only they are looked at.
CREATE OR REPLACE TEMP TABLE {{table}} AS
SELECT hash(k) AS h
FROM (SELECT DISTINCT {{keys}} AS k FROM source)
WHERE len(k) <> list_unique(k) OR len(list_filter(k, lambda x: regexp_matches(x, '["\\\x00-\x1F]'))) > 0;
