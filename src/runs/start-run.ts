import { isShardliftError } from "../errors.ts";
import type { DayOutcome, JobStart } from "../ports.ts";
import { backoffMs } from "./backoff.ts";
import { sumBytes } from "./choose-batch.ts";
import { failDays } from "./fail-days.ts";
import { buildUnansweredError } from "./run-errors.ts";
import { buildRunSpec, buildSpecDay } from "./run-spec.ts";
import type { DayWork, RunSpec, RunsEngineOptions, RunsState } from "./types.ts";
import { writeSpec } from "./write-spec.ts";

/** Starts without an answer, and none of them seen in the list. */
const maxUnanswered = 4;

/**
 * Starts one run for days that no live run does. A start that was not answered is not repeated here: its days wait
 * until it must be in the list, are joined if it is, and started again if it is not.
 * @returns outcomes of days that cannot be started at all
 */
export async function startRun(
  options: RunsEngineOptions,
  state: RunsState,
  batch: readonly DayWork[],
  signal: AbortSignal,
): Promise<DayOutcome[]> {
  const { store, jobRuns, clock, scriptDigest, listLagMs } = options;
  const spec = buildRunSpec(
    batch.map(({ extract }) => buildSpecDay(extract)),
    scriptDigest,
  );
  let specKey: string;
  try {
    specKey = await writeSpec(store, spec, (fault) => clock.sleep(backoffMs(fault - 1), signal));
  } catch (error) {
    return failDays(state, batch, error);
  }
  try {
    const id = await jobRuns.start(buildStart(spec, specKey, batch));
    followStarted(state, id, spec, batch);
  } catch (error) {
    return holdBack(options, state, batch, error);
  }
  // Looked through once more at least.
  state.listUntilMs = clock.now() + Math.max(1, listLagMs);
  return [];
}

function buildStart({ runKey }: RunSpec, specKey: string, batch: readonly DayWork[]): JobStart {
  const { pipeline, sampleRows } = batch[0]!.extract;
  return {
    runKey,
    specKey,
    pipeline,
    ...(sampleRows === undefined ? {} : { sampleRows }),
    bytes: sumBytes(batch),
    deadlineMs: Math.min(...batch.map(({ extract }) => extract.deadlineMs)),
  };
}

function followStarted(state: RunsState, id: string, spec: RunSpec, batch: readonly DayWork[]): void {
  const dayKeys = new Set(spec.days.map(({ key }) => key));
  state.pending = state.pending.filter((work) => !batch.includes(work));
  state.followed.push({
    id,
    runKey: spec.runKey,
    startedAtMs: null,
    dayKeys,
    works: [...batch],
    isTold: false,
    faults: 0,
    misses: 0,
  });
  state.startedIds.push(id);
  state.specs.set(spec.runKey, dayKeys);
  state.refusals = 0;
}

/** What a start that rejected means for its days: wait for room, wait for the list, or fail. */
function holdBack(
  { clock, jobRuns, listLagMs }: RunsEngineOptions,
  state: RunsState,
  batch: readonly DayWork[],
  error: unknown,
): DayOutcome[] {
  if (isShardliftError(error) && error.retryable && error.code === "not-ready") {
    const untilMs = clock.now() + backoffMs(state.refusals);
    for (const work of state.pending) work.notBeforeMs = Math.max(work.notBeforeMs, untilMs);
    state.refusals += 1;
    return [];
  }
  if (!isShardliftError(error) || !error.retryable || error.code !== "outside") {
    return failDays(state, batch, error);
  }
  for (const work of batch) {
    work.unanswered += 1;
    work.notBeforeMs = clock.now() + listLagMs;
  }
  const given = batch.filter(({ unanswered }) => unanswered >= maxUnanswered);
  return failDays(state, given, buildUnansweredError(jobRuns.location, maxUnanswered, error));
}
