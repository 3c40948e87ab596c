import { addDays, type Day } from "../days/day.ts";
import type { Plan } from "../plan/types.ts";

export interface BatchLimits {
  /** Days from the first to the last of one batch, both counted. */
  batchDays: number;
  atMost: number;
  order: "newest" | "oldest";
}

/** Days that have work, as ranges for `--days`; days in step between them cost a look each. */
export interface Batches {
  /** In the order in which they are to be done: `2026-11-01..2026-11-30`. */
  batches: string[];
  days: number;
  /** What was asked for, or more where that many batches would not fit. */
  batchDays: number;
}

/** Cuts a plan's work into batches. What is in step already is in none, so a backfill that stopped goes on. */
export function buildBatches(plan: Pick<Plan, "days">, { batchDays, atMost, order }: BatchLimits): Batches {
  const busy = plan.days.filter(({ actions }) =>
    actions.some(({ action }) => action !== "none" && action !== "wait"),
  );
  const days = [...new Set(busy.map(({ day }) => day))].sort();
  let size = batchDays;
  let ranges = cut(days, size);
  while (ranges.length > atMost) {
    size *= 2;
    ranges = cut(days, size);
  }
  const texts = ranges.map(({ first, last }) => `${first}..${last}`);
  return { batches: order === "newest" ? texts.toReversed() : texts, days: days.length, batchDays: size };
}

/** @param days ascending */
function cut(days: readonly Day[], size: number): { first: Day; last: Day }[] {
  const ranges: { first: Day; last: Day }[] = [];
  // From the newest day on: a short batch, if there is one, is the oldest.
  for (const day of days.toReversed()) {
    const open = ranges[0];
    if (open !== undefined && day > addDays(open.last, -size)) open.first = day;
    else ranges.unshift({ first: day, last: day });
  }
  return ranges;
}
