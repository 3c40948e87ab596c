import { exitCodes } from "../errors.ts";
import type { DayPlan, Plan } from "../plan/types.ts";
import type { DayResult, TaskContext, TaskOutput } from "./context.ts";
import { buildDone, buildOutput, nameExitCode } from "./output.ts";
import { runPlan } from "./plan.ts";

/**
 * Says which of the days asked for are ready, late or missing; never sleeps for them. Not ready (75) while a day is
 * within patience, or where nothing but missing days was asked for: a missing day blocks nobody else.
 */
export async function runWait(context: TaskContext): Promise<TaskOutput> {
  const plan = await runPlan(context);
  const results = listWaiting(plan).concat(listReady(plan));
  const waiting = results.filter((result) => result.outcome === "waiting").length;
  const missing = results.filter((result) => result.outcome === "missing").length;
  const output = buildOutput("wait", context, results);
  const isReady = waiting === 0 && (missing === 0 || missing < results.length);
  const exitCode = isReady ? exitCodes.done : exitCodes["not-ready"];
  return { exitCode, line: { ...output.line, outcome: nameExitCode(exitCode) } };
}

function listReady(plan: Plan): DayResult[] {
  return plan.days
    .filter((day) => day.state !== "not over" && !isWaiting(day))
    .map((day) => buildDone("wait", day, day.state));
}

/** The days of a plan that nothing can be done for, as results: waiting, missing, or waiting for `--accept`. */
export function listWaiting(plan: Plan): DayResult[] {
  return plan.days.filter(isWaiting).map((day) => {
    const [action] = day.actions;
    const base = {
      task: "wait",
      family: day.family.family,
      day: day.day,
      reason: action?.reason ?? "",
    } as const;
    if (action?.action === "wait" && action.needs === "accept") {
      return { ...base, outcome: "refused", exitCode: exitCodes.refused };
    }
    // A missing day is alarmed in the output; it must not make the others wait with it.
    if (day.state === "missing") return { ...base, outcome: "missing", exitCode: exitCodes.nothing };
    return { ...base, outcome: "waiting", exitCode: exitCodes["not-ready"] };
  });
}

function isWaiting(day: DayPlan): boolean {
  return day.actions[0]?.action === "wait";
}
