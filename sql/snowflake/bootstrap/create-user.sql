-- The user that Shardlift signs in as; how it proves itself is a step of its own.
CREATE USER IF NOT EXISTS {{user}} TYPE = SERVICE COMMENT = 'Shardlift signs in as this';
