-- :1 "[{\"day\":\"2026-11-20\",\"generation\":\"20261121T060000000Z-0123456789ab\"}]"
SELECT TO_CHAR(ledger."DAY", 'YYYY-MM-DD') AS "DAY", ledger."COLD_GENERATION" AS "GENERATION"
FROM "LAKE"."X""; DROP SCHEMA A; --"."IT'S {{HOT}} $1 \' :1_LEDGER" AS ledger
INNER JOIN TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS item
  ON item.value:day::VARCHAR::DATE = ledger."DAY" AND item.value:generation::VARCHAR = ledger."COLD_GENERATION"
ORDER BY 1
LIMIT 1;
