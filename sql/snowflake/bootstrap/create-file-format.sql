-- How the lake's files are read where a statement takes a format by name only (INFER_SCHEMA).
CREATE FILE FORMAT IF NOT EXISTS {{format}} TYPE = PARQUET USE_VECTORIZED_SCANNER = TRUE USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE;
