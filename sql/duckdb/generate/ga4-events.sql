-- Events of a GA4 web shop, one row each, with the columns of every era; the era's cast picks and orders them.
WITH spine AS ({{spine}}),
named AS (
  SELECT *,
    CASE WHEN km = 0 THEN 'session_start' WHEN km = 1 AND pick(hu, 20, 3) = 0 THEN 'first_visit'
      WHEN km > 4 AND pick(hm, 21, 40) = 0 THEN 'purchase'
      ELSE one_of(['page_view', 'page_view', 'page_view', 'page_view', 'page_view', 'page_view', 'user_engagement',
        'user_engagement', 'user_engagement', 'scroll', 'scroll', 'scroll', 'view_item_list', 'view_item',
        'view_item', 'select_item', 'add_to_cart', 'begin_checkout', 'click', 'view_search_results'], hm, 22)
    END AS name,
    skewed(hash(hb, k // 3), 23, 400) AS page,
    pick(hu, 24, 100) < 62 AS mobile,
    b % 29 <> 3 AND {{has_batch_ids}} AS batch_known,
    b % 83 = 7 AS anonymous
  FROM spine
),
bought AS (
  SELECT *,
    CASE WHEN name IN ('view_item', 'select_item', 'add_to_cart') THEN 1
      WHEN name = 'view_item_list' THEN 2 + pick(h, 25, 5)
      WHEN name IN ('begin_checkout', 'purchase') THEN 1 + pick(h, 26, 4) ELSE 0 END AS item_count,
    CASE WHEN name = 'purchase' THEN 9.99 + pick(h, 27, 30000) / 100 END AS revenue,
    'https://shop.example/' || ['de', 'en', 'fr', 'pl'][1 + skewed(hu, 28, 4)] || '/p/' || page || CASE
      WHEN k = 1 AND pick(hb, 29, 3) = 0 THEN '?utm_source=newsletter&utm_campaign=c' || pick(hb, 30, 60) ELSE ''
      END AS location
  FROM named
),
attributed AS (
  SELECT *,
    (['google', '(direct)', 'newsletter', 'bing', 'instagram', 'preis-vergleich', 'facebook'])
      [1 + (skewed(hb, 31, 7) + variant) % 7] AS source,
    (['organic', '(none)', 'email', 'cpc', 'social', 'referral', 'cpc'])
      [1 + (skewed(hb, 31, 7) + variant) % 7] AS medium,
    CASE WHEN pick(hb, 32, 3) = 0 THEN 'herbst_' || pick(hb, 33, 40) END AS campaign
  FROM bought
)
SELECT
  {{day}} AS event_date,
  ts AS event_timestamp,
  name AS event_name,
  shuffled(list_filter(list_concat([
    int_param('ga_session_id', session_id),
    int_param('ga_session_number', 1 + skewed(hb, 34, 90)),
    CASE WHEN pick(h, 35, 12) = 0 THEN int_param('session_engaged', k > 1) ELSE
      text_param('session_engaged', CASE WHEN k > 1 THEN '1' ELSE '0' END) END,
    text_param('page_location', location),
    text_param('page_title', title_of(page)),
    CASE WHEN k > 0 AND i % 61 = 19 THEN text_param('page_referrer', '')
      WHEN k > 0 THEN text_param('page_referrer', 'https://shop.example/de/p/' || skewed(hash(hb, (k - 1) // 3), 23, 400))
      END,
    CASE WHEN name IN ('user_engagement', 'scroll', 'page_view') THEN
      int_param('engagement_time_msec', 1 + skewed(h, 36, 120000)) END,
    CASE WHEN name = 'scroll' THEN int_param('percent_scrolled', 90) END,
    CASE WHEN name = 'view_search_results' THEN text_param('search_term',
      skewed_of(['schuhe', 'Größe 42', 'sneaker "rot"', 'jacke', '靴', ''], h, 37)) END,
    CASE WHEN name = 'click' THEN text_param('link_url', 'https://partner.example/?id=' || pick(h, 38, 9000)) END,
    CASE WHEN name = 'purchase' THEN text_param('transaction_id', 'T' || {{day}} || '-' || i) END,
    CASE WHEN name = 'purchase' THEN double_param('value', revenue) END,
    CASE WHEN name = 'purchase' THEN text_param('currency', 'EUR') END,
    CASE WHEN k = 0 THEN text_param('medium', ['organic', '(none)', 'email'][1 + skewed(hb, 39, 3)]) END,
    text_param('client_event_id', substr(hex_of(h, 40), 1, 12)) ], odd_params(i, h)),
    lambda pair: pair IS NOT NULL), shift) AS event_params,
  CASE WHEN pick(h, 41, 2) = 0 THEN ts - 1000000 - pick(h, 42, 86400) * 1000000 END AS event_previous_timestamp,
  revenue AS event_value_in_usd,
  (hb >> 33)::BIGINT * 8388608 + b AS event_bundle_sequence_id,
  pick(h, 43, 1500000) - 300000 AS event_server_timestamp_offset,
  CASE WHEN pick(hu, 44, 4) = 0 AND NOT anonymous THEN 'kunde-' || u END AS user_id,
  CASE WHEN NOT anonymous THEN (1000000000 + pick(hu, 45, 1000000000)) || '.' || (first_touch // 1000000) END
    AS user_pseudo_id,
  { 'analytics_storage': CASE WHEN anonymous THEN 'No' ELSE 'Yes' END,
    'ads_storage': CASE WHEN anonymous OR pick(hu, 46, 3) = 0 THEN 'No' ELSE 'Yes' END,
    'uses_transient_token': CASE WHEN anonymous THEN 'Yes' ELSE 'No' END } AS privacy_info,
  CASE WHEN anonymous THEN [] ELSE list_filter([
    int_property('first_open_time', first_touch // 1000, first_touch),
    text_property('membership', one_of(['none', 'silver', 'gold'], hu, 47), first_touch + 60000000),
    CASE WHEN pick(hu, 44, 4) = 0 THEN text_property('email', 'kunde' || u || '@mail.example', first_touch + 61000000) END,
    CASE WHEN pick(hu, 48, 3) = 0 THEN property('loyalty_score', NULL, NULL, chance(hu, 49), first_touch + 62000000) END,
    CASE WHEN i % 211 = 3 THEN text_property('nickname', '', ts) END
    ], lambda pair: pair IS NOT NULL) END AS user_properties,
  CASE WHEN NOT anonymous THEN first_touch END AS user_first_touch_timestamp,
  { 'revenue': CASE WHEN pick(hu, 50, 20) = 0 THEN pick(hu, 51, 90000) / 100 ELSE 0.0 END, 'currency': 'USD' }
    AS user_ltv,
  { 'category': CASE WHEN mobile THEN 'mobile' ELSE 'desktop' END,
    'mobile_brand_name': CASE WHEN mobile THEN skewed_of(['Apple', 'Samsung', 'Google', 'Xiaomi'], hu, 52) END,
    'mobile_model_name': CASE WHEN mobile THEN 'Modell ' || skewed(hu, 53, 300) END,
    'operating_system': CASE WHEN mobile THEN skewed_of(['iOS', 'Android'], hu, 52) ELSE 'Windows' END,
    'operating_system_version': (10 + skewed(hu, 54, 9)) || '.' || pick(hu, 55, 7),
    'language': skewed_of(['de-de', 'en-gb', 'fr-fr', 'pl-pl', 'tr-tr'], hu, 56),
    'is_limited_ad_tracking': 'No',
    'web_info': { 'browser': skewed_of(['Chrome', 'Safari', 'Firefox', 'Edge'], hu, 57),
      'browser_version': (120 + skewed(hu, 58, 30)) || '.0.' || skewed(hu, 58, 6000), 'hostname': 'shop.example' }
    } AS device,
  { 'city': CASE WHEN conflicting THEN '(not set)' ELSE
      skewed_of(['Berlin', 'München', 'Köln', 'Łódź', 'Zürich', 'Paris', 'İstanbul', 'Århus', '東京', ''], hu, 59) END,
    'country': skewed_of(['Germany', 'Austria', 'Switzerland', 'Poland', 'France', 'Türkiye', 'Japan'], hu, 60),
    'continent': 'Europe', 'region': 'Region ' || skewed(hu, 61, 60), 'sub_continent': 'Western Europe',
    'metro': '(not set)' } AS geo,
  NULL AS app_info,
  { 'name': '(direct)', 'medium': medium, 'source': source } AS traffic_source,
  '3333333333' AS stream_id,
  'WEB' AS platform,
  { 'hostname': 'shop.example' } AS event_dimensions,
  CASE WHEN item_count > 0 THEN { 'total_item_quantity': item_count, 'purchase_revenue_in_usd': revenue,
    'purchase_revenue': revenue, 'shipping_value': CASE WHEN revenue IS NOT NULL THEN 4.9 END,
    'tax_value': round(revenue * 0.19, 2), 'unique_items': item_count,
    'transaction_id': CASE WHEN name = 'purchase' THEN 'T' || {{day}} || '-' || i ELSE '(not set)' END } END
    AS ecommerce,
  list_transform(range(item_count), lambda n: { 'item_id': 'SKU-' || skewed(hash(h, n), 62, 5000),
    'item_name': 'Artikel ' || skewed(hash(h, n), 62, 5000) || ' „neu“', 'item_brand': 'Beispiel',
    'item_category': 'Kategorie ' || skewed(hash(h, n), 62, 5000) % 30,
    'price_in_usd': pick(hash(h, n), 63, 20000) / 100, 'price': pick(hash(h, n), 63, 20000) / 100, 'quantity': 1,
    'item_list_index': n::VARCHAR, 'item_list_name': 'Liste ' || page % 9, 'coupon': '(not set)', 'item_params': [
      text_param('colour', ['rot', 'blau', 'grün'][1 + pick(hash(h, n), 64, 3)]),
      int_param('size', 36 + pick(hash(h, n), 65, 12)) ] }) AS items,
  { 'manual_campaign_name': campaign, 'manual_source': source, 'manual_medium': medium,
    'gclid': CASE WHEN pick(hb, 66, 30) = 0 THEN 'Cj0' || hex_of(hb, 67) || hex_of(hb, 68) END }
    AS collected_traffic_source,
  pick(hu, 69, 10) > 0 AS is_active_user,
  CASE WHEN batch_known THEN 1 + batched END AS batch_event_index,
  CASE WHEN batch_known THEN (session_id + km // 3 * 60) * 1000 + pick(hb, 70, 1000) END AS batch_page_id,
  CASE WHEN batch_known THEN 1 + km END AS batch_ordering_id,
  { 'manual_campaign': { 'campaign_name': coalesce(campaign, '(not set)'), 'source': source, 'medium': medium },
    'google_ads_campaign': { 'campaign_id': CASE WHEN medium = 'cpc' THEN 100 + pick(hb, 71, 90) END },
    'cross_channel_campaign': { 'campaign_name': coalesce(campaign, '(not set)'), 'source': source, 'medium': medium,
      'default_channel_group': CASE medium WHEN 'organic' THEN 'Organic Search' WHEN 'cpc' THEN 'Paid Search'
        WHEN 'email' THEN 'Email' WHEN '(none)' THEN 'Direct' ELSE 'Unassigned' END,
      'primary_channel_group': CASE medium WHEN 'organic' THEN 'Organic' WHEN 'cpc' THEN 'Paid' ELSE 'Other' END }
    } AS session_traffic_source_last_click,
  { 'ad_revenue_in_usd': CASE WHEN i % 401 = 8 THEN pick(h, 72, 900) / 10000 END } AS publisher,
  CASE WHEN i % 300 = 77 THEN ts - 3600000000 END AS event_original_occurrence_timestamp
FROM attributed
