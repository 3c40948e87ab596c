-- The same counts of registered files of named generations, by what stands in the files, not by their folders' names.
-- {{values}} as in create-cold-view, each with its name, but for the day, which is the file's own; {{condition}} names
-- days and generations by the partitions.
SELECT
  TO_CHAR("_DAY", 'YYYY-MM-DD') AS "DAY",
  "_GENERATION" AS "GENERATION",
  COUNT(*)::VARCHAR AS "ROWS",
  COALESCE(SUM(TO_NUMBER(LEFT("EVENT_ID", 12), 'XXXXXXXXXXXX')), 0)::VARCHAR AS "CHECKSUM",
  {{counts}}
FROM (SELECT {{values}} FROM {{files}} AS files WHERE {{condition}}) AS rows_of_files
GROUP BY "_DAY", "_GENERATION"
ORDER BY 1, 2;
