-- Per file or day: rows that are neither suspect nor irregular, as they are written. They are told apart last: rendering
-- whole batches of rows and leaving some out is far cheaper than rendering what a join left of them.
CREATE OR REPLACE TEMP VIEW clean_rows AS
SELECT {{names}}
FROM (
  SELECT
    {{columns}}
  FROM source
  WHERE {{filter}}
) AS rendered
{{apart}};
