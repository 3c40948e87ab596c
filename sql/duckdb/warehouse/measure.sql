-- Counts per day and generation: rows, the sum of the first 12 hex digits of event_id, non-null values per column.
SELECT
  _day::VARCHAR AS day,
  _generation AS generation,
  count(*) AS "rows",
  coalesce(sum(('0x' || substr(event_id, 1, 12))::BIGINT), 0)::VARCHAR AS checksum,
  {{counts}}
FROM {{relation}}
WHERE {{condition}}
GROUP BY _day, _generation
ORDER BY _day, _generation;
