import pMap from "p-map";
import type { PipelineFamily } from "../config/types.ts";
import { dayAt } from "../days/day.ts";
import { families } from "../days/families.ts";
import { finalAt, isHot } from "../days/lifecycle.ts";
import { exitCodes } from "../errors.ts";
import { readHead } from "../lake/heads.ts";
import { swapHead } from "../lake/swap-head.ts";
import { clearHot, markReached } from "../lake/transitions.ts";
import type { Head } from "../lake/types.ts";
import type { DayPlan } from "../plan/types.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { runLoad } from "./load.ts";
import { buildFailed } from "./output.ts";
import { type PruneResult, runPrune } from "./prune.ts";
import {
  defaultBatchLimits,
  type HeadPosition,
  type ReaderContext,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";
import { runRefresh } from "./refresh.ts";
import { requireManifest } from "./require-manifest.ts";
import { pauseAfter, retry } from "./retry.ts";

/** The tasks that bring a reader of the warehouse to the heads. */
export type ReaderTask = "load" | "refresh" | "prune";

/** Small objects read at once. */
const atOnce = 20;

/** Brings hot or cold of the days to their heads, family by family. A day that fails does not stop the others. */
export async function moveReaders(
  context: TaskContext,
  task: ReaderTask,
  days: readonly DayPlan[],
): Promise<DayResult[]> {
  const results: DayResult[] = [];
  for (const family of context.pipeline.families) {
    const own = days.filter((planned) => planned.family.family === family.family);
    if (own.length > 0) results.push(...(await followFamily(context, task, family, own)));
  }
  return results;
}

async function followFamily(
  context: TaskContext,
  task: ReaderTask,
  family: PipelineFamily,
  days: readonly DayPlan[],
): Promise<DayResult[]> {
  const bytes = new Map(days.map((planned) => [planned.day, planned.bytes]));
  const onResult = (result: AnyResult) => {
    const told = buildResult(task, family, result);
    context.report({ event: "day", task, result: told, bytes: bytes.get(result.day) ?? 0 });
  };
  const ports = buildReaderPorts(context, task, family);
  const reader = { ...buildReaderContext(context, family), onResult };
  const { table } = family;
  if (task === "prune") {
    const pruned = await runPrune({ table, days: days.map((planned) => planned.day) }, ports, reader);
    return pruned.map((result) => buildResult(task, family, result));
  }
  const { targets, failed } = await readTargets(context, task, days);
  if (targets.length === 0) return failed;
  const runReader = task === "load" ? runLoad : runRefresh;
  const moved = await runReader({ table, targets }, ports, reader);
  return [...failed, ...moved.map((result) => buildResult(task, family, result))];
}

type AnyResult = ReaderResult | PruneResult;

async function readTargets(
  context: TaskContext,
  task: ReaderTask,
  days: readonly DayPlan[],
): Promise<{ targets: ReaderTarget[]; failed: DayResult[] }> {
  const failed: DayResult[] = [];
  const read = (planned: DayPlan) => readTarget(context, task, planned, failed);
  const targets = await pMap(days, read, { concurrency: atOnce });
  return { targets: targets.filter((target) => target !== null), failed };
}

/** What the head names now; null where the day has no head (yet), which is no fault. */
async function readTarget(
  context: TaskContext,
  task: ReaderTask,
  planned: DayPlan,
  failed: DayResult[],
): Promise<ReaderTarget | null> {
  const { pipeline, ports } = context;
  try {
    const stored = await readHead(ports.store, pipeline.name, planned.family.family, planned.day);
    if (stored === null) return null;
    const { generation, sequence } = stored.head;
    const manifest = await requireManifest(context, planned, generation);
    return { day: planned.day, head: { generation, sequence }, manifest };
  } catch (error) {
    const result = buildFailed(task, planned, error);
    context.report({ event: "day", task, result, bytes: planned.bytes });
    failed.push(result);
    return null;
  }
}

const readers = { load: "hot", refresh: "cold", prune: "hot" } as const;

function buildReaderPorts(context: TaskContext, task: ReaderTask, family: PipelineFamily): ReaderPorts {
  const { pipeline, environment, ports, signal } = context;
  const policy = { policy: environment.retry, clock: ports.clock, signal };
  const reader = readers[task];
  if (ports.warehouse === null) throw new Error(`${task} without a warehouse`);
  const position = (head: Head): HeadPosition => ({ generation: head.generation, sequence: head.sequence });
  return {
    warehouse: ports.warehouse,
    clock: ports.clock,
    async readHead(day) {
      const stored = await readHead(ports.store, pipeline.name, family.family, day);
      return stored === null ? null : position(stored.head);
    },
    readManifest: (day, generation) => requireManifest(context, { family, day }, generation),
    async markReached(day, reached) {
      const atMs = ports.clock.now();
      const change = (head: Head): Head =>
        reached === null ? clearHot(head) : markReached(head, reader, { ...reached, atMs });
      const stored = await swapHead(
        ports.store,
        pipeline.name,
        family.family,
        day,
        change,
        pauseAfter(policy),
      );
      return stored === null ? null : position(stored.head);
    },
    again: (work) => retry(work, policy),
  };
}

function buildReaderContext(
  { pipeline, ports, signal }: TaskContext,
  { family }: PipelineFamily,
): Omit<ReaderContext, "onResult"> {
  const { timeZone } = pipeline.property;
  return {
    isHotDay: (day) => isHot(day, dayAt(ports.clock.now(), timeZone), pipeline.retentionDays),
    finalAtMs: (day, kind) => finalAt(families[family], kind, day, timeZone),
    limits: defaultBatchLimits,
    signal,
  };
}

function buildResult(task: ReaderTask, family: PipelineFamily, result: AnyResult): DayResult {
  const planned = { family, day: result.day };
  if (result.outcome === "failed") return buildFailed(task, planned, result.error);
  const isDone = result.outcome === "done";
  return {
    task,
    family: family.family,
    day: result.day,
    outcome: isDone ? "done" : "already",
    reason: result.reason,
    rows: result.rows,
    exitCode: isDone ? exitCodes.done : exitCodes.nothing,
  };
}
