-- Takes so many seconds.
SELECT SYSTEM$WAIT({{seconds}}) AS "ANSWER";
