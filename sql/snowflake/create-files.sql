-- Inventory of registered cold files: an external table over the lake whose partitions are told by the folders' names.
-- Nothing is registered but by REFRESH of one folder. Rows stay one VARIANT, so that new columns need no DDL here.
-- Files are read as COPY reads them: instants as instants, bytes as bytes.
CREATE EXTERNAL TABLE IF NOT EXISTS {{files}} (
  "FILE_DAY" DATE AS (TO_DATE(SPLIT_PART(SPLIT_PART(METADATA$FILENAME, '/day=', 2), '/', 1), 'YYYY-MM-DD')),
  "FILE_GENERATION" VARCHAR AS (SPLIT_PART(SPLIT_PART(METADATA$FILENAME, '/generation=', 2), '/', 1))
)
PARTITION BY ("FILE_DAY", "FILE_GENERATION")
LOCATION = {{stage}}
REFRESH_ON_CREATE = FALSE
AUTO_REFRESH = FALSE
PATTERN = '.*/day=[^/]+/generation=[^/]+/[^/]+[.]parquet'
FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE)
COMMENT = 'Files of the lake that Shardlift registered; read the view that ends in _COLD';
