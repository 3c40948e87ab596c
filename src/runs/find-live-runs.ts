import { isShardliftError } from "../errors.ts";
import type { JobRun, JobRunState } from "../ports.ts";
import { isRunKey, specKey } from "./keys.ts";
import { parseRunSpec } from "./run-spec.ts";
import type { RunsEngineOptions } from "./types.ts";

/** A run that may be joined, and the days it does. */
export interface LiveRun {
  run: JobRun;
  runKey: string;
  dayKeys: ReadonlySet<string>;
}

/**
 * Lists what may be joined: alive, not about to be stopped, young enough for its work to be committed, and with a
 * spec of ours. Runs of other keys, forms or origin are none of our business.
 * @param specs day keys by run key, as far as they were read; grows
 */
export async function findLiveRuns(
  { store, jobRuns, clock, maxRunMs }: RunsEngineOptions,
  specs: Map<string, ReadonlySet<string>>,
): Promise<LiveRun[]> {
  const oldestMs = clock.now() - maxRunMs;
  const found: LiveRun[] = [];
  for await (const run of jobRuns.list()) {
    if (run.startedAtMs <= oldestMs) break;
    const { runKey } = run;
    if (!isJoinable(run.state) || runKey === null || !isRunKey(runKey)) continue;
    const dayKeys = specs.get(runKey) ?? (await readDayKeys(store, runKey));
    if (dayKeys === null) continue;
    specs.set(runKey, dayKeys);
    found.push({ run, runKey, dayKeys });
  }
  return found;
}

/** Whether a run will go on by itself: one that is being stopped ends without its days. */
function isJoinable(state: JobRunState): boolean {
  return state === "waiting" || state === "running";
}

async function readDayKeys(
  store: RunsEngineOptions["store"],
  runKey: string,
): Promise<ReadonlySet<string> | null> {
  const key = specKey(runKey);
  const found = await store.get(key);
  if (found === null) return null;
  try {
    const spec = parseRunSpec(key, found.body);
    return new Set(spec.runKey === runKey ? spec.days.map((one) => one.key) : []);
  } catch (error) {
    // A newer release's or a spoilt one: whatever it does, its day keys cannot be ours.
    if (isShardliftError(error)) return new Set();
    throw error;
  }
}
