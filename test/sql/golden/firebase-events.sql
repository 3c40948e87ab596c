-- formatVersion: 1
-- formula: 1
-- duckdbVersion: "v1.5.5"
-- rulesDigest: "cebcd42bae1753ec6300f2bb53deb691ccbf26c6e1c0bc9f1469721ef418a572"
-- needsHashKey: true
-- column {"name":"event_date","type":"STRING","mode":"NULLABLE"}
-- column {"name":"event_timestamp","type":"INTEGER","mode":"NULLABLE"}
-- column {"name":"event_name","type":"STRING","mode":"NULLABLE"}
-- column {"name":"event_params","type":"STRING","mode":"NULLABLE","json":"object"}
-- column {"name":"event_previous_timestamp","type":"INTEGER","mode":"NULLABLE"}
-- column {"name":"event_value_in_usd","type":"FLOAT","mode":"NULLABLE"}
-- column {"name":"event_bundle_sequence_id","type":"INTEGER","mode":"NULLABLE"}
-- column {"name":"event_server_timestamp_offset","type":"INTEGER","mode":"NULLABLE"}
-- column {"name":"user_id","type":"STRING","mode":"NULLABLE"}
-- column {"name":"user_pseudo_id","type":"STRING","mode":"NULLABLE"}
-- column {"name":"user_properties","type":"STRING","mode":"NULLABLE","json":"object"}
-- column {"name":"user_first_touch_timestamp","type":"INTEGER","mode":"NULLABLE"}
-- column {"name":"user_ltv","type":"RECORD","mode":"NULLABLE","fields":[{"name":"revenue","type":"FLOAT","mode":"NULLABLE"},{"name":"currency","type":"STRING","mode":"NULLABLE"}]}
-- column {"name":"device","type":"RECORD","mode":"NULLABLE","fields":[{"name":"category","type":"STRING","mode":"NULLABLE"},{"name":"mobile_brand_name","type":"STRING","mode":"NULLABLE"},{"name":"mobile_model_name","type":"STRING","mode":"NULLABLE"},{"name":"mobile_marketing_name","type":"STRING","mode":"NULLABLE"},{"name":"mobile_os_hardware_model","type":"STRING","mode":"NULLABLE"},{"name":"operating_system","type":"STRING","mode":"NULLABLE"},{"name":"operating_system_version","type":"STRING","mode":"NULLABLE"},{"name":"advertising_id","type":"STRING","mode":"NULLABLE"},{"name":"language","type":"STRING","mode":"NULLABLE"},{"name":"is_limited_ad_tracking","type":"STRING","mode":"NULLABLE"},{"name":"time_zone_offset_seconds","type":"INTEGER","mode":"NULLABLE"},{"name":"browser","type":"STRING","mode":"NULLABLE"},{"name":"browser_version","type":"STRING","mode":"NULLABLE"},{"name":"web_info","type":"RECORD","mode":"NULLABLE","fields":[{"name":"browser","type":"STRING","mode":"NULLABLE"},{"name":"browser_version","type":"STRING","mode":"NULLABLE"},{"name":"hostname","type":"STRING","mode":"NULLABLE"}]}]}
-- column {"name":"geo","type":"RECORD","mode":"NULLABLE","fields":[{"name":"continent","type":"STRING","mode":"NULLABLE"},{"name":"country","type":"STRING","mode":"NULLABLE"},{"name":"region","type":"STRING","mode":"NULLABLE"},{"name":"city","type":"STRING","mode":"NULLABLE"},{"name":"sub_continent","type":"STRING","mode":"NULLABLE"},{"name":"metro","type":"STRING","mode":"NULLABLE"}]}
-- column {"name":"app_info","type":"RECORD","mode":"NULLABLE","fields":[{"name":"id","type":"STRING","mode":"NULLABLE"},{"name":"version","type":"STRING","mode":"NULLABLE"},{"name":"install_store","type":"STRING","mode":"NULLABLE"},{"name":"firebase_app_id","type":"STRING","mode":"NULLABLE"},{"name":"install_source","type":"STRING","mode":"NULLABLE"}]}
-- column {"name":"traffic_source","type":"RECORD","mode":"NULLABLE","fields":[{"name":"name","type":"STRING","mode":"NULLABLE"},{"name":"medium","type":"STRING","mode":"NULLABLE"},{"name":"source","type":"STRING","mode":"NULLABLE"}]}
-- column {"name":"stream_id","type":"STRING","mode":"NULLABLE"}
-- column {"name":"platform","type":"STRING","mode":"NULLABLE"}
-- column {"name":"event_dimensions","type":"RECORD","mode":"NULLABLE","fields":[{"name":"hostname","type":"STRING","mode":"NULLABLE"}]}
-- column {"name":"_day","type":"DATE","mode":"NULLABLE"}
-- column {"name":"_shard_kind","type":"STRING","mode":"NULLABLE"}
-- column {"name":"_generation","type":"STRING","mode":"NULLABLE"}
-- column {"name":"event_id","type":"STRING","mode":"NULLABLE"}
-- column {"name":"user_properties_set","type":"STRING","mode":"NULLABLE","json":"object"}

-- === setup: 21
SET TimeZone = 'UTC';

CREATE OR REPLACE TEMP MACRO json_string(t) AS to_json(t)::VARCHAR;

CREATE OR REPLACE TEMP MACRO float_text(d) AS CASE WHEN isfinite(d) THEN d::VARCHAR ELSE to_json(d)::VARCHAR END;

CREATE OR REPLACE TEMP MACRO json_float(d) AS
  CASE WHEN isfinite(d) THEN d::VARCHAR ELSE '"' || to_json(d)::VARCHAR || '"' END;

CREATE OR REPLACE TEMP MACRO quick_float(d) AS
  CASE WHEN isfinite(d) THEN d::VARCHAR WHEN d IS NOT NULL THEN chr(1) END;

CREATE OR REPLACE TEMP MACRO instant_text(i) AS make_timestamp(epoch_us(i))::VARCHAR || '+00:00';

CREATE OR REPLACE TEMP MACRO prefixed(t) AS CASE WHEN t IS NULL THEN 'n' ELSE concat(strlen(t), ':', t) END;

CREATE OR REPLACE TEMP MACRO keyed_hash(t) AS
  sha256(getvariable('hash_outer') || unhex(sha256(getvariable('hash_inner') || encode(t))));

CREATE OR REPLACE TEMP MACRO hex_number(t) AS
  ('0x' || left(t, 15))::BIGINT::HUGEINT * 18446744073709551616 + ('0x' || substr(t, 16, 16))::UBIGINT;

CREATE OR REPLACE TEMP MACRO widened(t) AS
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(t,
    '\b(U?TINYINT|U?SMALLINT|U?INTEGER)\b', 'BIGINT', 'g'),
    '\bFLOAT\b', 'DOUBLE', 'g'),
    '\bJSON\b', 'VARCHAR', 'g'),
    '\bDECIMAL\([0-9]+, ?[0-9]+\)', 'DECIMAL', 'g'),
    '\bTIMESTAMP(_MS|_S| WITH TIME ZONE)?\b', 'TIMESTAMP', 'g'),
    '\bTIME WITH TIME ZONE\b', 'TIME', 'g');

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

-- === split_json: 1
COPY (
  SELECT json FROM read_ndjson_objects({{@part}}, maximum_object_size = {{@line_bytes}}, hive_partitioning = false)
) TO {{@lines}} (
  FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE_BYTES '16MB', ROW_GROUPS_PER_FILE 1, RETURN_FILES
);

