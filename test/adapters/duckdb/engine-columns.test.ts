import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ColumnPath, FilterCondition } from "../../../src/config/types.ts";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import {
  buildExtract,
  createEngineWorld,
  extract,
  readLake,
  type SourceRow,
  writeParquet,
} from "./engine-world.ts";

const path = (text: string): ColumnPath => {
  const dot = text.indexOf(".");
  return dot < 0 ? { column: text, rest: null } : { column: text.slice(0, dot), rest: text.slice(dot + 1) };
};
const hmac = (text: string) => createHmac("sha256", "a secret of ours").update(text).digest("hex");
const text = (key: string | null, value: string | null) => ({
  key,
  value: { string_value: value, set_timestamp_micros: 1n },
});
const int = (key: string, value: bigint) => ({ key, value: { int_value: value, set_timestamp_micros: 2n } });

async function run(
  rows: SourceRow[],
  columns: { drop?: string[]; hash?: string[] },
  filter: FilterCondition[] = [],
) {
  const world = await createEngineWorld();
  const parts = [await writeParquet(world, "shard", eventSchema, rows)];
  const rules = { drop: (columns.drop ?? []).map(path), hash: (columns.hash ?? []).map(path) };
  const report = await extract(world, { schema: eventSchema, parts, columns: rules, filter });
  return { report, rows: await readLake(world, report.files) };
}

describe("drop", () => {
  test("takes columns, struct members and keys away, and a key from the times too", async () => {
    const row = eventRow(0, {
      user_properties: [text("email", "a@b"), text("a.b", "x"), text("plan", "p")],
      event_params: [text("email", "a@b"), text("k", "v")],
    });
    const drop = [
      "user_id",
      "device.vendor_id",
      "DEVICE.web_info.browser",
      "user_properties.email",
      "user_properties.a.b",
      "no_such.column",
    ];

    const { rows, report } = await run([row], { drop });

    expect(rows[0]).toMatchObject({
      device: { entries: { category: "mobile" } },
      user_properties: '{"plan":"p"}',
      user_properties_set: '{"plan":1}',
      event_params: '{"email":"a@b","k":"v"}',
    });
    expect(Object.keys(rows[0]!)).toEqual(report.columns.map((column) => column.name));
    expect(Object.keys(rows[0]!)).not.toContain("user_id");
    expect(
      report.columns.find((column) => column.name === "device")?.fields?.map((inner) => inner.name),
    ).toEqual(["category"]);
  });

  test("of the user properties takes their times along", async () => {
    const { rows } = await run([eventRow(0)], { drop: ["user_properties"] });

    expect(Object.keys(rows[0]!).filter((name) => name.startsWith("user_properties"))).toEqual([]);
  });

  test("and hash leave ids as they are", async () => {
    const row = eventRow(0, { batch_event_index: null, event_params: [text("email", "a@b")], user_id: "u" });

    const results = await Promise.all([
      run([row], {}),
      run([row], { drop: ["event_params.email", "stream_id", "user_pseudo_id"] }),
      run([row], { hash: ["event_params.email", "stream_id", "user_pseudo_id", "event_timestamp"] }),
    ]);

    expect(new Set(results.map(({ rows }) => rows[0]!.event_id)).size).toBe(1);
  });
});

describe("hash", () => {
  test("gives HMAC-SHA-256 of the value's text: columns, members, keys, repeated keys, items; null stays null", async () => {
    const rows = [
      eventRow(0, {
        user_id: "ü@example.com",
        user_properties: [int("n", 7n), text("plan", "b"), text("plan", "a"), text("gone", null)],
        items: [{ item_id: "sku", price: 1.5, item_params: [{ key: "k", value: { string_value: "v" } }] }],
      }),
      eventRow(1, { user_id: null, user_properties: [text("plan", "ü@example.com")], device: null }),
    ];
    const hash = [
      "user_id",
      "event_timestamp",
      "device.vendor_id",
      "user_properties.n",
      "user_properties.plan",
      "user_properties.gone",
      "items.item_id",
      "items.item_params.k",
    ];

    const { rows: found, report } = await run(rows, { hash });

    const plans = [hmac("a"), hmac("b")].sort();
    expect(
      found.sort((a, b) => Number(a.event_bundle_sequence_id) - Number(b.event_bundle_sequence_id)),
    ).toMatchObject([
      {
        user_id: hmac("ü@example.com"),
        event_timestamp: hmac("1763600000000000"),
        device: {
          entries: { category: "mobile", vendor_id: hmac("v"), web_info: { entries: { browser: "Chrome" } } },
        },
        user_properties: `{"gone":null,"n":"${hmac("7")}","plan":["${plans[0]}","${plans[1]}"]}`,
        items: `[{"item_id":"${hmac("sku")}","price":1.5,"item_params":{"k":"${hmac("v")}"}}]`,
      },
      { user_id: null, device: null, user_properties: `{"plan":"${hmac("ü@example.com")}"}` },
    ]);
    expect(report.columns.find((column) => column.name === "event_timestamp")?.type).toBe("STRING");
  });

  test("has its key nowhere in the recipe", () => {
    const { recipe } = buildExtract({
      schema: eventSchema,
      parts: [],
      columns: { drop: [], hash: [path("user_id")] },
    });

    expect(recipe.needsHashKey).toBe(true);
    expect(JSON.stringify(recipe)).not.toContain("a secret of ours");
  });
});

