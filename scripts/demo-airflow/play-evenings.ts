import type { DemoPhase } from "../../src/generate/demo-types.ts";
import { formatCount, formatPlural } from "../../src/plan/format.ts";
import { insist, pipelineDags, type Stage, say, shopDag, tellMessage } from "./stage.ts";
import { renderTasks, waitFor, waitForScheduled, waitForSuccess } from "./watch-run.ts";

/** Looks at late data that must have been seen before the story goes on. */
const looks = 2;

/** The source on an evening, told; the clock of commands stands there. */
export async function openEvening(stage: Stage, evening: DemoPhase): Promise<void> {
  const instant = new Date(evening.nowMs).toISOString().slice(0, 16).replace("T", " ");
  say(`It is ${instant}.`);
  const { shards, rows } = await stage.site.publish(evening);
  console.log(`  ${formatPlural(shards, "shard")} with ${formatCount(rows)} events appeared`);
  for (const note of evening.notes) console.log(`  ${note}`);
}

/** Each schedule fires once more. @returns runs that the scheduler has made, by DAG */
export function fireSchedules(stage: Stage): Promise<Map<string, string>> {
  return awaitRuns(stage, () => stage.site.compile(stage.nextSchedule()));
}

/** People switch the DAGs on: their schedules have fired already. */
function switchOn(stage: Stage): Promise<Map<string, string>> {
  return awaitRuns(stage, async () => {
    for (const dag of pipelineDags) await stage.airflow.api.unpause(dag);
  });
}

async function awaitRuns(
  { airflow, signal }: Stage,
  cause: () => Promise<void>,
): Promise<Map<string, string>> {
  const known = await Promise.all(pipelineDags.map((dag) => airflow.api.listRuns(dag)));
  await cause();
  const runs = new Map<string, string>();
  for (const [index, dag] of pipelineDags.entries()) {
    const ids = known[index]!.map(({ id }) => id);
    runs.set(dag, (await waitForScheduled(airflow.api, dag, ids, signal)).id);
  }
  return runs;
}

export async function playEvening(stage: Stage, evening: DemoPhase): Promise<void> {
  await openEvening(stage, evening);
  await watchToEnd(stage, await fireSchedules(stage));
}

/** Waits for the end of each run and tells of it. */
export async function watchToEnd(
  { airflow, signal }: Stage,
  runs: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [dag, run] of runs) {
    console.log(`  ${dag}: ${renderTasks(await waitForSuccess(airflow.api, dag, run, signal))}`);
  }
}

/** A run waits for a day that is late; when late_after has passed, people are told, and it goes on without the day. */
export async function playLateEvenings(stage: Stage, late: DemoPhase, missing: DemoPhase): Promise<void> {
  const { airflow, alerts } = stage;
  await openEvening(stage, late);
  const runs = await switchOn(stage);
  await watchPokes(stage, runs.get(shopDag)!);
  insist(alerts.messages.length === 0, "somebody was told of a day that is merely late");
  await openEvening(stage, missing);
  await watchToEnd(stage, runs);
  const told = alerts.messages.filter(({ title }) => title.includes("missing"));
  insist(told.length === 1, `people should be told once of the missing day, not ${told.length} times`);
  tellMessage(stage, told[0]!);
  const [wait] = (await airflow.api.listTasks(shopDag, runs.get(shopDag)!)).filter(
    ({ task }) => task === "wait",
  );
  insist(wait?.state === "success", "wait should have ended without the missing day");
}

/** An answer of 75 must put the task off, without holding a worker, more than once. */
async function watchPokes({ airflow, signal }: Stage, run: string): Promise<void> {
  let wasPutOff = false;
  let seen = 0;
  await waitFor("pokes for the late day", { signal }, async () => {
    const tasks = await airflow.api.listTasks(shopDag, run);
    const isPutOff = tasks.find(({ task }) => task === "wait")?.state === "up_for_reschedule";
    if (isPutOff && !wasPutOff) seen += 1;
    wasPutOff = isPutOff;
    insist(
      tasks.every(({ task, state }) => task === "wait" || state === null),
      "nothing runs before the late day",
    );
    return seen >= looks ? seen : null;
  });
  console.log(`  ${shopDag}: wait was asked ${looks} times, answered 75 and is up_for_reschedule`);
}
