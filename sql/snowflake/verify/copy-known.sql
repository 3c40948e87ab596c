-- COPY as Shardlift never says it: without FORCE, so that the load metadata decides.
COPY INTO {{hot}} ({{names}})
FROM (SELECT {{values}} FROM {{stage}})
FILES = ({{files}})
FILE_FORMAT = (TYPE = PARQUET USE_VECTORIZED_SCANNER = TRUE USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE REPLACE_INVALID_CHARACTERS = FALSE)
ON_ERROR = ABORT_STATEMENT;
