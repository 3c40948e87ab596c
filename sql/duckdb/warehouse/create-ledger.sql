-- The ledger: one row a day, which generation is hot and which is cold.
CREATE TABLE IF NOT EXISTS {{ledger}} (
  day DATE NOT NULL,
  hot_generation VARCHAR,
  cold_generation VARCHAR,
  hot_sequence BIGINT,
  cold_sequence BIGINT,
  shard_kind VARCHAR NOT NULL,
  final_at TIMESTAMP WITH TIME ZONE,
  "rows" BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  filtered BIGINT NOT NULL,
  checksum VARCHAR NOT NULL,
  loaded_at TIMESTAMP WITH TIME ZONE
);
