import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { createBigQueryCalls } from "../../src/adapters/bigquery/client.ts";
import { withExtractedParts } from "../../src/adapters/bigquery/read/extracting-engine.ts";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import { createFilesSource } from "../../src/adapters/files/source.ts";
import type { Day } from "../../src/days/day.ts";
import type { Engine, GenerationReport } from "../../src/ports.ts";
import {
  account,
  audience,
  awsCredentials,
  awsRole,
  buildOptions,
  dataset,
} from "../adapters/bigquery/bigquery-world.ts";
import {
  bucket,
  buildDay,
  createReadWorld,
  lift,
  open,
  type ReadWorld,
  table,
  type WorldChanges,
} from "../adapters/bigquery-read/read-world.ts";
import { addDataset } from "../doubles/bigquery/change-world.ts";
import { loadFolder } from "../doubles/bigquery/load-folder.ts";
import { ReadFault } from "../doubles/bigquery/read/read-faults.ts";
import { missingData } from "../real-rows/data-files.ts";
import { dataSets } from "../real-rows/data-sets.ts";
import { compareFiles, pickFacts, same } from "./compare-days.ts";
import { liftFiles, putObjects, runAtDouble } from "./google-script.ts";
import type { ScriptEnd } from "./run-script.ts";
import { missingSpark, sparkPython } from "./spark-python.ts";

let compared = 0;
afterAll(() => {
  if (sparkPython !== null)
    console.log(`BigQuery in Spark: ${compared} rows compared with the engine over files`);
});

async function generateWorld(changes: WorldChanges = {}, rows = 6_000): Promise<ReadWorld> {
  const world = await createReadWorld({ ...changes, read: { rowsPerBatch: 250, ...changes.read } });
  const wish = { family: "ga4_events" as const, day: "2026-11-20" as Day, rows, parts: 2 };
  await generateShard({ ...wish, duplicates: 0.05, conflicts: 0.02 }, { root: world.root, dataset });
  await world.load();
  return world;
}

function reportOf({ reports, stderr }: ScriptEnd): GenerationReport {
  const [report] = reports;
  if (report?.outcome !== "written") throw new Error(`${JSON.stringify(report)}\n${stderr}`);
  return report.report;
}

function createScriptEngine(world: ReadWorld): Engine {
  return {
    name: "glue",
    daysAtOnce: 1,
    async *extract(days) {
      for (const one of days) {
        const report = reportOf(await runAtDouble(world, [one]));
        yield { day: one.day, family: one.family, report };
      }
    },
  };
}

function errorOf({ reports, stderr }: ScriptEnd) {
  const [report] = reports;
  if (report?.outcome !== "failed") throw new Error(`no error: ${stderr}`);
  return report.error;
}

async function expectEqual(world: ReadWorld, theirs: GenerationReport, ours: GenerationReport) {
  expect(pickFacts(theirs)).toEqual(pickFacts(ours));
  const found = await compareFiles(world.store, [{ ours: ours.files, theirs: theirs.files }]);
  expect(found).toEqual({ rows: ours.balance.written, ...same });
  expect(found.rows).toBeGreaterThan(0);
  compared += found.rows;
}

