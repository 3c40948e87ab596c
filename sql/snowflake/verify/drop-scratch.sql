-- Takes the schema and all in it away.
DROP SCHEMA IF EXISTS {{schema}} CASCADE;
