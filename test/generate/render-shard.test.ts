import { expect, test } from "vitest";
import type { Day } from "../../src/days/day.ts";
import { type FamilyName, familyNames } from "../../src/days/families.ts";
import { buildShardSchema } from "../../src/generate/eras.ts";
import { renderCopy } from "../../src/generate/render-shard.ts";
import { completeSpec, type ShardWish } from "../../src/generate/shard-spec.ts";

function render(wish: Partial<ShardWish> & { family: FamilyName }, part = 0, path = "out"): string {
  const spec = completeSpec({ day: "2026-11-20" as Day, ...wish });
  return renderCopy(spec, buildShardSchema(spec.family, spec.era, spec.kind), part, path);
}

test.each(familyNames)("%s leaves no place unfilled", (family) => {
  expect(render({ family })).not.toMatch(/\{\{|undefined|NaN/);
});

test("a path cannot leave its literal", () => {
  expect(render({ family: "ga4_events" }, 0, "a'); DROP TABLE x; --")).toContain(
    "TO 'a''); DROP TABLE x; --' (FORMAT parquet",
  );
});

test("the files of a shard share out its rows without a gap", () => {
  const ranges = [0, 1, 2].map((part) =>
    /range\(\d+, \d+\) AS numbers/.exec(
      render({ family: "ga4_users", rows: 100, duplicates: 0, conflicts: 0, parts: 3 }, part),
    ),
  );
  expect(ranges.map((match) => match?.[0])).toEqual([
    "range(0, 33) AS numbers",
    "range(33, 66) AS numbers",
    "range(66, 100) AS numbers",
  ]);
});

test("integers become text in JSON only, as BigQuery writes them", () => {
  expect(render({ family: "ga4_events" })).toContain('CAST("event_timestamp" AS BIGINT)');
  expect(render({ family: "ga4_events", format: "jsonl" })).toContain('CAST("event_timestamp" AS VARCHAR)');
});
