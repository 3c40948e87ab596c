CREATE ROLE IF NOT EXISTS "LOADER" COMMENT = 'Loads days, by Shardlift';
