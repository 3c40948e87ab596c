import type { DayExtract, DayOutcome, Engine, EngineContext } from "../ports.ts";
import { backoffMs } from "./backoff.ts";
import { buildFailures } from "./fail-days.ts";
import { followRun, readDeadlineMs } from "./follow-run.ts";
import { buildDayKey } from "./keys.ts";
import { placeDays } from "./place-days.ts";
import { buildSpecDay } from "./run-spec.ts";
import { stopRun } from "./stop-run.ts";
import { tellFollowed } from "./tell-run.ts";
import type { RunsEngineOptions, RunsState } from "./types.ts";

/**
 * An engine whose recipes run elsewhere, as runs of a job service: joins live runs day by day, starts runs for the
 * rest, and follows all of them to their ends (docs/protocols.md). What it leaves at any point, a killed process
 * among them, the next call finds and joins.
 */
export function createRunsEngine(options: RunsEngineOptions): Engine {
  return {
    name: options.name,
    daysAtOnce: options.limits.daysAtOnce,
    extract: (days, context) => extractInRuns(options, days, context),
  };
}

async function* extractInRuns(
  options: RunsEngineOptions,
  days: readonly DayExtract[],
  context: EngineContext,
): AsyncGenerator<DayOutcome> {
  const state = buildState(options, days);
  try {
    for (let idle = 0; isBusy(state); ) {
      const outcomes = await lookRound(options, state, context);
      yield* outcomes;
      idle = outcomes.length > 0 ? 0 : idle + 1;
      if (isBusy(state)) await options.clock.sleep(chooseWaitMs(options, state, idle), context.signal);
    }
  } catch (error) {
    // An abort among others: the days have no outcome but this one.
    yield* buildFailures([...state.pending, ...state.followed.flatMap(({ works }) => works)], error);
  } finally {
    if (context.signal.aborted && options.onAbort === "stop") {
      for (const id of state.startedIds) await stopRun(options.jobRuns, id);
    }
  }
}

function buildState({ scriptDigest }: RunsEngineOptions, days: readonly DayExtract[]): RunsState {
  const pending = days.map((extract) => ({
    extract,
    key: buildDayKey(buildSpecDay(extract), scriptDigest),
    unanswered: 0,
    notBeforeMs: Number.NEGATIVE_INFINITY,
  }));
  const listUntilMs = Number.NEGATIVE_INFINITY;
  return { pending, followed: [], startedIds: [], specs: new Map(), listUntilMs, faults: 0, refusals: 0 };
}

function isBusy({ pending, followed }: RunsState): boolean {
  return pending.length > 0 || followed.length > 0;
}

/** One look at everything: days without a run, then each run. */
async function lookRound(
  options: RunsEngineOptions,
  state: RunsState,
  context: EngineContext,
): Promise<DayOutcome[]> {
  context.signal.throwIfAborted();
  const outcomes = await placeDays(options, state, context.signal);
  for (const followed of state.followed) tellFollowed(options, state, followed, context);
  for (const followed of [...state.followed]) {
    context.signal.throwIfAborted();
    const ended = await followRun(options, followed, context);
    if (ended === null) continue;
    state.followed = state.followed.filter((run) => run !== followed);
    state.startedIds = state.startedIds.filter((id) => id !== followed.id);
    outcomes.push(...ended);
  }
  return outcomes;
}

/** Until the next look, the first deadline or the next start that may be made, whichever comes first; ms. */
function chooseWaitMs({ clock }: RunsEngineOptions, state: RunsState, idle: number): number {
  const nowMs = clock.now();
  const instants = [
    ...state.followed.map(readDeadlineMs),
    ...state.pending.flatMap(({ extract, notBeforeMs }) => [extract.deadlineMs, notBeforeMs]),
  ];
  const ahead = instants.map((instant) => instant - nowMs).filter((ms) => ms > 0);
  return Math.min(backoffMs(Math.max(0, idle - 1)), ...ahead);
}
