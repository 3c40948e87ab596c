import { join } from "node:path";
import { formatCount, formatPlural } from "../../src/plan/format.ts";
import { compareWarehouses } from "./compare-warehouses.ts";
import { followerDag, insist, type Stage, say } from "./stage.ts";
import { waitFor } from "./watch-run.ts";

interface Counts {
  days: number;
  rows: number;
  differences: number;
}

/** Counts every row at every hop, and compares the warehouse with one that no Airflow has touched. */
export async function finishDemo(stage: Stage): Promise<number> {
  await tellFollowers(stage);
  const total: Counts = { days: 0, rows: 0, differences: 0 };
  for (const { name } of stage.world.properties) {
    say(`$ shardlift reconcile --all --pipeline ${name} --environment airflow`);
    const found = await ask(stage, ["reconcile", "--all", "--json", "--pipeline", name], "airflow");
    const counts = `${formatPlural(found.days, "day")}, ${formatCount(found.rows)} rows`;
    console.log(`  ${counts}, ${formatPlural(found.differences, "difference")}`);
    for (const key of ["days", "rows", "differences"] as const) total[key] += found[key];
  }
  total.differences += await compareWithAlone(stage);
  const verdict = total.differences === 0 ? "demo ok" : "demo failed";
  const counts = `${total.days} days, ${formatCount(total.rows)} rows, ${total.differences} differences`;
  console.log(`\n${verdict}: ${counts}`);
  return total.differences === 0 ? 0 : 65;
}

/** Whoever follows a hot table was told which days came in. */
async function tellFollowers({ airflow, signal }: Stage): Promise<void> {
  const events = await airflow.api.listTableEvents();
  const told = events.filter(({ extra }) => Number(extra.count) > 0);
  insist(told.length > 0, "no DAG that follows a table was told of its days");
  say(`Those who follow a hot table were told ${told.length} times, such as`);
  console.log(`  ${told[0]!.uri}: ${JSON.stringify(told[0]!.extra)}`);
  const runs = await waitFor(`runs of ${followerDag}`, { signal }, async () => {
    const found = await airflow.api.listRuns(followerDag);
    return found.length > 0 && found.every(({ state }) => ["success", "failed"].includes(state))
      ? found
      : null;
  });
  insist(
    runs.every(({ state }) => state === "success"),
    `${followerDag} should have read the days that came in`,
  );
  console.log(`  ${followerDag}, which follows the shop's, has run ${formatPlural(runs.length, "time")}`);
}

/** The same source by commands alone, into an empty lake and warehouse. */
async function compareWithAlone(stage: Stage): Promise<number> {
  say("The same source lifted without Airflow, into a warehouse of its own, table by table:");
  for (const { name } of stage.world.properties) {
    await ask(stage, ["run", "--all", "--yes", "--json", "--pipeline", name], "alone");
  }
  const files = ["airflow", "alone"].map((name) => join(stage.site.folder, `${name}.duckdb`));
  const tables = await compareWarehouses(files[0]!, files[1]!);
  for (const { table, rows, differences } of tables) {
    console.log(`  ${table}: ${formatCount(rows)} rows, ${formatPlural(differences, "difference")}`);
  }
  insist(
    tables.some(({ rows }) => rows > 0),
    "there is nothing to compare",
  );
  return tables.reduce((sum, { differences }) => sum + differences, 0);
}

async function ask({ site }: Stage, args: readonly string[], environment: string): Promise<Counts> {
  const { exitCode, stdout, stderr } = await site.run([...args, "--environment", environment]);
  if (exitCode !== 0 && exitCode !== 65)
    throw new Error(`shardlift ${args[0]} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as Counts;
}
