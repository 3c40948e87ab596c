import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { type Day, listDays, parseDay } from "../../src/days/day.ts";
import { demoApp } from "../../src/generate/demo-app.ts";
import { formatPlural } from "../../src/plan/format.ts";
import type { Call } from "./demo-site.ts";
import { backfillDag as dag, insist, type Stage, say, tellMessage } from "./stage.ts";
import { renderTasks, waitFor, waitForFailure, waitForSuccess } from "./watch-run.ts";

const batchDays = 4;
const findWithinMs = 120_000;

/** A backfill by its form, one of whose commands is killed while it works; Airflow runs that one again. */
export async function playBackfill(stage: Stage): Promise<void> {
  const { first, last } = stage.world.history;
  const form = {
    pipeline: demoApp.name,
    first_day: first,
    last_day: last,
    batch_days: batchDays,
    at_once: 2,
  };
  say(`A backfill by the form: ${JSON.stringify(form)}`);
  const run = await stage.airflow.api.trigger(dag, form);
  const killed = await killInTheMiddle(stage);
  console.log(`  killed process ${killed.pid} with SIGKILL: ${killed.words.slice(-2).join(" ")}`);
  const tasks = await waitForSuccess(stage.airflow.api, dag, run, stage.signal);
  console.log(`  ${renderTasks(tasks)}`);
  const batches = tasks.filter(({ task }) => task === "batch");
  const expected = Math.ceil(listDays({ first, last }).length / batchDays);
  insist(
    batches.length === expected,
    `${formatPlural(expected, "batch")} were planned, ${batches.length} ran`,
  );
  insist(
    batches.some(({ tries }) => tries > 1),
    "Airflow should have run the killed batch again",
  );
  await startAgain(stage, form);
  await startWrong(stage, { ...form, first_day: last, last_day: first });
}

/** The same form once more finds nothing to do. */
async function startAgain({ airflow: { api }, signal }: Stage, form: Record<string, unknown>): Promise<void> {
  const tasks = await waitForSuccess(api, dag, await api.trigger(dag, form), signal);
  console.log(`  the same form again: ${renderTasks(tasks)}`);
  insist(
    tasks.every(({ state }) => state === "skipped"),
    "a backfill that is done has nothing to do",
  );
}

/** What a command refuses fails at once, however many retries there are, and people are told. */
async function startWrong(stage: Stage, form: Record<string, unknown>): Promise<void> {
  const { airflow, alerts, signal } = stage;
  console.log("  the same form with its days in the wrong order:");
  const tasks = await waitForFailure(airflow.api, dag, await airflow.api.trigger(dag, form), signal);
  const plan = tasks.find(({ task }) => task === "plan");
  insist(plan?.state === "failed" && plan.tries === 1, `plan should fail at once: ${renderTasks(tasks)}`);
  const told = await waitFor("a message", { signal }, async () => {
    return alerts.messages.find(({ title }) => title.includes("plan failed")) ?? null;
  });
  tellMessage(stage, told);
}

/** Ends a batch without a word when it has committed some of its days and not all. */
async function killInTheMiddle({ site, signal }: Stage): Promise<Call> {
  const heads = join(site.folder, "lake-airflow", demoApp.name, demoApp.family, "_heads");
  const deadlineMs = Date.now() + findWithinMs;
  while (Date.now() < deadlineMs) {
    signal.throwIfAborted();
    for (const call of await site.listCalls()) {
      const days = readDays(call);
      const committed = days.filter((day) => hasHead(heads, day));
      if (committed.length === 0 || committed.length === days.length) continue;
      if (await site.kill(call)) return call;
    }
    await sleepFor(10);
  }
  throw new Error("no batch of the backfill was seen in the middle of its work");
}

/** Days of a command that backfills. */
function readDays({ words }: Call): Day[] {
  if (words[0] !== "backfill") return [];
  const [first, last] = words[words.indexOf("--days") + 1]!.split("..").map(parseDay);
  return listDays({ first: first!, last: last! });
}

function hasHead(folder: string, day: Day): boolean {
  return existsSync(folder) && readdirSync(folder).includes(`${day}.json`);
}
