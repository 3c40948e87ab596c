import { booleans, type EraField, from, integers, list, record, strings } from "./era-fields.ts";
import { hitFields } from "./ga360-hit-fields.ts";

const totals = record(
  "totals",
  integers("visits hits pageviews timeOnSite bounces transactions transactionRevenue newVisits"),
  integers("screenviews uniqueScreenviews timeOnScreen totalTransactionRevenue sessionQualityDim"),
);

const adwordsClickInfo = record(
  "adwordsClickInfo",
  integers("campaignId adGroupId creativeId criteriaId page"),
  strings("slot criteriaParameters gclId"),
  integers("customerId"),
  strings("adNetworkType"),
  record("targetingCriteria", integers("boomUserlistId")),
  booleans("isVideoAd"),
);

const trafficSource = record(
  "trafficSource",
  strings("referralPath campaign source medium keyword adContent"),
  adwordsClickInfo,
  booleans("isTrueDirect"),
  strings("campaignCode"),
);

const device = record(
  "device",
  strings("browser browserVersion browserSize operatingSystem operatingSystemVersion"),
  booleans("isMobile"),
  strings("mobileDeviceBranding mobileDeviceModel mobileInputSelector mobileDeviceInfo"),
  strings("mobileDeviceMarketingName flashVersion"),
  booleans("javaEnabled"),
  strings("language screenColors screenResolution deviceCategory"),
);

const geoNetwork = record(
  "geoNetwork",
  strings("continent subContinent country region metro city cityId networkDomain latitude longitude"),
  strings("networkLocation"),
);

/** GA360 sessions: two schemas in 366 days. */
export const ga360SessionFields: EraField[] = [
  ...integers("visitorId visitNumber visitId visitStartTime"),
  ...strings("date"),
  ...totals,
  ...trafficSource,
  ...device,
  ...geoNetwork,
  ...list("customDimensions", integers("index"), strings("value")),
  ...list("hits", hitFields),
  ...strings("fullVisitorId userId"),
  ...from("2017-07", strings("clientId")),
  ...strings("channelGrouping socialEngagementType"),
];
