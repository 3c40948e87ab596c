import { exitCodes, ShardliftError } from "../errors.ts";
import { formatBytes } from "../plan/format.ts";
import { type ActionName, type DayPlan, followsExtract, type Plan } from "../plan/types.ts";
import type { DayResult, TaskContext, TaskName, TaskOutput } from "./context.ts";
import { crawlDays } from "./crawl.ts";
import { extractDays } from "./extract.ts";
import { moveReaders, type ReaderTask } from "./move-readers.ts";
import { noteOutdated } from "./note-outdated.ts";
import { buildOutput } from "./output.ts";
import { runPlan } from "./plan.ts";
import { repairDays } from "./repair.ts";
import { addCrawlers, runCrawlers } from "./run-crawlers.ts";
import { listWaiting } from "./wait.ts";

/** Days that go through all steps before the next ones begin: what a crash leaves undone stays small. */
const daysPerRound = 20;

/** What follows an extract, in this order; `register` is the action that the task `crawl` does. */
const followers = ["crawl", "load", "refresh", "prune"] as const;

type Follower = (typeof followers)[number];

export interface RunReport {
  plan: Plan;
  results: DayResult[];
  output: TaskOutput;
}

/**
 * Does what the plan says, newest day first: extract, crawl, load, refresh, prune, round by round; last, the crawler
 * is run where one is asked for, and what crashes left of these days is cleaned. Running again after a finished run
 * does nothing.
 */
export async function runPipeline(context: TaskContext, planned?: Plan): Promise<RunReport> {
  const plan = planned ?? (await runPlan(context));
  refuseExceeding(context, plan);
  const busy = plan.days.filter(isBusy);
  const results = listWaiting(plan);
  for (let from = 0; from < busy.length; from += daysPerRound) {
    const round = await runRound(context, busy.slice(from, from + daysPerRound));
    results.push(...round);
    if (isHeld(round)) break;
  }
  await noteOutdated(context, results);
  const crawlers = await runCrawlers(context, results);
  if (busy.length > 0 && !isHeld(results)) await repairDays(context, busy);
  const output = buildOutput("run", context, results, { read: plan.totals });
  return { plan, results, output: addCrawlers(output, crawlers) };
}

/** @throws refused where the run would read more than anybody said it may. */
export function refuseExceeding(context: TaskContext, plan: Plan): void {
  if (plan.exceeds && !context.choices.goOn) throw buildExceedsError(plan);
}

async function runRound(context: TaskContext, days: readonly DayPlan[]): Promise<DayResult[]> {
  const extracts = days.filter((planned) => has(planned, "extract"));
  startTask(context, "extract", extracts);
  const results = await extractDays(context, extracts);
  const unread = new Set(
    results.filter((result) => result.outcome !== "done" && result.outcome !== "already"),
  );
  const isUnread = (planned: DayPlan) =>
    [...unread].some((result) => result.day === planned.day && result.family === planned.family.family);
  for (const task of followers) {
    context.signal.throwIfAborted();
    const action = task === "crawl" ? "register" : task;
    const own = days.filter(
      (planned) => has(planned, action) && !(follows(planned, action) && isUnread(planned)),
    );
    startTask(context, task, own);
    const moved = await follow(context, task, own);
    results.push(...moved);
    if (isHeld(moved)) break;
  }
  return results;
}

function follow(context: TaskContext, task: Follower, days: readonly DayPlan[]): Promise<DayResult[]> {
  return task === "crawl" ? crawlDays(context, days) : moveReaders(context, task, days);
}

/** Tasks that open the warehouse. */
const warehouseTasks: ReadonlySet<TaskName> = new Set<ReaderTask>(["load", "refresh", "prune"]);

/** Somebody else holds the warehouse, and we waited for it in vain: every further step would wait as long again. */
function isHeld(results: readonly DayResult[]): boolean {
  return results.some(
    (result) => warehouseTasks.has(result.task) && result.exitCode === exitCodes["not-ready"],
  );
}

function startTask(context: TaskContext, task: "extract" | Follower, days: readonly DayPlan[]): void {
  if (days.length === 0) return;
  context.report({
    event: "task",
    task,
    days: days.length,
    bytes: days.reduce((sum, day) => sum + day.bytes, 0),
  });
}

function has(planned: DayPlan, name: ActionName): boolean {
  return planned.actions.some((action) => action.action === name);
}

/** Whether the step is there for the extract's sake alone. */
function follows(planned: DayPlan, name: ActionName): boolean {
  return planned.actions.some((action) => action.action === name && action.reason === followsExtract);
}

function isBusy(planned: DayPlan): boolean {
  return planned.actions.some((action) => action.action !== "none" && action.action !== "wait");
}

function buildExceedsError(plan: Plan): ShardliftError {
  return new ShardliftError("refused", {
    failed: `This run would read ${formatBytes(plan.totals.bytes)}, and nobody has said that it may.`,
    rule: `max_read allows ${formatBytes(plan.limitBytes)} unasked: somebody may have touched the labels of seven years`,
    received: `${plan.totals.byAction.extract} days to extract`,
    remedy: "look at the plan; if it is right, run again with --yes",
  });
}

/** The exit code for people: nothing to do is no failure of an interactive command. */
export function readInteractiveExitCode(exitCode: number): number {
  return exitCode === exitCodes.nothing ? exitCodes.done : exitCode;
}
