-- Deletes hot rows of one day (:1).
DELETE FROM {{hot}} WHERE "_DAY" = :1::DATE;
