import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Day } from "../../src/days/day.ts";
import { type FamilyName, familyNames } from "../../src/days/families.ts";
import type { Field } from "../../src/days/schema.ts";
import { buildShardSchema, eraOf, listEras } from "../../src/generate/eras.ts";

const schemas = new URL("../../../shared/schemas/", import.meta.url);

function listPaths(fields: readonly Field[], prefix = ""): string[] {
  return fields.flatMap((field) => [
    `${prefix}${field.name}`,
    ...listPaths(field.fields ?? [], `${prefix}${field.name}.`),
  ]);
}

/** What each era brought that the one before lacked, and what it lost. */
function listChanges(family: FamilyName): Record<string, string[]> {
  const eras = listEras(family);
  const paths = eras.map((era) => listPaths(buildShardSchema(family, era, "daily")));
  return Object.fromEntries(
    eras.slice(1).map((era, index) => {
      const [before, after] = [paths[index]!, paths[index + 1]!];
      const added = after.filter((path) => !before.includes(path));
      const lost = before.filter((path) => !after.includes(path)).map((path) => `-${path}`);
      return [era, [...added, ...lost]];
    }),
  );
}

describe.skipIf(!existsSync(schemas))("real schemas (skipped where ../shared/schemas is missing)", () => {
  test.each<[FamilyName, string, string]>([
    ["ga4_events", "2026", "ga4_events_2026"],
    ["firebase_events", "v1", "firebase_events_v1_20180612_20180626"],
    ["firebase_events", "v2", "firebase_events_v2_20180627_20180701"],
    ["firebase_events", "v3", "firebase_events_v3_20180702_20180827"],
    ["firebase_events", "v4", "firebase_events_v4_20180828_20180921"],
    ["firebase_events", "v5", "firebase_events_v5_20180922_20181003"],
    ["ga360_sessions", "2016-08", "ga360_ga_sessions_until_20170630"],
    ["ga360_sessions", "2017-07", "ga360_ga_sessions_20170701on"],
    ["ga4_users", "2026", "ga4_users_2026"],
    ["ga4_pseudonymous_users", "2026", "ga4_pseudonymous_users_2026"],
  ])("%s %s has the columns of %s, in order", (family, era, file) => {
    const real = JSON.parse(readFileSync(new URL(`${file}.json`, schemas), "utf8"));
    expect(buildShardSchema(family, era, "daily")).toEqual(real);
  });
});

test("Firebase grows four times", () => {
  expect(listChanges("firebase_events")).toEqual({
    v2: ["event_value_in_usd"],
    v3: ["event_bundle_sequence_id", "event_server_timestamp_offset"],
    v4: [
      "device.browser",
      "device.browser_version",
      "geo.sub_continent",
      "geo.metro",
      "event_dimensions",
      "event_dimensions.hostname",
    ],
    v5: [
      "device.web_info",
      "device.web_info.browser",
      "device.web_info.browser_version",
      "device.web_info.hostname",
    ],
  });
});

test("GA360 grows once", () => {
  expect(listChanges("ga360_sessions")).toEqual({
    "2017-07": ["hits.product.productCouponCode", "clientId"],
  });
});

test("GA4 gets a new column and a new nested member in 2026", () => {
  expect(listChanges("ga4_events")["2026"]).toEqual([
    "session_traffic_source_last_click.cross_channel_campaign.primary_channel_group",
    "event_original_occurrence_timestamp",
  ]);
});

test("GA4 has batch columns from 2024 on, and item_params from 2023 on", () => {
  const firstWith = (path: string) =>
    listEras("ga4_events").find((era) =>
      listPaths(buildShardSchema("ga4_events", era, "daily")).includes(path),
    );
  expect({
    privacy: firstWith("privacy_info"),
    params: firstWith("items.item_params"),
    batch: firstWith("batch_event_index"),
    publisher: firstWith("publisher"),
  }).toEqual({ privacy: "2021", params: "2023", batch: "2024", publisher: "2025" });
});

test("no era loses a column, in any family", () => {
  const lost = familyNames.flatMap((family) => Object.values(listChanges(family)).flat());
  expect(lost.filter((path) => path.startsWith("-"))).toEqual([]);
});

test("intraday shards lack what Google leaves out, fresh ones have it", () => {
  const missing = (kind: "intraday" | "fresh") => {
    const paths = buildShardSchema("ga4_events", "2026", kind).map(({ name }) => name);
    return buildShardSchema("ga4_events", "2026", "daily")
      .map(({ name }) => name)
      .filter((name) => !paths.includes(name));
  };
  expect(missing("intraday")).toEqual(["user_ltv", "traffic_source", "is_active_user"]);
  expect(missing("fresh")).toEqual([]);
});

test("a day has the schema of its time; one before all has the first", () => {
  const eras = ["2015-01-01", "2018-06-26", "2018-06-27", "2018-10-03", "2026-11-20"].map((day) =>
    eraOf("firebase_events", day as Day),
  );
  expect(eras).toEqual(["v1", "v1", "v2", "v5", "v5"]);
  expect(["2024-07-10", "2024-07-11"].map((day) => eraOf("ga4_events", day as Day))).toEqual([
    "2023",
    "2024",
  ]);
});

test("an era the family never had is refused by name", () => {
  expect(() => buildShardSchema("ga4_users", "v5", "daily")).toThrow(
    expect.objectContaining({
      code: "usage",
      parts: {
        failed: "The family ga4_users has no schema era v5.",
        rule: "one of 2026",
        received: "v5",
      },
    }),
  );
});
