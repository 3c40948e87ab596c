-- What people read of cold: of each day the generation that the ledger calls cold. {{names}}: the table's columns, with
-- the masking policy of personal data, since nothing else would keep them over a replacement;
-- {{values}}: the same columns from VALUE, the day from the partition so that a condition on it opens no other file.
CREATE OR REPLACE VIEW {{cold}} ({{names}}) COPY GRANTS COMMENT = {{digest}} AS
SELECT {{values}}
FROM {{files}} AS files
INNER JOIN {{ledger}} AS ledger
  ON ledger."DAY" = files."FILE_DAY" AND ledger."COLD_GENERATION" = files."FILE_GENERATION";
