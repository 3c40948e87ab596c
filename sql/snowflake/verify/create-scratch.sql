-- The schema in which all is tried; refused where there is one of this name: then it is not ours.
CREATE SCHEMA {{schema}} COMMENT = 'Made by npm run verify:snowflake, which drops it at its end';
