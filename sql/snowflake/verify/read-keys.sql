-- Which members values have, as JSON lists.
SELECT DISTINCT TO_JSON(OBJECT_KEYS({{values}})) AS "KEYS" FROM {{relation}} ORDER BY 1;
