import type { ActionName, DayPlan, PlanInput, PlanTotals } from "./types.ts";

/** Sums a plan's days; rows the source does not tell count as none. */
export function buildTotals(days: readonly DayPlan[]): PlanTotals {
  const byAction: Record<ActionName, number> = {
    wait: 0,
    extract: 0,
    register: 0,
    load: 0,
    refresh: 0,
    prune: 0,
    none: 0,
  };
  let rows = 0;
  let bytes = 0;
  for (const day of days) {
    for (const action of day.actions) byAction[action.action] += 1;
    if (!hasExtract(day)) continue;
    rows += day.rows ?? 0;
    bytes += day.bytes;
  }
  return { days: days.length, byAction, rows, bytes };
}

export function hasExtract(day: DayPlan): boolean {
  return day.actions.some((action) => action.action === "extract");
}

/**
 * Bytes a run may read unasked. An ordinary run reads at most its lookback window, estimated from the mean size of
 * the shards this plan saw: twenty windows are half a year, seven years of touched labels are not.
 */
export function readLimit(days: readonly DayPlan[], { maxRead, lookbackDays, families }: PlanInput): number {
  if ("bytes" in maxRead) return maxRead.bytes;
  const sized = days.filter((day) => day.bytes > 0);
  if (sized.length === 0) return 0;
  const mean = sized.reduce((sum, day) => sum + day.bytes, 0) / sized.length;
  return Math.ceil(mean * lookbackDays * families.length * maxRead.ordinaryRuns);
}
