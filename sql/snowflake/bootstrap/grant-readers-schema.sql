-- Analysts may use the schema of the tables.
GRANT USAGE ON SCHEMA {{schema}} TO ROLE {{readers}};
