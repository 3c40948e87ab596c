-- GA360 sessions, one row each, with their hits; members that nobody fills are NULL by the era's cast. A visitor's
-- sessions are at least 64 numbers apart, so no two of them begin in one second.
WITH keyed AS (
  SELECT *,
    CASE WHEN i < {{rows}} THEN skewed(h, 4, {{rows}} // 100 + 10) * 64 + i % 64
      ELSE 1000000000 + i END AS visitor,
    CASE WHEN i < {{rows}} THEN (i + chance(h, 5)) / {{rows}}
      ELSE chance(h, 6) END AS share
  FROM ({{shard_rows}})
),
timed AS (
  SELECT *, hash({{seed}}::BIGINT, visitor, 'user') AS hu,
    ({{day_start}} // 1000000 + floor(share * ({{day_end}} - {{day_start}} - 1200000000) / 1000000))::BIGINT AS start_s,
    1 + skewed(h, 7, 16) AS hit_count
  FROM keyed
),
attributed AS (
  SELECT *, hit_count > 4 AND pick(h, 8, 6) = 0 AS buys, pick(hu, 10, 3) = 0 AS mobile,
    (['google', '(direct)', 'newsletter', 'bing', 'partner.example', 'facebook', 'youtube.com'])
      [1 + (skewed(h, 11, 7) + variant) % 7] AS source,
    (['organic', '(none)', 'email', 'cpc', 'referral', 'social', 'referral'])
      [1 + (skewed(h, 11, 7) + variant) % 7] AS medium
  FROM timed
)
SELECT
  NULL AS visitorId,
  1 + skewed(hu, 12, 60) AS visitNumber,
  -- A session over midnight is cut in two: the second part keeps the id of the first.
  CASE WHEN i % 97 = 5 THEN {{day_start}} // 1000000 - 600 + i % 600 ELSE start_s END AS visitId,
  start_s AS visitStartTime,
  {{day}} AS date,
  { 'visits': 1, 'hits': hit_count, 'pageviews': hit_count - hit_count // 5, 'timeOnSite': (hit_count - 1) * 37,
    'bounces': CASE WHEN hit_count = 1 THEN 1 END, 'transactions': CASE WHEN buys THEN 1 END,
    'transactionRevenue': CASE WHEN buys THEN 990000 + pick(h, 13, 90000000) END,
    'newVisits': CASE WHEN skewed(hu, 12, 60) = 0 THEN 1 END,
    'totalTransactionRevenue': CASE WHEN buys THEN 1990000 + pick(h, 13, 90000000) END,
    'sessionQualityDim': CASE WHEN pick(h, 14, 2) = 0 THEN 1 + skewed(h, 15, 99) END } AS totals,
  { 'referralPath': CASE WHEN medium = 'referral' THEN '/pfad/' || pick(h, 16, 90) END,
    'campaign': CASE WHEN medium = 'cpc' THEN 'Frühling „' || pick(h, 17, 20) || '“' ELSE '(not set)' END,
    'source': source, 'medium': medium, 'keyword': CASE WHEN medium = 'organic' THEN '(not provided)' END,
    'adwordsClickInfo': { 'campaignId': CASE WHEN medium = 'cpc' THEN 300000000 + pick(h, 18, 1000000) END,
      'gclId': CASE WHEN medium = 'cpc' THEN 'CL' || hex_of(h, 19) END },
    'isTrueDirect': CASE WHEN source = '(direct)' THEN true END } AS trafficSource,
  { 'browser': skewed_of(['Chrome', 'Safari', 'Firefox', 'Edge'], hu, 20),
    'browserVersion': (50 + skewed(hu, 21, 10)) || '.0', 'operatingSystem': CASE WHEN mobile THEN 'Android' ELSE 'Windows' END,
    'isMobile': mobile, 'language': skewed_of(['de-de', 'en-us', 'fr-fr', 'tr'], hu, 22),
    'screenResolution': CASE WHEN mobile THEN '360x640' ELSE '1920x1080' END,
    'deviceCategory': CASE WHEN mobile THEN 'mobile' ELSE 'desktop' END } AS device,
  { 'continent': 'Europe', 'subContinent': 'Western Europe',
    'country': skewed_of(['Germany', 'Austria', 'Switzerland', 'France', 'Türkiye'], hu, 23),
    'city': CASE WHEN conflicting THEN '(not set)' ELSE skewed_of(['Berlin', 'Köln', 'Zürich', 'İstanbul', ''], hu, 24) END,
    'networkDomain': one_of(['netz.example', 'unknown.unknown', '(not set)'], hu, 25) } AS geoNetwork,
  CASE WHEN shift = 1 THEN list_reverse(dimensions) ELSE dimensions END
    AS customDimensions,
  list_transform(range(hit_count), lambda n: { 'hitNumber': n + 1, 'time': n * 37000, 'hour': (start_s // 3600) % 24,
    'minute': (start_s // 60) % 60, 'isInteraction': true, 'isEntrance': CASE WHEN n = 0 THEN true END,
    'isExit': CASE WHEN n = hit_count - 1 THEN true END,
    'page': { 'pagePath': '/p/' || skewed(hash(h, n), 26, 400), 'hostname': 'shop.example',
      'pageTitle': title_of(skewed(hash(h, n), 26, 400)), 'pagePathLevel1': '/p/' },
    'transaction': { 'transactionId': CASE WHEN buys AND n = hit_count - 1 THEN 'O' || {{day}} || '-' || i END,
      'transactionRevenue': CASE WHEN buys AND n = hit_count - 1 THEN 990000 + pick(h, 13, 90000000) END,
      'currencyCode': 'EUR' },
    'eventInfo': CASE WHEN n % 5 = 4 THEN { 'eventCategory': 'video', 'eventAction': 'play', 'eventLabel': '',
      'eventValue': 9007199254740993 + n } END,
    'product': list_transform(range(CASE WHEN n % 4 = 3 THEN 2 ELSE 0 END), lambda p: {
      'productSKU': 'SKU-' || skewed(hash(h, n * 8 + p), 27, 5000), 'v2ProductName': 'Artikel „' || p || '“',
      'productPrice': 990000 + pick(hash(h, n * 8 + p), 28, 90000000), 'productQuantity': 1,
      'customDimensions': [{ 'index': 3, 'value': ['rot', 'blau', 'grün'][1 + pick(hash(h, n * 8 + p), 29, 3)] }],
      'customMetrics': [{ 'index': 1, 'value': pick(hash(h, n * 8 + p), 30, 900) }],
      'productListPosition': p + 1, 'productCouponCode': CASE WHEN p = 1 THEN 'HERBST' END }),
    'eCommerceAction': { 'action_type': CASE WHEN buys AND n = hit_count - 1 THEN '6' ELSE '0' END, 'step': 1 },
    'customDimensions': CASE WHEN n % 3 = 0 THEN [{ 'index': 7, 'value': 'Bereich ' || n }] ELSE [] END,
    'customMetrics': CASE WHEN n % 4 = 0 THEN [{ 'index': 2, 'value': (hash(h, n) >> 1)::BIGINT }] ELSE [] END,
    'type': CASE WHEN n % 5 = 4 THEN 'EVENT' ELSE 'PAGE' END, 'dataSource': 'web' }) AS hits,
  (1000000000000000000 + pick(hu, 31, 8000000000000000000))::VARCHAR AS fullVisitorId,
  NULL AS userId,
  pick(hu, 32, 2000000000) || '.' || (start_s - pick(hu, 33, 30000000)) AS clientId,
  CASE medium WHEN 'organic' THEN 'Organic Search' WHEN 'cpc' THEN 'Paid Search' WHEN '(none)' THEN 'Direct'
    WHEN 'email' THEN 'Email' WHEN 'social' THEN 'Social' ELSE 'Referral' END AS channelGrouping,
  'Not Socially Engaged' AS socialEngagementType
FROM (
  -- In few sessions an index stands twice, one has no index, a value is empty.
  SELECT *, list_filter([
    { 'index': 1, 'value': one_of(['Gast', 'Kunde', 'Händler'], hu, 34) },
    CASE WHEN pick(hu, 35, 2) = 0 THEN { 'index': 4, 'value': one_of(['EMEA', 'APAC', ''], hu, 36) } END,
    CASE WHEN i % 53 = 7 THEN { 'index': 9, 'value': 'first' } END,
    CASE WHEN i % 53 = 7 THEN { 'index': 9, 'value': 'second' } END,
    CASE WHEN i % 499 = 13 THEN { 'index': NULL, 'value': 'no index' } END ], lambda pair: pair IS NOT NULL) AS dimensions
  FROM attributed)
