-- Per file or day: all rows as they are written, where none is suspect or irregular.
CREATE OR REPLACE TEMP VIEW clean_rows AS
SELECT
  {{columns}}
FROM source
WHERE {{filter}};
