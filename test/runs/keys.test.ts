import { describe, expect, test } from "vitest";
import type { DayExtract } from "../../src/ports.ts";
import { buildDayKey, buildRunKey, isRunKey } from "../../src/runs/keys.ts";
import { buildSpecDay } from "../../src/runs/run-spec.ts";
import { buildDay } from "./world.ts";

const base = buildDay("2026-11-20");
const keyOf = (over: Partial<DayExtract>, script = "script-1") =>
  buildDayKey(buildSpecDay({ ...base, ...over }), script);

describe("a day key", () => {
  const { shard, recipe } = base;
  const [part] = shard.parts;

  test.each<[string, Partial<DayExtract>]>([
    ["pipeline", { pipeline: "other" }],
    ["family", { family: "firebase_events" }],
    ["day", { day: buildDay("2026-11-21").day }],
    ["source version", { shard: { ...shard, version: { ...shard.version, modified: "2" } } }],
    ["files", { shard: { ...shard, parts: [{ ...part!, path: "s3://exports/other.parquet" }] } }],
    ["schema", { shard: { ...shard, schema: [] } }],
    ["rules digest", { recipe: { ...recipe, rulesDigest: "rules-2" } }],
    ["recipe's text", { recipe: { ...recipe, statements: { ...recipe.statements, write: ["COPY other"] } } }],
    ["lake prefix", { prefix: "elsewhere/" }],
    ["size of a sample", { sampleRows: 1000 }],
    ["prefix for removed rows", { duplicatesPrefix: "web-shop/ga4_events/_duplicates/" }],
  ])("is another one with another %s", (_, over) => {
    expect(keyOf(over)).not.toBe(keyOf({}));
  });

  test("is another one with another script", () => {
    expect(keyOf({}, "script-2")).not.toBe(keyOf({}));
  });

  test("is the same for attempts that end at other times", () => {
    expect(keyOf({ deadlineMs: 7 })).toBe(keyOf({}));
  });
});

describe("a run key", () => {
  test("is the same for the same days in whatever order, and another for others", () => {
    expect(buildRunKey(["b", "a"])).toBe(buildRunKey(["a", "b"]));
    expect(buildRunKey(["a"])).not.toBe(buildRunKey(["a", "b"]));
  });

  test.each([
    ["../../other", false],
    ["", false],
    [buildRunKey(["a"]), true],
  ])("%s from outside: %s", (text, is) => {
    expect(isRunKey(text)).toBe(is);
  });
});
