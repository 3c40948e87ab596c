import { describeError, exitCodes, isShardliftError, worstExitCode } from "../errors.ts";
import type { DayPlan } from "../plan/types.ts";
import type { DayOutcomeName, DayResult, TaskContext, TaskName, TaskOutput } from "./context.ts";

/** Days named one by one in a task's line of JSON; XCom and logs have limits, counts have none. */
const maxNamedDays = 50;

/** The one line of JSON of a task, and the exit code that stands for all its days. */
export function buildOutput(
  task: TaskName | "run" | "repair" | "rollback",
  context: TaskContext,
  results: readonly DayResult[],
  extra: Record<string, unknown> = {},
): TaskOutput {
  const exitCode = worstExitCode(results.map((result) => result.exitCode));
  const notable = results.filter((result) => result.outcome !== "done" && result.outcome !== "already");
  return {
    exitCode,
    line: {
      task,
      pipeline: context.pipeline.name,
      environment: context.environment.name,
      outcome: nameExitCode(exitCode),
      days: countOutcomes(results),
      rows: countRows(results),
      notable: notable.slice(0, maxNamedDays).map(describeResult),
      ...(notable.length > maxNamedDays ? { unnamed: notable.length - maxNamedDays } : {}),
      ...extra,
    },
    results,
  };
}

/** An error comes whole: whoever reads the line alone must know what to do. */
function describeResult({ family, day, outcome, reason, error }: DayResult): Record<string, unknown> {
  return { family, day, outcome, reason, ...(error === undefined ? {} : { error: describeError(error) }) };
}

/** The same for a task that is not about days. */
export function buildTaskOutput(
  task: TaskName,
  { pipeline, environment }: TaskContext,
  exitCode: number,
  extra: Record<string, unknown>,
): TaskOutput {
  const common = { task, pipeline: pipeline.name, environment: environment.name };
  return { exitCode, line: { ...common, outcome: nameExitCode(exitCode), ...extra } };
}

/** Worst first: a day that several tasks worked on counts once, by the worst of them. */
const byWeight: readonly DayOutcomeName[] = [
  "failed",
  "refused",
  "lost",
  "missing",
  "waiting",
  "done",
  "already",
];

function countOutcomes(results: readonly DayResult[]): Partial<Record<DayOutcomeName, number>> {
  const counts: Partial<Record<DayOutcomeName, number>> = {};
  for (const ofDay of groupByDay(results)) {
    const worst = byWeight.find((name) => ofDay.some((result) => result.outcome === name));
    if (worst !== undefined) counts[worst] = (counts[worst] ?? 0) + 1;
  }
  return counts;
}

/** Rows of the days, each counted once however many tasks moved them. */
function countRows(results: readonly DayResult[]): number {
  return groupByDay(results).reduce((sum, ofDay) => sum + Math.max(...ofDay.map((one) => one.rows ?? 0)), 0);
}

function groupByDay(results: readonly DayResult[]): DayResult[][] {
  const days = new Map<string, DayResult[]>();
  for (const result of results) {
    const key = `${result.family} ${result.day}`;
    days.set(key, [...(days.get(key) ?? []), result]);
  }
  return [...days.values()];
}

const names = new Map<number, string>([
  [exitCodes.done, "done"],
  [exitCodes.nothing, "nothing to do"],
  [exitCodes.usage, "usage or configuration"],
  [exitCodes.data, "data or balance"],
  [exitCodes.outside, "outside system failed"],
  [exitCodes.bug, "bug"],
  [exitCodes["not-ready"], "not ready"],
  [exitCodes.interrupted, "interrupted"],
  [exitCodes.terminated, "terminated"],
]);

/** An exit code in words. */
export function nameExitCode(exitCode: number): string {
  return names.get(exitCode) ?? String(exitCode);
}

/** The result of a day that ended as it should. */
export function buildDone(
  task: TaskName,
  planned: Pick<DayPlan, "family" | "day">,
  reason: string,
  rows?: number,
): DayResult {
  const done = {
    task,
    family: planned.family.family,
    day: planned.day,
    outcome: "done",
    reason,
    exitCode: exitCodes.done,
  } as const;
  return rows === undefined ? done : { ...done, rows };
}

/** The result of a day that an error ended; a guard's refusal and a lost race are told apart from failures. */
export function buildFailed(
  task: TaskName,
  planned: Pick<DayPlan, "family" | "day">,
  error: unknown,
): DayResult {
  const code = isShardliftError(error) ? error.code : "bug";
  const outcome =
    code === "refused"
      ? "refused"
      : code === "lost-race"
        ? "lost"
        : code === "not-ready"
          ? "waiting"
          : "failed";
  const reason = isShardliftError(error)
    ? error.parts.failed
    : error instanceof Error
      ? error.message
      : String(error);
  return {
    task,
    family: planned.family.family,
    day: planned.day,
    outcome,
    reason,
    exitCode: exitCodes[code],
    error,
  };
}

/** SIGINT and SIGTERM end the whole task, not one day of it. */
export function isStop(error: unknown): boolean {
  return isShardliftError(error) && (error.code === "interrupted" || error.code === "terminated");
}
