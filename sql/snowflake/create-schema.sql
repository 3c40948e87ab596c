-- The schema of a hot table and its sisters.
CREATE SCHEMA IF NOT EXISTS {{schema}};
