import pMap from "p-map";
import type { PipelineFamily, TableName } from "../config/types.ts";
import { type Day, type DayRange, dayAt, listDays } from "../days/day.ts";
import { isHot } from "../days/lifecycle.ts";
import { exitCodes, type ShardliftError } from "../errors.ts";
import { readHead } from "../lake/heads.ts";
import { readManifest } from "../lake/manifest.ts";
import { type DayReconciliation, reconcileDay } from "../plan/reconcile-day.ts";
import type { DayFacts } from "../plan/types.ts";
import type { DayMeasure, LedgerRow, Warehouse } from "../ports.ts";
import type { TaskContext, TaskOutput } from "./context.ts";
import { measureReadable } from "./measure-readable.ts";
import { readFacts } from "./read-facts.ts";

/** Manifests read at once. */
const atOnce = 20;

/** Days with differences that the line of JSON names one by one. */
const maxNamedDays = 50;

export interface ReconcileReport {
  days: DayReconciliation[];
  /** Days that the source has and the lake does not, `family day`: nothing of them can be compared yet. */
  notLoaded: string[];
  output: TaskOutput;
}

/**
 * Compares per day: source rows; manifest, hot and cold rows, checksums, non-null counts per column; and where the
 * catalog points. Trusts no head: rows are counted where they lie. A day whose cold files cannot be read is named, the
 * others are compared all the same. 0 where all balance, 65 where something differs, 75 where that is only what a run is
 * bringing in, 99 without days.
 */
export async function runReconcile(context: TaskContext): Promise<ReconcileReport> {
  const facts = await readFacts(context, { from: "source" });
  const days: DayReconciliation[] = [];
  const known = facts.families.flatMap((family) => family.days).filter(({ head }) => head !== null);
  context.report({ event: "task", task: "reconcile", days: known.length, bytes: 0 });
  for (const { family, days: ofFamily } of facts.families) {
    if (facts.range !== null) days.push(...(await reconcileFamily(context, family, ofFamily, facts.range)));
  }
  const notLoaded = facts.families.flatMap(({ family, days: ofFamily }) =>
    ofFamily
      .filter((one) => one.head === null && one.version !== null)
      .map((one) => `${family.family} ${one.day}`),
  );
  return { days, notLoaded, output: buildReconcileOutput(context, days, notLoaded.length) };
}

interface Counted {
  /** null: the environment has no warehouse. */
  ledger: Map<Day, LedgerRow> | null;
  hot: Map<Day, DayMeasure[]>;
  cold: Map<Day, DayMeasure[]>;
  /** Days of which cold cannot be counted, because a file is gone or broken. */
  unreadable: Map<Day, ShardliftError>;
  /** null: the environment has no catalog. */
  partitions: Map<Day, string> | null;
}

async function reconcileFamily(
  context: TaskContext,
  family: PipelineFamily,
  days: readonly DayFacts[],
  range: DayRange,
): Promise<DayReconciliation[]> {
  const counted = await countTables(context, family, range);
  const today = dayAt(context.ports.clock.now(), context.pipeline.property.timeZone);
  const compare = async (facts: DayFacts): Promise<DayReconciliation | null> => {
    const hot = counted.hot.get(facts.day) ?? [];
    const cold = counted.cold.get(facts.day) ?? [];
    const coldFault = counted.unreadable.get(facts.day)?.parts ?? null;
    const partition = counted.partitions?.get(facts.day) ?? null;
    const isUnread = coldFault !== null && counted.ledger?.has(facts.day);
    const isNowhere = hot.length + cold.length === 0 && partition === null && !isUnread;
    if (facts.head === null && isNowhere) return null;
    const manifest = await readHeadManifest(context, family, facts);
    const compared = reconcileDay({
      family: family.family,
      day: facts.day,
      version: facts.version,
      head: facts.head,
      manifest,
      ...(counted.ledger === null ? {} : { ledger: counted.ledger.get(facts.day) ?? null }),
      hot,
      cold,
      coldFault,
      ...(counted.partitions === null ? {} : { partition }),
      isHot: isHot(facts.day, today, context.pipeline.retentionDays),
    });
    return compared.differences.length > 0 && (await hasMoved(context, family, facts))
      ? { ...compared, isUnderWay: true }
      : compared;
  };
  const found = await pMap(days, compare, { concurrency: atOnce, signal: context.signal });
  return found.filter((day) => day !== null);
}

