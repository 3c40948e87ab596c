import { booleans, type EraField, floats, integers, list, record, strings } from "./era-fields.ts";

const userColumns: EraField[] = [
  ...record(
    "user_info",
    integers("last_active_timestamp_micros user_first_touch_timestamp_micros"),
    strings("first_purchase_date"),
  ),
  ...record(
    "device",
    strings("operating_system category mobile_brand_name mobile_model_name unified_screen_name"),
  ),
  ...record("geo", strings("city country continent region")),
  ...list(
    "audiences",
    integers("id"),
    strings("name"),
    integers("membership_start_timestamp_micros membership_expiry_timestamp_micros"),
    booleans("npa"),
  ),
  ...list(
    "user_properties",
    strings("key"),
    record("value", strings("string_value"), integers("set_timestamp_micros"), strings("user_property_name")),
  ),
  ...record(
    "user_ltv",
    floats("revenue_in_usd"),
    integers("sessions engagement_time_millis purchases engaged_sessions session_duration_micros"),
  ),
  ...record(
    "predictions",
    floats("in_app_purchase_score_7d purchase_score_7d churn_score_7d revenue_28d_in_usd"),
  ),
  ...record("privacy_info", strings("is_limited_ad_tracking is_ads_personalization_allowed")),
  ...strings("occurrence_date last_updated_date"),
];

/** GA4 `users_`: people who are signed in. */
export const ga4UserFields: EraField[] = [...strings("user_id"), ...userColumns];

/** GA4 `pseudonymous_users_`: devices. */
export const ga4PseudonymousUserFields: EraField[] = [...strings("pseudo_user_id stream_id"), ...userColumns];
