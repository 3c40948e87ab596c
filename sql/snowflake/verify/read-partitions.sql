-- What the inventory makes of its files' names.
SELECT DISTINCT TO_CHAR("FILE_DAY", 'YYYY-MM-DD') AS "DAY", "FILE_GENERATION" AS "GENERATION" FROM {{files}} ORDER BY 1, 2;
