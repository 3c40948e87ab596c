-- Once per day: removed rows that equal the one that stayed, and those that differ from it.
SELECT coalesce(sum(exact), 0)::BIGINT AS exact, coalesce(sum(conflicting), 0)::BIGINT AS conflicting FROM winners;
