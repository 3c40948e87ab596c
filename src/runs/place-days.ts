import { isShardliftError } from "../errors.ts";
import type { DayOutcome } from "../ports.ts";
import { chooseBatch } from "./choose-batch.ts";
import { failDays } from "./fail-days.ts";
import { findLiveRuns } from "./find-live-runs.ts";
import { joinDays } from "./join-days.ts";
import { buildUnstartedError } from "./run-errors.ts";
import { startRun } from "./start-run.ts";
import type { RunsEngineOptions, RunsState } from "./types.ts";

/** Lists in a row that may fail: at up to a minute each, a service that is away for a quarter of an hour. */
const maxFaults = 20;

/**
 * Finds a run for every pending day: joins those that live runs do, and starts runs for the rest. Before each start
 * the list is looked through again, so that nothing is started that somebody else has just begun; and after the last
 * one for as long as it may lag, so that of two that began at once both callers follow the older.
 * @returns outcomes of days that no run can be found for
 */
export async function placeDays(
  options: RunsEngineOptions,
  state: RunsState,
  signal: AbortSignal,
): Promise<DayOutcome[]> {
  const outcomes = expireDays(options, state);
  while (state.pending.length > 0 || options.clock.now() < state.listUntilMs) {
    signal.throwIfAborted();
    const listed = await joinListed(options, state);
    if (listed !== "listed") return [...outcomes, ...listed];
    const nowMs = options.clock.now();
    const due = state.pending.filter(({ notBeforeMs }) => notBeforeMs <= nowMs);
    const batch = chooseBatch(due, options.limits);
    if (batch.length === 0) break;
    outcomes.push(...(await startRun(options, state, batch, signal)));
  }
  return outcomes;
}

/** @returns outcomes instead where the list cannot be had: nothing is started blindly. */
async function joinListed(options: RunsEngineOptions, state: RunsState): Promise<"listed" | DayOutcome[]> {
  try {
    joinDays(state, await findLiveRuns(options, state.specs));
    state.faults = 0;
    return "listed";
  } catch (error) {
    state.faults += 1;
    const isFault = isShardliftError(error) && error.retryable;
    return isFault && state.faults < maxFaults ? [] : failDays(state, state.pending, error);
  }
}

/** Days whose time ran out before a run of them began. */
function expireDays({ clock, jobRuns }: RunsEngineOptions, state: RunsState): DayOutcome[] {
  const nowMs = clock.now();
  const late = state.pending.filter(({ extract }) => extract.deadlineMs <= nowMs);
  return failDays(state, late, buildUnstartedError(jobRuns.location, state.refusals));
}
