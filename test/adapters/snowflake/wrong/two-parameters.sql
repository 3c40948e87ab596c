-- Two parameters in one statement: the grammar has one.
ALTER SESSION SET TIMEZONE = 'UTC' STRICT_JSON_OUTPUT = TRUE;
