-- Hot where the ledger says hot, else cold. Rows of hot and the ledger change in one transaction only.
CREATE OR REPLACE VIEW {{all}} ({{names}}) COPY GRANTS COMMENT = {{digest}} AS
SELECT {{names}} FROM {{hot}}
WHERE "_DAY" IN (SELECT "DAY" FROM {{ledger}} WHERE "HOT_GENERATION" IS NOT NULL)
UNION ALL
SELECT {{names}} FROM {{cold}}
WHERE "_DAY" NOT IN (SELECT "DAY" FROM {{ledger}} WHERE "HOT_GENERATION" IS NOT NULL);
