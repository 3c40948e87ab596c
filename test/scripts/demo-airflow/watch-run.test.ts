import { expect, test } from "vitest";
import type { AirflowApi, DagRun, TaskRun } from "../../../scripts/demo-airflow/airflow-api.ts";
import {
  renderTasks,
  waitFor,
  waitForFailure,
  waitForScheduled,
  waitForSuccess,
} from "../../../scripts/demo-airflow/watch-run.ts";

const { signal } = new AbortController();
const tasks: TaskRun[] = [
  { task: "batch", index: 1, state: "success", tries: 2 },
  { task: "plan", index: -1, state: "success", tries: 1 },
  { task: "batch", index: 0, state: null, tries: 0 },
];

/** An Airflow whose runs are these. */
function answer(...runs: DagRun[]): AirflowApi {
  return { listRuns: async () => runs, listTasks: async () => tasks } as unknown as AirflowApi;
}

test("tasks are told in their order, with the try that it was", () => {
  expect(renderTasks(tasks)).toBe("plan success, batch[0] null, batch[1] success at try 2");
});

test("a scheduled run is one that the scheduler made, and that was not there", async () => {
  const runs = [
    { id: "old", type: "scheduled", state: "success" },
    { id: "hand", type: "manual", state: "running" },
    { id: "new", type: "scheduled", state: "running" },
  ];
  expect(await waitForScheduled(answer(...runs), "d", ["old"], signal)).toEqual(runs[2]);
});

test("a run that ends otherwise than the story has it is an error that names its tasks", async () => {
  const failed = answer({ id: "r", type: "manual", state: "failed" });
  await expect(waitForSuccess(failed, "d", "r", signal)).rejects.toThrow("ended as failed: plan success");
  expect(await waitForFailure(failed, "d", "r", signal)).toBe(tasks);
});

test("what does not come in time is named", async () => {
  const never = waitFor("Godot", { signal, withinMs: -1 }, async () => null);
  await expect(never).rejects.toThrow("waited in vain for Godot");
});

test("Ctrl-C ends the wait", async () => {
  const stopping = new AbortController();
  const waiting = waitFor("Godot", { signal: stopping.signal }, async () => {
    stopping.abort();
    return null;
  });
  await expect(waiting).rejects.toThrow("aborted");
});
