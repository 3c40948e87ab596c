import { type EraField, floats, from, integers, list, record, strings } from "./era-fields.ts";

/** What GA4 and Firebase events share; both come from the same export. */

const slots = [...strings("string_value"), ...integers("int_value"), ...floats("float_value double_value")];

export const eventParams = list("event_params", strings("key"), record("value", slots));

export const itemParams = list("item_params", strings("key"), record("value", slots));

export const userProperties = list(
  "user_properties",
  strings("key"),
  record("value", slots, integers("set_timestamp_micros")),
);

export const deviceBasics = [
  ...strings("category mobile_brand_name mobile_model_name mobile_marketing_name mobile_os_hardware_model"),
  ...strings("operating_system operating_system_version vendor_id advertising_id language"),
  ...strings("is_limited_ad_tracking"),
  ...integers("time_zone_offset_seconds"),
];

export const webInfo = record("web_info", strings("browser browser_version hostname"));

export const userLtv = record("user_ltv", floats("revenue"), strings("currency"));

export const appInfo = record("app_info", strings("id version install_store firebase_app_id install_source"));

export const trafficSource = record("traffic_source", strings("name medium source"));

export const eventDimensions = record("event_dimensions", strings("hostname"));

/** Firebase exports of 2018: five schemas in 114 days. */
export const firebaseEventFields: EraField[] = [
  ...strings("event_date"),
  ...integers("event_timestamp"),
  ...strings("event_name"),
  ...eventParams,
  ...integers("event_previous_timestamp"),
  ...from("v2", floats("event_value_in_usd")),
  ...from("v3", integers("event_bundle_sequence_id event_server_timestamp_offset")),
  ...strings("user_id user_pseudo_id"),
  ...userProperties,
  ...integers("user_first_touch_timestamp"),
  ...userLtv,
  ...record("device", deviceBasics, from("v4", strings("browser browser_version")), from("v5", webInfo)),
  ...record("geo", strings("continent country region city"), from("v4", strings("sub_continent metro"))),
  ...appInfo,
  ...trafficSource,
  ...strings("stream_id platform"),
  ...from("v4", eventDimensions),
];
