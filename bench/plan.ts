import { addDays, type Day, listDays } from "../src/days/day.ts";
import { families } from "../src/days/families.ts";
import { renderShard, type SourceVersion } from "../src/days/shards.ts";
import type { Head } from "../src/lake/types.ts";
import { buildPlan } from "../src/plan/build-plan.ts";
import type { DayFacts, FamilyFacts, PlanInput } from "../src/plan/types.ts";

/** Seven years and two families: a sweep, or a backfill by hand. */
const years = 7;
const names = ["ga4_events", "ga4_users"] as const;
const nowMs = Date.parse("2026-11-23T10:00:00Z");
const rounds = 15;

/** Plans seven years of two families, all in step but for one day in a hundred. */
function buildInput(): PlanInput {
  const last = "2026-11-23" as Day;
  const range = { first: addDays(last, 1 - 365 * years), last };
  const facts = names.map((name): FamilyFacts => {
    const table = { schema: "analytics", table: name };
    const family = {
      family: name,
      table,
      shards: ["daily" as const],
      duplicates: "event_id" as const,
      keepDuplicates: false,
    };
    return {
      family,
      rulesDigest: "rules",
      outdated: [],
      days: listDays(range).map((day, index) => buildFacts(name, day, index)),
    };
  });
  return {
    pipeline: "bench",
    timeZone: "Europe/Berlin",
    lateAfterMs: 36 * 3_600_000,
    retentionDays: 400,
    lookbackDays: 10,
    maxRead: { ordinaryRuns: 20 },
    nowMs,
    range,
    families: facts,
    catalog: false,
    warehouse: true,
    storeNowMs: null,
    accept: false,
    again: false,
    scope: "all",
  };
}

function buildFacts(name: (typeof names)[number], day: Day, index: number): DayFacts {
  const table = renderShard(families[name], "daily", day) ?? "";
  const version: SourceVersion = {
    table,
    kind: "daily",
    modified: index % 100 === 0 ? "2" : "1",
    rows: 1_000_000,
    bytes: 1_000_000_000,
    etag: null,
    content: null,
  };
  return {
    day,
    shards: [{ kind: "daily", day, table }],
    version,
    head: buildHead(day, { ...version, modified: "1" }),
  };
}

function buildHead(day: Day, source: SourceVersion): Head {
  const reached = { generation: "g", sequence: 1, atMs: 1 };
  return {
    formatVersion: 1,
    day,
    generation: "g",
    sequence: 1,
    source,
    rulesDigest: "rules",
    rows: { source: 1_000_000, written: 1_000_000 },
    history: [{ generation: "g", sequence: 1, fromMs: 1, toMs: null }],
    reached: { catalog: null, hot: reached, cold: reached },
    pointing: [],
    mayBeHot: true,
    fence: 0,
    hold: null,
  };
}

const input = buildInput();
const days = input.families.reduce((sum, facts) => sum + facts.days.length, 0);
buildPlan(input);
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const times: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const startedAt = performance.now();
  buildPlan(input);
  times.push(performance.now() - startedAt);
}
globalThis.gc?.();
// What stays after fifteen plans of the same size: flat memory means next to nothing.
const kept = (process.memoryUsage().heapUsed - before) / 1e6;
const median = times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
console.log(
  JSON.stringify({
    plan_days: days,
    plan_ms: Math.round(median),
    plan_kept_mb: Math.max(0, Math.round(kept * 10) / 10),
  }),
);
