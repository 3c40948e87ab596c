-- Says what a column is in BigQuery's words, where somebody changed the comment that says so.
ALTER TABLE {{hot}} ALTER COLUMN {{column}} COMMENT {{comment}};
