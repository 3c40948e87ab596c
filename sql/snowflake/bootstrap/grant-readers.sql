-- Analysts may read what is there and what comes.
GRANT SELECT ON FUTURE VIEWS IN SCHEMA {{schema}} TO ROLE {{readers}};
