-- Columns with decimals that DuckDB reads as doubles, silently. Binds: path.
SELECT name FROM parquet_schema($path) WHERE precision > 38;
