import type { PipelineFamily } from "../config/types.ts";
import { type DayRange, listDays } from "../days/day.ts";
import { exitCodes, ShardliftError } from "../errors.ts";
import { applyRollback, releaseDay } from "../lake/apply-rollback.ts";
import { readHeads } from "../lake/heads.ts";
import { type DayRollback, planRollback, type RollbackTarget } from "../lake/plan-rollback.ts";
import type { DayPlan } from "../plan/types.ts";
import type { DayResult, TaskContext, TaskOutput } from "./context.ts";
import { crawlDays } from "./crawl.ts";
import { moveReaders } from "./move-readers.ts";
import { buildFailed, buildOutput } from "./output.ts";
import { runPlan } from "./plan.ts";
import { pauseAfter } from "./retry.ts";
import { addCrawlers, runCrawlers } from "./run-crawlers.ts";

export interface RollbackReport {
  days: (DayRollback & { family: PipelineFamily["family"] })[];
  results: DayResult[];
  output: TaskOutput;
}

/**
 * Brings a kept generation of the days back through lake, catalog, hot and cold, and holds the days there. All days are
 * judged before the first one is changed: where one cannot go back, none does.
 */
export async function runRollback(
  context: TaskContext,
  range: DayRange,
  wish: { target: RollbackTarget; reason: string },
): Promise<RollbackReport> {
  const planned = await planFamilies(context, range, wish.target);
  refuseImpossible(planned);
  for (const day of planned) {
    context.signal.throwIfAborted();
    if (day.does === "roll back" || day.does === "hold") await rollBackDay(context, day, wish.reason);
  }
  const results = await followReaders(context);
  const crawlers = await runCrawlers(context, results);
  const output = addCrawlers(buildOutput("rollback", context, results), crawlers);
  return { days: planned, results, output };
}

/** Ends the hold of the days: the next run compares them with their source again. */
export async function runRelease(context: TaskContext, range: DayRange): Promise<TaskOutput> {
  const { pipeline, environment, ports, signal } = context;
  const pause = pauseAfter({ policy: environment.retry, clock: ports.clock, signal });
  const released: string[] = [];
  for (const { family } of pipeline.families) {
    const heads = await readHeads(ports.store, pipeline.name, family, listDays(range));
    for (const [day, { head }] of heads) {
      if (head.hold === null) continue;
      await releaseDay({ store: ports.store, pipeline: pipeline.name, family, day, pause });
      released.push(`${family} ${day}`);
    }
  }
  const exitCode = released.length === 0 ? exitCodes.nothing : exitCodes.done;
  const base = { task: "rollback", pipeline: pipeline.name, environment: environment.name };
  return {
    exitCode,
    line: { ...base, outcome: released.length === 0 ? "nothing to do" : "released", released },
  };
}

type Planned = DayRollback & { family: PipelineFamily["family"] };

async function planFamilies(
  context: TaskContext,
  range: DayRange,
  target: RollbackTarget,
): Promise<Planned[]> {
  const { pipeline, ports } = context;
  const planned: Planned[] = [];
  for (const { family } of pipeline.families) {
    const stored = await readHeads(ports.store, pipeline.name, family, listDays(range));
    const heads = new Map([...stored].map(([day, { head }]) => [day, head]));
    const days = planRollback(heads, listDays(range), target);
    planned.push(...days.map((day) => ({ ...day, family })));
  }
  return planned;
}

function refuseImpossible(planned: readonly Planned[]): void {
  const refused = planned.filter((day) => day.does === "refuse");
  if (refused.length === 0) return;
  throw new ShardliftError("refused", {
    failed: "A rollback is not possible for all of these days, so none was changed.",
    rule: "a day goes back to a generation that its head still keeps",
    received: refused.map((day) => `${day.family} ${day.day}: ${day.reason}`).join("; "),
    remedy: "leave these days out; `shardlift backfill --days` extracts a day anew",
  });
}

async function rollBackDay(
  context: TaskContext,
  day: Extract<Planned, { generation: string }>,
  reason: string,
): Promise<void> {
  const { pipeline, environment, ports, signal } = context;
  await applyRollback({
    store: ports.store,
    pipeline: pipeline.name,
    family: day.family,
    day: day.day,
    generation: day.generation,
    reason,
    pause: pauseAfter({ policy: environment.retry, clock: ports.clock, signal }),
  });
}

/** Catalog, hot and cold follow the heads as after a commit. */
async function followReaders(context: TaskContext): Promise<DayResult[]> {
  const results: DayResult[] = [];
  for (const task of ["crawl", "load", "refresh"] as const) {
    const wanted = task === "crawl" ? "register" : task;
    const plan = await runPlan(context, { from: "heads" });
    const days = plan.days.filter((planned) => planned.actions.some(({ action }) => action === wanted));
    results.push(...(await tryReaders(context, task, days)));
  }
  return results;
}

async function tryReaders(
  context: TaskContext,
  task: "crawl" | "load" | "refresh",
  days: DayPlan[],
): Promise<DayResult[]> {
  if (days.length === 0) return [];
  try {
    return task === "crawl" ? await crawlDays(context, days) : await moveReaders(context, task, days);
  } catch (error) {
    if (context.signal.aborted) throw error;
    return days.map((planned) => buildFailed(task, planned, error));
  }
}
