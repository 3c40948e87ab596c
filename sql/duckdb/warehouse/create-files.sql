-- Inventory of registered cold files, by lake key; readers see those of the generations that the ledger calls cold.
CREATE TABLE IF NOT EXISTS {{files}} (
  day DATE NOT NULL,
  generation VARCHAR NOT NULL,
  key VARCHAR NOT NULL,
  bytes BIGINT NOT NULL,
  "rows" BIGINT NOT NULL,
  schema_id VARCHAR NOT NULL
);
