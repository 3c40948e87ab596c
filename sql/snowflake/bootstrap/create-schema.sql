-- The schema of stage and file format.
CREATE SCHEMA IF NOT EXISTS {{schema}};
