import type { Day, DayRange } from "../../../src/days/day.ts";
import type { DayMeasure, LedgerRow } from "../../../src/ports.ts";
import { turn, type Work } from "../kernel/types.ts";
import { type Batch, measureBatches } from "./content.ts";
import { type LakeView, readBatch } from "./warehouse-files.ts";
import type { TableState } from "./warehouse-tables.ts";

export type Days = DayRange | readonly Day[] | "all";

export function isWithin(day: Day, days: Days): boolean {
  if (days === "all") return true;
  return "first" in days ? days.first <= day && day <= days.last : days.includes(day);
}

/** A statement whose answer follows from its snapshot; it takes a turn. */
export function* answerLater<T>(answer: T): Work<T> {
  yield turn;
  return answer;
}

export function readLedgerOf(state: TableState, days: Days): LedgerRow[] {
  return state.ledger
    .map(({ row }) => row)
    .filter(({ day }) => isWithin(day, days))
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

export function measureHotOf(state: TableState, days: Days): DayMeasure[] {
  return measure(
    state,
    state.hot.filter(({ day }) => isWithin(day, days)),
  );
}

/**
 * Counts files one after the other, as they are when their turn comes.
 * @throws ShardliftError `data` where one is gone
 */
export function* measureFiles(
  state: TableState,
  lake: LakeView,
  keys: readonly string[],
  days: Days,
): Work<DayMeasure[]> {
  const batches: Batch[] = [];
  yield turn;
  for (const key of keys) {
    batches.push(readBatch(lake, state.columns, key));
    yield turn;
  }
  return measure(
    state,
    batches.filter(({ day }) => isWithin(day, days)),
  );
}

/** Every column of the table is counted, those that no file has as well. */
function measure({ columns }: TableState, batches: readonly Batch[]): DayMeasure[] {
  return measureBatches(batches).map((counted) => ({
    ...counted,
    nonNull: Object.fromEntries(columns.map(({ name }) => [name, counted.nonNull[name] ?? 0])),
  }));
}
