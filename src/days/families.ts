/**
 * What a shard's rows are, declared as data. Adding a family is adding a value here; no code branches on a
 * family's name. Source: docs of the exports, and real schemas (docs/concepts.md).
 */

/** Daily stands before fresh before intraday; one shard a day. */
export type ShardKind = "daily" | "fresh" | "intraday";

/** Best first. */
export const shardKinds = ["daily", "fresh", "intraday"] as const satisfies readonly ShardKind[];

export type DuplicateMode = "event_id" | "keep";

export type FamilyName =
  | "ga4_events"
  | "firebase_events"
  | "ga360_sessions"
  | "ga4_users"
  | "ga4_pseudonymous_users";

/** A list of key-value pairs: `path` names the list, dots lead into lists and structs (`hits.customDimensions`). */
export interface KeyValueList {
  path: string;
  /** Member that holds the key: `key`, or `index` in GA360. */
  key: string;
  /** Member that holds the value: a struct of slots (`string_value`, …) or a scalar. */
  value: string;
}

export interface Family {
  name: FamilyName;
  title: string;
  /** Table name in front of the eight digits, by kind. Exact match: `events_` never matches `events_intraday_…`. */
  shards: Partial<Record<ShardKind, string>>;
  /** Columns that a shard of this family cannot lack; tells a shard of another family under the right name. */
  requires: readonly string[];
  identity: {
    /** In order; a missing column counts as null. */
    columns: readonly string[];
    /** Where `whenNull` is null (or missing), the key-sorted pairs of `join` are part of the identity. */
    join?: { column: string; whenNull: string };
  };
  keyValues: readonly KeyValueList[];
  /** Key-value column whose set-timestamps become `user_properties_set`. */
  timestamps?: { column: string; member: string; as: string };
  duplicates: DuplicateMode;
  /** Hours after the day's end (property's zone) from which on a daily shard is final. */
  finalAfterHours: number;
}

const eventIdentity = {
  columns: [
    "stream_id",
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
  ],
  join: { column: "event_params", whenNull: "batch_event_index" },
} as const;

const eventKeyValues = [
  { path: "event_params", key: "key", value: "value" },
  { path: "user_properties", key: "key", value: "value" },
  { path: "items.item_params", key: "key", value: "value" },
] as const;

const userPropertyTimestamps = {
  column: "user_properties",
  member: "set_timestamp_micros",
  as: "user_properties_set",
} as const;

const eventColumns = ["event_name", "event_timestamp", "event_params"] as const;

/** Every family we know, by name. */
export const families: Record<FamilyName, Family> = {
  ga4_events: {
    name: "ga4_events",
    title: "GA4 events",
    shards: { daily: "events_", fresh: "events_fresh_", intraday: "events_intraday_" },
    requires: eventColumns,
    identity: eventIdentity,
    keyValues: eventKeyValues,
    timestamps: userPropertyTimestamps,
    duplicates: "event_id",
    finalAfterHours: 72,
  },
  firebase_events: {
    name: "firebase_events",
    title: "Firebase events",
    shards: { daily: "events_", fresh: "events_fresh_", intraday: "events_intraday_" },
    requires: eventColumns,
    identity: eventIdentity,
    keyValues: eventKeyValues,
    timestamps: userPropertyTimestamps,
    duplicates: "event_id",
    finalAfterHours: 72,
  },
  ga360_sessions: {
    name: "ga360_sessions",
    title: "GA360 sessions",
    shards: { daily: "ga_sessions_", intraday: "ga_sessions_intraday_" },
    requires: ["fullVisitorId", "visitId", "date"],
    identity: { columns: ["fullVisitorId", "visitId", "visitStartTime", "date"] },
    keyValues: [
      { path: "customDimensions", key: "index", value: "value" },
      { path: "customMetrics", key: "index", value: "value" },
      { path: "hits.customDimensions", key: "index", value: "value" },
      { path: "hits.customMetrics", key: "index", value: "value" },
      { path: "hits.product.customDimensions", key: "index", value: "value" },
      { path: "hits.product.customMetrics", key: "index", value: "value" },
    ],
    duplicates: "keep",
    finalAfterHours: 0,
  },
  ga4_users: {
    name: "ga4_users",
    title: "GA4 users",
    shards: { daily: "users_" },
    requires: ["user_id", "user_info"],
    identity: { columns: ["user_id"] },
    keyValues: [{ path: "user_properties", key: "key", value: "value" }],
    timestamps: userPropertyTimestamps,
    duplicates: "keep",
    finalAfterHours: 72,
  },
  ga4_pseudonymous_users: {
    name: "ga4_pseudonymous_users",
    title: "GA4 pseudonymous users",
    shards: { daily: "pseudonymous_users_" },
    requires: ["pseudo_user_id", "user_info"],
    identity: { columns: ["pseudo_user_id", "stream_id"] },
    keyValues: [{ path: "user_properties", key: "key", value: "value" }],
    timestamps: userPropertyTimestamps,
    duplicates: "keep",
    finalAfterHours: 72,
  },
};

export const familyNames = Object.keys(families) as FamilyName[];
