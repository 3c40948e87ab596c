-- Per file of `split_json`: what its lines have in common and apart, as the JSON of one merged shape.
SELECT json_group_structure(json)::VARCHAR AS shape FROM read_parquet({{@part}}, hive_partitioning = false);
