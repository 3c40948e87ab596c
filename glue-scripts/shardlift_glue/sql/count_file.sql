-- Rows of a Parquet file, by its footer.
SELECT sum(num_rows)::BIGINT AS rows FROM parquet_file_metadata({{@file}});
