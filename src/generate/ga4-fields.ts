import { booleans, type EraField, floats, from, integers, list, record, strings } from "./era-fields.ts";
import {
  appInfo,
  deviceBasics,
  eventDimensions,
  eventParams,
  itemParams,
  trafficSource,
  userLtv,
  userProperties,
  webInfo,
} from "./event-fields.ts";

const ecommerce = record(
  "ecommerce",
  integers("total_item_quantity"),
  floats("purchase_revenue_in_usd purchase_revenue refund_value_in_usd refund_value"),
  floats("shipping_value_in_usd shipping_value tax_value_in_usd tax_value"),
  integers("unique_items"),
  strings("transaction_id"),
);

const items = list(
  "items",
  strings("item_id item_name item_brand item_variant item_category item_category2 item_category3"),
  strings("item_category4 item_category5"),
  floats("price_in_usd price"),
  integers("quantity"),
  floats("item_revenue_in_usd item_revenue item_refund_in_usd item_refund"),
  strings("coupon affiliation location_id item_list_id item_list_name item_list_index"),
  strings("promotion_id promotion_name creative_name creative_slot"),
  from("2023", itemParams),
);

const collectedTrafficSource = record(
  "collected_traffic_source",
  strings("manual_campaign_id manual_campaign_name manual_source manual_medium manual_term manual_content"),
  from("2024", strings("manual_source_platform manual_creative_format manual_marketing_tactic")),
  strings("gclid dclid srsltid"),
);

const manualCampaign = record(
  "manual_campaign",
  strings("campaign_id campaign_name source medium term content source_platform creative_format"),
  strings("marketing_tactic"),
);

const googleAdsCampaign = record(
  "google_ads_campaign",
  strings("customer_id account_name campaign_id campaign_name ad_group_id ad_group_name"),
);

const crossChannelCampaign = record(
  "cross_channel_campaign",
  strings("campaign_id campaign_name source medium source_platform default_channel_group"),
  from("2026", strings("primary_channel_group")),
);

const sa360Campaign = record(
  "sa360_campaign",
  strings("campaign_id campaign_name source medium ad_group_id ad_group_name creative_format"),
  strings("engine_account_name engine_account_type manager_account_name"),
);

const cm360Campaign = record(
  "cm360_campaign",
  strings("campaign_id campaign_name source medium account_id account_name advertiser_id advertiser_name"),
  strings("creative_id creative_format creative_name creative_type creative_type_id creative_version"),
  strings("placement_id placement_cost_structure placement_name rendering_id site_id site_name"),
);

const dv360Campaign = record(
  "dv360_campaign",
  strings("campaign_id campaign_name source medium advertiser_id advertiser_name creative_id"),
  strings("creative_format creative_name exchange_id exchange_name insertion_order_id"),
  strings("insertion_order_name line_item_id line_item_name partner_id partner_name"),
);

/** GA4 events as they grew; the last era has every column of 2026. */
export const ga4EventFields: EraField[] = [
  ...strings("event_date"),
  ...integers("event_timestamp"),
  ...strings("event_name"),
  ...eventParams,
  ...integers("event_previous_timestamp"),
  ...floats("event_value_in_usd"),
  ...integers("event_bundle_sequence_id event_server_timestamp_offset"),
  ...strings("user_id user_pseudo_id"),
  ...from("2021", record("privacy_info", strings("analytics_storage ads_storage uses_transient_token"))),
  ...userProperties,
  ...integers("user_first_touch_timestamp"),
  ...userLtv,
  ...record("device", deviceBasics, strings("browser browser_version"), webInfo),
  ...record("geo", strings("city country continent region sub_continent metro")),
  ...appInfo,
  ...trafficSource,
  ...strings("stream_id platform"),
  ...eventDimensions,
  ...ecommerce,
  ...items,
  ...from("2023", collectedTrafficSource, booleans("is_active_user")),
  ...from("2024", integers("batch_event_index batch_page_id batch_ordering_id")),
  ...from(
    "2024",
    record(
      "session_traffic_source_last_click",
      manualCampaign,
      googleAdsCampaign,
      from("2025", crossChannelCampaign, sa360Campaign, cm360Campaign, dv360Campaign),
    ),
  ),
  ...from(
    "2025",
    record("publisher", floats("ad_revenue_in_usd"), strings("ad_format ad_source_name ad_unit_id")),
  ),
  ...from("2026", integers("event_original_occurrence_timestamp")),
];
