-- How many partitions of the inventory a condition on the day opens through the cold view; reads nothing.
EXPLAIN SELECT COUNT(*) AS "ROWS" FROM {{cold}} WHERE "_DAY" = {{day}}::DATE;
