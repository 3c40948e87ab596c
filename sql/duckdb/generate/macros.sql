-- Macros of the shard generator: chance that depends on a key and a salt only, and key-value pairs.
-- A key is a hash of seed, day and number of a row (or session, or user); a salt keeps columns apart.

-- A number in [0, 1).
CREATE OR REPLACE TEMP MACRO chance(key, salt) AS
  (hash(key, salt::INTEGER) >> 11)::DOUBLE / 9007199254740992.0;

-- A whole number in [0, n), all alike.
CREATE OR REPLACE TEMP MACRO pick(key, salt, n) AS (hash(key, salt::INTEGER) % n::UBIGINT)::BIGINT;

-- A whole number in [0, n), small ones far more often.
CREATE OR REPLACE TEMP MACRO skewed(key, salt, n) AS
  floor(chance(key, salt) * chance(key, salt) * chance(key, salt) * n)::BIGINT;

CREATE OR REPLACE TEMP MACRO one_of(texts, key, salt) AS texts[1 + pick(key, salt, len(texts))];

CREATE OR REPLACE TEMP MACRO skewed_of(texts, key, salt) AS texts[1 + skewed(key, salt, len(texts))];

-- Hex digits that do not change while the key does not.
CREATE OR REPLACE TEMP MACRO hex_of(key, salt) AS printf('%016x', hash(key, salt::INTEGER));

CREATE OR REPLACE TEMP MACRO slots(s, i, f, d) AS {
  'string_value': s::VARCHAR, 'int_value': i::BIGINT, 'float_value': f::DOUBLE, 'double_value': d::DOUBLE };

CREATE OR REPLACE TEMP MACRO text_param(k, v) AS { 'key': k::VARCHAR, 'value': slots(v, NULL, NULL, NULL) };

CREATE OR REPLACE TEMP MACRO int_param(k, v) AS { 'key': k::VARCHAR, 'value': slots(NULL, v, NULL, NULL) };

CREATE OR REPLACE TEMP MACRO double_param(k, v) AS { 'key': k::VARCHAR, 'value': slots(NULL, NULL, NULL, v) };

CREATE OR REPLACE TEMP MACRO property(k, s, i, d, set_at) AS { 'key': k::VARCHAR, 'value': {
  'string_value': s::VARCHAR, 'int_value': i::BIGINT, 'float_value': NULL::DOUBLE, 'double_value': d::DOUBLE,
  'set_timestamp_micros': set_at::BIGINT } };

CREATE OR REPLACE TEMP MACRO text_property(k, v, set_at) AS property(k, v, NULL, NULL, set_at);

CREATE OR REPLACE TEMP MACRO int_property(k, v, set_at) AS property(k, NULL, v, NULL, set_at);

-- Copies of a row carry the pairs of `event_params` in another order, as the exports do.
CREATE OR REPLACE TEMP MACRO shuffled(pairs, shift) AS CASE
  WHEN shift = 0 THEN pairs
  WHEN shift = 1 THEN list_reverse(pairs)
  ELSE list_concat(pairs[3:], pairs[:2]) END;

-- Pairs that make trouble, in few rows: numbers beyond 2^53, float extremes, no slot set, two slots set,
-- the same key twice, no key at all. Counted by row number, so that small shards have them too.
CREATE OR REPLACE TEMP MACRO odd_params(i, key) AS [
  CASE WHEN i % 13 = 4 THEN int_param('client_nonce', 9007199254740993 + (hash(key, 701) >> 2)::BIGINT) END,
  CASE WHEN i % 97 = 11 THEN double_param('score', ['-0'::DOUBLE, 5e-324, 1.7976931348623157e308, 0.1 + 0.2::DOUBLE,
    1e21, 123456789012345680.0, -1e-7][1 + pick(key, 702, 7)]) END,
  CASE WHEN i % 127 = 5 THEN text_param('coupon', NULL) END,
  CASE WHEN i % 499 = 17 THEN { 'key': 'reading', 'value': slots('12', 12, NULL, NULL) } END,
  CASE WHEN i % 251 = 9 THEN text_param('tag', 'first ' || i) END,
  CASE WHEN i % 251 = 9 THEN int_param('tag', i) END,
  CASE WHEN i % 997 = 13 THEN text_param(NULL, 'nameless') END ];

-- Titles in many scripts, with quotes, a backslash, a tab and characters beyond the basic plane.
CREATE OR REPLACE TEMP MACRO title_of(page) AS (['Start', 'Schuhe für Größe 42', 'Größe & Maße – „Ratgeber“',
  '夏のセール 👟', 'حذاء رياضي', 'Åpent "kjøp"', 'C:\shop\sale', 'It''s 50 % off', 'Кроссовки', E'Tab\there',
  'Ünï­cödé Ⅷ', '👩‍👩‍👧 family'])[1 + page % 12] || CASE WHEN page >= 12 THEN ' ' || page ELSE '' END;
