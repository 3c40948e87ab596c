import pMap from "p-map";
import type { PipelineFamily } from "../config/types.ts";
import { type Day, type DayRange, dayAt, listDays } from "../days/day.ts";
import { families } from "../days/families.ts";
import { parseShard, rankShardKind, type Shard, type SourceVersion } from "../days/shards.ts";
import { buildLeavingWindow, buildWindow } from "../days/window.ts";
import { listHeadDays, readHead, readHeads } from "../lake/heads.ts";
import { readOutdatedDays } from "../lake/outdated-days.ts";
import type { Head } from "../lake/types.ts";
import type { DayFacts, FamilyFacts } from "../plan/types.ts";
import { hashRules } from "../sql/hash-rules.ts";
import type { TaskContext } from "./context.ts";
import { buildRules } from "./rules.ts";

/** Requests under way at once while facts are read; the API allows 300. */
const atOnce = 20;

/** What of the outside a task needs to know before it plans. */
export interface FactsWanted {
  /** `source`: one list per dataset and one metadata get per day; `heads`: the lake alone. */
  from: "source" | "heads";
}

export interface Facts {
  range: DayRange | null;
  families: FamilyFacts[];
}

/**
 * Reads what planning needs, and no more: one list of the source's tables, then per day of the window one metadata
 * get and one head. Only a sweep that distrusts the heads opens the warehouse and the catalog.
 */
export async function readFacts(context: TaskContext, wanted: FactsWanted): Promise<Facts> {
  const { pipeline, ports } = context;
  const tables = wanted.from === "source" ? await ports.source.listTables(pipeline.property.dataset) : [];
  const known = await readKnownDays(context, tables);
  const range = buildWindow({
    selection: context.selection,
    today: dayAt(ports.clock.now(), pipeline.property.timeZone),
    lookbackDays: pipeline.lookbackDays,
    start: pipeline.property.start,
    earliest: known.earliest,
  });
  if (range === null) return { range, families: [] };
  const list = pipeline.families.map((family) => readFamily(context, family, range, known, wanted));
  return { range, families: await Promise.all(list) };
}

interface KnownDays {
  /** Per family name and day: its shards, best first. */
  shards: Map<string, Map<Day, Shard[]>>;
  earliest: Day | null;
}

/** Sorts the source's tables by family and day; a sweep also asks the lake which days it knows. */
async function readKnownDays(context: TaskContext, tables: readonly string[]): Promise<KnownDays> {
  const shards = new Map<string, Map<Day, Shard[]>>();
  let earliest: Day | null = null;
  for (const family of context.pipeline.families) {
    const byDay = groupShards(family, tables);
    shards.set(family.family, byDay);
    const headDays =
      context.selection.select === "all"
        ? await listHeadDays(context.ports.store, context.pipeline.name, family.family)
        : [];
    for (const day of [...byDay.keys(), ...headDays]) if (earliest === null || day < earliest) earliest = day;
  }
  return { shards, earliest };
}

function groupShards(family: PipelineFamily, tables: readonly string[]): Map<Day, Shard[]> {
  const byDay = new Map<Day, Shard[]>();
  for (const table of tables) {
    const shard = parseShard(families[family.family], table);
    if (shard === null || !family.shards.includes(shard.kind)) continue;
    const shards = byDay.get(shard.day) ?? [];
    shards.push(shard);
    byDay.set(
      shard.day,
      shards.toSorted((a, b) => rankShardKind(b.kind) - rankShardKind(a.kind)),
    );
  }
  return byDay;
}

async function readFamily(
  context: TaskContext,
  family: PipelineFamily,
  range: DayRange,
  known: KnownDays,
  wanted: FactsWanted,
): Promise<FamilyFacts> {
  const distrusted = context.choices.distrust ? await readReaders(context, family, range) : null;
  const shards = known.shards.get(family.family);
  const read = async (day: Day): Promise<DayFacts> => {
    const stored = await readHead(context.ports.store, context.pipeline.name, family.family, day);
    const head = stored?.head ?? null;
    const ofDay = shards?.get(day) ?? [];
    const version =
      wanted.from === "heads" ? (head?.source ?? null) : await readVersion(context, ofDay, head);
    const facts: DayFacts = { day, shards: ofDay, version, head };
    return distrusted === null ? facts : { ...facts, ...distrusted(day) };
  };
  const begun = await pMap(listDays(range), read, { concurrency: atOnce, signal: context.signal });
  const first = context.pipeline.property.start ?? findFirst(shards);
  const days = begun.filter((facts) => facts.head !== null || (first !== null && facts.day >= first));
  const leaving = await readLeaving(context, family, range);
  const rulesDigest = hashRules(buildRules(context, { family }));
  const listed = await readOutdatedDays(context.ports.store, context.pipeline.name, family.family);
  const outdated = listed?.rulesDigest === rulesDigest ? listed.days : null;
  return { family, rulesDigest, days: [...days, ...leaving], outdated };
}

/** Before the first shard of a property without a declared start nothing is missing: the export was not on yet. */
function findFirst(shards: Map<Day, Shard[]> | undefined): Day | null {
  let first: Day | null = null;
  for (const day of shards?.keys() ?? []) if (first === null || day < first) first = day;
  return first;
}

/** Days that left retention and are hot still, outside the window of an ordinary run: one head each, no more. */
async function readLeaving(
  { pipeline, ports, selection }: TaskContext,
  { family }: PipelineFamily,
  range: DayRange,
): Promise<DayFacts[]> {
  const today = dayAt(ports.clock.now(), pipeline.property.timeZone);
  const leaving = buildLeavingWindow(today, pipeline.lookbackDays, pipeline.retentionDays);
  if (selection.select !== "lookback" || leaving === null) return [];
  const { start } = pipeline.property;
  const days = listDays(leaving).filter((day) => day < range.first && (start === null || day >= start));
  const heads = await readHeads(ports.store, pipeline.name, family, days);
  return [...heads.values()].flatMap(({ head }) =>
    head.reached.hot === null && !head.mayBeHot
      ? []
      : [{ day: head.day, shards: [], version: head.source, head, leaving: true }],
  );
}

/** One metadata get for the shard that stands for the day; the next best where it vanished since the list. */
async function readVersion(
  context: TaskContext,
  shards: readonly Shard[],
  head: Head | null,
): Promise<SourceVersion | null> {
  for (const shard of shards) {
    const { dataset } = context.pipeline.property;
    const version = await context.ports.source.readVersion(
      dataset,
      shard.table,
      shard.kind,
      head?.source ?? null,
    );
    if (version !== null) return version;
  }
  return null;
}

/** One ledger query and one pass over the partitions, for sweeps. */
async function readReaders(context: TaskContext, family: PipelineFamily, range: DayRange) {
  const { warehouse, catalog } = context.ports;
  const rows = warehouse === null ? null : await warehouse.readLedger(family.table, range);
  const ledger = rows === null ? null : new Map(rows.map((row) => [row.day, row]));
  const partitions = catalog === null ? null : await catalog.readPartitions(family.table, listDays(range));
  return (day: Day): Partial<DayFacts> => ({
    ...(ledger === null ? {} : { ledger: ledger.get(day) ?? null }),
    ...(partitions === null ? {} : { partition: partitions.get(day) ?? null }),
  });
}
