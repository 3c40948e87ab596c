-- Analysts may use the database of the tables.
GRANT USAGE ON DATABASE {{database}} TO ROLE {{readers}};
