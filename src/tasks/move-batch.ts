import type { Day } from "../days/day.ts";
import { isShardliftError } from "../errors.ts";
import type { ForDay } from "./load-transaction.ts";
import {
  buildFailedResult,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";

/** Faults of the outside system, retried in vain, after which the rest of a batch is given up. */
const maxFaults = 2;

/** Tries all targets in one transaction; steps that belong to one day go through `forDay`. */
export type TryTargets = (targets: readonly ReaderTarget[], forDay: ForDay) => Promise<ReaderResult[]>;

/**
 * Moves a batch in one transaction. Where one day is to blame it fails alone, and the others go again without it.
 * A fault that is no day's fails all that are left.
 */
export async function moveTogether(
  targets: readonly ReaderTarget[],
  again: ReaderPorts["again"],
  tryTargets: TryTargets,
): Promise<ReaderResult[]> {
  const failed: ReaderResult[] = [];
  let rest = targets;
  let faults = 0;
  while (rest.length > 0) {
    let guilty: Day | null = null;
    const forDay: ForDay = async (day, step) => {
      guilty = day;
      const answer = await step();
      guilty = null;
      return answer;
    };
    try {
      const moved = await again(() => {
        guilty = null;
        return tryTargets(rest, forDay);
      });
      return [...failed, ...moved];
    } catch (error) {
      if (isShardliftError(error) && error.retryable && ++faults >= maxFaults) guilty = null;
      const blamed = rest.filter((target) => guilty === null || target.day === guilty);
      failed.push(...blamed.map((target) => buildFailedResult(target.day, error)));
      rest = rest.filter((target) => !blamed.includes(target));
    }
  }
  return failed;
}
