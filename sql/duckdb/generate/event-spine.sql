-- The spine of an event shard: event `i` of the day is event `k` of session `b` of user `u`. All of it depends on
-- seed, day and number only, so an intraday shard, a later revision and a part agree on every event.
WITH
-- 32 events are five sessions, cut in one of four ways; a cell is session number x 32 + place in the session.
cells AS (
  SELECT *, [0,32,33,34,35,36,37,38,39,40,64,65,66,96,97,98,99,100,101,102,103,104,105,106,107,108,109,128,129,
    130,131,132, 0,1,32,33,64,65,66,67,68,69,70,96,128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,
    143,144,145,146,147, 0,1,2,3,32,33,34,35,36,37,64,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110,
    111,112,113,128,129,130, 0,1,2,3,4,5,6,7,8,9,10,11,32,64,65,66,67,68,69,70,71,96,97,98,99,100,128,129,130,
    131,132,133][(1 + pick(hash({{seed}}::BIGINT, i // 32), 2, 4) * 32 + i % 32)::BIGINT] AS cell
  FROM ({{shard_rows}})
),
sessions AS (
  SELECT *, (i // 32 * 5 + cell // 32)::BIGINT AS b, (cell % 32)::BIGINT AS k
  FROM cells
),
keyed AS (
  SELECT *, hash({{seed}}::BIGINT, {{day}}, b, 'session') AS hb,
    -- Some events travel in the batch of the one before: same name, same timestamp.
    CASE WHEN k > 1 AND i <> {{rows}} - 1 AND pick(hash({{seed}}::BIGINT, i), 3, 25) = 0 THEN 1 ELSE 0 END AS batched
  FROM sessions
),
users AS (
  SELECT *, i - batched AS m, k - batched AS km, hash({{seed}}::BIGINT, {{day}}, i - batched) AS hm,
    skewed(hb, 4, {{users}}) AS u,
    CASE WHEN i < {{rows}} THEN (b + chance(hb, 5)) / ({{rows}} // 32 * 5 + 5) ELSE chance(hb, 6) END AS share
  FROM keyed
),
timed AS (
  SELECT *, hash({{seed}}::BIGINT, u, 'user') AS hu,
    -- Evenings are busier than nights; the last 20 minutes are left for sessions to end in.
    {{day_start}} // 1000000 + floor((1.4 * share - 0.4 * share * share)
      * ({{day_end}} - {{day_start}} - 1200000000) / 1000000)::BIGINT AS start_s
  FROM users
)
SELECT *,
  CASE m WHEN 0 THEN {{day_start}} WHEN {{rows}} - 1 THEN {{day_end}} - 1
    ELSE (start_s + km * 20 + pick(hm, 7, 20)) * 1000000 + (m * 611953 + 7919) % 1000000 END::BIGINT AS ts,
  -- First seen on a day that does not move while the user's days go by.
  {{day_start}} // 34560000000000 * 34560000000000 - pick(hu, 8, 20000000) * 1000000 AS first_touch,
  start_s AS session_id
FROM timed
