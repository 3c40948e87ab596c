import type { Pipeline, PipelineFamily } from "../../src/config/types.ts";
import { type Day, parseDay } from "../../src/days/day.ts";
import { families, type ShardKind } from "../../src/days/families.ts";
import { renderShard, type SourceVersion } from "../../src/days/shards.ts";
import type { Head } from "../../src/lake/types.ts";
import type { DayFacts, FamilyFacts, PlanInput } from "../../src/plan/types.ts";

/** @returns the day; throws on a typing error in a test. */
export function day(text: string): Day {
  const parsed = parseDay(text);
  if (parsed === null) throw new Error(`no day: ${text}`);
  return parsed;
}

export function instant(text: string): number {
  return Date.parse(text);
}

export function buildFamily(changes: Partial<PipelineFamily> = {}): PipelineFamily {
  return {
    family: "ga4_events",
    table: { schema: "analytics", table: "web_shop_events" },
    shards: ["daily", "fresh", "intraday"],
    duplicates: "event_id",
    keepDuplicates: false,
    ...changes,
  };
}

export function buildPipeline(changes: Partial<Pipeline> = {}): Pipeline {
  return {
    name: "web-shop",
    owner: "growth@example.com",
    property: { dataset: "analytics_123456789", project: null, timeZone: "Europe/Berlin", start: null },
    families: [buildFamily()],
    schedule: null,
    lookbackDays: 10,
    lateAfterMs: 36 * 3_600_000,
    retentionDays: null,
    schema: "evolve",
    columns: { drop: [], hash: [] },
    filter: [],
    maxRead: { ordinaryRuns: 20 },
    file: "pipelines/web-shop.yaml",
    ...changes,
  };
}

export function buildVersion(
  on: Day,
  changes: Partial<SourceVersion> & { kind?: ShardKind } = {},
): SourceVersion {
  const kind = changes.kind ?? "daily";
  return {
    table: renderShard(families.ga4_events, kind, on) ?? "",
    kind,
    modified: "1",
    rows: 1000,
    bytes: 500_000,
    etag: null,
    content: null,
    ...changes,
  };
}

/** A day's facts: `version` says which shard stands, by default a daily one, null for none. */
export function buildFacts(on: Day, changes: Partial<DayFacts> = {}): DayFacts {
  const version = changes.version === undefined ? buildVersion(on) : changes.version;
  const shards = version === null ? [] : [{ kind: version.kind, day: on, table: version.table }];
  return { day: on, shards, version, head: null, ...changes };
}

/** A head whose hot and cold have reached it; `source` by default equal to `buildVersion(on)`. */
export function buildHead(on: Day, changes: Partial<Head> = {}): Head {
  const generation = changes.generation ?? `20261120T101500123Z-${on.replaceAll("-", "")}0000`;
  const sequence = changes.sequence ?? 1000;
  const reached = { generation, sequence, atMs: 2000 };
  return {
    formatVersion: 1,
    day: on,
    generation,
    sequence,
    source: buildVersion(on),
    rulesDigest: "rules-1",
    rows: { source: 1000, written: 990 },
    history: [{ generation, sequence, fromMs: 1000, toMs: null }],
    reached: { catalog: null, hot: reached, cold: reached },
    pointing: [],
    mayBeHot: false,
    fence: 0,
    hold: null,
    ...changes,
  };
}

export function buildFamilyFacts(days: readonly DayFacts[], changes: Partial<FamilyFacts> = {}): FamilyFacts {
  return { family: buildFamily(), rulesDigest: "rules-1", days, outdated: null, ...changes };
}

/** Planning at noon of 2026-11-23 in Berlin, over the last ten days. */
export function buildPlanInput(days: readonly DayFacts[], changes: Partial<PlanInput> = {}): PlanInput {
  return {
    pipeline: "web-shop",
    timeZone: "Europe/Berlin",
    lateAfterMs: 36 * 3_600_000,
    retentionDays: null,
    lookbackDays: 10,
    maxRead: { ordinaryRuns: 20 },
    nowMs: instant("2026-11-23T11:00:00Z"),
    range: { first: day("2026-11-14"), last: day("2026-11-23") },
    families: [buildFamilyFacts(days)],
    catalog: false,
    warehouse: true,
    storeNowMs: null,
    accept: false,
    again: false,
    scope: "all",
    ...changes,
  };
}
