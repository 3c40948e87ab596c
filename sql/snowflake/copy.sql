-- Brings files of one generation into the hot table; takes no lock. FORCE: the ledger decides what is loaded, never the
-- load metadata. {{stage}}: @stage and the generation's folder; {{files}}: at most 1,000 names in it.
COPY INTO {{hot}} ({{names}})
FROM (SELECT {{values}} FROM {{stage}})
FILES = ({{files}})
FILE_FORMAT = (TYPE = PARQUET USE_VECTORIZED_SCANNER = TRUE USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE REPLACE_INVALID_CHARACTERS = FALSE)
ON_ERROR = ABORT_STATEMENT
FORCE = TRUE;
