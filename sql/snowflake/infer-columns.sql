-- Columns that files really have, from their footers: COPY with a SELECT passes over others without a word.
SELECT COLUMN_NAME, TYPE FROM TABLE(INFER_SCHEMA(LOCATION => {{location}}, FILES => ({{files}}), FILE_FORMAT => {{format}}));
