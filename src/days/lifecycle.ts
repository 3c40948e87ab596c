import { countDays, type Day, dayEnd } from "./day.ts";
import type { Family, ShardKind } from "./families.ts";

const msPerHour = 3_600_000;

/**
 * The instant (ms) from which the day is final if nothing changes, or null while only a provisional shard stands
 * for it. A change seen later is still loaded, and reported.
 */
export function finalAt(family: Family, kind: ShardKind, day: Day, timeZone: string): number | null {
  return kind === "daily" ? dayEnd(day, timeZone) + family.finalAfterHours * msPerHour : null;
}

/** Whether the day, without a shard, is past the pipeline's patience. */
export function isLate(day: Day, nowMs: number, lateAfterMs: number, timeZone: string): boolean {
  return nowMs > dayEnd(day, timeZone) + lateAfterMs;
}

/** Whether policy keeps the day in the hot table: the last `retentionDays` days, today being the first. */
export function isHot(day: Day, today: Day, retentionDays: number | null): boolean {
  return retentionDays === null || countDays(day, today) < retentionDays;
}
