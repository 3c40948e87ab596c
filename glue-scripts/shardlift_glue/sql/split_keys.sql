-- Per group: the part of its keys whose hashes lie in one of so many equal ranges.
COPY (
  SELECT h FROM keys WHERE ((h >> 32) * {{@ranges}}) >> 32 = {{@range}}
) TO {{@target}} (FORMAT parquet, RETURN_STATS);
