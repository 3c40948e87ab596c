-- The role may use the database and make schemas in it.
GRANT USAGE, CREATE SCHEMA ON DATABASE {{database}} TO ROLE {{role}};
