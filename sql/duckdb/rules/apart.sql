-- Once per day: identity hashes that occur twice and irregular key lists, counted. Most days of small properties have none.
SELECT {{hashes}} AS hashes;
