import { setTimeout as sleepFor } from "node:timers/promises";
import type { AirflowApi, DagRun, TaskRun } from "./airflow-api.ts";

/** Between two looks at Airflow. */
const lookMs = 400;

/** Asks until there is an answer. @param what completes "waited in vain for" */
export async function waitFor<T>(
  what: string,
  { signal, withinMs = 180_000 }: { signal: AbortSignal; withinMs?: number },
  ask: () => Promise<T | null>,
): Promise<T> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await sleepFor(lookMs, undefined, { signal });
  }
}

/** The scheduler's own run that was not there before. */
export function waitForScheduled(
  api: AirflowApi,
  dag: string,
  known: readonly string[],
  signal: AbortSignal,
): Promise<DagRun> {
  return waitFor(`a scheduled run of ${dag}`, { signal }, async () => {
    const runs = await api.listRuns(dag);
    return runs.find(({ id, type }) => type === "scheduled" && !known.includes(id)) ?? null;
  });
}

/** @returns the tasks of a run that has ended well */
export function waitForSuccess(
  api: AirflowApi,
  dag: string,
  run: string,
  signal: AbortSignal,
): Promise<TaskRun[]> {
  return waitForEnd("success", { api, dag, run, signal });
}

/** @returns the tasks of a run that has failed, as it should */
export function waitForFailure(
  api: AirflowApi,
  dag: string,
  run: string,
  signal: AbortSignal,
): Promise<TaskRun[]> {
  return waitForEnd("failed", { api, dag, run, signal });
}

interface Watched {
  api: AirflowApi;
  dag: string;
  run: string;
  signal: AbortSignal;
}

async function waitForEnd(state: string, { api, dag, run, signal }: Watched): Promise<TaskRun[]> {
  const ended = await waitFor(`the end of ${dag} ${run}`, { signal }, async () => {
    const found = (await api.listRuns(dag)).find(({ id }) => id === run);
    return found !== undefined && ["success", "failed"].includes(found.state) ? found : null;
  });
  const tasks = await api.listTasks(dag, run);
  if (ended.state !== state) throw new Error(`${dag} ${run} ended as ${ended.state}: ${renderTasks(tasks)}`);
  return tasks;
}

/** `wait success, extract success, crawl skipped`, in the order of their names' chain. */
export function renderTasks(tasks: readonly TaskRun[]): string {
  const place = ({ task }: TaskRun) => chain.indexOf(task);
  return [...tasks]
    .sort((a, b) => place(a) - place(b) || a.index - b.index)
    .map(
      ({ task, index, state, tries }) =>
        `${task}${index < 0 ? "" : `[${index}]`} ${state}${tries > 1 ? ` at try ${tries}` : ""}`,
    )
    .join(", ");
}

const chain = ["plan", "batch", "wait", "extract", "crawl", "load", "refresh", "prune", "reconcile"];
