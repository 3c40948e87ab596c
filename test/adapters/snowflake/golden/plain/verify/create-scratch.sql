CREATE SCHEMA "LAKE"."ANALYTICS" COMMENT = 'Made by npm run verify:snowflake, which drops it at its end';