-- === shape_json: 1
SELECT json_group_structure(json)::VARCHAR AS shape FROM read_parquet({{@part}}, hive_partitioning = false);

-- === check_json: 1
WITH found AS (
  SELECT
    fullkey,
    CASE WHEN type = 'VARCHAR' THEN atom ->> '$' ELSE type END AS received,
    coalesce(regexp_matches(key, '[.\[\]"]'), false) AS strange,
    concat(replace(path, '[0]', '[*]'), '."', key, '"') AS json_path
  FROM (SELECT unnest({{@shapes}}::VARCHAR[])::JSON AS shape), json_tree(shape)
  WHERE shape IS NOT NULL
)
SELECT
  fullkey AS path,
  declared.type AS expected,
  received,
  CASE WHEN declared.place IS NULL THEN json_path END AS json_path
FROM found
LEFT JOIN (VALUES ('$', 'one object a line', ['OBJECT']), ('$.event_date', 'STRING', ['NULL', 'VARCHAR']), ('$.event_timestamp', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_name', 'STRING', ['NULL', 'VARCHAR']), ('$.event_params', 'REPEATED RECORD', ['NULL', 'ARRAY', 'JSON']), ('$.event_params[0]', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.event_params[0].key', 'STRING', ['NULL', 'VARCHAR']), ('$.event_params[0].value', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.event_params[0].value.string_value', 'STRING', ['NULL', 'VARCHAR']), ('$.event_params[0].value.int_value', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_params[0].value.float_value', 'FLOAT', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_params[0].value.double_value', 'FLOAT', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_previous_timestamp', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_value_in_usd', 'FLOAT', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_bundle_sequence_id', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.event_server_timestamp_offset', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_id', 'STRING', ['NULL', 'VARCHAR']), ('$.user_pseudo_id', 'STRING', ['NULL', 'VARCHAR']), ('$.user_properties', 'REPEATED RECORD', ['NULL', 'ARRAY', 'JSON']), ('$.user_properties[0]', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.user_properties[0].key', 'STRING', ['NULL', 'VARCHAR']), ('$.user_properties[0].value', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.user_properties[0].value.string_value', 'STRING', ['NULL', 'VARCHAR']), ('$.user_properties[0].value.int_value', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_properties[0].value.float_value', 'FLOAT', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_properties[0].value.double_value', 'FLOAT', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_properties[0].value.set_timestamp_micros', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_first_touch_timestamp', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_ltv', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.user_ltv.revenue', 'FLOAT', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.user_ltv.currency', 'STRING', ['NULL', 'VARCHAR']), ('$.device', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.device.category', 'STRING', ['NULL', 'VARCHAR']), ('$.device.mobile_brand_name', 'STRING', ['NULL', 'VARCHAR']), ('$.device.mobile_model_name', 'STRING', ['NULL', 'VARCHAR']), ('$.device.mobile_marketing_name', 'STRING', ['NULL', 'VARCHAR']), ('$.device.mobile_os_hardware_model', 'STRING', ['NULL', 'VARCHAR']), ('$.device.operating_system', 'STRING', ['NULL', 'VARCHAR']), ('$.device.operating_system_version', 'STRING', ['NULL', 'VARCHAR']), ('$.device.vendor_id', 'STRING', ['NULL', 'VARCHAR']), ('$.device.advertising_id', 'STRING', ['NULL', 'VARCHAR']), ('$.device.language', 'STRING', ['NULL', 'VARCHAR']), ('$.device.is_limited_ad_tracking', 'STRING', ['NULL', 'VARCHAR']), ('$.device.time_zone_offset_seconds', 'INTEGER', ['NULL', 'VARCHAR', 'UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE', 'BOOLEAN', 'JSON']), ('$.device.browser', 'STRING', ['NULL', 'VARCHAR']), ('$.device.browser_version', 'STRING', ['NULL', 'VARCHAR']), ('$.device.web_info', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.device.web_info.browser', 'STRING', ['NULL', 'VARCHAR']), ('$.device.web_info.browser_version', 'STRING', ['NULL', 'VARCHAR']), ('$.device.web_info.hostname', 'STRING', ['NULL', 'VARCHAR']), ('$.geo', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.geo.continent', 'STRING', ['NULL', 'VARCHAR']), ('$.geo.country', 'STRING', ['NULL', 'VARCHAR']), ('$.geo.region', 'STRING', ['NULL', 'VARCHAR']), ('$.geo.city', 'STRING', ['NULL', 'VARCHAR']), ('$.geo.sub_continent', 'STRING', ['NULL', 'VARCHAR']), ('$.geo.metro', 'STRING', ['NULL', 'VARCHAR']), ('$.app_info', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.app_info.id', 'STRING', ['NULL', 'VARCHAR']), ('$.app_info.version', 'STRING', ['NULL', 'VARCHAR']), ('$.app_info.install_store', 'STRING', ['NULL', 'VARCHAR']), ('$.app_info.firebase_app_id', 'STRING', ['NULL', 'VARCHAR']), ('$.app_info.install_source', 'STRING', ['NULL', 'VARCHAR']), ('$.traffic_source', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.traffic_source.name', 'STRING', ['NULL', 'VARCHAR']), ('$.traffic_source.medium', 'STRING', ['NULL', 'VARCHAR']), ('$.traffic_source.source', 'STRING', ['NULL', 'VARCHAR']), ('$.stream_id', 'STRING', ['NULL', 'VARCHAR']), ('$.platform', 'STRING', ['NULL', 'VARCHAR']), ('$.event_dimensions', 'RECORD', ['NULL', 'OBJECT', 'JSON']), ('$.event_dimensions.hostname', 'STRING', ['NULL', 'VARCHAR'])) AS declared(place, type, allowed) ON declared.place = fullkey AND NOT strange
WHERE CASE WHEN declared.place IS NULL THEN NOT (false) ELSE NOT list_contains(allowed, received) END
ORDER BY length(fullkey), fullkey
LIMIT 1;

-- === locate: 2
SET preserve_insertion_order = true;

SELECT line
FROM (
  SELECT row_number() OVER () AS line, json
  FROM read_ndjson_objects({{@part}}, maximum_object_size = {{@line_bytes}}, hive_partitioning = false)
)
WHERE contains(json_exists(json, {{@json_path}})::VARCHAR, 'true')
LIMIT 1;

