-- Whether each value of the first row of the probe's first file is as it was written; {{relation}}: hot or cold.
SELECT
  ("BIG" = 9218924040658817653)::VARCHAR AS "BIG",
  ("PRICE" = 12.5)::VARCHAR AS "PRICE",
  ("SCORE" = 0.25)::VARCHAR AS "SCORE",
  "IS_ON"::VARCHAR AS "IS_ON",
  (HEX_ENCODE("RAW") = '616263')::VARCHAR AS "RAW",
  (TO_CHAR("LOCAL_TIME", 'YYYY-MM-DD HH24:MI:SS') = '2026-11-20 12:34:56')::VARCHAR AS "LOCAL_TIME",
  ("AT" = '12:34:56.123456'::TIME(6))::VARCHAR AS "AT",
  (DATE_PART(EPOCH_MILLISECOND, "SEEN_AT") = 1795178096123)::VARCHAR AS "SEEN_AT",
  ("PARAMS":n::VARCHAR = '9218924040658817653')::VARCHAR AS "PARAMS",
  ("TAGS"[1]::VARCHAR = 'b')::VARCHAR AS "TAGS",
  ("ITEMS"[1]:item_id::VARCHAR = 'hat')::VARCHAR AS "ITEMS",
  ("HITS"[0]:page::VARCHAR = '/')::VARCHAR AS "HITS",
  ("DEVICE":category::VARCHAR = 'mobile')::VARCHAR AS "DEVICE"
FROM {{relation}}
WHERE "EVENT_NAME" = 'first';
