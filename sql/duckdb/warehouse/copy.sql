-- Brings the rows of one generation's files into the hot table. New members would vanish without union_by_name, and
-- the folder's day= would become a column with hive partitioning.
INSERT INTO {{hot}} BY NAME
SELECT {{columns}} FROM read_parquet({{paths}}, hive_partitioning = false, union_by_name = true);
