/**
 * The demo under a real Airflow on this machine: its scheduler runs what `shardlift compile` made of the demo's
 * pipelines. The last line is `demo ok: N days, N rows, N differences`.
 */
import { playDemo } from "./demo-airflow/play-demo.ts";
import { runOnStage } from "./demo-airflow/run-on-stage.ts";
import { parseOptions } from "./parse-options.ts";

const usage = "usage: npm run demo:airflow [-- --airflow 2|3]";
const { airflow: release } = parseOptions(usage, { airflow: { type: "string", default: "3" } });
if (release === "2" || release === "3") {
  process.exitCode = await runOnStage(release, playDemo);
} else {
  console.error(`there is no Airflow ${release} here\n${usage}`);
  process.exitCode = 64;
}
