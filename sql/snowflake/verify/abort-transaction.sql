-- Ends another session's transaction, as an administrator may; {{id}}: its digits.
SELECT SYSTEM$ABORT_TRANSACTION({{id}}) AS "ANSWER";