describe("filter", () => {
  const rows = [
    eventRow(0, { platform: "WEB", event_params: [text("page", "/a"), int("n", 5n)] }),
    eventRow(1, { platform: "IOS", event_params: [text("page", ""), text("page", "/b")] }),
    eventRow(2, {
      platform: null,
      event_params: [text("page", null), { key: "n", value: { double_value: 5 } }],
    }),
    eventRow(3, { platform: "", device: null, event_params: [text(null, "x"), text("a.b", "y")] }),
  ];
  const cases: [string, FilterCondition, number[]][] = [
    ["equals on a column", { path: path("platform"), test: "equals", value: "WEB" }, [0]],
    [
      "equals is about the text, so numbers and texts meet",
      { path: path("event_bundle_sequence_id"), test: "equals", value: 2n },
      [2],
    ],
    ["in", { path: path("platform"), test: "in", values: ["IOS", ""] }, [1, 3]],
    ["not_in lets null pass", { path: path("platform"), test: "not_in", values: ["IOS", ""] }, [0, 2]],
    [
      "exists tells null from an empty text",
      { path: path("platform"), test: "exists", exists: true },
      [0, 1, 3],
    ],
    ["exists: false", { path: path("platform"), test: "exists", exists: false }, [2]],
    ["starts_with", { path: path("user_pseudo_id"), test: "starts_with", prefix: "user-1" }, [1]],
    [
      "a struct's member",
      { path: path("device.web_info.browser"), test: "equals", value: "Chrome" },
      [0, 1, 2],
    ],
    ["a key, any of whose values fits", { path: path("event_params.page"), test: "in", values: ["/b"] }, [1]],
    [
      "a key in an integer and in a double slot",
      { path: path("event_params.n"), test: "equals", value: 5n },
      [0, 2],
    ],
    ["a key with a value", { path: path("event_params.page"), test: "exists", exists: true }, [0, 1]],
    ["a key with dots", { path: path("event_params.a.b"), test: "equals", value: "y" }, [3]],
    [
      "the null key is the empty key",
      { path: { column: "event_params", rest: "" }, test: "equals", value: "x" },
      [3],
    ],
    ["a list that is empty", { path: path("items"), test: "exists", exists: true }, []],
    [
      "a column that the shard does not have is no condition on it",
      { path: path("is_active_user"), test: "equals", value: true },
      [0, 1, 2, 3],
    ],
    [
      "a member that the shard does not have counts as null",
      { path: path("device.nothing"), test: "equals", value: "x" },
      [],
    ],
    ["a hostile text", { path: path("platform"), test: "equals", value: "'; DROP TABLE keys; --" }, []],
  ];

  test.each(cases)("%s", async (_, condition, expected) => {
    const { rows: found, report } = await run(rows, {}, [condition]);

    expect(found.map((row) => Number(row.event_bundle_sequence_id)).sort()).toEqual(expected);
    expect(report.balance).toEqual({
      source: 4,
      written: expected.length,
      duplicates: { exact: 0, conflicting: 0 },
      filtered: 4 - expected.length,
    });
  });

  test("all conditions must hold", async () => {
    const { rows: found } = await run(rows, {}, [
      { path: path("platform"), test: "in", values: ["WEB", "IOS"] },
      { path: path("event_params.page"), test: "starts_with", prefix: "/a" },
    ]);

    expect(found.map((row) => row.platform)).toEqual(["WEB"]);
  });
});
