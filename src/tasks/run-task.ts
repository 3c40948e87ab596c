import { exitCodes } from "../errors.ts";
import type { ActionName, DayPlan } from "../plan/types.ts";
import type { TaskContext, TaskName, TaskOutput } from "./context.ts";
import { crawlDays } from "./crawl.ts";
import { runEnsureJob } from "./ensure-job.ts";
import { extractDays } from "./extract.ts";
import { listLoaded } from "./list-loaded.ts";
import { moveReaders, type ReaderTask } from "./move-readers.ts";
import { noteOutdated } from "./note-outdated.ts";
import { buildOutput } from "./output.ts";
import { runPlan } from "./plan.ts";
import { runPushScript } from "./push-script.ts";
import { runReconcile } from "./reconcile.ts";
import { refuseExceeding } from "./run.ts";
import { addCrawlers, runCrawlers } from "./run-crawlers.ts";
import { runWait } from "./wait.ts";

/** Every task by the name of its command. */
export const taskRunners: Record<string, (context: TaskContext) => Promise<TaskOutput>> = {
  "push-script": runPushScript,
  "ensure-job": runEnsureJob,
  crawl: runCrawl,
  wait: runWait,
  extract: runExtract,
  load: (context) => runReader("load", context),
  refresh: (context) => runReader("refresh", context),
  prune: (context) => runReader("prune", context),
  reconcile: async (context) => (await runReconcile(context)).output,
};

/** Extracts what differs from the source. */
async function runExtract(context: TaskContext): Promise<TaskOutput> {
  const plan = await runPlan(context);
  refuseExceeding(context, plan);
  const days = plan.days.filter((planned) => has(planned, "extract"));
  reportTask(context, "extract", days);
  const results = await extractDays(context, days);
  await noteOutdated(context, results);
  return buildOutput("extract", context, results, { read: plan.totals });
}

/** Points the catalog at the heads, and runs the crawler where one is asked for. */
async function runCrawl(context: TaskContext): Promise<TaskOutput> {
  if (context.ports.catalog === null) return runIdle("crawl", context, "the environment has no catalog");
  const plan = await runPlan(context, { from: "heads" });
  const days = plan.days.filter((planned) => has(planned, "register"));
  reportTask(context, "crawl", days);
  const results = await crawlDays(context, days);
  // Where there is no hot table, whoever follows one follows the catalog's.
  const extra = context.ports.warehouse === null ? { loaded: listLoaded(context.pipeline, results) } : {};
  return addCrawlers(buildOutput("crawl", context, results, extra), await runCrawlers(context, results));
}

/** Brings one reader to the heads, whatever the source has meanwhile. */
async function runReader(task: ReaderTask, context: TaskContext): Promise<TaskOutput> {
  if (context.ports.warehouse === null) return runIdle(task, context, "the environment has no warehouse");
  const plan = await runPlan(context, { from: "heads" });
  const days = plan.days.filter((planned) => has(planned, task));
  reportTask(context, task, days);
  const results = await moveReaders(context, task, days);
  const extra = task === "load" ? { loaded: listLoaded(context.pipeline, results) } : {};
  return buildOutput(task, context, results, extra);
}

function has(planned: DayPlan, name: ActionName): boolean {
  return planned.actions.some((action) => action.action === name);
}

function reportTask(context: TaskContext, task: TaskName, days: readonly DayPlan[]): void {
  context.report({
    event: "task",
    task,
    days: days.length,
    bytes: days.reduce((sum, day) => sum + day.bytes, 0),
  });
}

/** A task that has nothing to do in this environment says so. */
async function runIdle(task: TaskName, context: TaskContext, reason: string): Promise<TaskOutput> {
  const output = buildOutput(task, context, [], { reason });
  return { ...output, exitCode: exitCodes.nothing };
}
