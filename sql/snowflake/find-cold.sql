-- Which of the named generations the ledger calls cold. :1 is JSON: [{day, generation}].
SELECT TO_CHAR(ledger."DAY", 'YYYY-MM-DD') AS "DAY", ledger."COLD_GENERATION" AS "GENERATION"
FROM {{ledger}} AS ledger
INNER JOIN TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS item
  ON item.value:day::VARCHAR::DATE = ledger."DAY" AND item.value:generation::VARCHAR = ledger."COLD_GENERATION"
ORDER BY 1
LIMIT 1;
