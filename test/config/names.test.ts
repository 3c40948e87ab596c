import { describe, expect, test } from "vitest";
import {
  derivedSuffixes,
  foldTableName,
  parseColumnPath,
  parseConfigName,
  parseDataset,
  parseProject,
  parseTableName,
  renderColumnPath,
} from "../../src/config/parse-names.ts";
import { escapeInvisible, showValue } from "../../src/config/show-value.ts";
import { findNearest, renderChoice } from "../../src/config/suggest.ts";

/** Names that would do harm, or mislead, where one of them came through. */
const hostile = [
  "",
  " ",
  "a'b",
  'a"b',
  "a`b",
  "a;b",
  "a; DROP TABLE x; --",
  "../a",
  "a/../b",
  "/etc/passwd",
  "a\\b",
  "a b",
  " a",
  "a\n",
  "a\0b",
  "a\u202eb",
  "a\u200bb",
  "\u0430nalytics",
  "ａnalytics",
  "a{b}",
  "{{a}}",
  "$a",
  "%41",
  "a\u001b[31m",
];

describe("names from an allow-list", () => {
  test.each(hostile)("refuse %j everywhere", (text) => {
    expect(parseConfigName(text)).toHaveProperty("problem");
    expect(parseDataset(text)).toHaveProperty("problem");
    expect(parseProject(text)).toHaveProperty("problem");
    expect(parseTableName(`analytics.${text}`)).toHaveProperty("problem");
    expect(parseTableName(`${text}.events`)).toHaveProperty("problem");
    expect(parseColumnPath(text)).toHaveProperty("problem");
  });

  test("of pipelines are small letters, digits and hyphens", () => {
    for (const text of ["web-shop", "1", "a--b", "360-shop", "a".repeat(100)]) {
      expect(parseConfigName(text)).toEqual({ value: text });
    }
    for (const text of ["-a", "Web-shop", "web_shop", "web.shop", "a".repeat(101), "con/x"]) {
      expect(parseConfigName(text)).toHaveProperty("problem");
    }
    expect(parseConfigName("Web_Shop")).toMatchObject({ problem: { remedy: 'write "web-shop"' } });
  });

  test("of projects are Google's", () => {
    for (const text of ["shop-prod", "example.com:shop-prod"])
      expect(parseProject(text)).toEqual({ value: text });
    for (const text of ["shop", "Shop-prod", "shop-prod-", "123456"])
      expect(parseProject(text)).toHaveProperty("problem");
  });
});

describe("a table name", () => {
  test("is a schema and a table, in any case", () => {
    expect(parseTableName("Analytics._x9")).toEqual({ value: { schema: "Analytics", table: "_x9" } });
    expect(foldTableName({ schema: "Analytics", table: "_X9" })).toBe("analytics._x9");
  });

  test.each(["events", "db.analytics.events", "analytics.", ".events", "a..b", "."])("is not %j", (text) => {
    expect(parseTableName(text)).toMatchObject({ problem: { failed: "is not schema.table" } });
  });

  test.each(["analytics.1events", "1a.events", "a.b-c", `a.${"b".repeat(201)}`])(
    "is not %j either",
    (text) => {
      expect(parseTableName(text)).toMatchObject({ problem: { failed: "is not a table name" } });
    },
  );

  test("has room for what is appended", () => {
    expect(parseTableName(`a.${"b".repeat(200)}`)).toHaveProperty("value");
  });

  test.each(derivedSuffixes)("does not end in %s, whatever its case", (suffix) => {
    const remedy = 'write "analytics.events", or another ending';
    for (const text of [`analytics.events${suffix}`, `analytics.events${suffix.toUpperCase()}`]) {
      expect(parseTableName(text)).toMatchObject({ problem: { failed: `ends in ${suffix}`, remedy } });
    }
    expect(parseTableName(`analytics.${suffix}`)).toMatchObject({
      problem: { remedy: "choose another name" },
    });
    expect(parseTableName(`analytics.events${suffix}s`)).toHaveProperty("value");
  });

  test.each(["information_schema", "PG_CATALOG", "temp", "system"])("does not live in %s", (schema) => {
    const failed = "names a schema of the warehouse's own";
    expect(parseTableName(`${schema}.events`)).toMatchObject({ problem: { failed } });
  });
});

describe("a column path", () => {
  test.each([
    ["user_id", { column: "user_id", rest: null }],
    ["device.vendor_id", { column: "device", rest: "vendor_id" }],
    ["event_params.a.b c'\"é", { column: "event_params", rest: "a.b c'\"é" }],
    ["event_params..", { column: "event_params", rest: "." }],
  ])("reads %j and writes it again", (text, path) => {
    expect(parseColumnPath(text)).toEqual({ value: path });
    expect(renderColumnPath(path)).toBe(text);
  });

  test.each(["event_params.", "event_params. a", "event_params.a\n", "event_params.a\u202eb", ".a", "1a"])(
    "is not %j",
    (text) => {
      expect(parseColumnPath(text)).toMatchObject({ problem: { failed: "is not a column path" } });
    },
  );

  test.each(["_day", "_SHARD_KIND", "_generation", "event_id", "user_properties_set.email"])(
    "does not name %s, which is ours",
    (text) => {
      expect(parseColumnPath(text)).toMatchObject({ problem: { failed: "is not a column of the source" } });
    },
  );
});

describe("a received value", () => {
  test.each([
    [undefined, "nothing"],
    [null, "no value"],
    [9218924040658817653n, "9218924040658817653"],
    [true, "true"],
    [[1, 2], "a list of 2"],
    [{ a: 1 }, "a mapping"],
    ["plain", '"plain"'],
    ["\u0430bc", '"аbc" (U+0430 at character 1)'],
    [
      "a\0\n\u202e\u200bb",
      '"a\\u{0}\\u{a}\\u{202e}\\u{200b}b" (U+0000 at character 2, U+000A at character 3, U+202E at character 4 and 1 more)',
    ],
    ["\u001b[31m\u009b", '"\\u{1b}[31m\\u{9b}" (U+001B at character 1, U+009B at character 6)'],
    ["😀x", '"😀x" (U+1F600 at character 1)'],
    ["\ud800", '"\\u{d800}" (U+D800 at character 1)'],
  ])("number %# is shown so that it cannot mislead", (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });

  test("is cut where it is long", () => {
    expect(showValue("x".repeat(100))).toBe(`"${"x".repeat(80)}" (and 20 more characters)`);
  });

  test("keeps readable text of other scripts", () => {
    expect(escapeInvisible("Größe 日本 a b")).toBe("Größe 日本 a b");
  });
});

describe("a suggestion", () => {
  test("is the nearest candidate, if one is near", () => {
    const keys = ["lookback", "late_after", "retention"];
    expect(["lokback", "LOOKBACK", "late-after", "xyz", ""].map((text) => findNearest(text, keys))).toEqual([
      "lookback",
      "lookback",
      "late_after",
      null,
      null,
    ]);
  });

  test("comes with what there is", () => {
    expect(renderChoice("webshop", ["web-shop", "fan-app"])).toBe(
      'did you mean "web-shop"? there are: web-shop, fan-app',
    );
    expect(renderChoice("x", [])).toBe("there are none");
    const many = Array.from({ length: 25 }, (_, index) => `name-${index}`);
    expect(renderChoice("?", many)).toBe(`there are: ${many.slice(0, 20).join(", ")} and 5 more`);
  });
});
