-- Rows of a Parquet file by its footer. Binds: path.
SELECT num_rows FROM parquet_file_metadata($path);
