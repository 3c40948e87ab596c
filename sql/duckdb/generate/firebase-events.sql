-- Events of a mobile game with Firebase, one row each, with the columns of every era; the era's cast picks and
-- orders them. The parameter `level` is text in the first eras and a number later.
WITH spine AS ({{spine}}),
named AS (
  SELECT *,
    CASE WHEN km = 0 THEN 'session_start' WHEN km = 1 AND pick(hu, 20, 4) = 0 THEN 'first_open'
      WHEN km > 3 AND pick(hm, 21, 60) = 0 THEN 'in_app_purchase'
      ELSE one_of(['screen_view', 'screen_view', 'screen_view', 'screen_view', 'user_engagement', 'user_engagement',
        'level_start', 'level_start', 'level_end', 'level_end', 'level_fail', 'use_extra_steps', 'ad_reward',
        'post_score', 'notification_receive', 'spend_virtual_currency', 'select_content', 'app_exception'], hm, 22)
    END AS name,
    CASE WHEN pick(hu, 24, 10) < 6 THEN 'ANDROID' ELSE 'IOS' END AS platform,
    ['Home', 'Board', 'Shop', 'Ranking', 'Settings', 'Über uns', 'チュートリアル'][1 + skewed(hash(hb, k // 2), 23, 7)]
      AS screen,
    b % 83 = 7 AS anonymous
  FROM spine
),
attributed AS (
  SELECT *, platform = 'ANDROID' AS android,
    CASE WHEN name = 'in_app_purchase' THEN 0.99 + pick(h, 27, 20) END AS revenue,
    (['google-play', '(direct)', 'google', 'facebook', 'instagram', 'newsletter', 'apple'])
      [1 + (skewed(hu, 31, 7) + variant) % 7] AS source,
    (['organic', '(none)', 'cpc', 'social', 'social', 'email', 'organic'])
      [1 + (skewed(hu, 31, 7) + variant) % 7] AS medium
  FROM named
)
SELECT
  {{day}} AS event_date,
  ts AS event_timestamp,
  name AS event_name,
  shuffled(list_filter(list_concat([
    text_param('firebase_event_origin', CASE WHEN km < 2 THEN 'auto' ELSE 'app+gtm' END),
    text_param('firebase_screen_class', screen || CASE WHEN android THEN 'Activity' ELSE 'ViewController' END),
    int_param('firebase_screen_id', -(hash(hb, screen) >> 1)::BIGINT),
    CASE WHEN k > 2 THEN int_param('firebase_previous_id', -(hash(hb, 'before') >> 1)::BIGINT) END,
    CASE WHEN i % 61 = 19 THEN text_param('firebase_previous_class', '') END,
    int_param('engaged_session_event', 1),
    CASE WHEN name = 'user_engagement' THEN int_param('engagement_time_msec', 1 + skewed(h, 36, 90000)) END,
    CASE WHEN name LIKE 'level%' AND {{level_is_text}} THEN text_param('level', 1 + skewed(h, 37, 300)) END,
    CASE WHEN name LIKE 'level%' AND NOT {{level_is_text}} THEN int_param('level', 1 + skewed(h, 37, 300)) END,
    CASE WHEN name LIKE 'level%' THEN text_param('board', one_of(['S', 'M', 'L'], h, 38)) END,
    CASE WHEN name = 'post_score' THEN int_param('score_points', skewed(h, 39, 4000000)) END,
    CASE WHEN name = 'in_app_purchase' THEN double_param('value', revenue) END,
    CASE WHEN name = 'in_app_purchase' THEN text_param('product_name', 'Pack „Größe ' || pick(h, 43, 4) || '“ 💎') END,
    CASE WHEN name = 'app_exception' THEN int_param('fatal', pick(h, 46, 2)) END,
    text_param('client_event_id', substr(hex_of(h, 40), 1, 12)) ], odd_params(i, h)),
    lambda pair: pair IS NOT NULL), shift) AS event_params,
  CASE WHEN pick(h, 41, 2) = 0 THEN ts - 1000000 - pick(h, 42, 86400) * 1000000 END AS event_previous_timestamp,
  revenue AS event_value_in_usd,
  (hb >> 33)::BIGINT * 8388608 + b AS event_bundle_sequence_id,
  pick(h, 44, 2000000) - 300000 AS event_server_timestamp_offset,
  CASE WHEN pick(hu, 45, 6) = 0 AND NOT anonymous THEN 'player-' || u END AS user_id,
  CASE WHEN NOT anonymous THEN upper(hex_of(hu, 47) || hex_of(hu, 48)) END AS user_pseudo_id,
  CASE WHEN anonymous THEN [] ELSE list_filter([
    int_property('first_open_time', first_touch // 3600000000 * 3600000, first_touch),
    text_property('num_levels_available', 10 + skewed(hu, 49, 300), first_touch + 60000000),
    text_property('plays_quickplay', CASE WHEN pick(hu, 50, 2) = 0 THEN 'true' ELSE 'false' END, first_touch),
    CASE WHEN pick(hu, 51, 3) = 0 THEN text_property('favourite_colour', '', first_touch + 61000000) END,
    CASE WHEN pick(hu, 52, 4) = 0 THEN property('skill', NULL, NULL, chance(hu, 53), first_touch + 62000000) END,
    CASE WHEN i % 211 = 3 THEN text_property('nickname', 'Ünï „' || u || '“', ts) END
    ], lambda pair: pair IS NOT NULL) END AS user_properties,
  CASE WHEN NOT anonymous THEN first_touch END AS user_first_touch_timestamp,
  CASE WHEN pick(hu, 54, 8) = 0 THEN { 'revenue': pick(hu, 55, 9000) / 100 + variant, 'currency': 'USD' } END
    AS user_ltv,
  { 'category': CASE WHEN pick(hu, 56, 5) = 0 THEN 'tablet' ELSE 'mobile' END,
    'mobile_brand_name': CASE WHEN android THEN skewed_of(['Samsung', 'Google', 'Xiaomi', 'OnePlus'], hu, 57) ELSE 'Apple' END,
    'mobile_model_name': CASE WHEN android THEN 'SM-' || skewed(hu, 58, 400) ELSE 'iPhone ' || (6 + skewed(hu, 58, 10)) END,
    'mobile_os_hardware_model': 'HW' || skewed(hu, 58, 400),
    'operating_system': CASE WHEN android THEN 'Android' ELSE 'iOS' END,
    'operating_system_version': (5 + skewed(hu, 59, 8)) || '.' || pick(hu, 60, 5),
    'vendor_id': CASE WHEN NOT android THEN upper(hex_of(hu, 61)) END,
    'advertising_id': CASE WHEN android AND pick(hu, 62, 3) > 0 THEN hex_of(hu, 63) END,
    'language': skewed_of(['en-us', 'es-us', 'pt-br', 'ja-jp', 'de-de'], hu, 64),
    'is_limited_ad_tracking': CASE WHEN pick(hu, 62, 3) > 0 THEN 'No' ELSE 'Yes' END,
    'time_zone_offset_seconds': -25200 + 3600 * skewed(hu, 65, 10) } AS device,
  { 'continent': 'Americas', 'country': skewed_of(['United States', 'Canada', 'México', 'Brazil', 'Japan'], hu, 66),
    'region': skewed_of(['California', 'Texas', 'Québec', 'São Paulo', '東京都'], hu, 67),
    'city': CASE WHEN conflicting THEN '(not set)' ELSE
      skewed_of(['Los Angeles', 'San José', 'Austin', 'Montréal', 'São Paulo', ''], hu, 68) END,
    'sub_continent': 'Northern America', 'metro': '(not set)' } AS geo,
  { 'id': 'com.example.puzzle', 'version': '2.' || (50 + skewed(hu, 69, 20)),
    'install_store': CASE WHEN android THEN 'com.android.vending' ELSE 'iTunes' END,
    'firebase_app_id': '1:300000000000:' || lower(platform) || ':9b9ba2ce17104d0c' } AS app_info,
  { 'name': CASE WHEN medium = 'cpc' THEN 'launch' END, 'medium': medium, 'source': source } AS traffic_source,
  CASE WHEN android THEN '1051193346' ELSE '1051193347' END AS stream_id,
  platform,
  CASE WHEN pick(hu, 70, 2) = 0 THEN { 'hostname': 'puzzle.example' } END AS event_dimensions
FROM attributed
