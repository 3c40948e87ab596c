-- The role that loads.
CREATE ROLE IF NOT EXISTS {{role}} COMMENT = 'Loads days, by Shardlift';
