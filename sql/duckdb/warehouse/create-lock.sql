-- The lock row's table; its one row is made by fill-lock.
CREATE TABLE IF NOT EXISTS {{lock}} (only_row INTEGER NOT NULL, locked_at TIMESTAMP WITH TIME ZONE);
