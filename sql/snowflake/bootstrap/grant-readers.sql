-- Analysts may read the views that come, and with them what they show.
GRANT SELECT ON FUTURE VIEWS IN SCHEMA {{schema}} TO ROLE {{readers}};
