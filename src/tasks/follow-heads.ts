import type { Day } from "../days/day.ts";
import { ShardliftError } from "../errors.ts";
import { indexByDay } from "./ledger-moves.ts";
import {
  buildFailedResult,
  type ReaderContext,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";
import { splitBatches } from "./split-batches.ts";

/** Moves one batch; every target gets one result, none rejects for a day's sake. */
export type MoveBatch = (batch: readonly ReaderTarget[]) => Promise<ReaderResult[]>;

/**
 * Moves all targets batch by batch, then looks at each head again: where it moved meanwhile, its day goes once more,
 * until it stands still. Heads are told how far their reader came. @returns one result a day
 */
export async function followHeads(
  targets: readonly ReaderTarget[],
  moveBatch: MoveBatch,
  ports: ReaderPorts,
  context: ReaderContext,
): Promise<ReaderResult[]> {
  const results = new Map<Day, ReaderResult>();
  let pending: readonly ReaderTarget[] = targets;
  while (pending.length > 0) {
    const moved: ReaderTarget[] = [];
    for (const batch of splitBatches(pending, context.limits)) {
      context.signal.throwIfAborted();
      const byDay = indexByDay(batch);
      for (const result of await moveBatch(batch)) {
        const end = await confirmDay(byDay.get(result.day)!, result, ports);
        if ("next" in end) moved.push(end.next);
        else {
          results.set(result.day, end.result);
          context.onResult(end.result);
        }
      }
    }
    pending = moved;
  }
  return targets.map((target) => results.get(target.day)!);
}

type Confirmation = { result: ReaderResult } | { next: ReaderTarget };

/** Tells the head where the reader now is, or only looks at it; where it has moved, its day goes once more. */
async function confirmDay(
  target: ReaderTarget,
  result: ReaderResult,
  ports: ReaderPorts,
): Promise<Confirmation> {
  const { day, head } = target;
  const isThere = result.outcome === "done" || result.outcome === "already";
  try {
    const now = await ports.again(() => (isThere ? ports.markReached(day, head) : ports.readHead(day)));
    if (now === null) throw buildHeadGone(day);
    if (now.generation === head.generation && now.sequence === head.sequence) return { result };
    const manifest = await ports.again(() => ports.readManifest(day, now.generation));
    return { next: { day, head: now, manifest } };
  } catch (error) {
    return { result: result.outcome === "failed" ? result : buildFailedResult(day, error) };
  }
}

/** The failure of a day whose head somebody removed while its readers moved. */
export function buildHeadGone(day: Day): ShardliftError {
  return new ShardliftError("data", {
    failed: `The head of ${day} is gone.`,
    rule: "a day that was committed keeps its head",
    remedy: "look into the lake's _heads folder, and run repair",
  });
}
