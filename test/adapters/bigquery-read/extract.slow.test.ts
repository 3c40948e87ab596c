import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { ShardliftError } from "../../../src/errors.ts";
import { changeTable, dropTable } from "../../doubles/bigquery/change-world.ts";
import { dataset, project } from "../bigquery/bigquery-world.ts";
import {
  bucket,
  createFakeClock,
  createReadWorld,
  errorOf,
  lift,
  open,
  type ReadWorld,
  reportOf,
  table,
  type WorldChanges,
} from "./read-world.ts";

const name = `${project}.${dataset}.${table}`;
const rows = (count: number) =>
  `SELECT 'view' AS event_name, i::BIGINT AS event_timestamp, [{key: 'a', value: {string_value: repeat(i::VARCHAR, 20)}}] AS event_params FROM range(${count}) AS rows(i)`;

/** 2,000 rows in four objects. */
async function openWorld(changes: WorldChanges = {}): Promise<ReadWorld> {
  const world = await createReadWorld(changes);
  world.double.world.rowsPerFile = 500;
  await world.writeQuery(table, rows(2_000));
  return world;
}

const objects = ({ double }: ReadWorld) => [...double.world.buckets.get(bucket)!.objects.keys()];
const jobs = ({ double }: ReadWorld) => [...double.world.jobs.values()].map(({ job }) => job);

async function liftOne(world: ReadWorld, prefix = "a/") {
  return lift(world.engine("extract"), { shard: await open(world.source), prefix });
}

async function said(world: ReadWorld): Promise<ShardliftError> {
  return errorOf((await liftOne(world)).outcome) as ShardliftError;
}

test("one job a table: Parquet by zstd into a folder of its own, and nothing is left of it", async () => {
  const world = await openWorld();
  const { outcome, steps, rows: told } = await liftOne(world);

  expect(reportOf(outcome).balance).toMatchObject({ source: 2_000, written: 2_000 });
  const [job] = jobs(world);
  const { jobId, location } = job!.jobReference!;
  expect(jobId).toMatch(/^shardlift_[0-9a-f]{32}_0$/);
  expect(location).toBe("EU");
  expect(job!.configuration!.extract).toEqual({
    sourceTable: { projectId: project, datasetId: dataset, tableId: table },
    destinationUris: [`gs://${bucket}/shardlift/${jobId}/part-*.parquet`],
    destinationFormat: "PARQUET",
    compression: "ZSTD",
  });
  expect(jobs(world).length).toBe(1);
  expect(steps).toEqual([
    expect.stringMatching(/^events_20261120: extracted, \d\.\d MB in 4 objects come down$/),
  ]);
  expect(objects(world)).toEqual([]);
  expect(await readdir(world.spill)).toEqual([]);
  expect(told.at(-1)?.rows).toBe(2_000);
});

test("a job that runs is waited for with pauses that grow, and asked in its own location", async () => {
  const clock = createFakeClock();
  const world = await openWorld({ clock });
  const { world: inside } = world.double;
  inside.datasets.get(`${project}:${dataset}`)!.location = "europe-west3";
  inside.buckets.get(bucket)!.location = "europe-west3";
  inside.jobMs = 60_000;
  const { sleep } = clock;
  clock.sleep = async (ms, signal) => {
    world.double.clock.advance(ms);
    await sleep(ms, signal);
  };

  const { outcome } = await liftOne(world);

  expect(reportOf(outcome).balance.written).toBe(2_000);
  expect(world.double.count()["bigquery.jobs.get"]).toBe(8);
  const asked = world.double.log.filter(({ method }) => method === "bigquery.jobs.get");
  expect(asked.every(({ path }) => path.includes("location=europe-west3"))).toBe(true);
});

test("objects stay until whoever took the rows has committed them, so that a day that failed joins its job", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  const failing = {
    ...shard,
    schema: [...shard.schema, { name: "more", type: "STRING", mode: "NULLABLE" } as const],
  };
  expect(
    errorOf((await lift(world.engine("extract"), { shard: failing, prefix: "a/" })).outcome),
  ).toBeInstanceOf(Error);
  expect(objects(world).length).toBe(4);

  reportOf((await liftOne(world, "b/")).outcome);

  expect([jobs(world).length, objects(world).length]).toEqual([1, 0]);
  expect(world.double.log.filter(({ status }) => status === 409).length).toBe(1);
});

test("where a shared job's objects are gone already, another job brings them", async () => {
  const world = await openWorld();
  reportOf((await liftOne(world)).outcome);

  expect(reportOf((await liftOne(world, "b/")).outcome).balance.written).toBe(2_000);

  expect(jobs(world).map(({ jobReference }) => jobReference!.jobId!.at(-1))).toEqual(["0", "1"]);
});

