-- First half of replacing the ledger's rows of these days.
DELETE FROM {{ledger}} WHERE {{condition}};
