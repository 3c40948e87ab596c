import type { TaskRun } from "./airflow-api.ts";
import { fireSchedules } from "./play-evenings.ts";
import { insist, type Stage, shopDag } from "./stage.ts";
import { renderTasks, waitForSuccess } from "./watch-run.ts";

/** Tasks that move days: each day is moved by one of the runs. */
const movers = ["extract", "load", "refresh"];

/** A scheduled run and one by hand, of the same pipeline at the same time. */
export async function playOverlap(stage: Stage): Promise<void> {
  const { api } = stage.airflow;
  const scheduled = await fireSchedules(stage);
  const manual = await api.trigger(shopDag);
  console.log("  somebody starts shardlift__web-shop by hand at the same moment");
  const ended = new Map<string, TaskRun[]>();
  for (const [dag, run] of [...scheduled, [shopDag, manual] as const]) {
    const tasks = await waitForSuccess(api, dag, run, stage.signal);
    console.log(`  ${dag} (${run.split("__")[0]}): ${renderTasks(tasks)}`);
    if (dag === shopDag) ended.set(run, tasks);
  }
  requireOneOfTwo([...ended.values()]);
}

function requireOneOfTwo(runs: readonly TaskRun[][]): void {
  const states = movers.map((mover) =>
    runs.map((tasks) => tasks.find(({ task }) => task === mover)?.state ?? "none"),
  );
  insist(
    states.every((pair) => pair.includes("success")),
    "one of the two runs should have moved the days",
  );
  insist(
    states.some((pair) => pair.includes("skipped")),
    "one of the two runs should have found nothing to do",
  );
}
