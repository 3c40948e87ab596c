import { describe, expect, test } from "vitest";
import { parseLocation, renderLocation } from "../../../src/adapters/glue-catalog/locations.ts";

const folder = "web-shop/ga4_events/day=2026-11-20/generation=g1/";
const lakes = [
  { bucket: "shop-lake", prefix: "raw/ga" },
  { bucket: "shop-lake", prefix: "" },
];

describe("a folder's place on S3", () => {
  test("has the lake's bucket and prefix before it", () => {
    expect(lakes.map((lake) => renderLocation(lake, folder))).toEqual([
      `s3://shop-lake/raw/ga/${folder}`,
      `s3://shop-lake/${folder}`,
    ]);
  });

  test.each(lakes)("leads back to the folder, below $prefix", (lake) => {
    expect(parseLocation(lake, renderLocation(lake, folder))).toBe(folder);
  });

  test.each(["s3a", "s3n"])("may be written with %s, and without the last slash", (scheme) => {
    expect(parseLocation(lakes[0]!, `${scheme}://shop-lake/raw/ga/${folder.slice(0, -1)}`)).toBe(folder);
  });

  test.each([
    `s3://other-lake/raw/ga/${folder}`,
    `s3://shop-lake/raw/gate/${folder}`,
    `s3://shop-lake/${folder}`,
    "s3://shop-lake/raw/ga/",
    "hdfs://shop-lake/raw/ga/x/",
    "",
  ])("outside the lake is none of its folders: %s", (location) => {
    expect(parseLocation(lakes[0]!, location)).toBeNull();
  });
});