/** Whether another run has committed the day since its head was read: then other rows were counted than it names. */
async function hasMoved(
  { pipeline, ports }: TaskContext,
  { family }: PipelineFamily,
  { head, day }: DayFacts,
): Promise<boolean> {
  const stored = await readHead(ports.store, pipeline.name, family, day);
  return stored?.head.sequence !== head?.sequence;
}

async function readHeadManifest(
  { pipeline, ports }: TaskContext,
  { family }: PipelineFamily,
  { head, day }: DayFacts,
) {
  return head === null ? null : readManifest(ports.store, pipeline.name, family, day, head.generation);
}

async function countTables(
  { ports, signal }: TaskContext,
  { table }: PipelineFamily,
  range: DayRange,
): Promise<Counted> {
  const { catalog, warehouse } = ports;
  const tables = warehouse === null ? noTables : await countWarehouse(warehouse, table, range, signal);
  const partitions = catalog === null ? null : await catalog.readPartitions(table, listDays(range));
  return { ...tables, partitions };
}

const noTables = { ledger: null, hot: new Map(), cold: new Map(), unreadable: new Map() };

async function countWarehouse(
  warehouse: Warehouse,
  table: TableName,
  range: DayRange,
  signal: AbortSignal,
): Promise<Omit<Counted, "partitions">> {
  const ledger = await warehouse.readLedger(table, range);
  const cold = await measureReadable(range, (days) => warehouse.measureCold(table, days), signal);
  return {
    ledger: new Map(ledger.map((row) => [row.day, row])),
    hot: groupByDay(await warehouse.measureHot(table, range)),
    cold: groupByDay(cold.measures),
    unreadable: cold.unreadable,
  };
}

function groupByDay(measures: readonly DayMeasure[]): Map<Day, DayMeasure[]> {
  const byDay = new Map<Day, DayMeasure[]>();
  for (const measure of measures) byDay.set(measure.day, [...(byDay.get(measure.day) ?? []), measure]);
  return byDay;
}

const outcomes: Record<number, string> = {
  [exitCodes.nothing]: "nothing to do",
  [exitCodes.done]: "all balance",
  [exitCodes.balance]: "does not balance",
  [exitCodes["not-ready"]]: "does not balance yet",
};

function pickExitCode(days: readonly DayReconciliation[], wrong: readonly DayReconciliation[]): number {
  if (days.length === 0) return exitCodes.nothing;
  if (wrong.length === 0) return exitCodes.done;
  return wrong.every((day) => day.isUnderWay) ? exitCodes["not-ready"] : exitCodes.balance;
}

function buildReconcileOutput(
  context: TaskContext,
  days: readonly DayReconciliation[],
  notLoaded: number,
): TaskOutput {
  const wrong = days.filter((day) => day.differences.length > 0);
  const differences = wrong.reduce((sum, day) => sum + day.differences.length, 0);
  const exitCode = pickExitCode(days, wrong);
  return {
    exitCode,
    line: {
      task: "reconcile",
      pipeline: context.pipeline.name,
      environment: context.environment.name,
      outcome: outcomes[exitCode],
      days: days.length,
      rows: days.reduce((sum, day) => sum + (day.rows.written ?? 0), 0),
      differences,
      notLoaded,
      notable: wrong
        .slice(0, maxNamedDays)
        .map(({ family, day, differences: found }) => ({ family, day, differences: found })),
    },
  };
}
