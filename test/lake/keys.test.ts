import { describe, expect, test } from "vitest";
import * as keys from "../../src/lake/keys.ts";
import { day, family, pipeline } from "./build.ts";

test("the lake's layout is the one that is written down", () => {
  expect([
    keys.generationPrefix(pipeline, family, day, "g1"),
    keys.duplicatesGenerationPrefix(pipeline, family, day, "g1"),
    keys.manifestKey(pipeline, family, day, "g1"),
    keys.headKey(pipeline, family, day),
    keys.runPrefix("r1"),
    keys.scriptPrefix("abc"),
  ]).toEqual([
    "web-shop/ga4_events/day=2026-11-20/generation=g1/",
    "web-shop/ga4_events/_duplicates/day=2026-11-20/generation=g1/",
    "web-shop/ga4_events/_manifests/2026-11-20/g1.json",
    "web-shop/ga4_events/_heads/2026-11-20.json",
    "_runs/r1/",
    "_scripts/abc/",
  ]);
});

test("prefixes of a day and of a family contain what lies below them", () => {
  const data = keys.generationPrefix(pipeline, family, day, "g1");
  expect(data.startsWith(keys.dayPrefix(pipeline, family, day))).toBe(true);
  expect(data.startsWith(keys.familyPrefix(pipeline, family))).toBe(true);
  const manifest = keys.manifestKey(pipeline, family, day, "g1");
  expect(manifest.startsWith(keys.manifestsDayPrefix(pipeline, family, day))).toBe(true);
  expect(keys.headKey(pipeline, family, day).startsWith(keys.headsPrefix(pipeline, family))).toBe(true);
});

describe("a key says whose it is", () => {
  const parse = (key: string) => keys.parseGenerationKey(pipeline, family, key);

  test("for data, removed rows and manifests", () => {
    expect([
      parse(`${keys.generationPrefix(pipeline, family, day, "g1")}g1-00000.parquet`),
      parse(`${keys.duplicatesGenerationPrefix(pipeline, family, day, "g1")}g1-00000.parquet`),
      parse(keys.manifestKey(pipeline, family, day, "g1")),
    ]).toEqual([
      { day, generation: "g1", part: "data" },
      { day, generation: "g1", part: "duplicates" },
      { day, generation: "g1", part: "manifest" },
    ]);
  });

  test.each([
    keys.headKey(pipeline, family, day),
    "web-shop/ga4_events/day=2026-02-30/generation=g1/a.parquet",
    "web-shop/ga4_events/day=2026-11-20/generation=g1/",
    "web-shop/ga4_events/day=2026-11-20/a.parquet",
    "web-shop/ga4_events_b/day=2026-11-20/generation=g1/a.parquet",
    "web-shop/ga4_events/_manifests/2026-11-20/g1.json.tmp",
    "other/ga4_events/day=2026-11-20/generation=g1/a.parquet",
  ])("and %s is nobody's", (key) => {
    expect(parse(key)).toBeNull();
  });

  test("heads by their day alone", () => {
    const parseHead = (key: string) => keys.parseHeadKey(pipeline, family, key);
    expect(parseHead(keys.headKey(pipeline, family, day))).toBe(day);
    expect(parseHead("web-shop/ga4_events/_heads/2026-11-20.json.bak")).toBeNull();
    expect(parseHead("web-shop/ga4_events/_heads/20261120.json")).toBeNull();
    expect(parseHead("web-shop/ga4_users/_heads/2026-11-20.json")).toBeNull();
  });

  test("folders as a catalog names them", () => {
    expect([
      keys.parseGenerationFolder("s3://lake/web-shop/ga4_events/day=2026-11-20/generation=g1/"),
      keys.parseGenerationFolder("web-shop/ga4_events/day=2026-11-20/generation=g1"),
      keys.parseGenerationFolder("s3://lake/web-shop/ga4_events/day=2026-11-20/"),
    ]).toEqual(["g1", "g1", null]);
  });
});
