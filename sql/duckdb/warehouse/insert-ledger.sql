-- Second half of replacing the ledger's rows; $rows is JSON, instants in ms since the epoch.
INSERT INTO {{ledger}} BY NAME
SELECT * REPLACE (make_timestamptz(final_at * 1000) AS final_at, make_timestamptz(loaded_at * 1000) AS loaded_at)
FROM (
  SELECT unnest(
    from_json(
      $rows::JSON,
      '[{"day":"DATE","hot_generation":"VARCHAR","cold_generation":"VARCHAR","hot_sequence":"BIGINT","cold_sequence":"BIGINT","shard_kind":"VARCHAR","final_at":"BIGINT","rows":"BIGINT","duplicates":"BIGINT","filtered":"BIGINT","checksum":"VARCHAR","loaded_at":"BIGINT"}]'
    ),
    recursive := true
  )
);
