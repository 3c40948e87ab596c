/**
 * The demo under a real Airflow on this machine: its scheduler runs what `shardlift compile` made of the demo's
 * pipelines. The last line is `demo ok: N days, N rows, N differences`.
 */
import { resolve } from "node:path";
import type { Day } from "../src/days/day.ts";
import { buildEvenings } from "./demo-airflow/build-evenings.ts";
import { createDemoSite } from "./demo-airflow/demo-site.ts";
import { playDemo } from "./demo-airflow/play-demo.ts";
import { receiveAlerts } from "./demo-airflow/receive-alerts.ts";
import { createSchedules, say } from "./demo-airflow/stage.ts";
import { startAirflow } from "./demo-airflow/start-airflow.ts";
import { parseOptions } from "./parse-options.ts";
import { airflows, findAirflowPython } from "./testing/airflow.ts";

const usage = "usage: npm run demo:airflow [-- --airflow 2|3]";
const { airflow: release } = parseOptions(usage, { airflow: { type: "string", default: "3" } });
if (release !== "2" && release !== "3") {
  console.error(`there is no Airflow ${release} here\n${usage}`);
  process.exit(64);
}
const title = airflows[`airflow${release}`];
console.log(`${title} in .cache/airflow${release}; the first time it is installed, which takes some minutes`);
const found = findAirflowPython(`airflow${release}`);
if (found === null) {
  console.error(`demo:airflow cannot run here: no Python 3.11 with pip, which ${title} is installed by`);
  process.exit(64);
}

const stopping = new AbortController();
let stoppedBy: NodeJS.Signals | null = null;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stoppedBy = signal;
    stopping.abort();
  });
}

const endings: (() => unknown)[] = [];
try {
  process.exitCode = await run(resolve(found), release);
} catch (error) {
  if (stoppedBy === null) {
    console.error(`\ndemo failed: ${(error as Error).message}`);
    process.exitCode = 1;
  }
} finally {
  for (const end of endings.reverse()) await end();
  // As if nobody had listened: whoever started this sees the signal.
  if (stoppedBy !== null) process.kill(process.pid, stoppedBy);
}

async function run(python: string, release: "2" | "3"): Promise<number> {
  const { signal } = stopping;
  const folder = resolve(".shardlift/demo-airflow");
  const world = buildEvenings("2026-11-10" as Day);
  const site = await createDemoSite(folder);
  const nextSchedule = createSchedules(Date.now(), 10);
  await site.compile(nextSchedule());
  const alerts = await receiveAlerts();
  endings.push(() => alerts.close());
  const variables = { SHARDLIFT_DEMO_WEBHOOK: alerts.url };
  const airflow = await startAirflow({ release, python, folder, variables, signal });
  endings.push(() => airflow.end());
  say(`Airflow answers on ${airflow.origin}; its home and the demo's world are in .shardlift/demo-airflow`);
  return playDemo({ airflow, site, world, alerts, nextSchedule, signal });
}
