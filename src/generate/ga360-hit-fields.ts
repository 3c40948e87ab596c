import { booleans, type EraField, from, integers, list, record, strings } from "./era-fields.ts";

const page = record(
  "page",
  strings("pagePath hostname pageTitle searchKeyword searchCategory pagePathLevel1 pagePathLevel2"),
  strings("pagePathLevel3 pagePathLevel4"),
);

const transaction = record(
  "transaction",
  strings("transactionId"),
  integers("transactionRevenue transactionTax transactionShipping"),
  strings("affiliation currencyCode"),
  integers("localTransactionRevenue localTransactionTax localTransactionShipping"),
  strings("transactionCoupon"),
);

const item = record(
  "item",
  strings("transactionId productName productCategory productSku"),
  integers("itemQuantity itemRevenue"),
  strings("currencyCode"),
  integers("localItemRevenue"),
);

const appInfo = record(
  "appInfo",
  strings("name version id installerId appInstallerId appName appVersion appId screenName"),
  strings("landingScreenName exitScreenName screenDepth"),
);

const exceptionInfo = record(
  "exceptionInfo",
  strings("description"),
  booleans("isFatal"),
  integers("exceptions fatalExceptions"),
);

const customDimensions = list("customDimensions", integers("index"), strings("value"));

const customMetrics = list("customMetrics", integers("index value"));

const product = list(
  "product",
  strings("productSKU v2ProductName v2ProductCategory productVariant productBrand"),
  integers("productRevenue localProductRevenue productPrice localProductPrice productQuantity"),
  integers("productRefundAmount localProductRefundAmount"),
  booleans("isImpression isClick"),
  customDimensions,
  customMetrics,
  strings("productListName"),
  integers("productListPosition"),
  from("2017-07", strings("productCouponCode")),
);

const publisherFields = [
  ...integers("dfpClicks dfpImpressions dfpMatchedQueries dfpMeasurableImpressions dfpQueries"),
  ...integers("dfpRevenueCpm dfpRevenueCpc dfpViewableImpressions dfpPagesViewed"),
  ...integers("adsenseBackfillDfpClicks adsenseBackfillDfpImpressions adsenseBackfillDfpMatchedQueries"),
  ...integers("adsenseBackfillDfpMeasurableImpressions adsenseBackfillDfpQueries"),
  ...integers("adsenseBackfillDfpRevenueCpm adsenseBackfillDfpRevenueCpc"),
  ...integers("adsenseBackfillDfpViewableImpressions adsenseBackfillDfpPagesViewed"),
  ...integers("adxBackfillDfpClicks adxBackfillDfpImpressions adxBackfillDfpMatchedQueries"),
  ...integers("adxBackfillDfpMeasurableImpressions adxBackfillDfpQueries adxBackfillDfpRevenueCpm"),
  ...integers("adxBackfillDfpRevenueCpc adxBackfillDfpViewableImpressions adxBackfillDfpPagesViewed"),
  ...integers("adxClicks adxImpressions adxMatchedQueries adxMeasurableImpressions adxQueries adxRevenue"),
  ...integers("adxViewableImpressions adxPagesViewed adsViewed adsUnitsViewed adsUnitsMatched"),
  ...integers("viewableAdsViewed measurableAdsViewed adsPagesViewed adsClicked adsRevenue"),
  ...strings("dfpAdGroup dfpAdUnits dfpNetworkId"),
];

const social = record(
  "social",
  strings("socialInteractionNetwork socialInteractionAction"),
  integers("socialInteractions"),
  strings("socialInteractionTarget socialNetwork"),
  integers("uniqueSocialInteractions"),
  strings("hasSocialSourceReferral socialInteractionNetworkAction"),
);

const latencyTracking = record(
  "latencyTracking",
  integers("pageLoadSample pageLoadTime pageDownloadTime redirectionTime speedMetricsSample"),
  integers("domainLookupTime serverConnectionTime serverResponseTime domLatencyMetricsSample"),
  integers("domInteractiveTime domContentLoadedTime userTimingValue userTimingSample"),
  strings("userTimingVariable userTimingCategory userTimingLabel"),
);

const contentGroup = record(
  "contentGroup",
  strings("contentGroup1 contentGroup2 contentGroup3 contentGroup4 contentGroup5"),
  strings("previousContentGroup1 previousContentGroup2 previousContentGroup3 previousContentGroup4"),
  strings("previousContentGroup5"),
  integers("contentGroupUniqueViews1 contentGroupUniqueViews2 contentGroupUniqueViews3"),
  integers("contentGroupUniqueViews4 contentGroupUniqueViews5"),
);

/** Members of one hit of a GA360 session. */
export const hitFields: EraField[] = [
  ...integers("hitNumber time hour minute"),
  ...booleans("isSecure isInteraction isEntrance isExit"),
  ...strings("referer"),
  ...page,
  ...transaction,
  ...item,
  ...record("contentInfo", strings("contentDescription")),
  ...appInfo,
  ...exceptionInfo,
  ...record("eventInfo", strings("eventCategory eventAction eventLabel"), integers("eventValue")),
  ...product,
  ...list("promotion", strings("promoId promoName promoCreative promoPosition")),
  ...record("promotionActionInfo", booleans("promoIsView promoIsClick")),
  ...record("refund", integers("refundAmount localRefundAmount")),
  ...record("eCommerceAction", strings("action_type"), integers("step"), strings("option")),
  ...list("experiment", strings("experimentId experimentVariant")),
  ...record("publisher", publisherFields),
  ...list("customVariables", integers("index"), strings("customVarName customVarValue")),
  ...customDimensions,
  ...customMetrics,
  ...strings("type"),
  ...social,
  ...latencyTracking,
  ...record("sourcePropertyInfo", strings("sourcePropertyDisplayName sourcePropertyTrackingId")),
  ...contentGroup,
  ...strings("dataSource"),
  ...list("publisher_infos", publisherFields),
];