describe.skipIf(sparkPython === null)(`tables of BigQuery in Spark${missingSpark}`, () => {
  test("a day by several streams that break every 100 kB is that of its files, and crosses once", async () => {
    const world = await generateWorld({ read: { cutEveryBytes: 100_000 } });
    const days = [buildDay({ shard: await open(world.source), prefix: "far/" })];

    const report = reportOf(await runAtDouble(world, days, { args: { file_bytes: "100000" } }));

    await expectEqual(world, report, await liftFiles(world));
    expect(report.files.length).toBeGreaterThan(1);
    const [session] = world.read.sessions;
    expect(session).toMatchObject({ codec: "ZSTD", snapshotMs: report.startedAtMs });
    expect(session!.streams.size).toBeGreaterThan(1);
    const sent = world.read.log.filter(({ method }) => method === "ReadRows");
    expect(sent.filter(({ code }) => code !== 0).length).toBeGreaterThan(5);
    // Whoever reads from an offset on has the rows before it: no batch but a broken call's last one comes twice.
    expect(new Set(sent.map(({ name, offset }) => `${name} ${offset}`)).size).toBe(sent.length);
  });

  test("a session that ends in the middle is begun again as of the same moment", async () => {
    const world = await generateWorld();
    let batches = 0;
    world.read.onBatch = (stream) => {
      batches += 1;
      if (batches < 5 || !stream.includes("/sessions/s0/")) return;
      throw new ReadFault(9, `there was an error operating on '${stream}': session expired at noon`);
    };
    const days = [buildDay({ shard: await open(world.source), prefix: "far/" })];

    const ended = await runAtDouble(world, days);

    await expectEqual(world, reportOf(ended), await liftFiles(world));
    expect(world.read.sessions.length).toBe(2);
    expect(new Set(world.read.sessions.map(({ snapshotMs }) => snapshotMs)).size).toBe(1);
    expect(ended.stdout).toContain("the session's six hours are over; it begins again");
  });

  test("a quota that is used up for a while is waited for, by a role of AWS that acts as a service account", async () => {
    const world = await generateWorld({}, 600);
    world.double.creators.set(account, new Set([awsRole]));
    const exhausted = { code: 8, details: "Quota exceeded for quota metric 'ReadRows'" };
    world.read.faults.push({ method: "CreateReadSession", ...exhausted, times: 2 });
    world.read.faults.push({ method: "ReadRows", ...exhausted, times: 2 });
    const days = [buildDay({ shard: await open(world.source), prefix: "far/" })];

    const ended = await runAtDouble(world, days, {
      args: {
        google_auth: "workload_identity",
        google_audience: audience,
        google_region: "eu-central-1",
        google_impersonate: account,
      },
      env: {
        AWS_ACCESS_KEY_ID: awsCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: awsCredentials.secretAccessKey,
        AWS_SESSION_TOKEN: awsCredentials.sessionToken ?? "",
      },
    });

    await expectEqual(world, reportOf(ended), await liftFiles(world));
    expect(world.double.signedCalls[0]?.url).toContain("sts.eu-central-1.amazonaws.com");
    expect(world.double.count()["iamcredentials.generateAccessToken"]).toBeGreaterThan(0);
    expect(world.read.faults.every(({ times }) => times === 0)).toBe(true);
  });

  test("a permission that is missing is named, with what to grant and where", async () => {
    const world = await generateWorld({}, 100);
    world.double.world.denied.add("bigquery.readsessions.create");
    const days = [buildDay({ shard: await open(world.source), prefix: "far/" })];

    const error = errorOf(await runAtDouble(world, days));

    expect(error).toMatchObject({ code: "config", retryable: false });
    expect(error.parts).toMatchObject({
      failed: "The rows of shop-prod.analytics_1.events_20261120 cannot be read.",
      rule: "this needs the permission bigquery.readsessions.create",
      remedy: expect.stringContaining("roles/bigquery.readSessionUser) on the project shop-prod"),
    });
  });

  test("a table that an extract job left in a bucket is that of its files, and the bucket is empty again", async () => {
    const world = await generateWorld({}, 2_000);
    world.double.world.rowsPerFile = 500;
    const bigQuery = buildOptions(world.double, { clock: world.clock });
    const again = <T>(work: () => Promise<T>) => work();
    const place = { bucket, prefix: "" };
    const extract = { bigQuery, ask: createBigQueryCalls(bigQuery), again, place };
    const engine = withExtractedParts(createScriptEngine(world), { extract, clock: world.clock });

    const { outcome } = await lift(engine, { shard: await open(world.source), prefix: "far/" });

    if ("error" in outcome) throw outcome.error;
    await expectEqual(world, outcome.report, await liftFiles(world));
    expect(world.read.sessions).toEqual([]);
    expect(world.double.world.buckets.get(bucket)!.objects.size).toBe(0);
  });

  test("rows that are not as many as the table has fail the day", async () => {
    const world = await generateWorld({}, 100);
    const shard = await open(world.source);
    const version = { ...shard.version, rows: (shard.version.rows ?? 0) + 1 };

    const error = errorOf(
      await runAtDouble(world, [buildDay({ shard: { ...shard, version }, prefix: "far/" })]),
    );

    expect(error).toMatchObject({ code: "outside", retryable: true });
    expect(error.parts.failed).toContain("Not all rows of bigquery://shop-prod.analytics_1.events_20261120");
  });

  test("objects of an extract job come in ranges and are checked, and are that of its files", async () => {
    const world = await generateWorld();
    const shard = await open(world.source);
    const near = (await createFilesSource({ root: world.root }).openShard(dataset, table, "daily"))!;
    const bodies = await Promise.all(near.parts.map(({ path }) => readFile(path)));
    const parts = putObjects(world, bucket, bodies);
    world.double.faults.add({ do: "cut body", afterBytes: 20_000, path: /part-0/, times: 3 });
    world.double.faults.add({ do: "drop request", path: /part-1/ });

    const ended = await runAtDouble(world, [buildDay({ shard: { ...shard, parts }, prefix: "far/" })]);

    await expectEqual(world, reportOf(ended), await liftFiles(world));
    expect(world.double.faults.left()).toEqual([]);
  });

  test.skipIf(missingData !== null)(`real rows are those of their files${missingData ?? ""}`, async () => {
    const set = dataSets.ga4Parquet;
    const world = await createReadWorld({ read: { rowsPerBatch: 1_000 } });
    const tables = await set.write(world.root);
    const [{ table: name }] = tables as [(typeof tables)[number]];
    const place = { project: "shop-prod", dataset: set.dataset };
    addDataset(world.double.world, place);
    await loadFolder(world.double.world, { root: world.root, ...place });
    const shard = (await world.source.openShard(set.dataset, name, "daily"))!;
    const report = reportOf(await runAtDouble(world, [buildDay({ shard, prefix: "far/" })]));

    await expectEqual(world, report, await liftFiles(world, { dataset: set.dataset, table: name }));
  });
});
