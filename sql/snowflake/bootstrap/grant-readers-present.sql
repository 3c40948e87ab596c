-- Analysts may read the views that are there.
GRANT SELECT ON ALL VIEWS IN SCHEMA {{schema}} TO ROLE {{readers}};
