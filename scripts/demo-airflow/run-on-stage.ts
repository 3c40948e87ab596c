import { resolve } from "node:path";
import type { Day } from "../../src/days/day.ts";
import { airflows, findAirflowPython } from "../testing/airflow.ts";
import type { AirflowRelease } from "./airflow-variables.ts";
import { buildEvenings } from "./build-evenings.ts";
import { createDemoSite } from "./demo-site.ts";
import { receiveAlerts } from "./receive-alerts.ts";
import { createSchedules, type Stage, say } from "./stage.ts";
import { startAirflow } from "./start-airflow.ts";

const folder = resolve(".shardlift/demo-airflow");
/** The notes of the evenings name days. */
const startDay = "2026-11-10" as Day;

/** Further back than there are evenings. */
const schedulesBackMinutes = 10;

/**
 * Installs Airflow where it is not there, starts it over an empty world, and ends all of it whatever happens, on
 * Ctrl-C too.
 * @returns the exit code
 */
export async function runOnStage(
  release: AirflowRelease,
  work: (stage: Stage) => Promise<number>,
): Promise<number> {
  const title = airflows[`airflow${release}`];
  console.log(`${title} in .cache/airflow${release}; the first time it is installed, which takes minutes`);
  const python = findAirflowPython(`airflow${release}`);
  if (python === null) {
    console.error(`this cannot run here: no Python 3.11 with pip, which ${title} is installed by`);
    return 64;
  }
  const stopping = new AbortController();
  const endings: (() => unknown)[] = [];
  const signals = listenForSignals(stopping);
  try {
    const stage = await openStage(release, resolve(python), stopping.signal, endings);
    return await work(stage);
  } catch (error) {
    if (!stopping.signal.aborted) console.error(`\ndemo failed: ${(error as Error).message}`);
    return 1;
  } finally {
    for (const end of endings.reverse()) await end();
    signals.passOn();
  }
}

async function openStage(
  release: AirflowRelease,
  python: string,
  signal: AbortSignal,
  endings: (() => unknown)[],
): Promise<Stage> {
  const site = await createDemoSite(folder);
  const nextSchedule = createSchedules(Date.now(), schedulesBackMinutes);
  await site.compile(nextSchedule());
  const alerts = await receiveAlerts();
  endings.push(() => alerts.close());
  const variables = { SHARDLIFT_DEMO_WEBHOOK: alerts.url };
  const airflow = await startAirflow({ release, python, folder, variables, signal });
  endings.push(() => airflow.end());
  say(`Airflow answers on ${airflow.origin}; its home and the demo's world are in .shardlift/demo-airflow`);
  return { airflow, site, world: buildEvenings(startDay), alerts, nextSchedule, signal };
}

function listenForSignals(stopping: AbortController): { passOn(): void } {
  let received: NodeJS.Signals | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      received = signal;
      stopping.abort();
    });
  }
  return {
    // As if nobody had listened: whoever started this sees the signal.
    passOn: () => received !== null && process.kill(process.pid, received),
  };
}
