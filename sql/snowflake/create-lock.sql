-- The lock row's table, one for each hot table, since only some 20 may wait for one; its row is made by fill-lock.
CREATE TABLE IF NOT EXISTS {{lock}} (
  "ONLY_ROW" NUMBER(38, 0) NOT NULL,
  "LOCKED_AT" TIMESTAMP_LTZ(3),
  "LOCKED_BY" VARCHAR
);
