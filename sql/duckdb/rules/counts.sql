-- Per file or day: rows of the shard, and rows that the filter lets pass.
SELECT count(*) AS source, count(*) FILTER (WHERE {{filter}}) AS passed FROM source;