test("objects that go while they come down are brought by another job", async () => {
  const world = await openWorld();
  world.double.faults.add({
    ...{ do: "answer", status: 404, reason: "notFound", message: "No such object" },
    ...{ method: "storage.objects.get", skip: 1 },
  });

  expect(reportOf((await liftOne(world)).outcome).balance.written).toBe(2_000);
  expect(jobs(world).length).toBe(2);
});

test("a table that changes between look and job is not read as what it was", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  changeTable(world.double.world, { project, dataset, table }, {});

  const { outcome } = await lift(world.engine("extract"), { shard, prefix: "a/" });

  expect(errorOf(outcome)).toMatchObject({
    ...{ code: "outside", retryable: true },
    parts: { failed: `${name} changed while it was read.` },
  });
  expect(jobs(world)).toEqual([]);
});

test("a connection that is cut after every 5,000 bytes goes on where it stopped", async () => {
  const world = await openWorld();
  world.double.world.rowsPerFile = 2_000;
  const get = { method: "storage.objects.get", path: /part-/ };
  world.double.faults.add({ do: "cut body", afterBytes: 5_000, times: 3, ...get });

  expect(reportOf((await liftOne(world)).outcome).balance.written).toBe(2_000);
  expect(world.double.faults.left()).toEqual([]);
});

test("bytes that changed on the way are noticed by their checksum", async () => {
  const world = await openWorld();
  const list = "storage.objects.list";
  const rewrite = (answer: object) => {
    const { items } = answer as { items: object[] };
    return { ...answer, items: items.map((item) => ({ ...item, crc32c: "AAAAAA==" })) };
  };
  world.double.faults.add({ do: "rewrite", answer: rewrite, method: list });

  const { code, retryable, parts } = await said(world);

  expect([code, retryable]).toEqual(["outside", true]);
  expect(parts.rule).toBe("an object arrives as Cloud Storage keeps it: its CRC32C says so");
});

test("an answer that is lost starts no second job", async () => {
  const world = await openWorld();
  world.double.faults.add({ do: "drop answer", method: "bigquery.jobs.insert" });

  expect(reportOf((await liftOne(world)).outcome).balance.written).toBe(2_000);
  expect(jobs(world).length).toBe(1);
});

test("a job that BigQuery fails by itself is followed by another", async () => {
  const world = await openWorld();
  const error = { reason: "backendError", message: "An internal error occurred" };
  world.double.world.fates.push({ table: /./, error, at: "run", times: 2 });

  expect(reportOf((await liftOne(world)).outcome).balance.written).toBe(2_000);
  expect(jobs(world).length).toBe(3);
});

test("a shard that cannot be extracted fails alone, after as many jobs as may be", async () => {
  const world = await openWorld();
  await world.writeQuery("events_20261119", rows(10));
  const error = { reason: "backendError", message: "An internal error occurred" };
  world.double.world.fates.push({ table: /_20261119$/, error, at: "run", times: 100 });
  const bad = await open(world.source, "events_20261119");

  const failed = errorOf((await lift(world.engine("extract"), { shard: bad, prefix: "bad/" })).outcome);
  const { outcome } = await liftOne(world);

  expect(failed).toMatchObject({
    ...{ code: "outside", retryable: true },
    parts: {
      failed: expect.stringMatching(/events_20261119 was not extracted by job shardlift_[0-9a-f]{32}_4\.$/),
      received: "An internal error occurred (backendError)",
    },
  });
  expect(reportOf(outcome).balance.written).toBe(2_000);
});

test("a bucket in another location is told with what fits", async () => {
  const world = await openWorld();
  world.double.world.buckets.get(bucket)!.location = "us-east1";

  const { code, parts } = await said(world);

  expect(code).toBe("config");
  expect(parts.rule).toContain("an extract goes to a bucket where the dataset lies");
  expect(parts.received).toContain("source: EU, destination: us-east1");
  expect(jobs(world).length).toBe(1);
});

test("a bucket that is not there is told", async () => {
  const world = await openWorld();
  world.double.world.buckets.clear();

  expect((await said(world)).parts).toMatchObject({ rule: "the bucket of source.extracts exists" });
});

