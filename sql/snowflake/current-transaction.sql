-- Which transaction is open; null where none is. Snowflake may have ended ours by itself, and nobody says so in time.
SELECT CURRENT_TRANSACTION() AS "TRANSACTION";
