import { isSameVersion } from "../days/shards.ts";
import { isShardliftError, ShardliftError } from "../errors.ts";
import type { DayPlan } from "../plan/types.ts";
import type { DayResult, TaskContext } from "./context.ts";
import { type Attempt, type Ended, prepareAttempt } from "./extract-attempt.ts";
import { commitReport } from "./extract-commit.ts";
import { runEngine } from "./extract-engine.ts";
import { buildFailed, isStop } from "./output.ts";

/** A shard that keeps moving while it is read is being written: the next run has a better chance. */
const maxAttempts = 3;

/**
 * Extracts the days of a plan and commits their heads, as many at once as the engine makes good use of. A day that
 * fails keeps its former generation and does not stop the others; only SIGINT and SIGTERM do.
 * @returns one result per day, in the plan's order
 */
export async function extractDays(context: TaskContext, days: readonly DayPlan[]): Promise<DayResult[]> {
  const results = new Map<DayPlan, DayResult>();
  const { daysAtOnce } = context.ports.engine;
  for (let from = 0; from < days.length; from += daysAtOnce) {
    await extractGroup(context, days.slice(from, from + daysAtOnce), (planned, result) => {
      context.report({ event: "day", task: "extract", result, bytes: planned.bytes });
      results.set(planned, result);
    });
  }
  return days.map((planned) => results.get(planned)!);
}

type End = (planned: DayPlan, result: DayResult) => void;

/** Days whose source moved meanwhile are attempted again, together. */
async function extractGroup(context: TaskContext, days: readonly DayPlan[], end: End): Promise<void> {
  let open = days;
  for (let attempt = 1; attempt <= maxAttempts && open.length > 0; attempt += 1) {
    const moved: DayPlan[] = [];
    await attemptDays(context, open, (planned, ended) => {
      if (ended === "moved") moved.push(planned);
      else end(planned, ended);
    });
    open = moved;
  }
  for (const planned of open) end(planned, buildFailed("extract", planned, buildMovingError(planned)));
}

/** One attempt at some days: head and source of each, then the engine for all, each committed as it is done. */
async function attemptDays(
  context: TaskContext,
  days: readonly DayPlan[],
  end: (planned: DayPlan, ended: Ended) => void,
): Promise<void> {
  const attempts: Attempt[] = [];
  for (const planned of days) {
    context.signal.throwIfAborted();
    const prepared = await settle(context, planned, () => prepareAttempt(context, planned));
    if ("recipe" in prepared) attempts.push(prepared);
    else end(planned, prepared);
  }
  for await (const { attempt, outcome } of runEngine(context, attempts)) {
    const { planned } = attempt;
    const commit = async () => {
      if (!("error" in outcome)) return commitReport(attempt, outcome.report);
      if (await hasMoved(attempt, outcome.error)) return "moved";
      throw outcome.error;
    };
    end(planned, await settle(context, planned, commit));
  }
}

/** Whether the shard changed, or went, while its rows were read: then what failed says nothing of the shard as it is. */
async function hasMoved({ context, shard }: Attempt, error: unknown): Promise<boolean> {
  if (context.signal.aborted || !isShardliftError(error) || isStop(error)) return false;
  const { pipeline, ports } = context;
  const { table, kind } = shard.version;
  try {
    const now = await ports.source.readVersion(pipeline.property.dataset, table, kind, shard.version);
    return now === null || !isSameVersion(shard.version, now);
  } catch {
    // The day's own error says more than this one.
    return false;
  }
}

/** What a day's step came to; its error is the day's alone, unless somebody told us to stop. */
async function settle<T>(
  context: TaskContext,
  planned: DayPlan,
  work: () => Promise<T>,
): Promise<T | DayResult> {
  try {
    return await work();
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    if (isStop(error)) throw error;
    return buildFailed("extract", planned, error);
  }
}

function buildMovingError({ day }: DayPlan): ShardliftError {
  return new ShardliftError(
    "not-ready",
    {
      failed: `The shard of ${day} changed ${maxAttempts} times while it was read.`,
      rule: "a day is committed only where its shard stood still while it was read",
      remedy: "run again later: it is being written right now",
    },
    { retryable: true },
  );
}
