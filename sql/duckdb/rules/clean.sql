-- Per file or day: rows that are neither suspect nor irregular, as they are written.
CREATE OR REPLACE TEMP VIEW clean_rows AS
SELECT
  {{columns}}
FROM source
{{apart}}
WHERE {{filter}};
