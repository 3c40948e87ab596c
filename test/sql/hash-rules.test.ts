import { describe, expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { hashRules, type Rules } from "../../src/sql/hash-rules.ts";

const column = (name: string, rest: string | null = null) => ({ column: name, rest });
const rules: Rules = {
  family: families.ga4_events,
  duplicates: "event_id",
  columns: {
    drop: [column("user_id"), column("device", "vendor_id")],
    hash: [column("user_properties", "email")],
  },
  filter: [
    { path: column("platform"), test: "in", values: ["WEB", "IOS"] },
    { path: column("geo", "country"), test: "equals", value: "DE" },
  ],
};
const digest = hashRules(rules);

describe("the rules digest", () => {
  test("is a SHA-256 that stays the same from release to release", () => {
    expect(digest).toBe("2c9d409a6180f2594b1bcfe62998af1589e88d57c21cbfacc00636225d0d8911");
  });

  test.each<[string, Partial<Rules>]>([
    ["duplicate mode", { duplicates: "keep" }],
    ["another drop", { columns: { ...rules.columns, drop: [column("user_id")] } }],
    ["another hash", { columns: { ...rules.columns, hash: [] } }],
    ["another filter", { filter: rules.filter.slice(1) }],
    ["another identity", { family: { ...rules.family, identity: { columns: ["event_name"] } } }],
    ["another key-value column", { family: { ...rules.family, keyValues: rules.family.keyValues.slice(1) } }],
    ["no set-timestamps", { family: families.ga360_sessions }],
  ])("changes with %s", (_, change) => {
    expect(hashRules({ ...rules, ...change })).not.toBe(digest);
  });

  test.each<[string, Partial<Rules>]>([
    ["the order of drops", { columns: { ...rules.columns, drop: [...rules.columns.drop].reverse() } }],
    ["the order of conditions", { filter: [...rules.filter].reverse() }],
    [
      "another spelling of a condition",
      {
        filter: [
          { path: column("platform"), test: "in", values: ["IOS", "WEB", "IOS"] },
          { path: column("geo", "country"), test: "in", values: ["DE"] },
        ],
      },
    ],
    [
      "a family's title, table names and finality",
      {
        family: {
          ...rules.family,
          title: "x",
          shards: {},
          finalAfterHours: 1,
          requires: [],
          duplicates: "keep",
        },
      },
    ],
  ])("does not change with %s", (_, change) => {
    expect(hashRules({ ...rules, ...change })).toBe(digest);
  });
});
