import type { EngineContext, JobRun, RunCost } from "../ports.ts";
import type { FollowedRun, RunsEngineOptions, RunsState } from "./types.ts";

/** Once for each run: people look it up by its id. */
export function tellFollowed(
  { jobRuns }: RunsEngineOptions,
  { startedIds }: RunsState,
  followed: FollowedRun,
  { onStep }: EngineContext,
): void {
  if (followed.isTold) return;
  followed.isTold = true;
  const days = followed.works.map(({ extract }) => extract.day).sort();
  const span = days.length === 1 ? days[0] : `${days.length} days, ${days[0]} to ${days.at(-1)}`;
  const verb = startedIds.includes(followed.id) ? "started" : "joined, which was on already";
  onStep?.(`${jobRuns.location}: run ${followed.id} ${verb}, for ${span}`);
}

/** How it ended, how long it ran, and what it cost. */
export function tellEnded({ id, state, seconds }: JobRun, cost: RunCost, { onStep }: EngineContext): void {
  const { dpuSeconds, usd } = cost;
  const bill = [
    ...(dpuSeconds === null ? [] : [`${Math.round(dpuSeconds)} DPU seconds`]),
    ...(usd === null ? [] : [`about ${usd.toFixed(2)} USD`]),
  ];
  onStep?.([`run ${id} ${state} after ${Math.round(seconds)} s`, ...bill].join(", "));
}