test.each([
  ["bigquery.jobs.create", '"BigQuery Job User" (roles/bigquery.jobUser) on the project shop-prod'],
  ["bigquery.tables.export", '"BigQuery Data Viewer" (roles/bigquery.dataViewer) on the dataset'],
  [
    "storage.objects.list",
    '"Storage Object Admin" (roles/storage.objectAdmin) on the bucket of source.extracts',
  ],
  [
    "storage.objects.get",
    '"Storage Object Admin" (roles/storage.objectAdmin) on the bucket of source.extracts',
  ],
])("without %s it says what to grant, and where", async (permission, grant) => {
  const world = await openWorld();
  world.double.world.denied.add(permission);

  const { code, parts } = await said(world);

  expect([code, parts.rule]).toEqual(["config", `this needs the permission ${permission}`]);
  expect(parts.remedy).toContain(`grant shardlift@shop-prod.iam.gserviceaccount.com ${grant}`);
});

test("without the right to write objects the job fails, and whoever started it is told", async () => {
  const world = await openWorld();
  world.double.world.denied.add("storage.objects.create");

  const { code, parts } = await said(world);

  expect([code, parts.rule]).toEqual([
    "config",
    "an extract needs the right to write objects into the bucket",
  ]);
  expect(parts.remedy).toContain(
    'grant shardlift@shop-prod.iam.gserviceaccount.com "Storage Object Admin" (roles/storage.objectAdmin) on the bucket of source.extracts',
  );
});

test("without the right to remove objects the day is lifted, and told about what stays", async () => {
  const world = await openWorld();
  world.double.world.denied.add("storage.objects.delete");

  const { outcome, notes } = await liftOne(world);

  expect(reportOf(outcome).balance.written).toBe(2_000);
  expect(notes).toEqual([expect.stringContaining("what an extract left behind could not be removed")]);
});

test("a quota that is used up is waited for, and told where it stays so", async () => {
  const clock = createFakeClock();
  const world = await openWorld({ clock });
  const shard = await open(world.source);
  const message = "Quota exceeded: Your project exceeded quota for extract bytes per day.";
  const quota = {
    do: "answer",
    status: 403,
    reason: "quotaExceeded",
    message,
    method: "bigquery.jobs.insert",
  } as const;
  world.double.faults.add({ ...quota, times: 12 });

  const { outcome } = await lift(world.engine("extract", { attempts: 15 }), { shard, prefix: "a/" });

  expect(reportOf(outcome).balance.written).toBe(2_000);
  expect(clock.sleptMs).toBeGreaterThan(600_000);
  world.double.faults.add({ ...quota, times: 1_000 });
  const again = await lift(world.engine("extract"), { shard, prefix: "b/" });
  expect(errorOf(again.outcome)).toMatchObject({
    code: "outside",
    retryable: true,
    parts: { received: expect.stringContaining(message) },
  });
});

test("a table that is gone ends in a message, and no job", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  dropTable(world.double.world, { project, dataset, table });

  const { outcome } = await lift(world.engine("extract"), { shard, prefix: "a/" });

  expect(errorOf(outcome)).toMatchObject({
    parts: { received: expect.stringContaining("Not found: Table") },
  });
  expect(jobs(world)).toEqual([]);
});

test("a variable that would send tokens elsewhere is refused", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  const engine = world.engine("extract", { env: { STORAGE_EMULATOR_HOST: "http://elsewhere.example.com" } });

  const { outcome } = await lift(engine, { shard, prefix: "a/" });

  expect(errorOf(outcome)).toMatchObject({
    code: "config",
    parts: { failed: "The variable STORAGE_EMULATOR_HOST is set." },
  });
});

test("an attempt whose time is over ends, and asks for nothing more", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  world.double.world.jobMs = 600_000;

  const deadlineMs = world.clock.now() - 1;
  const { outcome } = await lift(world.engine("extract"), { shard, prefix: "a/", deadlineMs });

  expect(errorOf(outcome)).toMatchObject({
    ...{ code: "outside", retryable: true },
    parts: { failed: "Bringing rows from BigQuery took too long and was stopped." },
  });
  expect(jobs(world)).toEqual([]);
});

test("an interrupt ends the wait for a job, which goes on for whoever comes next", async () => {
  const clock = createFakeClock();
  const world = await openWorld({ clock });
  const shard = await open(world.source);
  world.double.world.jobMs = 600_000;
  const controller = new AbortController();
  const reason = new Error("told to stop");
  clock.sleep = async () => controller.abort(reason);

  const { outcome } = await lift(world.engine("extract"), { shard, prefix: "a/" }, controller.signal);

  expect(errorOf(outcome)).toBe(reason);
  expect(jobs(world).length).toBe(1);
  expect(await readdir(world.spill)).toEqual([]);
});
