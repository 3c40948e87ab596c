import { ShardliftError } from "../errors.ts";
import { addDays, type Day, type DayRange, parseDay } from "./day.ts";

/** Which days a run looks at. */
export type DaySelection =
  /** The last `lookback` days, the ordinary run. */
  | { select: "lookback" }
  /** Fixed days, a backfill. */
  | { select: "range"; range: DayRange }
  /** From the pipeline's start (or the first shard) on: the sweep that finds changes however late. */
  | { select: "all" };

export interface WindowInput {
  selection: DaySelection;
  today: Day;
  lookbackDays: number;
  start: Day | null;
  /** First day that has a shard or a head; null where nothing is there yet. */
  earliest: Day | null;
}

/**
 * @returns the inclusive range a run looks at, or null where it holds no day (a start in the future).
 * @throws usage error where fixed days lie in the future.
 */
export function buildWindow(input: WindowInput): DayRange | null {
  const { selection, today, start } = input;
  const wanted = selectRange(input);
  if (selection.select === "range" && wanted.last > today) {
    throw new ShardliftError("usage", {
      failed: "The days asked for lie in the future.",
      rule: "a day can be asked for once it has begun in the property's time zone",
      received: `${wanted.first}..${wanted.last}, today is ${today}`,
      remedy: `end the range at ${today} or earlier`,
    });
  }
  const first = start !== null && start > wanted.first ? start : wanted.first;
  return first > wanted.last ? null : { first, last: wanted.last };
}

function selectRange({ selection, today, lookbackDays, earliest }: WindowInput): DayRange {
  switch (selection.select) {
    case "lookback":
      return { first: addDays(today, 1 - lookbackDays), last: today };
    case "range":
      return selection.range;
    case "all":
      return { first: earliest ?? today, last: today };
    default:
      throw new Error(`no such selection: ${selection satisfies never}`);
  }
}

/**
 * The days that left retention lately: an ordinary run looks at their heads, so that they leave the hot table. As
 * many as it looks back, so that none is missed by runs that pause; what paused longer the sweep finds.
 */
export function buildLeavingWindow(
  today: Day,
  lookbackDays: number,
  retentionDays: number | null,
): DayRange | null {
  if (retentionDays === null) return null;
  const last = addDays(today, -retentionDays);
  return { first: addDays(last, 1 - lookbackDays), last };
}

/**
 * Parses `--days`: one day, or `first..last`, both inclusive.
 * @throws usage error that names what is wrong.
 */
export function parseDays(text: string): DayRange {
  const [firstText = "", lastText = firstText, ...more] = text.split("..");
  const first = parseDay(firstText.trim());
  const last = parseDay(lastText.trim());
  if (first === null || last === null || more.length > 0) {
    throw new ShardliftError("usage", {
      failed: "The value of --days is no day and no range of days.",
      rule: "a calendar day is written 2026-11-20, a range 2026-11-01..2026-11-20",
      received: text,
      remedy: "write --days 2026-11-20 or --days 2026-11-01..2026-11-20",
    });
  }
  if (first > last) {
    throw new ShardliftError("usage", {
      failed: "The range of --days is inverted.",
      rule: "the first day stands before the last",
      received: text,
      remedy: `write --days ${last}..${first}`,
    });
  }
  return { first, last };
}
