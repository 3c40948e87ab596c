-- Deletes hot rows of one day.
DELETE FROM {{hot}} WHERE _day = $day AND {{condition}};