-- === stage: 1
COPY (
  SELECT
    "event_date" AS "event_date",
    read_integer("event_timestamp", 'event_timestamp') AS "event_timestamp",
    "event_name" AS "event_name",
    list_transform("event_params", lambda e0: CASE WHEN e0 IS NOT NULL THEN struct_pack("key" := e0."key", "value" := CASE WHEN e0."value" IS NOT NULL THEN struct_pack("string_value" := e0."value"."string_value", "int_value" := read_integer(e0."value"."int_value", 'event_params.value.int_value'), "float_value" := read_float(e0."value"."float_value", 'event_params.value.float_value'), "double_value" := read_float(e0."value"."double_value", 'event_params.value.double_value')) END) END) AS "event_params",
    read_integer("event_previous_timestamp", 'event_previous_timestamp') AS "event_previous_timestamp",
    read_float("event_value_in_usd", 'event_value_in_usd') AS "event_value_in_usd",
    read_integer("event_bundle_sequence_id", 'event_bundle_sequence_id') AS "event_bundle_sequence_id",
    read_integer("event_server_timestamp_offset", 'event_server_timestamp_offset') AS "event_server_timestamp_offset",
    "user_id" AS "user_id",
    "user_pseudo_id" AS "user_pseudo_id",
    list_transform("user_properties", lambda e0: CASE WHEN e0 IS NOT NULL THEN struct_pack("key" := e0."key", "value" := CASE WHEN e0."value" IS NOT NULL THEN struct_pack("string_value" := e0."value"."string_value", "int_value" := read_integer(e0."value"."int_value", 'user_properties.value.int_value'), "float_value" := read_float(e0."value"."float_value", 'user_properties.value.float_value'), "double_value" := read_float(e0."value"."double_value", 'user_properties.value.double_value'), "set_timestamp_micros" := read_integer(e0."value"."set_timestamp_micros", 'user_properties.value.set_timestamp_micros')) END) END) AS "user_properties",
    read_integer("user_first_touch_timestamp", 'user_first_touch_timestamp') AS "user_first_touch_timestamp",
    CASE WHEN "user_ltv" IS NOT NULL THEN struct_pack("revenue" := read_float("user_ltv"."revenue", 'user_ltv.revenue'), "currency" := "user_ltv"."currency") END AS "user_ltv",
    CASE WHEN "device" IS NOT NULL THEN struct_pack("category" := "device"."category", "mobile_brand_name" := "device"."mobile_brand_name", "mobile_model_name" := "device"."mobile_model_name", "mobile_marketing_name" := "device"."mobile_marketing_name", "mobile_os_hardware_model" := "device"."mobile_os_hardware_model", "operating_system" := "device"."operating_system", "operating_system_version" := "device"."operating_system_version", "vendor_id" := "device"."vendor_id", "advertising_id" := "device"."advertising_id", "language" := "device"."language", "is_limited_ad_tracking" := "device"."is_limited_ad_tracking", "time_zone_offset_seconds" := read_integer("device"."time_zone_offset_seconds", 'device.time_zone_offset_seconds'), "browser" := "device"."browser", "browser_version" := "device"."browser_version", "web_info" := "device"."web_info") END AS "device",
    "geo" AS "geo",
    "app_info" AS "app_info",
    "traffic_source" AS "traffic_source",
    "stream_id" AS "stream_id",
    "platform" AS "platform",
    "event_dimensions" AS "event_dimensions"
  FROM read_json(
    {{@part}},
    format = 'newline_delimited',
    columns = {'event_date': 'VARCHAR', 'event_timestamp': 'VARCHAR', 'event_name': 'VARCHAR', 'event_params': 'STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" VARCHAR, "float_value" VARCHAR, "double_value" VARCHAR))[]', 'event_previous_timestamp': 'VARCHAR', 'event_value_in_usd': 'VARCHAR', 'event_bundle_sequence_id': 'VARCHAR', 'event_server_timestamp_offset': 'VARCHAR', 'user_id': 'VARCHAR', 'user_pseudo_id': 'VARCHAR', 'user_properties': 'STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" VARCHAR, "float_value" VARCHAR, "double_value" VARCHAR, "set_timestamp_micros" VARCHAR))[]', 'user_first_touch_timestamp': 'VARCHAR', 'user_ltv': 'STRUCT("revenue" VARCHAR, "currency" VARCHAR)', 'device': 'STRUCT("category" VARCHAR, "mobile_brand_name" VARCHAR, "mobile_model_name" VARCHAR, "mobile_marketing_name" VARCHAR, "mobile_os_hardware_model" VARCHAR, "operating_system" VARCHAR, "operating_system_version" VARCHAR, "vendor_id" VARCHAR, "advertising_id" VARCHAR, "language" VARCHAR, "is_limited_ad_tracking" VARCHAR, "time_zone_offset_seconds" VARCHAR, "browser" VARCHAR, "browser_version" VARCHAR, "web_info" STRUCT("browser" VARCHAR, "browser_version" VARCHAR, "hostname" VARCHAR))', 'geo': 'STRUCT("continent" VARCHAR, "country" VARCHAR, "region" VARCHAR, "city" VARCHAR, "sub_continent" VARCHAR, "metro" VARCHAR)', 'app_info': 'STRUCT("id" VARCHAR, "version" VARCHAR, "install_store" VARCHAR, "firebase_app_id" VARCHAR, "install_source" VARCHAR)', 'traffic_source': 'STRUCT("name" VARCHAR, "medium" VARCHAR, "source" VARCHAR)', 'stream_id': 'VARCHAR', 'platform': 'VARCHAR', 'event_dimensions': 'STRUCT("hostname" VARCHAR)'},
    maximum_object_size = {{@line_bytes}},
    hive_partitioning = false
  )
) TO {{@staged}} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 2048);

-- === check_parquet: 1
SELECT coalesce(name, column_name) AS path, type AS expected, column_type AS received
FROM (VALUES ('event_date', typeof(NULL::VARCHAR)), ('event_timestamp', typeof(NULL::BIGINT)), ('event_name', typeof(NULL::VARCHAR)), ('event_params', typeof(NULL::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE, "double_value" DOUBLE))[])), ('event_previous_timestamp', typeof(NULL::BIGINT)), ('event_value_in_usd', typeof(NULL::DOUBLE)), ('event_bundle_sequence_id', typeof(NULL::BIGINT)), ('event_server_timestamp_offset', typeof(NULL::BIGINT)), ('user_id', typeof(NULL::VARCHAR)), ('user_pseudo_id', typeof(NULL::VARCHAR)), ('user_properties', typeof(NULL::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE, "double_value" DOUBLE, "set_timestamp_micros" BIGINT))[])), ('user_first_touch_timestamp', typeof(NULL::BIGINT)), ('user_ltv', typeof(NULL::STRUCT("revenue" DOUBLE, "currency" VARCHAR))), ('device', typeof(NULL::STRUCT("category" VARCHAR, "mobile_brand_name" VARCHAR, "mobile_model_name" VARCHAR, "mobile_marketing_name" VARCHAR, "mobile_os_hardware_model" VARCHAR, "operating_system" VARCHAR, "operating_system_version" VARCHAR, "vendor_id" VARCHAR, "advertising_id" VARCHAR, "language" VARCHAR, "is_limited_ad_tracking" VARCHAR, "time_zone_offset_seconds" BIGINT, "browser" VARCHAR, "browser_version" VARCHAR, "web_info" STRUCT("browser" VARCHAR, "browser_version" VARCHAR, "hostname" VARCHAR)))), ('geo', typeof(NULL::STRUCT("continent" VARCHAR, "country" VARCHAR, "region" VARCHAR, "city" VARCHAR, "sub_continent" VARCHAR, "metro" VARCHAR))), ('app_info', typeof(NULL::STRUCT("id" VARCHAR, "version" VARCHAR, "install_store" VARCHAR, "firebase_app_id" VARCHAR, "install_source" VARCHAR))), ('traffic_source', typeof(NULL::STRUCT("name" VARCHAR, "medium" VARCHAR, "source" VARCHAR))), ('stream_id', typeof(NULL::VARCHAR)), ('platform', typeof(NULL::VARCHAR)), ('event_dimensions', typeof(NULL::STRUCT("hostname" VARCHAR)))) AS declared(name, type)
FULL JOIN (DESCRIBE SELECT * FROM read_parquet({{@part}}, hive_partitioning = false)) AS found
  ON lower(name) = lower(column_name)
WHERE widened(type) IS DISTINCT FROM widened(column_type)
ORDER BY path;

