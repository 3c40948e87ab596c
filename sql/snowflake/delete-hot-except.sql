-- Deletes hot rows of one day (:1) of every generation but one (:2).
DELETE FROM {{hot}} WHERE "_DAY" = :1::DATE AND "_GENERATION" IS DISTINCT FROM :2;
