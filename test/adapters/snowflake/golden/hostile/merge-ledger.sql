-- :1 "[{\"day\":\"2026-11-20\",\"hot_generation\":\"'); DELETE FROM t; --\",\"cold_generation\":null,\"hot_sequence\":1795456429553,\"cold_sequence\":null,\"shard_kind\":\"daily\",\"final_at\":null,\"rows\":10,\"duplicates\":2,\"filtered\":1,\"checksum\":\"673543305989994\",\"loaded_at\":1795456429553}]"
MERGE INTO "LAKE"."X""; DROP SCHEMA A; --"."IT'S {{HOT}} $1 \' :1_LEDGER" AS ledger
USING (
  SELECT
    item.value:day::VARCHAR::DATE AS "DAY",
    item.value:hot_generation::VARCHAR AS "HOT_GENERATION",
    item.value:cold_generation::VARCHAR AS "COLD_GENERATION",
    item.value:hot_sequence::NUMBER(38, 0) AS "HOT_SEQUENCE",
    item.value:cold_sequence::NUMBER(38, 0) AS "COLD_SEQUENCE",
    item.value:shard_kind::VARCHAR AS "SHARD_KIND",
    TO_TIMESTAMP_LTZ(item.value:final_at::NUMBER(38, 0), 3) AS "FINAL_AT",
    item.value:rows::NUMBER(38, 0) AS "ROWS",
    item.value:duplicates::NUMBER(38, 0) AS "DUPLICATES",
    item.value:filtered::NUMBER(38, 0) AS "FILTERED",
    item.value:checksum::VARCHAR AS "CHECKSUM",
    TO_TIMESTAMP_LTZ(item.value:loaded_at::NUMBER(38, 0), 3) AS "LOADED_AT"
  FROM TABLE(FLATTEN(INPUT => PARSE_JSON(:1))) AS item
) AS moved
  ON ledger."DAY" = moved."DAY"
WHEN MATCHED THEN UPDATE SET
  ledger."HOT_GENERATION" = moved."HOT_GENERATION",
  ledger."COLD_GENERATION" = moved."COLD_GENERATION",
  ledger."HOT_SEQUENCE" = moved."HOT_SEQUENCE",
  ledger."COLD_SEQUENCE" = moved."COLD_SEQUENCE",
  ledger."SHARD_KIND" = moved."SHARD_KIND",
  ledger."FINAL_AT" = moved."FINAL_AT",
  ledger."ROWS" = moved."ROWS",
  ledger."DUPLICATES" = moved."DUPLICATES",
  ledger."FILTERED" = moved."FILTERED",
  ledger."CHECKSUM" = moved."CHECKSUM",
  ledger."LOADED_AT" = moved."LOADED_AT"
WHEN NOT MATCHED THEN INSERT (
  "DAY", "HOT_GENERATION", "COLD_GENERATION", "HOT_SEQUENCE", "COLD_SEQUENCE", "SHARD_KIND", "FINAL_AT", "ROWS",
  "DUPLICATES", "FILTERED", "CHECKSUM", "LOADED_AT"
) VALUES (
  moved."DAY", moved."HOT_GENERATION", moved."COLD_GENERATION", moved."HOT_SEQUENCE", moved."COLD_SEQUENCE",
  moved."SHARD_KIND", moved."FINAL_AT", moved."ROWS", moved."DUPLICATES", moved."FILTERED", moved."CHECKSUM",
  moved."LOADED_AT"
);
