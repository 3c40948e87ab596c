import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/config/types.ts";
import { buildForecast, estimateCost } from "../../src/plan/forecast.ts";
import type { DayPlan, Plan } from "../../src/plan/types.ts";
import { day } from "../support/builders.ts";

function buildPlan(days: [family: string, kind: DayPlan["kind"], bytes: number][]): Plan {
  const plans = days.map(([family, kind, bytes]) => ({ family: { family }, kind, bytes }));
  const range = { first: day("2026-11-14"), last: day("2026-11-23") };
  return { range, days: plans } as unknown as Plan;
}

describe("a forecast", () => {
  test("adds up the mean days of families, by daily shards alone", () => {
    const plan = buildPlan([
      ["ga4_events", "daily", 100],
      ["ga4_events", "daily", 201],
      ["ga4_events", "intraday", 7],
      ["ga4_events", null, 0],
      ["ga4_users", "daily", 10],
    ]);
    expect(buildForecast(plan, day("2026-11-04"))).toEqual({ dayBytes: 161, shards: 3, earlierDays: 10 });
  });

  test("knows nothing of a source without daily shards, nor of days before one without a start", () => {
    const nothing = { dayBytes: null, shards: 0, earlierDays: null };
    expect(buildForecast(buildPlan([["ga4_events", "intraday", 7]]), null)).toEqual(nothing);
  });

  test("has no days before a start inside the window", () => {
    expect(buildForecast(buildPlan([]), day("2026-11-20")).earlierDays).toBe(0);
  });
});

describe("what reading 100 GB comes to", () => {
  const files = { type: "files" };
  const google = (extracts: unknown) => ({ type: "bigquery", extracts });
  const bucket = { bucket: "b", prefix: "" };
  const glue = { type: "glue", dpuHourUsd: 0.44 };
  const duckdb = { type: "duckdb" };

  test.each([
    ["files on one machine", files, duckdb, { outBytes: null, glueUsd: null }],
    ["files in Glue", files, glue, { outBytes: null, glueUsd: 2.08 }],
    ["BigQuery's rows", google(null), duckdb, { outBytes: 25e9, glueUsd: null }],
    ["BigQuery's extracts", google(bucket), duckdb, { outBytes: 10e9, glueUsd: null }],
    ["BigQuery's extracts in Glue", google(bucket), glue, { outBytes: 10e9, glueUsd: 0.21 }],
  ])("of %s", (_, source, engine, wanted) => {
    const { outBytes, glueUsd } = estimateCost(100e9, { source, engine } as unknown as Environment);
    expect({ outBytes, glueUsd: glueUsd === null ? null : Number(glueUsd.toFixed(2)) }).toEqual(wanted);
  });
});
