-- Once per connection: the small functions that all row rules are made of. Texts are exact: nothing is rounded, every
-- character of a string survives, and what is rendered is valid JSON.

-- BigQuery extracts a TIMESTAMP as one without a zone, which is UTC's whatever this machine's is.
SET TimeZone = 'UTC';

-- JSON text of a string; null stays null.
CREATE OR REPLACE TEMP MACRO json_string(t) AS to_json(t)::VARCHAR;

-- DuckDB's shortest form that reads back as the same double; the three that JSON has no number for by their names.
CREATE OR REPLACE TEMP MACRO float_text(d) AS CASE WHEN isfinite(d) THEN d::VARCHAR ELSE to_json(d)::VARCHAR END;

CREATE OR REPLACE TEMP MACRO json_float(d) AS
  CASE WHEN isfinite(d) THEN d::VARCHAR ELSE '"' || to_json(d)::VARCHAR || '"' END;

-- The same for numbers alone; chr(1) marks the others.
CREATE OR REPLACE TEMP MACRO quick_float(d) AS
  CASE WHEN isfinite(d) THEN d::VARCHAR WHEN d IS NOT NULL THEN chr(1) END;

-- An instant in UTC, whatever the session's time zone is.
CREATE OR REPLACE TEMP MACRO instant_text(i) AS make_timestamp(epoch_us(i))::VARCHAR || '+00:00';

-- One part of a canonical text: its length in bytes, a colon, the text; `n` for null. Nothing needs escaping.
CREATE OR REPLACE TEMP MACRO prefixed(t) AS CASE WHEN t IS NULL THEN 'n' ELSE concat(strlen(t), ':', t) END;

-- HMAC-SHA-256 in hex. `hash_inner` and `hash_outer` are the key's two padded blocks, bound when the recipe runs.
CREATE OR REPLACE TEMP MACRO keyed_hash(t) AS
  sha256(getvariable('hash_outer') || unhex(sha256(getvariable('hash_inner') || encode(t))));

-- The first 31 digits of a text in hex as a number; numbers and texts have one order.
CREATE OR REPLACE TEMP MACRO hex_number(t) AS
  ('0x' || left(t, 15))::BIGINT::HUGEINT * 18446744073709551616 + ('0x' || substr(t, 16, 16))::UBIGINT;

-- Texts of types without the differences that lose nothing: narrower numbers, instants and times with and without their
-- zone (BigQuery extracts a TIME as one of UTC's).
CREATE OR REPLACE TEMP MACRO widened(t) AS
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(t,
    '\b(U?TINYINT|U?SMALLINT|U?INTEGER)\b', 'BIGINT', 'g'),
    '\bFLOAT\b', 'DOUBLE', 'g'),
    '\bJSON\b', 'VARCHAR', 'g'),
    '\bDECIMAL\([0-9]+, ?[0-9]+\)', 'DECIMAL', 'g'),
    '\bTIMESTAMP(_MS|_S| WITH TIME ZONE)?\b', 'TIMESTAMP', 'g'),
    '\bTIME WITH TIME ZONE\b', 'TIME', 'g');

-- Texts of newline JSON as typed values: a text that does not fit is an error, never null and never rounded.
CREATE OR REPLACE TEMP MACRO refuse_text(t, place, type) AS
  CASE WHEN t IS NOT NULL THEN error(concat(place, ' is declared ', type, ' and holds ', json_string(left(t, 200)))) END;

CREATE OR REPLACE TEMP MACRO read_integer(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '-?[0-9]+') THEN TRY_CAST(t AS BIGINT) END, refuse_text(t, place, 'INTEGER'));

CREATE OR REPLACE TEMP MACRO read_float(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '-?([0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|Infinity)|NaN') THEN TRY_CAST(t AS DOUBLE) END,
  refuse_text(t, place, 'FLOAT'));

CREATE OR REPLACE TEMP MACRO read_numeric(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '-?[0-9]+(\.[0-9]{1,9})?') THEN TRY_CAST(t AS DECIMAL(38, 9)) END,
  refuse_text(t, place, 'NUMERIC'));

CREATE OR REPLACE TEMP MACRO read_bignumeric(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '-?[0-9]+(\.[0-9]+)?') THEN t END, refuse_text(t, place, 'BIGNUMERIC'));

CREATE OR REPLACE TEMP MACRO read_boolean(t, place) AS coalesce(
  CASE t WHEN 'true' THEN true WHEN 'false' THEN false END, refuse_text(t, place, 'BOOLEAN'));

CREATE OR REPLACE TEMP MACRO read_date(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(t AS DATE) END,
  refuse_text(t, place, 'DATE'));

CREATE OR REPLACE TEMP MACRO read_time(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?') THEN TRY_CAST(t AS TIME) END,
  refuse_text(t, place, 'TIME'));

CREATE OR REPLACE TEMP MACRO read_datetime(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?')
    THEN TRY_CAST(t AS TIMESTAMP) END,
  refuse_text(t, place, 'DATETIME'));

CREATE OR REPLACE TEMP MACRO read_timestamp(t, place) AS coalesce(
  CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?( ?UTC|Z|[+-][0-9]{2}(:?[0-9]{2})?)')
    THEN TRY_CAST(t AS TIMESTAMP WITH TIME ZONE) END,
  refuse_text(t, place, 'TIMESTAMP'));

CREATE OR REPLACE TEMP MACRO read_bytes(t, place) AS coalesce(TRY(from_base64(t)), refuse_text(t, place, 'BYTES'));
