import { formatPlural } from "../../src/plan/format.ts";
import { finishDemo } from "./finish-demo.ts";
import { playBackfill } from "./play-backfill.ts";
import { openEvening, playEvening, playLateEvenings } from "./play-evenings.ts";
import { playOverlap } from "./play-overlap.ts";
import { backfillDag, followerDag, pipelineDags, type Stage } from "./stage.ts";
import { waitFor } from "./watch-run.ts";

/** The story, by runs of a real scheduler. @returns the exit code: 65 where anything differs */
export async function playDemo(stage: Stage): Promise<number> {
  await meetDags(stage);
  const [first, second, third, fourth] = stage.world.evenings;
  await playLateEvenings(stage, first!, second!);
  await playEvening(stage, third!);
  await playBackfill(stage);
  await openEvening(stage, fourth!);
  await playOverlap(stage);
  return finishDemo(stage);
}

const wanted = [...pipelineDags, backfillDag, followerDag];

/** As on any Airflow: what was compiled appears, paused. */
async function meetDags({ airflow: { api }, signal }: Stage): Promise<void> {
  const dags = await waitFor("the DAGs", { signal }, async () => {
    const found = await api.listDags();
    return wanted.every((dag) => found.includes(dag)) ? found : null;
  });
  const errors = await api.listImportErrors();
  if (errors.length > 0) throw new Error(`Airflow cannot import the DAGs: ${errors.join("\n")}`);
  for (const dag of [backfillDag, followerDag]) await api.unpause(dag);
  console.log(`  ${formatPlural(dags.length, "DAG")}: ${dags.join(", ")}`);
}
