import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingSpark, sparkPython } from "../glue/spark-python.ts";
import { findServer, neededServer } from "../support/aws-servers.ts";
import { type CloudWorld, startCloudWorld } from "../support/cloud-world/cloud-world.ts";
import { compareLakes } from "../support/cloud-world/compare-lakes.ts";
import { renderCalls } from "../support/cloud-world/count-calls.ts";
import { waitForEnd } from "../support/site.ts";
import {
  countLarge,
  findBucket,
  findExtractsLake,
  findGoogle,
  restateTable,
  watchRemovals,
} from "./cloud-extracts.ts";

const isMissing = sparkPython === null || findServer("ministack") === null;
const title = "the demo from BigQuery by Glue into S3, its catalog and Snowflake";

describe.skipIf(isMissing)(`${title}${missingSpark}${neededServer("ministack")}:`, () => {
  let world: CloudWorld;
  beforeAll(async () => {
    world = await startCloudWorld({ share: 0.05, cores: 2, source: "bigquery" });
    for (const { name } of world.scenario.properties) {
      for (const task of ["push-script", "ensure-job"]) await say("cloud", name, [task]);
    }
  });
  afterAll(() => world?.end());

  async function say(environment: string, pipeline: string, args: readonly string[]) {
    const line = [...args, "--environment", environment, "--pipeline", pipeline];
    const { stdout, stderr, exitCode } = await world.run(line);
    expect([0, 99], stderr).toContain(exitCode);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** A run of each pipeline in one environment. @returns rows and days of each */
  async function runAll(environment: string, phase: 0 | 1) {
    const now = new Date(world.scenario.phases[phase].nowMs).toISOString();
    const found = [];
    for (const { name } of world.scenario.properties) {
      const args = ["run", "--json", "--progress", "none", "--now", now];
      const { outcome, days, rows, notable } = await say(environment, name, args);
      found.push({ name, outcome, days, rows, notable });
    }
    return found;
  }

  test("two runs three days apart lift what files of the same tables give, to the value", async () => {
    for (const phase of [0, 1] as const) {
      await world.publish(world.scenario.phases[phase]);
      world.takeCalls();
      const lines = await runAll("cloud", phase);
      const calls = world.takeCalls();
      console.info(`calls of run ${phase}:\n${renderCalls(calls)}`);
      expect(lines).toEqual(await runAll("local", phase));
      expect(calls.glue).toMatchObject({ StartJobRun: 2 });
      // Metadata by commands, rows by the script: no query, no job.
      expect(Object.keys(calls.bigQuery).filter((method) => /jobs|quer/i.test(method))).toEqual([]);
      expect(calls.bigQuery).toMatchObject({ "tables.list": 2, CreateReadSession: expect.any(Number) });
    }
    const lakes = [join(world.folder, "lake"), world.lakeFolder] as const;
    let [days, rows] = [0, 0];
    for (const { name, family } of world.scenario.properties) {
      const compared = await compareLakes(lakes, `${name}/${family}`);
      expect(compared.differences).toEqual([]);
      days += compared.days;
      rows += compared.rows;
    }
    console.info(`lakes: ${rows} rows of ${days} days compared, 0 differences`);
    expect(days).toBe(21);
    expect(rows).toBeGreaterThan(10_000);
  });

  test("reconcile finds every row at every hop", async () => {
    const now = new Date(world.scenario.phases[1].nowMs).toISOString();
    for (const { name } of world.scenario.properties) {
      const line = await say("cloud", name, ["reconcile", "--all", "--json", "--now", now]);
      expect(line).toMatchObject({ outcome: "all balance", differences: 0 });
    }
  });

  test("a third run: one list a dataset, one metadata get and one head get a day, no Glue, no Snowflake", async () => {
    world.takeCalls();
    expect((await runAll("cloud", 1)).map(({ outcome }) => outcome)).toEqual(Array(2).fill("nothing to do"));
    const { bigQuery, s3Keys, ...others } = world.takeCalls();
    const { "tables.list": lists, "tables.get": gets, ...more } = bigQuery;
    // Ten days of the shop, nine of the app, whose tenth has no table yet; tokens are asked for once a command.
    expect({ lists, gets }).toEqual({ lists: 2, gets: 19 });
    expect(Object.keys(more).filter((method) => !/token/i.test(method))).toEqual([]);
    const heads = s3Keys.filter((call) => call.includes("/_heads/"));
    // Ten days of each, and the one that just left the window, looked at for retention alone.
    expect(heads).toHaveLength(22);
    expect(s3Keys.filter((call) => !heads.includes(call))).toEqual([
      expect.stringMatching(/^GetObject .*_outdated\.json$/),
      expect.stringMatching(/^GetObject .*_outdated\.json$/),
    ]);
    expect(others).toMatchObject({ glue: {}, scriptS3: {}, logs: {}, snowflake: {} });
    expect([others.glue, others.snowflake]).toEqual([{}, {}]);
  });

  test("by extract jobs: a killed command's run and jobs are joined, a table restated meanwhile is extracted again, and objects go once their day's head is there", async () => {
    const { name, dataset, family } = world.scenario.properties[1]!;
    const at = ["--now", new Date(world.scenario.phases[1].nowMs).toISOString()];
    for (const task of ["push-script", "ensure-job"]) await say("extracts", name, [task]);
    const extract = () =>
      world.start([
        ...["extract", "--days", "2026-11-10..2026-11-19", "--progress", "lines", ...at],
        ...["--environment", "extracts", "--pipeline", name],
      ]);
    const { bigQuery } = findGoogle(world);
    const { jobs } = bigQuery.world;
    const runs = () => world.glue.world.jobs.get(`shardlift-extracts-demo-${name}`)!.runs;
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The script waits for its objects, so that all else happens before it has any.
    bigQuery.faults.add({ do: "hold", until, method: "storage.objects.get", times: Infinity });

    const killed = extract();
    await expect.poll(() => runs()[0]?.executions.length, { timeout: 60_000, interval: 50 }).toBe(1);
    killed.kill("SIGKILL");
    await waitForEnd(killed);
    expect([jobs.size, findBucket(world).objects.size]).toEqual([10, 10]);
    const removed = watchRemovals(world, `${name}/${family}`);
    world.takeCalls();
    const next = extract();
    const ended = waitForEnd(next);
    let told = "";
    next.stderr?.on("data", (text) => {
      told += text;
    });
    await expect.poll(() => told, { timeout: 60_000 }).toContain(`run ${runs()[0]!.id} joined`);
    await restateTable(world, dataset, "events_20261115");
    release();

    const { exitCode, stdout, stderr } = await ended;
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout).days).toEqual({ done: 10 });
    expect(runs().map(({ state }) => state)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    const { bigQuery: asked, glue } = world.takeCalls();
    // Ten starts are refused as there already; the restated table's job is the one that is new. Nothing comes as a stream.
    expect([asked["jobs.insert"], jobs.size, asked.CreateReadSession]).toEqual([11, 11, undefined]);
    expect(glue.StartJobRun).toBe(1);
    // The objects of the table as it was went with the run that nobody could use.
    expect([removed.length, removed.filter(({ hasHead }) => !hasHead)]).toEqual([
      11,
      [{ day: "2026-11-15", hasHead: false }],
    ]);
    expect(findBucket(world).objects.size).toBe(0);

    await say("local", name, ["extract", "--days", "2026-11-15", ...at]);
    const lake = findExtractsLake(world);
    const compared = await compareLakes([join(world.folder, "lake"), lake], `${name}/${family}`);
    expect([compared.days, compared.differences]).toEqual([10, []]);
    expect(await countLarge(join(lake, name, family), "2026-11-15")).toBeGreaterThan(100);
    console.info(`extract jobs: ${compared.rows} rows compared, 0 differences`);
  });
});
