import type { Pipeline } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import type { DayResult } from "./context.ts";

/** Days named one by one; the counts are of all. */
const maxNamedDays = 50;

/** What a load brought into one hot table. */
export interface Loaded {
  /** Newest first, the newest 50 of them. */
  days: Day[];
  count: number;
  rows: number;
}

/** Per hot table, as the pipeline calls it, what a load brought in: those who follow a table read it. */
export function listLoaded({ families }: Pipeline, results: readonly DayResult[]): Record<string, Loaded> {
  return Object.fromEntries(
    families.map(({ family, table }) => {
      const own = results.filter((result) => result.family === family && result.outcome === "done");
      const days = own
        .map(({ day }) => day)
        .sort()
        .toReversed();
      const rows = own.reduce((sum, result) => sum + (result.rows ?? 0), 0);
      return [
        `${table.schema}.${table.table}`,
        { days: days.slice(0, maxNamedDays), count: days.length, rows },
      ];
    }),
  );
}
