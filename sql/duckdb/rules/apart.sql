-- Once per day: identity hashes that occur twice, counted. Most days of small properties have none.
SELECT count(*) AS hashes FROM suspects;