-- === probe: 1
SELECT max(hash(rows)) AS h FROM read_parquet({{@part}}, hive_partitioning = false) AS rows;

-- === source: 1
CREATE OR REPLACE TEMP VIEW source AS
SELECT
  "event_date"::VARCHAR AS "event_date",
  "event_timestamp"::BIGINT AS "event_timestamp",
  "event_name"::VARCHAR AS "event_name",
  "event_params"::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE, "double_value" DOUBLE))[] AS "event_params",
  "event_previous_timestamp"::BIGINT AS "event_previous_timestamp",
  "event_value_in_usd"::DOUBLE AS "event_value_in_usd",
  "event_bundle_sequence_id"::BIGINT AS "event_bundle_sequence_id",
  "event_server_timestamp_offset"::BIGINT AS "event_server_timestamp_offset",
  "user_id"::VARCHAR AS "user_id",
  "user_pseudo_id"::VARCHAR AS "user_pseudo_id",
  "user_properties"::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE, "double_value" DOUBLE, "set_timestamp_micros" BIGINT))[] AS "user_properties",
  "user_first_touch_timestamp"::BIGINT AS "user_first_touch_timestamp",
  "user_ltv"::STRUCT("revenue" DOUBLE, "currency" VARCHAR) AS "user_ltv",
  "device"::STRUCT("category" VARCHAR, "mobile_brand_name" VARCHAR, "mobile_model_name" VARCHAR, "mobile_marketing_name" VARCHAR, "mobile_os_hardware_model" VARCHAR, "operating_system" VARCHAR, "operating_system_version" VARCHAR, "vendor_id" VARCHAR, "advertising_id" VARCHAR, "language" VARCHAR, "is_limited_ad_tracking" VARCHAR, "time_zone_offset_seconds" BIGINT, "browser" VARCHAR, "browser_version" VARCHAR, "web_info" STRUCT("browser" VARCHAR, "browser_version" VARCHAR, "hostname" VARCHAR)) AS "device",
  "geo"::STRUCT("continent" VARCHAR, "country" VARCHAR, "region" VARCHAR, "city" VARCHAR, "sub_continent" VARCHAR, "metro" VARCHAR) AS "geo",
  "app_info"::STRUCT("id" VARCHAR, "version" VARCHAR, "install_store" VARCHAR, "firebase_app_id" VARCHAR, "install_source" VARCHAR) AS "app_info",
  "traffic_source"::STRUCT("name" VARCHAR, "medium" VARCHAR, "source" VARCHAR) AS "traffic_source",
  "stream_id"::VARCHAR AS "stream_id",
  "platform"::VARCHAR AS "platform",
  "event_dimensions"::STRUCT("hostname" VARCHAR) AS "event_dimensions"
FROM read_parquet({{@parts}}, hive_partitioning = false);

-- === source_empty: 1
CREATE OR REPLACE TEMP VIEW source AS
SELECT
  NULL::VARCHAR AS "event_date",
  NULL::BIGINT AS "event_timestamp",
  NULL::VARCHAR AS "event_name",
  NULL::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE, "double_value" DOUBLE))[] AS "event_params",
  NULL::BIGINT AS "event_previous_timestamp",
  NULL::DOUBLE AS "event_value_in_usd",
  NULL::BIGINT AS "event_bundle_sequence_id",
  NULL::BIGINT AS "event_server_timestamp_offset",
  NULL::VARCHAR AS "user_id",
  NULL::VARCHAR AS "user_pseudo_id",
  NULL::STRUCT("key" VARCHAR, "value" STRUCT("string_value" VARCHAR, "int_value" BIGINT, "float_value" DOUBLE, "double_value" DOUBLE, "set_timestamp_micros" BIGINT))[] AS "user_properties",
  NULL::BIGINT AS "user_first_touch_timestamp",
  NULL::STRUCT("revenue" DOUBLE, "currency" VARCHAR) AS "user_ltv",
  NULL::STRUCT("category" VARCHAR, "mobile_brand_name" VARCHAR, "mobile_model_name" VARCHAR, "mobile_marketing_name" VARCHAR, "mobile_os_hardware_model" VARCHAR, "operating_system" VARCHAR, "operating_system_version" VARCHAR, "vendor_id" VARCHAR, "advertising_id" VARCHAR, "language" VARCHAR, "is_limited_ad_tracking" VARCHAR, "time_zone_offset_seconds" BIGINT, "browser" VARCHAR, "browser_version" VARCHAR, "web_info" STRUCT("browser" VARCHAR, "browser_version" VARCHAR, "hostname" VARCHAR)) AS "device",
  NULL::STRUCT("continent" VARCHAR, "country" VARCHAR, "region" VARCHAR, "city" VARCHAR, "sub_continent" VARCHAR, "metro" VARCHAR) AS "geo",
  NULL::STRUCT("id" VARCHAR, "version" VARCHAR, "install_store" VARCHAR, "firebase_app_id" VARCHAR, "install_source" VARCHAR) AS "app_info",
  NULL::STRUCT("name" VARCHAR, "medium" VARCHAR, "source" VARCHAR) AS "traffic_source",
  NULL::VARCHAR AS "stream_id",
  NULL::VARCHAR AS "platform",
  NULL::STRUCT("hostname" VARCHAR) AS "event_dimensions"
WHERE false;

-- === counts: 1
SELECT count(*) AS source, count(*) FILTER (WHERE coalesce("app_info"."id" IN ('com.example.app'), false) AND coalesce(len(list_filter("event_params", lambda e0: coalesce(e0."key", '') = 'firebase_event_origin' AND (CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END IS NOT NULL))), 0) > 0) AS passed FROM source;

-- === keys: 1
CREATE OR REPLACE TEMP TABLE keys AS
SELECT hash("stream_id", "user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id") AS h FROM source WHERE coalesce("app_info"."id" IN ('com.example.app'), false) AND coalesce(len(list_filter("event_params", lambda e0: coalesce(e0."key", '') = 'firebase_event_origin' AND (CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END IS NOT NULL))), 0) > 0;

-- === suspects: 1
CREATE OR REPLACE TEMP TABLE suspects AS
SELECT h FROM keys GROUP BY h HAVING count(*) > 1;

-- === apart: 1
SELECT count(*) AS hashes FROM suspects;

-- === side: 1
COPY (
  SELECT * FROM source
  WHERE (coalesce("app_info"."id" IN ('com.example.app'), false) AND coalesce(len(list_filter("event_params", lambda e0: coalesce(e0."key", '') = 'firebase_event_origin' AND (CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END IS NOT NULL))), 0) > 0) AND hash("stream_id", "user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id") IN (SELECT h FROM suspects)
) TO {{@side}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE 8192,
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000
);

-- === settle: 4
CREATE OR REPLACE TEMP VIEW side_rows AS
SELECT *, (file_index::BIGINT << 40) + file_row_number AS _shardlift_place
FROM read_parquet({{@sides}}, hive_partitioning = false);

CREATE OR REPLACE TEMP TABLE winners AS
SELECT
  arg_min(place, digest) AS place,
  arg_min(copies, digest) - 1 AS exact,
  (sum(copies) - arg_min(copies, digest))::BIGINT AS conflicting
