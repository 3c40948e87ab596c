import { isShardliftError } from "../errors.ts";
import type { DayOutcome, EngineContext, JobRun, JobRunState, RunCost, RunExplanation } from "../ports.ts";
import { buildFailures } from "./fail-days.ts";
import { readDayOutcome } from "./read-day-outcome.ts";
import { buildLateRunError, buildLostRunError, buildUnreadableRunError } from "./run-errors.ts";
import { readProgress } from "./run-progress.ts";
import { stopRun } from "./stop-run.ts";
import { tellEnded } from "./tell-run.ts";
import type { FollowedRun, RunsEngineOptions } from "./types.ts";

/** Reads in a row that may fail: at up to a minute each, a service that is away for a quarter of an hour. */
const maxFaults = 20;
/** Reads in a row that may not know the run: a service may need a moment to know what it has just begun. */
const maxMisses = 3;
const secondsPerHour = 3600;

/**
 * Looks once at a run. What it wrote becomes outcomes only once it has ended for good: a report of a run that is
 * alive says nothing yet, since its folder may still grow.
 * @returns null where it is to be looked at again
 */
export async function followRun(
  options: RunsEngineOptions,
  followed: FollowedRun,
  context: EngineContext,
): Promise<DayOutcome[] | null> {
  const { jobRuns, clock } = options;
  const look = await readRun(options, followed);
  if ("error" in look) return buildFailures(followed.works, look.error);
  const { run } = look;
  if (run !== null && hasEnded(run.state)) {
    return readOutcomes(options, run, followed, context);
  }
  if (clock.now() >= readDeadlineMs(followed)) {
    await stopRun(jobRuns, followed.id);
    return buildFailures(followed.works, buildLateRunError(followed.id, jobRuns.location));
  }
  if (run?.state === "running") await tellProgress(options, followed, context);
  return null;
}

async function readOutcomes(
  options: RunsEngineOptions,
  run: JobRun,
  followed: FollowedRun,
  context: EngineContext,
): Promise<DayOutcome[]> {
  let explanation: Promise<RunExplanation> | null = null;
  // Asked for once, and only where a day has no report of its own.
  const explain = () => {
    explanation ??= options.jobRuns.explain(run);
    return explanation;
  };
  const cost = buildRunCost(options, run, followed);
  tellEnded(run, cost, context);
  const ended = { run, runKey: followed.runKey, cost, explain };
  const outcomes: DayOutcome[] = [];
  for (const work of followed.works) outcomes.push(await readDayOutcome(options, ended, work));
  return outcomes;
}

/** The same for whoever follows the run. */
function buildRunCost(
  { dpuHourUsd }: RunsEngineOptions,
  { id, dpuSeconds }: JobRun,
  { dayKeys }: FollowedRun,
): RunCost {
  const isPriced = dpuSeconds !== null && dpuHourUsd !== null;
  const usd = isPriced ? Math.round((dpuSeconds / secondsPerHour) * dpuHourUsd * 10_000) / 10_000 : null;
  return { id, days: dayKeys.size, dpuSeconds, usd };
}

/** Of several deadlines the first counts: the run cannot end for one day alone. */
export function readDeadlineMs({ works }: FollowedRun): number {
  return Math.min(...works.map(({ extract }) => extract.deadlineMs));
}

/** @returns a null run where nothing is known yet, an error where nothing more is to be hoped for. */
async function readRun(
  { jobRuns }: RunsEngineOptions,
  followed: FollowedRun,
): Promise<{ run: JobRun | null } | { error: unknown }> {
  const { id } = followed;
  try {
    const run = await jobRuns.read(id);
    followed.faults = 0;
    followed.misses = run === null ? followed.misses + 1 : 0;
    followed.startedAtMs ??= run?.startedAtMs ?? null;
    return followed.misses >= maxMisses ? { error: buildLostRunError(id, jobRuns.location) } : { run };
  } catch (error) {
    followed.faults += 1;
    if (!isShardliftError(error) || !error.retryable) return { error };
    const isHopeless = followed.faults >= maxFaults;
    return isHopeless ? { error: buildUnreadableRunError(id, jobRuns.location, error) } : { run: null };
  }
}

function hasEnded(state: JobRunState): boolean {
  switch (state) {
    case "succeeded":
    case "failed":
    case "stopped":
    case "timed out":
      return true;
    case "waiting":
    case "running":
    case "stopping":
      return false;
    default:
      return state satisfies never;
  }
}

async function tellProgress(
  { store }: RunsEngineOptions,
  { runKey, id, works }: FollowedRun,
  context: EngineContext,
): Promise<void> {
  for (const { key, rows, bytes } of await readProgress(store, runKey, id)) {
    const work = works.find((one) => one.key === key);
    if (work !== undefined) context.onRows(work.extract.day, work.extract.family, rows, bytes);
  }
}
