import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoTables } from "../../src/cli/demo/demo-config.ts";
import type { Warehouse } from "../../src/ports.ts";
import { missingSpark, sparkPython } from "../glue/spark-python.ts";
import { findServer, neededServer } from "../support/aws-servers.ts";
import { type CloudWorld, startCloudWorld } from "../support/cloud-world/cloud-world.ts";
import { compareLakes } from "../support/cloud-world/compare-lakes.ts";
import { renderCalls } from "../support/cloud-world/count-calls.ts";
import { type Compared, compareRelation, createCompared, readTranslation } from "./compare-warehouses.ts";

const isMissing = sparkPython === null || findServer("ministack") === null;
/** The demo has some 9,000 events a day; a share of them has each kind of odd row. */
const share = 0.05;
const title = "the demo with lake on S3, engine Glue, catalog Glue and warehouse Snowflake";

describe.skipIf(isMissing)(`${title}${missingSpark}${neededServer("ministack")}:`, () => {
  let world: CloudWorld;
  let snowflake: Warehouse;
  beforeAll(async () => {
    world = await startCloudWorld({ share, cores: 2, source: "files" });
    snowflake = world.openSnowflake();
  });
  afterAll(async () => {
    await snowflake?.close();
    await world?.end();
  });

  const pipelines = () => world.scenario.properties;
  const at = (phase: 0 | 1) => ["--now", new Date(world.scenario.phases[phase].nowMs).toISOString()];

  /** A command by its line of JSON, which is the last one of its output. */
  async function say(environment: string, args: readonly string[]): Promise<Record<string, unknown>> {
    const { stdout, stderr, exitCode } = await world.run([...args, "--environment", environment]);
    expect([stdout.split("\n").length, stderr]).toEqual([2, expect.any(String)]);
    return { exitCode, ...JSON.parse(stdout) };
  }

  /** What a run says of its days; catalog and environment are the cloud's own. */
  async function run(environment: string, pipeline: string, phase: 0 | 1) {
    const args = ["run", "--pipeline", pipeline, ...at(phase), "--json", "--progress", "none"];
    const { exitCode, outcome, days, rows, notable } = await say(environment, args);
    return { exitCode, outcome, days, rows, notable };
  }

  async function runPhase(phase: 0 | 1) {
    await world.publish(world.scenario.phases[phase]);
    const lines = [];
    for (const { name } of pipelines()) {
      const line = await run("cloud", name, phase);
      expect(line).toEqual(await run("local", name, phase));
      lines.push(line);
    }
    return lines;
  }

  test("script and job of each pipeline are put in place, once", async () => {
    for (const { name } of pipelines()) {
      const tasks = ["push-script", "ensure-job", "push-script", "ensure-job"];
      const exitCodes = [];
      for (const task of tasks) exitCodes.push((await say("cloud", [task, "--pipeline", name])).exitCode);
      // The script is one for all pipelines.
      expect(exitCodes).toEqual(name === "web-shop" ? [0, 0, 99, 99] : [99, 0, 99, 99]);
    }
    const jobs = [...world.glue.world.jobs.keys()];
    expect(jobs).toEqual(["shardlift-demo-web-shop", "shardlift-demo-puzzle-app"]);
    expect(Object.fromEntries(world.glue.world.tags)).toMatchObject(
      Object.fromEntries(
        jobs.map((job) => [
          `arn:aws:glue:eu-central-1:123456789012:job/${job}`,
          {
            team: "growth",
            cost_centre: "4711",
            environment: "cloud",
            pipeline: job.replace("shardlift-demo-", ""),
          },
        ]),
      ),
    );
  });

  test.each([0, 1] as const)(
    "run %i says what it says on one machine, by one Glue run a pipeline",
    async (phase) => {
      world.takeCalls();
      const lines = await runPhase(phase);
      const calls = world.takeCalls();
      console.info(`calls of run ${phase}:\n${renderCalls(calls)}`);
      expect(lines.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect(calls.glue).toMatchObject({ StartJobRun: 2, StartCrawler: 2 });
      const runs = [...world.glue.world.jobs.values()].map((job) => job.runs.map(({ state }) => state));
      expect(runs).toEqual([Array(phase + 1).fill("SUCCEEDED"), Array(phase + 1).fill("SUCCEEDED")]);
    },
  );

  test("both lakes hold the same rows, to the value", async () => {
    const lakes = [join(world.folder, "lake"), world.lakeFolder] as const;
    let [days, rows] = [0, 0];
    for (const { name, family } of pipelines()) {
      const compared = await compareLakes(lakes, `${name}/${family}`);
      expect(compared.differences).toEqual([]);
      days += compared.days;
      rows += compared.rows;
    }
    console.info(`lakes: ${rows} rows of ${days} days compared, 0 differences`);
    expect(days).toBe(21);
    expect(rows).toBeGreaterThan(10_000);
  });

  test("hot, cold, _all, _days and ledger are the same in Snowflake and in DuckDB", async () => {
    const pair = { path: join(world.folder, "warehouse.duckdb"), snowflake };
    const found: Compared = createCompared();
    for (const { name } of pipelines()) {
      const [, table = ""] = demoTables[name]!.split(".");
      const translation = await readTranslation(pair, table);
      for (const view of ["", "_cold", "_all", "_days", "_ledger"]) {
        await compareRelation(pair, `${table}${view}`, translation, found);
      }
    }
    console.info(
      `warehouses: ${found.rows} rows, ${found.values} values, ${found.differences.length} differences`,
    );
    expect(found.differences.slice(0, 10)).toEqual([]);
    expect(found.rows).toBeGreaterThan(25_000);
  });

  test("reconcile finds every row at every hop, the catalog's partitions among them", async () => {
    for (const { name } of pipelines()) {
      const args = ["reconcile", "--all", "--pipeline", name, ...at(1), "--json"];
      const { environment: _, ...line } = await say("cloud", args);
      const { environment: __, ...local } = await say("local", args);
      expect(line).toEqual(local);
      expect(line).toMatchObject({ exitCode: 0, outcome: "all balance", differences: 0 });
    }
  });

  test("a sample is tried by a run of its own, says what it says on one machine, and moves no head", async () => {
    const heads = await readHeads();
    const args = ["extract", "--sample", "50", "--pipeline", "web-shop", ...at(1), "--json"];
    const [cloud, local] = [await sample("cloud", args), await sample("local", args)];
    expect(cloud).toMatchObject([{ day: "2026-11-20", balance: { source: 50 }, run: { days: 1 } }]);
    for (const { files } of cloud) {
      expect(files).toEqual([
        expect.stringMatching(/^_runs\/[0-9a-f]{64}\/jr_[0-9a-f]+\/sample\/web-shop\//),
      ]);
      expect(existsSync(join(world.lakeFolder, files[0]!))).toBe(true);
    }
    expect(cloud.map(readRows)).toEqual(local.map(readRows));
    expect(await readHeads()).toEqual(heads);
  });

  interface Sample extends Record<string, unknown> {
    files: string[];
  }

  async function sample(environment: string, args: readonly string[]): Promise<Sample[]> {
    const line = await say(environment, args);
    expect(line).toMatchObject({ exitCode: 0, outcome: "done" });
    return line.sample as Sample[];
  }

  /** Where the files are, and what a run of Glue costs, is each environment's own. */
  const readRows = ({ files: _, location: __, run: ___, ...rest }: Sample) => rest;

  function readHeads(): Promise<string[]> {
    const folder = join(world.lakeFolder, "web-shop", "ga4_events", "_heads");
    return Promise.all([15, 19, 20].map((day) => readFile(join(folder, `2026-11-${day}.json`), "utf8")));
  }

  test("a third run asks for a list of each dataset, and of each day its files and its head: nothing else", async () => {
    world.takeCalls();
    for (const { name } of pipelines()) {
      expect(await run("cloud", name, 1)).toMatchObject({ exitCode: 0, outcome: "nothing to do", rows: 0 });
    }
    const { s3, s3Keys, ...others } = world.takeCalls();
    expect(others).toEqual({ bigQuery: {}, scriptS3: {}, glue: {}, logs: {}, snowflake: {} });
    expect(s3Keys.toSorted()).toEqual(pipelines().flatMap(listQuietCalls).toSorted());
  });

  /** The tenth of November left the window: it is looked at for retention alone. */
  function listQuietCalls({ name, dataset, family }: CloudWorld["scenario"]["properties"][number]): string[] {
    const days = Array.from({ length: 10 }, (_, index) => `2026-11-${11 + index}`);
    const kept = `shardlift/${name}/${family}`;
    const shards = days.flatMap((day) => {
      const compact = day.replaceAll("-", "");
      if (day !== "2026-11-20") return [`events_${compact}`];
      return name === "web-shop" ? [`events_intraday_${compact}`] : [];
    });
    return [
      `ListObjectsV2 bigquery/${dataset}/`,
      ...shards.map((table) => `ListObjectsV2 bigquery/${dataset}/${table}`),
      ...["2026-11-10", ...days].map((day) => `GetObject ${kept}/_heads/${day}.json`),
      `GetObject ${kept}/_outdated.json`,
    ];
  }
});
