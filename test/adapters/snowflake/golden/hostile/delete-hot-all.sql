-- :1 "2026-11-20"
DELETE FROM "LAKE"."X""; DROP SCHEMA A; --"."IT'S {{HOT}} $1 \' :1" WHERE "_DAY" = :1::DATE;
