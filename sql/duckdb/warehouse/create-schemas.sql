-- Columns in BigQuery's form, as JSON: of the hot table (id 'table') and of each schema among the files.
CREATE TABLE IF NOT EXISTS {{schemas}} (schema_id VARCHAR NOT NULL, columns VARCHAR NOT NULL);
