-- Once per day, over all keys: hashes that occur twice. Rows with equal ids are among them, and perhaps others.
CREATE OR REPLACE TEMP TABLE suspects AS
SELECT h FROM keys GROUP BY h HAVING count(*) > 1;
