import { describe, expect, test } from "vitest";
import { families } from "../../../src/days/families.ts";
import { expectedText, floatText, type Json } from "../../sql/json-text.ts";
import {
  eventParams,
  eventRow,
  eventSchema,
  field,
  items,
  list,
  record,
  slots,
  userProperties,
} from "../../sql/schemas.ts";
import {
  createEngineWorld,
  extract,
  readLake,
  type SourceRow,
  writeJson,
  writeParquet,
} from "./engine-world.ts";

const lists = families.ga4_events.keyValues;
const text = (value: string | null) => ({
  string_value: value,
  int_value: null,
  float_value: null,
  double_value: null,
});
const int = (value: bigint) => ({
  string_value: null,
  int_value: value,
  float_value: null,
  double_value: null,
});
const double = (value: number) => ({
  string_value: null,
  int_value: null,
  float_value: null,
  double_value: value,
});
const pair = (key: string | null, value: Json) => ({ key, value });

const hardTexts = [
  "é ü ñ",
  "😀👩‍👩‍👧",
  'q"q',
  "b\\s",
  '\\"',
  "\\",
  "\u2028\u2029\ufeff\ufffd\ufffe",
  "a/b",
  "</script>",
  "null",
  "",
  '{"k":',
  '"},{"k":"',
  '\\","i":5',
  " ",
  "\u0000nul",
  "e\u0301",
  "\u{10ffff}",
  `%s $1 \\1 $\{x}`,
  "line\nfeed\ttab",
  `${Array.from({ length: 31 }, (_, code) => String.fromCharCode(code + 1)).join("")}\u007f\u0080\u009f`,
];
const hardDoubles = [
  1e21,
  0.1,
  -0,
  0,
  1e-7,
  1.7976931348623157e308,
  5,
  -5,
  1e15,
  1e16,
  1e17,
  9999999,
  1e7,
  12345678.9,
  0.001,
  0.0001,
  0.00015,
  1e-5,
  9.999e-5,
  1e23,
  2e23,
  2 ** -44,
  5e-324,
  2.2250738585072014e-308,
  Infinity,
  -Infinity,
  NaN,
  9007199254740992,
  123456789012345.67,
  4.35,
  1e22,
  -1e-10,
];
const hardPairs: Record<string, Json> = {
  ...Object.fromEntries(
    hardTexts.map((value, index) => [`text ${index}`, [pair("k", text(value)), pair("a", int(1n))]]),
  ),
  ...Object.fromEntries(
    hardTexts.map((key, index) => [`key ${index}`, [pair(key, text("v")), pair("zz", int(1n))]]),
  ),
  ...Object.fromEntries(
    hardDoubles.map((value) => [
      `double ${floatText(value)}`,
      [pair("d", double(value)), pair("f", { ...double(0), double_value: null, float_value: value })],
    ]),
  ),
  "int64 extremes": [
    pair("max", int(2n ** 63n - 1n)),
    pair("min", int(-(2n ** 63n))),
    pair("p", int(9218924040658817653n)),
  ],
  "null list": null,
  "empty list": [],
  "null value": [pair("a", null), pair("b", text("x"))],
  "all slots null": [pair("a", text(null)), pair("b", int(1n))],
  "repeated key": [pair("k", text("b")), pair("k", text("a")), pair("k", int(1n)), pair("x", text("y"))],
  "repeated equal": [pair("k", text("a")), pair("k", text("a"))],
  "repeated with nulls": [pair("k", null), pair("k", int(2n)), pair("k", text(null))],
  "null key": [pair(null, int(1n)), pair("a", int(2n))],
  "two null keys": [pair(null, int(1n)), pair(null, int(2n))],
  "null and empty key meet": [pair(null, int(1n)), pair("", int(2n))],
  "two slots": [pair("a", { ...text("s"), int_value: 5n }), pair("b", { ...int(5n), double_value: 1.5 })],
  "empty string and null": [pair("a", text("")), pair("b", text(null))],
  "null element": [null, pair("a", int(1n))],
  "two null elements": [null, null],
  order: ["b", "a", "B", "é", "😀", "\uffff", "aa", "a b", "a!b", "a.b", "a'b", "$x"].map((key, index) =>
    pair(key, int(BigInt(index))),
  ),
};

