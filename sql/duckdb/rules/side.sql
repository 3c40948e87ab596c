-- Per file or day: all other rows in the exact form, with a digest of the whole row as the source has it.
COPY (
  SELECT
    {{columns}},
    {{digest}} AS _shardlift_digest
  FROM source
  WHERE ({{filter}}) AND ({{suspicion}})
) TO {{@side}} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720);
