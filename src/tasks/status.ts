import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { DayState } from "../plan/types.ts";
import type { TaskContext } from "./context.ts";
import { runPlan } from "./plan.ts";

/** One day as `status` shows it. */
export interface DayStatus {
  family: FamilyName;
  day: Day;
  state: DayState;
  /** Rows written, where the day was loaded. */
  rows: number | null;
  /** What the next run would do; `none` where the day is in step. */
  next: string;
  reason: string;
}

/** Where every day of the window stands; reads what planning reads, changes nothing. Oldest day first. */
export async function readStatus(context: TaskContext): Promise<DayStatus[]> {
  const plan = await runPlan(context);
  return plan.days.toReversed().map((planned) => ({
    family: planned.family.family,
    day: planned.day,
    state: planned.state,
    rows: planned.loadedRows,
    next: planned.actions.map((action) => action.action).join(" → "),
    reason: planned.actions[0]?.reason ?? "",
  }));
}
