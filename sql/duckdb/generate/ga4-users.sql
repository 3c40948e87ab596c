-- Users of a GA4 property who were active or changed on a day, one row each; the family's cast takes `user_id`
-- or `pseudo_user_id`. Their ids
-- and first touch are those of the events.
WITH keyed AS (
  SELECT *, hash({{seed}}::BIGINT, i, 'user') AS hu FROM ({{shard_rows}})
),
users AS (
  SELECT *, {{day_start}} // 34560000000000 * 34560000000000 - pick(hu, 8, 20000000) * 1000000 AS first_touch,
    {{day_start}} + pick(h, 10, {{day_end}} - {{day_start}}) AS last_active,
    CASE WHEN pick(hu, 11, 12) = 0 THEN 1 + skewed(hu, 12, 9) ELSE 0 END AS purchases,
    pick(hu, 24, 100) < 62 AS mobile, 1 + skewed(hu, 13, 90) AS session_count
  FROM keyed
)
SELECT
  'kunde-' || i AS user_id,
  (1000000000 + pick(hu, 45, 1000000000)) || '.' || (first_touch // 1000000) AS pseudo_user_id,
  '3333333333' AS stream_id,
  { 'last_active_timestamp_micros': last_active, 'user_first_touch_timestamp_micros': first_touch,
    'first_purchase_date': CASE WHEN purchases > 0 THEN strftime(make_timestamp(first_touch), '%Y%m%d') END }
    AS user_info,
  { 'operating_system': CASE WHEN mobile THEN skewed_of(['iOS', 'Android'], hu, 52) ELSE 'Windows' END,
    'category': CASE WHEN mobile THEN 'mobile' ELSE 'desktop' END,
    'mobile_brand_name': CASE WHEN mobile THEN skewed_of(['Apple', 'Samsung', 'Google', 'Xiaomi'], hu, 52) END,
    'mobile_model_name': CASE WHEN mobile THEN 'Modell ' || skewed(hu, 53, 300) END,
    'unified_screen_name': title_of(skewed(h, 14, 400)) } AS device,
  { 'city': CASE WHEN conflicting THEN '(not set)' ELSE skewed_of(['Berlin', 'München', 'Zürich', '東京', ''], hu, 59) END,
    'country': skewed_of(['Germany', 'Austria', 'Switzerland', 'Japan'], hu, 60), 'continent': 'Europe',
    'region': 'Region ' || skewed(hu, 61, 60) } AS geo,
  list_transform(range(1 + pick(hu, 15, 3)), lambda n: { 'id': 9007199254740993 + n, 'name': 'Zielgruppe ' || (n + 1),
    'membership_start_timestamp_micros': first_touch + 86400000000 * n,
    'membership_expiry_timestamp_micros': last_active + 2592000000000, 'npa': n = 2 }) AS audiences,
  list_filter([
    { 'key': 'slot_01', 'value': { 'string_value': one_of(['none', 'silver', 'gold'], hu, 47)::VARCHAR,
      'set_timestamp_micros': first_touch + 60000000, 'user_property_name': 'membership' } },
    CASE WHEN pick(hu, 16, 3) = 0 THEN { 'key': 'slot_02', 'value': { 'string_value': '',
      'set_timestamp_micros': first_touch + 61000000, 'user_property_name': 'nickname' } } END,
    CASE WHEN i % 89 = 7 THEN { 'key': 'slot_02', 'value': { 'string_value': NULL,
      'set_timestamp_micros': last_active, 'user_property_name': 'nickname' } } END ],
    lambda pair: pair IS NOT NULL) AS user_properties,
  { 'revenue_in_usd': purchases * 39.9 + variant, 'sessions': session_count,
    'engagement_time_millis': session_count * (1000 + pick(h, 17, 90000)), 'purchases': purchases,
    'engaged_sessions': session_count // 2, 'session_duration_micros': session_count * 61000000 } AS user_ltv,
  CASE WHEN pick(hu, 18, 4) = 0 THEN { 'in_app_purchase_score_7d': 0.0, 'purchase_score_7d': chance(h, 19),
    'churn_score_7d': chance(h, 20), 'revenue_28d_in_usd': pick(h, 21, 9000) / 100 } END AS predictions,
  { 'is_limited_ad_tracking': 'No', 'is_ads_personalization_allowed': CASE WHEN pick(hu, 46, 3) = 0 THEN 'No' ELSE 'Yes' END }
    AS privacy_info,
  {{day}} AS occurrence_date,
  {{day}} AS last_updated_date
FROM users
