-- Counts the hot table or the cold view per day and generation: rows, the sum of the first 12 hex digits of event_id,
-- non-null values per column ({{counts}}: COUNT each, AS NON_NULL_0 and so on); all values as text.
SELECT
  TO_CHAR("_DAY", 'YYYY-MM-DD') AS "DAY",
  "_GENERATION" AS "GENERATION",
  COUNT(*)::VARCHAR AS "ROWS",
  COALESCE(SUM(TO_NUMBER(LEFT("EVENT_ID", 12), 'XXXXXXXXXXXX')), 0)::VARCHAR AS "CHECKSUM",
  {{counts}}
FROM {{relation}}
WHERE {{condition}}
GROUP BY "_DAY", "_GENERATION"
ORDER BY 1, 2;
