-- Per file or day: rows that are not suspect, as they are written. Inside, the texts of pairs as they stand; then, where the
-- row's key list is known to be regular, the pairs in order; last, all columns. Joins cost little where they meet few rows.
CREATE OR REPLACE TEMP VIEW clean_rows AS
SELECT
  {{columns}}
FROM (
  SELECT
    {{ordered}}
  FROM (
    SELECT
      {{pairs}}
    FROM source
    WHERE {{filter}}
  ) AS source_rows
  {{joins}}
);
