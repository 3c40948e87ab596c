-- Makes one GA4 day like those of a large property, the same for the same number of rows: a few event names and pages
-- take most of the rows, sessions share values, 0.5 % of the rows are copies (four in ten of them differ in one
-- column), one row in 500 has a repeated key.

-- A number in [0, 1) that depends on both arguments only.
CREATE OR REPLACE TEMP MACRO chance(i, salt) AS (hash(i::BIGINT, salt::INTEGER) >> 11)::DOUBLE / 9007199254740992.0;

CREATE OR REPLACE TEMP MACRO pick(i, salt, n) AS floor(chance(i, salt) * n)::BIGINT;

-- Small numbers are far more frequent than large ones.
CREATE OR REPLACE TEMP MACRO skewed(i, salt, n) AS floor(pow(chance(i, salt), 3) * n)::BIGINT;

CREATE OR REPLACE TEMP MACRO one_of(texts, i, salt) AS texts[1 + skewed(i, salt, len(texts))];

CREATE OR REPLACE TEMP MACRO slot(key, s, i, d, moment) AS {
  'key': key,
  'value': {
    'string_value': s::VARCHAR, 'int_value': i::BIGINT, 'float_value': NULL::DOUBLE, 'double_value': d::DOUBLE,
    'set_timestamp_micros': moment::BIGINT
  }
};

CREATE OR REPLACE TEMP MACRO text_param(key, s) AS slot(key, s, NULL, NULL, NULL);

CREATE OR REPLACE TEMP MACRO int_param(key, i) AS slot(key, NULL, i, NULL, NULL);

CREATE OR REPLACE TEMP MACRO double_param(key, d) AS slot(key, NULL, NULL, d, NULL);

CREATE OR REPLACE TEMP MACRO slug(i) AS
  ['live', 'match', 'news', 'team', 'player', 'league', 'video', 'transfer', 'profile', 'search'][1 + (i % 10)]
  || '/' || left(md5(i::VARCHAR), 10 + (i % 14)::INTEGER);

