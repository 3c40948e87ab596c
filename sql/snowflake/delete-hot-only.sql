-- Deletes hot rows of one day (:1) of one generation alone (:2).
DELETE FROM {{hot}} WHERE "_DAY" = :1::DATE AND "_GENERATION" = :2;