describe.each(["parquet", "jsonl"] as const)("key-value columns read from %s", (format) => {
  test("are exact for every hard case", async () => {
    const world = await createEngineWorld();
    const cases = Object.entries(hardPairs);
    const rows = cases.map(([, pairs], index) =>
      eventRow(index, { event_params: pairs, user_properties: pairs }),
    );
    const part =
      format === "parquet"
        ? await writeParquet(world, "shard", eventSchema, rows)
        : await writeJson(world, "shard", rows);

    const report = await extract(world, { schema: eventSchema, parts: [part] });

    const found = await readLake(
      world,
      report.files,
      "event_bundle_sequence_id AS i, event_params AS p, user_properties AS u",
    );
    const actual = Object.fromEntries(found.map(({ i, p, u }) => [cases[Number(i)]![0], [p, u]]));
    const expected = Object.fromEntries(
      cases.map(([name, pairs]) => [
        name,
        [
          expectedText(lists, "event_params", eventParams, pairs),
          expectedText(lists, "user_properties", userProperties, pairs),
        ],
      ]),
    );
    expect(actual).toEqual(expected);
    for (const [params] of Object.values(actual)) JSON.parse(String(params));
  });

  test("below a list make the whole column JSON, complete", async () => {
    const world = await createEngineWorld();
    const values: Json[] = [
      null,
      [],
      [
        {
          item_id: "a",
          price: 1.5,
          item_params: [pair("k", text("b")), pair("k", text("a")), pair("c", int(7n))],
        },
        null,
      ],
      [
        { item_id: null, price: null, item_params: [] },
        { item_id: 'q"', price: NaN, item_params: null },
      ],
      [{ item_id: "n", price: 1e300, item_params: [pair(null, int(1n))] }],
    ];
    const rows = values.map((value, index) => eventRow(index, { items: value }));
    const part =
      format === "parquet"
        ? await writeParquet(world, "shard", eventSchema, rows)
        : await writeJson(world, "shard", rows);

    const report = await extract(world, { schema: eventSchema, parts: [part] });

    const found = await readLake(world, report.files, "event_bundle_sequence_id AS i, items");
    expect(found.map((row) => row.items)).toEqual(
      values.map((value) => expectedText(lists, "items", items, value)),
    );
  });
});

describe("key-value columns", () => {
  test("keep members that nobody knows, inside and beside the value", async () => {
    const world = await createEngineWorld();
    const params = list("event_params", [
      field("key"),
      record("value", [...slots, field("bool_value", "BOOLEAN"), record("nested", [field("x")])]),
      field("int_value", "INTEGER"),
      field("source"),
    ]);
    const schema = eventSchema.map((column) => (column.name === "event_params" ? params : column));
    const none = { ...text(null), bool_value: null, nested: null };
    const row = eventRow(0, {
      event_params: [
        { key: "a", value: { ...none, bool_value: false }, int_value: null, source: null },
        { key: "b", value: { ...none, string_value: "s" }, int_value: null, source: "web" },
        { key: "c", value: { ...none, int_value: 1n, nested: { x: null } }, int_value: 2n, source: null },
      ],
    });

    const report = await extract(world, {
      schema,
      parts: [await writeParquet(world, "shard", schema, [row])],
    });

    expect(await readLake(world, report.files, "event_params")).toEqual([
      {
        event_params:
          '{"a":false,"b":{"source":"web","string_value":"s"},"c":{".int_value":2,"int_value":1,"nested":{"x":null}}}',
      },
    ]);
  });

  test("have scalar values and integer keys in GA360, and JSON for hits even where no inner list is declared", async () => {
    const world = await createEngineWorld();
    const schema = [
      field("fullVisitorId"),
      field("visitId", "INTEGER"),
      field("date"),
      list("customDimensions", [field("index", "INTEGER"), field("value")]),
      list("customMetrics", [field("index", "INTEGER"), field("value", "INTEGER")]),
      list("hits", [field("hitNumber", "INTEGER"), record("page", [field("pagePath")])]),
    ];
    const row: SourceRow = {
      fullVisitorId: "1",
      visitId: 2n,
      date: "20161120",
      customDimensions: [
        { index: 10n, value: "x" },
        { index: 9n, value: null },
        { index: 10n, value: "a" },
      ],
      customMetrics: [{ index: 1n, value: 5n }],
      hits: [
        { hitNumber: 1n, page: { pagePath: "/" } },
        { hitNumber: 2n, page: null },
      ],
    };

    const report = await extract(world, {
      family: "ga360_sessions",
      schema,
      parts: [await writeParquet(world, "s", schema, [row])],
    });

    expect(await readLake(world, report.files, "customDimensions, customMetrics, hits")).toEqual([
      {
        customDimensions: '{"10":["a","x"],"9":null}',
        customMetrics: '{"1":5}',
        hits: '[{"hitNumber":1,"page":{"pagePath":"/"}},{"hitNumber":2,"page":null}]',
      },
    ]);
    expect(report.columns.filter((column) => column.json).map(({ name, json }) => [name, json])).toEqual([
      ["customDimensions", "object"],
      ["customMetrics", "object"],
      ["hits", "array"],
    ]);
  });

  test("have the times their keys were set beside them, the nth time for the nth value", async () => {
    const world = await createEngineWorld();
    const at = (value: Json, time: bigint | null) => ({ ...(value as object), set_timestamp_micros: time });
    const rows = [
      eventRow(0, { user_properties: [pair("b", at(text("x"), 5n)), pair("a", at(int(1n), null))] }),
      eventRow(1, {
        user_properties: [pair("k", at(text("z"), 1n)), pair("k", at(text("y"), 2n)), pair(null, null)],
      }),
    ];

    const report = await extract(world, {
      schema: eventSchema,
      parts: [await writeParquet(world, "shard", eventSchema, rows)],
    });

    expect(
      await readLake(
        world,
        report.files,
        "event_bundle_sequence_id AS i, user_properties AS p, user_properties_set AS s",
      ),
    ).toEqual([
      { i: 0n, p: '{"a":1,"b":"x"}', s: '{"a":null,"b":5}' },
      { i: 1n, p: '{"":null,"k":["y","z"]}', s: '{"":null,"k":[2,1]}' },
    ]);
  });
});