FROM (
  SELECT id::UUID AS id, hex_number(digest) AS digest, min(place) AS place, count(*) AS copies
  FROM (SELECT left(sha256(concat(prefixed("stream_id"), prefixed("user_pseudo_id"), prefixed("event_timestamp"::VARCHAR), prefixed("event_name"), prefixed("event_bundle_sequence_id"::VARCHAR), 'n', 'n', 'n', prefixed(coalesce(CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null')))), 32) AS id, sha256(concat('', prefixed(coalesce(json_string("event_date"), 'null')), prefixed(coalesce("event_timestamp"::VARCHAR, 'null')), prefixed(coalesce(json_string("event_name"), 'null')), prefixed(coalesce(CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null')), prefixed(coalesce("event_previous_timestamp"::VARCHAR, 'null')), prefixed(coalesce(json_float("event_value_in_usd"), 'null')), prefixed(coalesce("event_bundle_sequence_id"::VARCHAR, 'null')), prefixed(coalesce("event_server_timestamp_offset"::VARCHAR, 'null')), prefixed(coalesce(json_string("user_id"), 'null')), prefixed(coalesce(json_string("user_pseudo_id"), 'null')), prefixed(coalesce(CASE WHEN coalesce(len("user_properties"), 0) < 2 THEN concat('{', array_to_string(list_transform("user_properties", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("user_properties", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null')), prefixed(coalesce("user_first_touch_timestamp"::VARCHAR, 'null')), prefixed(coalesce(CASE WHEN "user_ltv" IS NOT NULL THEN concat('{', '"revenue":', coalesce(json_float("user_ltv"."revenue"), 'null'), ',"currency":', coalesce(json_string("user_ltv"."currency"), 'null'), '}') END, 'null')), prefixed(coalesce(CASE WHEN "device" IS NOT NULL THEN concat('{', '"category":', coalesce(json_string("device"."category"), 'null'), ',"mobile_brand_name":', coalesce(json_string("device"."mobile_brand_name"), 'null'), ',"mobile_model_name":', coalesce(json_string("device"."mobile_model_name"), 'null'), ',"mobile_marketing_name":', coalesce(json_string("device"."mobile_marketing_name"), 'null'), ',"mobile_os_hardware_model":', coalesce(json_string("device"."mobile_os_hardware_model"), 'null'), ',"operating_system":', coalesce(json_string("device"."operating_system"), 'null'), ',"operating_system_version":', coalesce(json_string("device"."operating_system_version"), 'null'), ',"vendor_id":', coalesce(json_string("device"."vendor_id"), 'null'), ',"advertising_id":', coalesce(json_string("device"."advertising_id"), 'null'), ',"language":', coalesce(json_string("device"."language"), 'null'), ',"is_limited_ad_tracking":', coalesce(json_string("device"."is_limited_ad_tracking"), 'null'), ',"time_zone_offset_seconds":', coalesce("device"."time_zone_offset_seconds"::VARCHAR, 'null'), ',"browser":', coalesce(json_string("device"."browser"), 'null'), ',"browser_version":', coalesce(json_string("device"."browser_version"), 'null'), ',"web_info":', coalesce(CASE WHEN "device"."web_info" IS NOT NULL THEN concat('{', '"browser":', coalesce(json_string("device"."web_info"."browser"), 'null'), ',"browser_version":', coalesce(json_string("device"."web_info"."browser_version"), 'null'), ',"hostname":', coalesce(json_string("device"."web_info"."hostname"), 'null'), '}') END, 'null'), '}') END, 'null')), prefixed(coalesce(CASE WHEN "geo" IS NOT NULL THEN concat('{', '"continent":', coalesce(json_string("geo"."continent"), 'null'), ',"country":', coalesce(json_string("geo"."country"), 'null'), ',"region":', coalesce(json_string("geo"."region"), 'null'), ',"city":', coalesce(json_string("geo"."city"), 'null'), ',"sub_continent":', coalesce(json_string("geo"."sub_continent"), 'null'), ',"metro":', coalesce(json_string("geo"."metro"), 'null'), '}') END, 'null')), prefixed(coalesce(CASE WHEN "app_info" IS NOT NULL THEN concat('{', '"id":', coalesce(json_string("app_info"."id"), 'null'), ',"version":', coalesce(json_string("app_info"."version"), 'null'), ',"install_store":', coalesce(json_string("app_info"."install_store"), 'null'), ',"firebase_app_id":', coalesce(json_string("app_info"."firebase_app_id"), 'null'), ',"install_source":', coalesce(json_string("app_info"."install_source"), 'null'), '}') END, 'null')), prefixed(coalesce(CASE WHEN "traffic_source" IS NOT NULL THEN concat('{', '"name":', coalesce(json_string("traffic_source"."name"), 'null'), ',"medium":', coalesce(json_string("traffic_source"."medium"), 'null'), ',"source":', coalesce(json_string("traffic_source"."source"), 'null'), '}') END, 'null')), prefixed(coalesce(json_string("stream_id"), 'null')), prefixed(coalesce(json_string("platform"), 'null')), prefixed(coalesce(CASE WHEN "event_dimensions" IS NOT NULL THEN concat('{', '"hostname":', coalesce(json_string("event_dimensions"."hostname"), 'null'), '}') END, 'null')))) AS digest, _shardlift_place AS place FROM side_rows)
  GROUP BY ALL
)
GROUP BY id;

CREATE OR REPLACE TEMP VIEW settled_rows AS
SELECT
  "event_date" AS "event_date",
  "event_timestamp" AS "event_timestamp",
  "event_name" AS "event_name",
  coalesce(CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END)), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END, 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null') AS "event_params",
  "event_previous_timestamp" AS "event_previous_timestamp",
  "event_value_in_usd" AS "event_value_in_usd",
  "event_bundle_sequence_id" AS "event_bundle_sequence_id",
  "event_server_timestamp_offset" AS "event_server_timestamp_offset",
  keyed_hash("user_id") AS "user_id",
  "user_pseudo_id" AS "user_pseudo_id",
  coalesce(CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null') AS "user_properties",
  "user_first_touch_timestamp" AS "user_first_touch_timestamp",
  "user_ltv" AS "user_ltv",
  CASE WHEN "device" IS NOT NULL THEN struct_pack("category" := "device"."category", "mobile_brand_name" := "device"."mobile_brand_name", "mobile_model_name" := "device"."mobile_model_name", "mobile_marketing_name" := "device"."mobile_marketing_name", "mobile_os_hardware_model" := "device"."mobile_os_hardware_model", "operating_system" := "device"."operating_system", "operating_system_version" := "device"."operating_system_version", "advertising_id" := keyed_hash("device"."advertising_id"), "language" := "device"."language", "is_limited_ad_tracking" := "device"."is_limited_ad_tracking", "time_zone_offset_seconds" := "device"."time_zone_offset_seconds", "browser" := "device"."browser", "browser_version" := "device"."browser_version", "web_info" := "device"."web_info") END AS "device",
  "geo" AS "geo",
  "app_info" AS "app_info",
  "traffic_source" AS "traffic_source",
  "stream_id" AS "stream_id",
  "platform" AS "platform",
  "event_dimensions" AS "event_dimensions",
  {{@day}}::DATE AS "_day",
  {{@shard_kind}}::VARCHAR AS "_shard_kind",
  {{@generation}}::VARCHAR AS "_generation",
  left(sha256(concat(prefixed("stream_id"), prefixed("user_pseudo_id"), prefixed("event_timestamp"::VARCHAR), prefixed("event_name"), prefixed("event_bundle_sequence_id"::VARCHAR), 'n', 'n', 'n', prefixed(coalesce(CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null')))), 32) AS "event_id",
  CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.time)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END AS "user_properties_set"
FROM side_rows SEMI JOIN winners ON winners.place = side_rows._shardlift_place;

CREATE OR REPLACE TEMP VIEW removed_rows AS
SELECT
  "event_date" AS "event_date",
  "event_timestamp" AS "event_timestamp",
  "event_name" AS "event_name",
  coalesce(CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END)), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END, 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null') AS "event_params",
  "event_previous_timestamp" AS "event_previous_timestamp",
  "event_value_in_usd" AS "event_value_in_usd",
  "event_bundle_sequence_id" AS "event_bundle_sequence_id",
  "event_server_timestamp_offset" AS "event_server_timestamp_offset",
  keyed_hash("user_id") AS "user_id",
  "user_pseudo_id" AS "user_pseudo_id",
  coalesce(CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null') AS "user_properties",
  "user_first_touch_timestamp" AS "user_first_touch_timestamp",
  "user_ltv" AS "user_ltv",
  CASE WHEN "device" IS NOT NULL THEN struct_pack("category" := "device"."category", "mobile_brand_name" := "device"."mobile_brand_name", "mobile_model_name" := "device"."mobile_model_name", "mobile_marketing_name" := "device"."mobile_marketing_name", "mobile_os_hardware_model" := "device"."mobile_os_hardware_model", "operating_system" := "device"."operating_system", "operating_system_version" := "device"."operating_system_version", "advertising_id" := keyed_hash("device"."advertising_id"), "language" := "device"."language", "is_limited_ad_tracking" := "device"."is_limited_ad_tracking", "time_zone_offset_seconds" := "device"."time_zone_offset_seconds", "browser" := "device"."browser", "browser_version" := "device"."browser_version", "web_info" := "device"."web_info") END AS "device",
  "geo" AS "geo",
  "app_info" AS "app_info",
  "traffic_source" AS "traffic_source",
  "stream_id" AS "stream_id",
  "platform" AS "platform",
  "event_dimensions" AS "event_dimensions",
  {{@day}}::DATE AS "_day",
  {{@shard_kind}}::VARCHAR AS "_shard_kind",
  {{@generation}}::VARCHAR AS "_generation",
  left(sha256(concat(prefixed("stream_id"), prefixed("user_pseudo_id"), prefixed("event_timestamp"::VARCHAR), prefixed("event_name"), prefixed("event_bundle_sequence_id"::VARCHAR), 'n', 'n', 'n', prefixed(coalesce(CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END, 'null')))), 32) AS "event_id",
  CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.time)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END AS "user_properties_set"
FROM side_rows ANTI JOIN winners ON winners.place = side_rows._shardlift_place;

-- === duplicates: 1
SELECT coalesce(sum(exact), 0)::BIGINT AS exact, coalesce(sum(conflicting), 0)::BIGINT AS conflicting FROM winners;

-- === key_lists: 6
CREATE OR REPLACE TEMP TABLE found_lists AS
SELECT DISTINCT list_transform("event_params", lambda e0: e0."key") AS k FROM (SELECT * FROM source LIMIT 262144);

CREATE OR REPLACE TEMP TABLE "key_lists_event_params" AS
SELECT
  array_to_string(k, chr(31)) AS _shardlift_keys,
  len(k) AS _shardlift_size,
  list_grade_up(list_transform(k, lambda x: x || '"')) AS _shardlift_places
FROM found_lists
WHERE len(k) > 0 AND len(k) = list_unique(k) AND len(list_filter(k, lambda x: regexp_matches(x, '["\\\x00-\x1F]'))) = 0
UNION ALL
SELECT '', 0, []::BIGINT[];

DROP TABLE found_lists;

CREATE OR REPLACE TEMP TABLE found_lists AS
SELECT DISTINCT list_transform("user_properties", lambda e0: e0."key") AS k FROM (SELECT * FROM source LIMIT 262144);

CREATE OR REPLACE TEMP TABLE "key_lists_user_properties" AS
SELECT
  array_to_string(k, chr(31)) AS _shardlift_keys,
  len(k) AS _shardlift_size,
  list_grade_up(list_transform(k, lambda x: x || '"')) AS _shardlift_places
FROM found_lists
WHERE len(k) > 0 AND len(k) = list_unique(k) AND len(list_filter(k, lambda x: regexp_matches(x, '["\\\x00-\x1F]'))) = 0
UNION ALL
SELECT '', 0, []::BIGINT[];

DROP TABLE found_lists;

-- === clean: 1
CREATE OR REPLACE TEMP VIEW clean_rows AS
SELECT
  "event_date" AS "event_date",
  "event_timestamp" AS "event_timestamp",
  "event_name" AS "event_name",
  coalesce(CASE WHEN "_shardlift_places_event_params" IS NULL OR contains("_shardlift_value_hashed_event_params", chr(1)) THEN CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END)), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END, 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_value_hashed_event_params" END, 'null') AS "event_params",
  "event_previous_timestamp" AS "event_previous_timestamp",
  "event_value_in_usd" AS "event_value_in_usd",
  "event_bundle_sequence_id" AS "event_bundle_sequence_id",
  "event_server_timestamp_offset" AS "event_server_timestamp_offset",
  keyed_hash("user_id") AS "user_id",
  "user_pseudo_id" AS "user_pseudo_id",
  coalesce(CASE WHEN "_shardlift_places_user_properties" IS NULL OR contains("_shardlift_value_kept_user_properties", chr(1)) THEN CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_value_kept_user_properties" END, 'null') AS "user_properties",
  "user_first_touch_timestamp" AS "user_first_touch_timestamp",
  "user_ltv" AS "user_ltv",
  CASE WHEN "device" IS NOT NULL THEN struct_pack("category" := "device"."category", "mobile_brand_name" := "device"."mobile_brand_name", "mobile_model_name" := "device"."mobile_model_name", "mobile_marketing_name" := "device"."mobile_marketing_name", "mobile_os_hardware_model" := "device"."mobile_os_hardware_model", "operating_system" := "device"."operating_system", "operating_system_version" := "device"."operating_system_version", "advertising_id" := keyed_hash("device"."advertising_id"), "language" := "device"."language", "is_limited_ad_tracking" := "device"."is_limited_ad_tracking", "time_zone_offset_seconds" := "device"."time_zone_offset_seconds", "browser" := "device"."browser", "browser_version" := "device"."browser_version", "web_info" := "device"."web_info") END AS "device",
  "geo" AS "geo",
  "app_info" AS "app_info",
  "traffic_source" AS "traffic_source",
  "stream_id" AS "stream_id",
  "platform" AS "platform",
  "event_dimensions" AS "event_dimensions",
  {{@day}}::DATE AS "_day",
  {{@shard_kind}}::VARCHAR AS "_shard_kind",
  {{@generation}}::VARCHAR AS "_generation",
  left(sha256(concat(prefixed("stream_id"), prefixed("user_pseudo_id"), prefixed("event_timestamp"::VARCHAR), prefixed("event_name"), prefixed("event_bundle_sequence_id"::VARCHAR), 'n', 'n', 'n', prefixed(coalesce(CASE WHEN "_shardlift_places_event_params" IS NULL OR contains("_shardlift_value_event_params", chr(1)) THEN CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_value_event_params" END, 'null')))), 32) AS "event_id",
  CASE WHEN "_shardlift_places_user_properties" IS NULL OR contains("_shardlift_time_kept_user_properties", chr(1)) THEN CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.time)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_time_kept_user_properties" END AS "user_properties_set"
FROM (
  SELECT
    *,
      "key_lists_event_params"._shardlift_places AS "_shardlift_places_event_params",
      concat('{', array_to_string(list_transform("key_lists_event_params"._shardlift_places, lambda i: "_shardlift_value_event_params_pairs"[i]), ','), '}') AS "_shardlift_value_event_params",
      concat('{', array_to_string(list_transform("key_lists_event_params"._shardlift_places, lambda i: "_shardlift_time_event_params_pairs"[i]), ','), '}') AS "_shardlift_time_event_params",
      concat('{', array_to_string(list_transform("key_lists_event_params"._shardlift_places, lambda i: "_shardlift_value_hashed_event_params_pairs"[i]), ','), '}') AS "_shardlift_value_hashed_event_params",
      "key_lists_user_properties"._shardlift_places AS "_shardlift_places_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_value_user_properties_pairs"[i]), ','), '}') AS "_shardlift_value_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_time_user_properties_pairs"[i]), ','), '}') AS "_shardlift_time_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_value_kept_user_properties_pairs"[i]), ','), '}') AS "_shardlift_value_kept_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_time_kept_user_properties_pairs"[i]), ','), '}') AS "_shardlift_time_kept_user_properties"
  FROM (
    SELECT
      *,
      hash("stream_id", "user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id") AS _shardlift_hash,
      coalesce(array_to_string(list_transform("event_params", lambda e0: coalesce(e0."key", chr(31))), chr(31)), '') AS "_shardlift_keys_event_params", coalesce(len("event_params"), 0) AS "_shardlift_size_event_params",
      list_transform("event_params", lambda e0: concat('"', e0."key", '"', ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null'))) AS "_shardlift_value_event_params_pairs",
      list_transform("event_params", lambda e0: concat('"', e0."key", '"', ':', 'null')) AS "_shardlift_time_event_params_pairs",
      list_transform("event_params", lambda e0: concat('"', e0."key", '"', ':', CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null') END)) AS "_shardlift_value_hashed_event_params_pairs",
      coalesce(array_to_string(list_transform("user_properties", lambda e0: coalesce(e0."key", chr(31))), chr(31)), '') AS "_shardlift_keys_user_properties", coalesce(len("user_properties"), 0) AS "_shardlift_size_user_properties",
      list_transform("user_properties", lambda e0: concat('"', e0."key", '"', ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null'))) AS "_shardlift_value_user_properties_pairs",
      list_transform("user_properties", lambda e0: concat('"', e0."key", '"', ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null'))) AS "_shardlift_time_user_properties_pairs",
      list_transform("user_properties", lambda e0: CASE WHEN NOT coalesce(e0."key" IN ('first_open_time'), false) THEN concat('"', e0."key", '"', ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null')) END) AS "_shardlift_value_kept_user_properties_pairs",
      list_transform("user_properties", lambda e0: CASE WHEN NOT coalesce(e0."key" IN ('first_open_time'), false) THEN concat('"', e0."key", '"', ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')) END) AS "_shardlift_time_kept_user_properties_pairs"
    FROM source
    WHERE coalesce("app_info"."id" IN ('com.example.app'), false) AND coalesce(len(list_filter("event_params", lambda e0: coalesce(e0."key", '') = 'firebase_event_origin' AND (CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END IS NOT NULL))), 0) > 0
  ) AS source_rows
  ANTI JOIN suspects ON suspects.h = source_rows._shardlift_hash
  LEFT JOIN "key_lists_event_params" ON "key_lists_event_params"._shardlift_keys = "_shardlift_keys_event_params" AND "key_lists_event_params"._shardlift_size = "_shardlift_size_event_params"
  LEFT JOIN "key_lists_user_properties" ON "key_lists_user_properties"._shardlift_keys = "_shardlift_keys_user_properties" AND "key_lists_user_properties"._shardlift_size = "_shardlift_size_user_properties"
);

-- === clean_whole: 1
CREATE OR REPLACE TEMP VIEW clean_rows AS
SELECT
  "event_date" AS "event_date",
  "event_timestamp" AS "event_timestamp",
  "event_name" AS "event_name",
  coalesce(CASE WHEN "_shardlift_places_event_params" IS NULL OR contains("_shardlift_value_hashed_event_params", chr(1)) THEN CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END)), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null') END, 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_value_hashed_event_params" END, 'null') AS "event_params",
  "event_previous_timestamp" AS "event_previous_timestamp",
  "event_value_in_usd" AS "event_value_in_usd",
  "event_bundle_sequence_id" AS "event_bundle_sequence_id",
  "event_server_timestamp_offset" AS "event_server_timestamp_offset",
  keyed_hash("user_id") AS "user_id",
  "user_pseudo_id" AS "user_pseudo_id",
  coalesce(CASE WHEN "_shardlift_places_user_properties" IS NULL OR contains("_shardlift_value_kept_user_properties", chr(1)) THEN CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_value_kept_user_properties" END, 'null') AS "user_properties",
  "user_first_touch_timestamp" AS "user_first_touch_timestamp",
  "user_ltv" AS "user_ltv",
  CASE WHEN "device" IS NOT NULL THEN struct_pack("category" := "device"."category", "mobile_brand_name" := "device"."mobile_brand_name", "mobile_model_name" := "device"."mobile_model_name", "mobile_marketing_name" := "device"."mobile_marketing_name", "mobile_os_hardware_model" := "device"."mobile_os_hardware_model", "operating_system" := "device"."operating_system", "operating_system_version" := "device"."operating_system_version", "advertising_id" := keyed_hash("device"."advertising_id"), "language" := "device"."language", "is_limited_ad_tracking" := "device"."is_limited_ad_tracking", "time_zone_offset_seconds" := "device"."time_zone_offset_seconds", "browser" := "device"."browser", "browser_version" := "device"."browser_version", "web_info" := "device"."web_info") END AS "device",
  "geo" AS "geo",
  "app_info" AS "app_info",
  "traffic_source" AS "traffic_source",
  "stream_id" AS "stream_id",
  "platform" AS "platform",
  "event_dimensions" AS "event_dimensions",
  {{@day}}::DATE AS "_day",
  {{@shard_kind}}::VARCHAR AS "_shard_kind",
  {{@generation}}::VARCHAR AS "_generation",
  left(sha256(concat(prefixed("stream_id"), prefixed("user_pseudo_id"), prefixed("event_timestamp"::VARCHAR), prefixed("event_name"), prefixed("event_bundle_sequence_id"::VARCHAR), 'n', 'n', 'n', prefixed(coalesce(CASE WHEN "_shardlift_places_event_params" IS NULL OR contains("_shardlift_value_event_params", chr(1)) THEN CASE WHEN coalesce(len("event_params"), 0) < 2 THEN concat('{', array_to_string(list_transform("event_params", lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform("event_params", lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': 'null'})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.value)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_value_event_params" END, 'null')))), 32) AS "event_id",
  CASE WHEN "_shardlift_places_user_properties" IS NULL OR contains("_shardlift_time_kept_user_properties", chr(1)) THEN CASE WHEN coalesce(len(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false))), 0) < 2 THEN concat('{', array_to_string(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: concat(coalesce(json_string(e0."key"), '""'), ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null'))), ','), '}') ELSE list_transform([coalesce(list_sort(list_transform(list_filter("user_properties", lambda e0: NOT coalesce(e0."key" IN ('first_open_time'), false)), lambda e0: {'k': coalesce(json_string(e0."key"), '""'), 'value': coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, json_float(e0."value"."double_value"), json_float(e0."value"."float_value")) END, 'null'), 'time': coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')})), [])], lambda pe0: '{' || array_to_string(list_transform(list_sort(list_distinct(list_transform(pe0, lambda xe0: xe0.k))), lambda ke0: ke0 || ':' || list_transform([list_transform(list_filter(pe0, lambda xe0: xe0.k = ke0), lambda xe0: xe0.time)], lambda ve0: CASE WHEN len(ve0) = 1 THEN ve0[1] ELSE '[' || array_to_string(ve0, ',') || ']' END)[1]), ',') || '}')[1] END ELSE "_shardlift_time_kept_user_properties" END AS "user_properties_set"
FROM (
  SELECT
    *,
      "key_lists_event_params"._shardlift_places AS "_shardlift_places_event_params",
      concat('{', array_to_string(list_transform("key_lists_event_params"._shardlift_places, lambda i: "_shardlift_value_event_params_pairs"[i]), ','), '}') AS "_shardlift_value_event_params",
      concat('{', array_to_string(list_transform("key_lists_event_params"._shardlift_places, lambda i: "_shardlift_time_event_params_pairs"[i]), ','), '}') AS "_shardlift_time_event_params",
      concat('{', array_to_string(list_transform("key_lists_event_params"._shardlift_places, lambda i: "_shardlift_value_hashed_event_params_pairs"[i]), ','), '}') AS "_shardlift_value_hashed_event_params",
      "key_lists_user_properties"._shardlift_places AS "_shardlift_places_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_value_user_properties_pairs"[i]), ','), '}') AS "_shardlift_value_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_time_user_properties_pairs"[i]), ','), '}') AS "_shardlift_time_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_value_kept_user_properties_pairs"[i]), ','), '}') AS "_shardlift_value_kept_user_properties",
      concat('{', array_to_string(list_transform("key_lists_user_properties"._shardlift_places, lambda i: "_shardlift_time_kept_user_properties_pairs"[i]), ','), '}') AS "_shardlift_time_kept_user_properties"
  FROM (
    SELECT
      *,
      coalesce(array_to_string(list_transform("event_params", lambda e0: coalesce(e0."key", chr(31))), chr(31)), '') AS "_shardlift_keys_event_params", coalesce(len("event_params"), 0) AS "_shardlift_size_event_params",
      list_transform("event_params", lambda e0: concat('"', e0."key", '"', ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null'))) AS "_shardlift_value_event_params_pairs",
      list_transform("event_params", lambda e0: concat('"', e0."key", '"', ':', 'null')) AS "_shardlift_time_event_params_pairs",
      list_transform("event_params", lambda e0: concat('"', e0."key", '"', ':', CASE WHEN coalesce(e0."key" IN ('firebase_screen_id'), false) THEN coalesce('"' || keyed_hash(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END) || '"', 'null') ELSE coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null') END)) AS "_shardlift_value_hashed_event_params_pairs",
      coalesce(array_to_string(list_transform("user_properties", lambda e0: coalesce(e0."key", chr(31))), chr(31)), '') AS "_shardlift_keys_user_properties", coalesce(len("user_properties"), 0) AS "_shardlift_size_user_properties",
      list_transform("user_properties", lambda e0: concat('"', e0."key", '"', ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null'))) AS "_shardlift_value_user_properties_pairs",
      list_transform("user_properties", lambda e0: concat('"', e0."key", '"', ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null'))) AS "_shardlift_time_user_properties_pairs",
      list_transform("user_properties", lambda e0: CASE WHEN NOT coalesce(e0."key" IN ('first_open_time'), false) THEN concat('"', e0."key", '"', ':', coalesce(CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN chr(1) ELSE coalesce(json_string(e0."value"."string_value"), e0."value"."int_value"::VARCHAR, quick_float(e0."value"."double_value"), quick_float(e0."value"."float_value")) END, 'null')) END) AS "_shardlift_value_kept_user_properties_pairs",
      list_transform("user_properties", lambda e0: CASE WHEN NOT coalesce(e0."key" IN ('first_open_time'), false) THEN concat('"', e0."key", '"', ':', coalesce(e0."value"."set_timestamp_micros"::VARCHAR, 'null')) END) AS "_shardlift_time_kept_user_properties_pairs"
    FROM source
    WHERE coalesce("app_info"."id" IN ('com.example.app'), false) AND coalesce(len(list_filter("event_params", lambda e0: coalesce(e0."key", '') = 'firebase_event_origin' AND (CASE WHEN (e0."value"."double_value" IS NOT NULL)::TINYINT + (e0."value"."float_value" IS NOT NULL)::TINYINT + (e0."value"."int_value" IS NOT NULL)::TINYINT + (e0."value"."string_value" IS NOT NULL)::TINYINT > 1 THEN '{' || concat_ws(',', '"double_value":' || json_float(e0."value"."double_value"), '"float_value":' || json_float(e0."value"."float_value"), '"int_value":' || e0."value"."int_value"::VARCHAR, '"string_value":' || json_string(e0."value"."string_value")) || '}' ELSE coalesce(e0."value"."string_value", e0."value"."int_value"::VARCHAR, float_text(e0."value"."double_value"), float_text(e0."value"."float_value")) END IS NOT NULL))), 0) > 0
  ) AS source_rows
  LEFT JOIN "key_lists_event_params" ON "key_lists_event_params"._shardlift_keys = "_shardlift_keys_event_params" AND "key_lists_event_params"._shardlift_size = "_shardlift_size_event_params"
  LEFT JOIN "key_lists_user_properties" ON "key_lists_user_properties"._shardlift_keys = "_shardlift_keys_user_properties" AND "key_lists_user_properties"._shardlift_size = "_shardlift_size_user_properties"
);

-- === write: 1
COPY (
  SELECT * FROM clean_rows
  UNION ALL
  SELECT * FROM settled_rows
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS{{@options}}
);

-- === write_clean: 1
COPY (
  SELECT * FROM clean_rows
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS{{@options}}
);

-- === sample: 1
COPY (
  SELECT * FROM clean_rows LIMIT {{@rows}}
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS{{@options}}
);

-- === write_settled: 1
COPY (
  SELECT * FROM settled_rows
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS{{@options}}
);

-- === write_removed: 1
COPY (
  SELECT * FROM removed_rows
) TO {{@target}} (
  FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE {{@row_group_rows}},
  STRING_DICTIONARY_PAGE_SIZE_LIMIT 131072, DICTIONARY_SIZE_LIMIT 1000, RETURN_STATS{{@options}}
);

-- === report: 1
SELECT
  count(*) AS rows,
  coalesce(sum(('0x' || left(event_id, 12))::BIGINT), 0)::DECIMAL(38, 0)::VARCHAR AS checksum
FROM read_parquet({{@files}}, hive_partitioning = false);

-- === non_null: 25
SELECT count("event_date") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_timestamp") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_name") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_params") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_previous_timestamp") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_value_in_usd") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_bundle_sequence_id") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_server_timestamp_offset") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("user_id") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("user_pseudo_id") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("user_properties") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("user_first_touch_timestamp") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("user_ltv") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("device") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("geo") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("app_info") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("traffic_source") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("stream_id") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("platform") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_dimensions") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("_day") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("_shard_kind") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("_generation") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("event_id") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);

SELECT count("user_properties_set") AS non_null FROM read_parquet({{@files}}, hive_partitioning = false);
