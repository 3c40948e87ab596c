import { type Day, dayAt } from "../days/day.ts";
import { planDay } from "./plan-day.ts";
import { buildTotals, readLimit } from "./totals.ts";
import type { DayPlan, Plan, PlanInput } from "./types.ts";

/**
 * The planner: configuration, state and clock in, actions out. Pure; the same facts give the same plan.
 * @returns days newest first; at equal days in the pipeline's order of families.
 */
export function buildPlan(input: PlanInput): Plan {
  const today = dayAt(input.nowMs, input.timeZone);
  const days = input.families.flatMap((facts) =>
    facts.days
      .filter((day) => day.leaving || isInside(day.day, input))
      .map((day) => planDay({ facts: day, family: facts, today, input }))
      .filter((day) => input.scope !== "outdated" || isOutdated(day)),
  );
  days.sort(newestFirst);
  const totals = buildTotals(days);
  const limitBytes = readLimit(days, input);
  return {
    pipeline: input.pipeline,
    nowMs: input.nowMs,
    today,
    range: input.range,
    days,
    totals,
    limitBytes,
    exceeds: totals.bytes > limitBytes,
    outdated: listOutdated(input),
  };
}

function listOutdated(input: PlanInput): Plan["outdated"] {
  return input.families.flatMap(({ family, outdated }) => {
    const days = (outdated ?? []).filter((day) => !isInside(day, input));
    return days.length === 0 ? [] : [{ family: family.family, days }];
  });
}

function isInside(day: Day, { range }: PlanInput): boolean {
  return range !== null && day >= range.first && day <= range.last;
}

function isOutdated(day: DayPlan): boolean {
  return day.actions.some((action) => action.action === "extract" && action.cause === "outdated");
}

/** Array.prototype.sort is stable: families keep their order within a day. */
function newestFirst(a: DayPlan, b: DayPlan): number {
  return a.day < b.day ? 1 : a.day > b.day ? -1 : 0;
}
