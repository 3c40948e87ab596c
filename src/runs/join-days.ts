import type { LiveRun } from "./find-live-runs.ts";
import type { DayWork, FollowedRun, RunsState } from "./types.ts";

/**
 * Gives each day the oldest live run with its key: pending days are joined, and days that follow a younger run (two
 * commands started at once, a start was doubled) go over to the older one. What the younger writes is in folders of
 * its own, for repair.
 */
export function joinDays(state: RunsState, live: readonly LiveRun[]): void {
  noteStarts(state, live);
  const candidates = [...state.followed, ...live.map(buildFollowed)];
  const choose = (work: DayWork, current: FollowedRun | null): FollowedRun | null =>
    candidates
      .filter((candidate) => candidate.dayKeys.has(work.key))
      .reduce((oldest, candidate) => (isOlder(candidate, oldest) ? candidate : oldest), current);
  const assigned = [
    ...state.followed.flatMap((run) => run.works.map((work) => ({ work, run: choose(work, run) }))),
    ...state.pending.map((work) => ({ work, run: choose(work, null) })),
  ];
  state.pending = assigned.filter(({ run }) => run === null).map(({ work }) => work);
  state.followed = collectRuns(state.followed, assigned);
}

/** The service's time of a run of ours, as soon as it is told. */
function noteStarts(state: RunsState, live: readonly LiveRun[]): void {
  for (const followed of state.followed) {
    followed.startedAtMs ??= live.find(({ run }) => run.id === followed.id)?.run.startedAtMs ?? null;
  }
}

function buildFollowed({ run, runKey, dayKeys }: LiveRun): FollowedRun {
  return {
    id: run.id,
    runKey,
    startedAtMs: run.startedAtMs,
    dayKeys,
    works: [],
    isTold: false,
    faults: 0,
    misses: 0,
  };
}

/** Of two that began at once the lower id; one whose start is not told yet is the younger. */
function isOlder(a: FollowedRun, b: FollowedRun | null): boolean {
  if (b === null) return true;
  const [aMs, bMs] = [a.startedAtMs ?? Number.POSITIVE_INFINITY, b.startedAtMs ?? Number.POSITIVE_INFINITY];
  return aMs === bMs ? a.id < b.id : aMs < bMs;
}

function collectRuns(
  known: readonly FollowedRun[],
  assigned: readonly { work: DayWork; run: FollowedRun | null }[],
): FollowedRun[] {
  const runs = new Map<string, FollowedRun>();
  for (const { work, run } of assigned) {
    if (run === null) continue;
    const base = runs.get(run.id) ?? { ...(known.find(({ id }) => id === run.id) ?? run), works: [] };
    runs.set(run.id, { ...base, works: [...base.works, work] });
  }
  return [...runs.values()];
}
