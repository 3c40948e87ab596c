-- The role may make its tables in a schema that exists already.
GRANT USAGE, CREATE TABLE, CREATE VIEW, CREATE EXTERNAL TABLE ON SCHEMA {{schema}} TO ROLE {{role}};
