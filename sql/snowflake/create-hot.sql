-- The hot table. {{columns}}: name, type, masking policy of personal data, and a comment that says what the
-- column is in BigQuery's words;
-- {{clustering}}: empty, or CLUSTER BY the day.
CREATE TABLE IF NOT EXISTS {{hot}} ({{columns}}) {{clustering}} COMMENT = 'Days inside the retention, loaded by Shardlift';
