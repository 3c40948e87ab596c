import type { Day } from "../days/day.ts";
import type { Family } from "../days/families.ts";
import { finalAt, isLate } from "../days/lifecycle.ts";
import { rankShardKind } from "../days/shards.ts";
import type { DayFacts, DayState } from "./types.ts";

export interface StateInput {
  facts: DayFacts;
  family: Family;
  today: Day;
  nowMs: number;
  timeZone: string;
  lateAfterMs: number;
}

/** Where a day stands in its life: absent → intraday → fresh → daily (open) → final. */
export function readState({ facts, family, today, nowMs, timeZone, lateAfterMs }: StateInput): DayState {
  const { head, version, day } = facts;
  if (head?.hold) return "held";
  if (head && isSourceGone(facts)) return "source gone";
  if (version === null) {
    if (day >= today) return "not over";
    return isLate(day, nowMs, lateAfterMs, timeZone) ? "missing" : "waiting";
  }
  if (version.kind !== "daily") return version.kind;
  const finalAtMs = finalAt(family, "daily", day, timeZone);
  return finalAtMs !== null && nowMs >= finalAtMs ? "final" : "open";
}

/** A shard that vanished, or a kind that fell back (daily to intraday), leaves the day as it is. */
export function isSourceGone({ head, version }: DayFacts): boolean {
  if (head === null) return false;
  return version === null || rankShardKind(version.kind) < rankShardKind(head.source.kind);
}
