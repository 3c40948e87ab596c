-- The database that holds hot tables, ledgers, stage and file format.
CREATE DATABASE IF NOT EXISTS {{database}};
