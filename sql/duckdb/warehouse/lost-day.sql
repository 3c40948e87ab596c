-- The part of a cold view that stands for a day whose files are lost: asking for the day fails and says what to do; a
-- condition on _day that names other days never gets here.
SELECT {{columns}} FROM {{ledger}} AS ledger
WHERE ledger.day = {{day}}::DATE AND error(concat({{message}}, ledger.day)) IS NULL
