import { describe, expect, test } from "vitest";
import { checkPath, findFolder, renderStagePath } from "../../../src/adapters/snowflake/paths.ts";
import type { Day } from "../../../src/days/day.ts";

const prefix = "web-shop/ga4_events/day=2026-11-20/generation=g1/";

const generation = (...keys: string[]) => ({
  day: "2026-11-20" as Day,
  generation: "g1",
  files: keys.map((key) => ({ key, bytes: 1, rows: 1 })),
  columns: [],
});

describe("the folder of a generation", () => {
  test("is told from its files", () => {
    expect(findFolder(generation(`${prefix}a.parquet`, `${prefix}b.parquet`))).toEqual({
      prefix,
      names: ["a.parquet", "b.parquet"],
    });
  });

  test.each([
    ["no file", []],
    ["files in two folders", [`${prefix}a.parquet`, `${prefix.replace("web-shop", "other")}a.parquet`]],
    ["another day's", [`${prefix.replace("11-20", "11-21")}a.parquet`]],
    ["another generation's", [`${prefix.replace("g1", "g2")}a.parquet`]],
  ])("is refused: %s", (_, keys) => {
    expect(() => findFolder(generation(...keys))).toThrow(/not in its folder/);
  });
});

test.each([
  "a'b",
  "a b/c",
  "a/../b",
  "./a",
  "a//b",
  "/a",
  "a/",
  "",
  "a\nb",
  "a;b",
  "ä",
  "a\\b",
  "a(b",
  "@a",
  "$a",
])("a path like %j stands in no statement", (path) => {
  expect(() => checkPath(path)).toThrow(/cannot stand in a statement/);
});

test("a stage is named in full, in capitals and quotes", () => {
  expect(renderStagePath("lake.shardlift.lake", prefix).sql).toBe(`@"LAKE"."SHARDLIFT"."LAKE"/${prefix}`);
});
