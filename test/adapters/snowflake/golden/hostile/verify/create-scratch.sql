CREATE SCHEMA "LAKE"."X""; DROP SCHEMA A; --" COMMENT = 'Made by npm run verify:snowflake, which drops it at its end';
