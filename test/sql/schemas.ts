import type { Field, FieldType } from "../../src/days/schema.ts";
import type { Json } from "./json-text.ts";

export function field(name: string, type: FieldType = "STRING"): Field {
  return { name, type, mode: "NULLABLE" };
}

export function record(name: string, fields: Field[]): Field {
  return { name, type: "RECORD", mode: "NULLABLE", fields };
}

export function list(name: string, fields: Field[]): Field {
  return { name, type: "RECORD", mode: "REPEATED", fields };
}

export const slots = [
  field("string_value"),
  field("int_value", "INTEGER"),
  field("float_value", "FLOAT"),
  field("double_value", "FLOAT"),
];

export const eventParams = list("event_params", [field("key"), record("value", slots)]);

export const userProperties = list("user_properties", [
  field("key"),
  record("value", [...slots, field("set_timestamp_micros", "INTEGER")]),
]);

export const items = list("items", [
  field("item_id"),
  field("price", "FLOAT"),
  list("item_params", [field("key"), record("value", slots)]),
]);

/** A small GA4 schema with everything that the rules speak of. */
export const eventSchema: Field[] = [
  field("event_name"),
  field("event_timestamp", "INTEGER"),
  eventParams,
  userProperties,
  field("user_id"),
  field("user_pseudo_id"),
  field("stream_id"),
  field("platform"),
  record("device", [field("category"), field("vendor_id"), record("web_info", [field("browser")])]),
  items,
  field("event_bundle_sequence_id", "INTEGER"),
  field("batch_event_index", "INTEGER"),
];

/** A row of that schema; every row differs by its index. */
export function eventRow(index: number, changes: Record<string, unknown> = {}) {
  return {
    event_name: "page_view",
    event_timestamp: 1_763_600_000_000_000n + BigInt(index),
    event_params: [],
    user_properties: [],
    user_id: null,
    user_pseudo_id: `user-${index}`,
    stream_id: "1",
    platform: "WEB",
    device: { category: "mobile", vendor_id: "v", web_info: { browser: "Chrome" } },
    items: [],
    event_bundle_sequence_id: BigInt(index),
    batch_event_index: 1n,
    ...changes,
  } as Record<string, Json>;
}
