-- The rows of a shard, or of one of its files, by number. Row `j` stands for event (session, user) `i` of the
-- day: first all of them, then exact copies, then rows that conflict with another one. `h` is what chance hangs
-- on, `variant` counts how often attribution was restated, `shift` says how a copy's pairs are ordered.
SELECT *,
  hash({{seed}}::BIGINT, {{day}}, i) AS h,
  CASE WHEN conflicting THEN {{revision}}
    WHEN {{revision}} > 1 AND pick(hash({{seed}}::BIGINT, {{day}}, i), 9, 12) = 0 THEN {{revision}} - 1
    ELSE 0 END::BIGINT AS variant,
  CASE WHEN copied THEN pick(hash({{seed}}::BIGINT, j), 10, 3) ELSE 0 END AS shift
FROM (
  SELECT j,
    CASE WHEN j < {{events}} THEN j ELSE pick(hash({{seed}}::BIGINT, j), 1, {{events}}) END AS i,
    j >= {{events}} AS copied,
    j >= {{events}} + {{copies}} AS conflicting
  FROM range({{first_row}}, {{end_row}}) AS numbers(j))