CREATE OR REPLACE TEMP VIEW visits AS
SELECT
  *,
  platform <> 'WEB' AS app,
  1767225600000000 + pick(b, 3, 86000000000) + (i % 8) * 1000000 + pick(i, 4, 900000) AS ts,
  1767225600 + pick(b, 3, 86000) - pick(b, 5, 600) AS session,
  1767225600000000 - (hash(u, 62) % 100000000000000)::BIGINT AS first_touch,
  ['screen_view', 'user_engagement', 'page_view', 'match_loaded', 'ad_impression', 'scroll', 'click', 'session_start',
   'notification_receive', 'notification_open', 'video_start', 'video_progress', 'select_content', 'view_item',
   'search', 'first_visit', 'share', 'login', 'view_item_list', 'add_to_cart'][1 + e] AS name,
  CASE WHEN e IN (13, 18, 19) THEN 1 + pick(i, 86, 3) ELSE 0 END AS item_count,
  pick(i, 6, 80) AS screen,
  skewed(b * 3 + (i % 8) // 3, 7, 60000) AS page
FROM (
  SELECT
    *,
    skewed(i, 1, 20) AS e,
    CASE WHEN chance(u, 2) < .5 THEN 'ANDROID' WHEN chance(u, 2) < .8 THEN 'IOS' ELSE 'WEB' END AS platform
  FROM (
    SELECT i, copy, i // 8 AS b, floor(pow(chance(i // 8, 8), 1.6) * greatest(1000, {{rows}} * 0.06))::BIGINT AS u
    FROM (
      SELECT range AS i, NULL AS copy FROM range({{rows}} - {{copies}})
      UNION ALL
      SELECT (hash(range, 77) % ({{rows}} - {{copies}}))::BIGINT AS i, range AS copy FROM range({{copies}})
    )
  )
);

CREATE OR REPLACE TEMP VIEW events AS
SELECT
  '20260101' AS event_date,
  ts AS event_timestamp,
  name AS event_name,
  list_filter([
    int_param('ga_session_id', session),
    int_param('ga_session_number', 1 + skewed(u, 21, 400)),
    int_param('engaged_session_event', 1),
    CASE WHEN app THEN text_param('firebase_event_origin', CASE WHEN e < 2 THEN 'auto' ELSE 'app' END) END,
    CASE WHEN app THEN text_param('firebase_screen_class', 'Screen' || screen || 'ViewController') END,
    CASE WHEN app THEN int_param('firebase_screen_id', -(hash(b, 31, screen) >> 1)::BIGINT) END,
    CASE WHEN app AND chance(i, 32) < .7 THEN text_param('firebase_previous_class', 'Screen' || pick(i, 9, 80)) END,
    CASE WHEN app AND chance(i, 32) < .7 THEN int_param('firebase_previous_id', -(hash(b, 31, pick(i, 9, 80)) >> 1)::BIGINT) END,
    CASE WHEN chance(i, 33) < .75 THEN int_param('engagement_time_msec', pick(i, 34, 60000)) END,
    CASE WHEN NOT app THEN text_param('page_location', 'https://www.example.com/'
      || one_of(['en', 'es', 'fr', 'de', 'it', 'pt-br', 'ar'], u, 35) || '/' || slug(page)
      || CASE WHEN chance(i, 36) < .3 THEN '?utm_source=news&utm_medium=push&utm_campaign=c' || skewed(b, 37, 500) || '&id=' || md5(b::VARCHAR) ELSE '' END) END,
    CASE WHEN NOT app THEN text_param('page_title', 'Title of page ' || page || ' – "latest" scores, results and news | Example') END,
    CASE WHEN NOT app AND chance(i, 38) < .6 THEN text_param('page_referrer', CASE WHEN chance(b, 39) < .5 THEN 'https://www.google.com/' ELSE 'https://www.example.com/en/' || slug(skewed(b, 40, 50000)) END) END,
    CASE WHEN NOT app THEN text_param('session_engaged', '1') END,
    CASE WHEN NOT app AND chance(b, 41) < .5 THEN text_param('source', one_of(['google', '(direct)', 'newsletter', 'bing'], b, 42)) END,
    CASE WHEN NOT app AND chance(b, 41) < .5 THEN text_param('medium', one_of(['organic', '(none)', 'email', 'cpc'], b, 42)) END,
    CASE WHEN NOT app AND chance(b, 41) < .3 THEN text_param('campaign', 'campaign_' || skewed(b, 43, 300) || '_january') END,
    CASE WHEN chance(i, 44) < .5 THEN text_param('content_id', md5('c' || page)::UUID::VARCHAR) END,
    CASE WHEN chance(i, 44) < .5 THEN text_param('content_type', ['match', 'article', 'team', 'player', 'video'][1 + page % 5]) END,
    CASE WHEN chance(i, 45) < .3 THEN int_param('position', skewed(i, 46, 200)) END,
    CASE WHEN chance(u, 47) < .5 THEN text_param('experiment', 'exp_home_' || (u % 12) || ':variant_' || (u % 3) || ',exp_ads_' || (u % 7) || ':control') END,
    CASE WHEN chance(i, 48) < .6 THEN text_param('network', one_of(['wifi', '4g', '5g', '3g', 'offline'], b, 49)) END,
    CASE WHEN e = 4 THEN double_param('value', chance(i, 50) * 0.02) END,
    CASE WHEN e = 4 THEN text_param('ad_unit', 'ca-app-pub-39402560999/banner_' || skewed(i, 51, 40)) END,
    CASE WHEN chance(i, 52) < .1 THEN double_param('percent', chance(i, 53)) END,
    text_param('app_lang', one_of(['en', 'es', 'fr', 'de', 'it', 'pt', 'ar'], u, 35)),
    CASE WHEN chance(i, 54) < .002 THEN text_param('app_lang', 'en') END,
    int_param('ts_client', ts // 1000)
  ], lambda p: p.key IS NOT NULL) AS event_params,
  CASE WHEN chance(i, 55) < .5 THEN ts - pick(i, 56, 86400000000) END AS event_previous_timestamp,
  CASE WHEN e = 4 THEN chance(i, 50) * 0.02 END AS event_value_in_usd,
  b % 4096 AS event_bundle_sequence_id,
  pick(b, 57, 2000000) - 300000
    + CASE WHEN copy IS NOT NULL AND chance(copy, 90) < .4 THEN 1000 + pick(copy, 91, 100000) ELSE 0 END AS event_server_timestamp_offset,
  CASE WHEN chance(u, 58) < .3 THEN md5('uid' || u) END AS user_id,
  CASE WHEN app THEN md5('pid' || u) ELSE (1000000000 + hash(u, 59) % 1000000000) || '.' || (1600000000 + hash(u, 60) % 100000000) END AS user_pseudo_id,
  {'analytics_storage': 'Yes', 'ads_storage': CASE WHEN chance(u, 61) < .7 THEN 'Yes' ELSE 'No' END, 'uses_transient_token': 'No'} AS privacy_info,
  list_filter([
    slot('first_open_time', NULL, 1600000000000 + (hash(u, 62) % 115731200000)::BIGINT, NULL, first_touch),
    slot('ga_session_id', NULL, session, NULL, ts - 3000000),
    slot('ga_session_number', NULL, 1 + skewed(u, 21, 400), NULL, ts - 3000000),
    CASE WHEN app THEN slot('favourite_team', 'team_' || skewed(u, 63, 3000), NULL, NULL, first_touch) END,
    slot('subscription', one_of(['free', 'premium', 'trial'], u, 64), NULL, NULL, first_touch),
    CASE WHEN chance(u, 65) < .5 THEN slot('push_enabled', ['true', 'false'][1 + u % 2], NULL, NULL, first_touch) END,
    CASE WHEN chance(u, 58) < .3 THEN slot('account_id', md5('uid' || u), NULL, NULL, first_touch) END
  ], lambda p: p.key IS NOT NULL) AS user_properties,
  first_touch AS user_first_touch_timestamp,
  {'revenue': CASE WHEN chance(u, 66) < .05 THEN chance(u, 67) * 100 END, 'currency': CASE WHEN chance(u, 66) < .05 THEN 'USD' END} AS user_ltv,
  {
    'category': CASE WHEN app OR chance(u, 68) < .6 THEN 'mobile' ELSE 'desktop' END,
    'mobile_brand_name': one_of(['Samsung', 'Apple', 'Xiaomi', 'Huawei', 'Oppo', 'Google'], u, 69),
    'mobile_model_name': 'Model ' || skewed(u, 70, 900),
    'mobile_marketing_name': 'Galaxy ' || skewed(u, 70, 900),
    'mobile_os_hardware_model': 'SM-' || skewed(u, 70, 900),
    'operating_system': CASE platform WHEN 'IOS' THEN 'iOS' WHEN 'ANDROID' THEN 'Android' ELSE 'Windows' END,
    'operating_system_version': platform || ' ' || skewed(u, 71, 40),
    'vendor_id': CASE WHEN platform = 'IOS' THEN md5('v' || u) END,
    'advertising_id': CASE WHEN platform = 'ANDROID' AND chance(u, 72) < .7 THEN md5('a' || u) END,
    'language': one_of(['en-us', 'es-es', 'fr-fr', 'de-de', 'it-it', 'pt-br', 'ar-eg'], u, 35),
    'is_limited_ad_tracking': CASE WHEN chance(u, 72) < .7 THEN 'No' ELSE 'Yes' END,
    'time_zone_offset_seconds': (skewed(u, 73, 24) - 8) * 3600,
    'web_info': {
      'browser': CASE WHEN NOT app THEN one_of(['Chrome', 'Safari', 'Firefox', 'Edge'], u, 74) END,
      'browser_version': CASE WHEN NOT app THEN (100 + skewed(u, 75, 25)) || '.0.' || skewed(u, 75, 6000) END,
      'hostname': CASE WHEN NOT app THEN 'www.example.com' END
    }
  } AS device,
  {
    'city': 'City ' || skewed(u, 77, 8000), 'country': 'Country ' || skewed(u, 78, 190),
    'continent': ['Europe', 'Americas', 'Asia', 'Africa'][1 + skewed(u, 78, 190) % 4],
    'region': 'Region ' || skewed(u, 77, 8000) // 8, 'sub_continent': 'Sub continent ' || (skewed(u, 78, 190) % 22),
    'metro': '(not set)'
  } AS geo,
  {
    'id': CASE WHEN app THEN 'com.example.sports' END,
    'version': CASE WHEN app THEN (10 + skewed(u, 79, 8)) || '.' || skewed(u, 80, 20) || '.0' END,
    'install_store': CASE WHEN platform = 'ANDROID' THEN 'manual_install' END,
    'firebase_app_id': CASE WHEN app THEN '1:123456789:' || lower(platform) || ':8f14e45fceea167a' END,
    'install_source': CASE WHEN platform = 'ANDROID' THEN 'com.android.vending' WHEN app THEN 'iTunes' END
  } AS app_info,
  {
    'name': one_of(['(direct)', '(organic)', 'campaign_a', 'campaign_b'], u, 81),
    'medium': one_of(['(none)', 'organic', 'cpc', 'email'], u, 81),
    'source': one_of(['(direct)', 'google', 'facebook', 'newsletter'], u, 81)
  } AS traffic_source,
  CASE platform WHEN 'IOS' THEN '2111111111' WHEN 'ANDROID' THEN '2222222222' ELSE '3333333333' END AS stream_id,
  platform,
  {'hostname': CASE WHEN NOT app THEN 'www.example.com' END} AS event_dimensions,
  {
    'total_item_quantity': CASE WHEN item_count > 0 THEN item_count END,
    'unique_items': CASE WHEN item_count > 0 THEN item_count END,
    'transaction_id': CASE WHEN item_count > 0 THEN '(not set)' END
  } AS ecommerce,
  list_transform(range(item_count), lambda k: {
    'item_id': 'SKU_' || skewed(i * 8 + k, 83, 5000), 'item_name': 'Item name number ' || skewed(i * 8 + k, 83, 5000),
    'item_brand': 'Example', 'item_variant': '(not set)', 'item_category': 'Cat ' || (skewed(i * 8 + k, 83, 5000) % 30),
    'item_category2': '(not set)', 'price_in_usd': round(chance(i * 8 + k, 84) * 80, 2),
    'price': round(chance(i * 8 + k, 84) * 80, 2), 'quantity': 1, 'coupon': '(not set)', 'affiliation': '(not set)',
    'location_id': '(not set)', 'item_list_id': '(not set)', 'item_list_name': 'List ' || (i % 20),
    'item_list_index': k::VARCHAR, 'promotion_id': '(not set)', 'promotion_name': '(not set)',
    'creative_name': '(not set)', 'creative_slot': '(not set)',
    'item_params': [text_param('colour', ['red', 'blue', 'green'][1 + k % 3])]
  }) AS items,
  {
    'manual_campaign_name': CASE WHEN chance(b, 41) < .3 THEN 'campaign_' || skewed(b, 43, 300) || '_january' END,
    'manual_source': CASE WHEN chance(b, 41) < .5 THEN one_of(['google', '(direct)', 'newsletter', 'bing'], b, 42) END,
    'manual_medium': CASE WHEN chance(b, 41) < .5 THEN one_of(['organic', '(none)', 'email', 'cpc'], b, 42) END,
    'gclid': CASE WHEN chance(b, 82) < .03 THEN 'Cj0KCQ' || md5('g' || b) || md5('h' || b) END
  } AS collected_traffic_source,
  chance(u, 85) < .9 AS is_active_user,
  i % 8 + 1 AS batch_event_index,
  CASE WHEN NOT app THEN ts // 1000 - 5 END AS batch_page_id,
  CASE WHEN NOT app THEN i % 8 + 1 END AS batch_ordering_id,
  {
    'manual_campaign': {'campaign_id': '(not set)', 'campaign_name': '(direct)', 'source': '(direct)', 'medium': '(none)', 'term': '(not set)', 'content': '(not set)', 'source_platform': '(not set)', 'creative_format': '(not set)', 'marketing_tactic': '(not set)'},
    'cross_channel_campaign': {'campaign_id': '(not set)', 'campaign_name': '(direct)', 'source': '(direct)', 'medium': '(none)', 'source_platform': '(not set)', 'default_channel_group': 'Direct', 'primary_channel_group': 'Direct'}
  } AS session_traffic_source_last_click,
  {'ad_format': CASE WHEN e = 4 THEN 'banner' END} AS publisher,
  NULL AS event_original_occurrence_timestamp
FROM visits;

COPY (
  SELECT
    {{columns}}
  FROM events
) TO {{target}} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {{row_group_rows}});
