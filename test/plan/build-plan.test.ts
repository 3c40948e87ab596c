import { describe, expect, test } from "vitest";
import { buildPlan } from "../../src/plan/build-plan.ts";
import { formatBytes, formatCount } from "../../src/plan/format.ts";
import { plain, renderPlan } from "../../src/plan/render-plan.ts";
import {
  buildFacts,
  buildFamily,
  buildFamilyFacts,
  buildHead,
  buildPlanInput,
  buildVersion,
  day,
} from "../support/builders.ts";

describe("a plan", () => {
  test("goes newest day first, families side by side", () => {
    const days = ["2026-11-19", "2026-11-21", "2026-11-20"].map((text) => buildFacts(day(text)));
    const users = buildFamily({ family: "ga4_users", table: { schema: "analytics", table: "users" } });
    const plan = buildPlan(
      buildPlanInput([], { families: [buildFamilyFacts(days), buildFamilyFacts(days, { family: users })] }),
    );
    expect(plan.days.map((planned) => `${planned.day} ${planned.family.family}`)).toEqual([
      "2026-11-21 ga4_events",
      "2026-11-21 ga4_users",
      "2026-11-20 ga4_events",
      "2026-11-20 ga4_users",
      "2026-11-19 ga4_events",
      "2026-11-19 ga4_users",
    ]);
  });

  test("sums what it would read", () => {
    const days = [
      buildFacts(day("2026-11-21")),
      buildFacts(day("2026-11-20"), { head: buildHead(day("2026-11-20")) }),
      buildFacts(day("2026-11-19"), { version: null }),
    ];
    expect(buildPlan(buildPlanInput(days)).totals).toEqual({
      days: 3,
      byAction: { wait: 1, extract: 1, register: 0, load: 1, refresh: 1, prune: 0, none: 1 },
      rows: 1000,
      bytes: 500_000,
    });
  });

  test("stops where somebody touched the labels of more days than twenty ordinary runs read", () => {
    const touched = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const on = day(new Date(Date.UTC(2019, 0, 1 + index)).toISOString().slice(0, 10));
        return buildFacts(on, { head: buildHead(on), version: buildVersion(on, { modified: "2" }) });
      });
    const range = { first: day("2019-01-01"), last: day("2026-11-23") };
    expect(buildPlan(buildPlanInput(touched(200), { range })).exceeds).toBe(false);
    expect(buildPlan(buildPlanInput(touched(201), { range })).exceeds).toBe(true);
    expect(buildPlan(buildPlanInput(touched(3), { range, maxRead: { bytes: 1_499_999 } })).exceeds).toBe(
      true,
    );
  });
});

test("a plan as text gives each busy day a line with its reason, and counts the rest", () => {
  const days = [
    buildFacts(day("2026-11-22"), {
      version: buildVersion(day("2026-11-22"), { kind: "intraday", rows: 400 }),
    }),
    buildFacts(day("2026-11-21"), { version: null }),
    buildFacts(day("2026-11-20"), {
      head: buildHead(day("2026-11-20")),
      version: buildVersion(day("2026-11-20"), { rows: 1010, modified: "2" }),
    }),
    buildFacts(day("2026-11-19"), { head: buildHead(day("2026-11-19")) }),
    buildFacts(day("2026-11-18"), { head: buildHead(day("2026-11-18")) }),
  ];
  expect(renderPlan(buildPlan(buildPlanInput(days)), { paint: plain, showAll: false })).toBe(
    `Plan of web-shop, 2026-11-14 to 2026-11-23
  2026-11-22  ga4_events  intraday  extract → load → refresh  new intraday shard: 400 rows, 500 kB
  2026-11-21  ga4_events  waiting   wait                      no shard yet, late data is waited for
  2026-11-20  ga4_events  open      extract → load → refresh  shard changed: 1,010 rows where the loaded one had 1,000

  2 days unchanged: nothing to read, nothing to pay
  reads 2 shards: 1,410 rows, 1.00 MB
  load 2 days, refresh 2 days, wait 1 day
`,
  );
});

test("numbers read the same on every machine", () => {
  expect([0, 999, 1000, 1_204_311].map(formatCount)).toEqual(["0", "999", "1,000", "1,204,311"]);
  expect([0, 999, 1000, 9_960_000, 412_000_000, 1.2e12, 35e12].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.00 kB",
    "9.96 MB",
    "412 MB",
    "1.20 TB",
    "35.0 TB",
  ]);
});
