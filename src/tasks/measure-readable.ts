import { addDays, countDays, type Day, type DayRange, listDays } from "../days/day.ts";
import { isShardliftError, ShardliftError } from "../errors.ts";
import type { DayMeasure } from "../ports.ts";

/** What could be counted, and the days that could not, each with its error. */
export interface Readable {
  measures: DayMeasure[];
  unreadable: Map<Day, ShardliftError>;
}

/** Counts in all; a few damaged days of ten years need some thirty each day, a lake that is gone must not need thousands. */
export const maxCounts = 400;

/**
 * Counts a range of days. Where a warehouse refuses the whole for the sake of one damaged file, the range is halved
 * until each damaged day stands alone: some 2 log2(days) further counts for each of them.
 * @param count rejects with `data` where a file is gone or cannot be read; whatever else it rejects with ends all
 */
export async function measureReadable(
  range: DayRange,
  count: (range: DayRange) => Promise<DayMeasure[]>,
  signal: AbortSignal,
): Promise<Readable> {
  const found: Readable = { measures: [], unreadable: new Map() };
  const queue: DayRange[] = [range];
  for (let counts = 0; queue.length > 0; counts++) {
    signal.throwIfAborted();
    const next = queue.shift()!;
    try {
      if (counts >= maxCounts) throw buildTooMany(next, found.unreadable.size);
      found.measures.push(...(await count(next)));
    } catch (error) {
      if (!isShardliftError(error) || error.code !== "data" || error.retryable) throw error;
      if (next.first < next.last && counts < maxCounts) queue.push(...halve(next));
      else for (const day of listDays(next)) found.unreadable.set(day, error);
    }
  }
  return found;
}

function halve({ first, last }: DayRange): [DayRange, DayRange] {
  const middle = addDays(first, Math.floor(countDays(first, last) / 2));
  return [
    { first, last: middle },
    { first: addDays(middle, 1), last },
  ];
}

function buildTooMany({ first, last }: DayRange, found: number): ShardliftError {
  return new ShardliftError("data", {
    failed: `The days ${first} to ${last} were not counted.`,
    rule: `after ${maxCounts} counts no more are tried`,
    received: `${found} damaged days so far, and at least one among ${first} to ${last}`,
    remedy:
      "look whether the lake is where the warehouse looks for it, then reconcile fewer days with --days",
  });
}
