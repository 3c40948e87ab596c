import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { ShardliftError } from "../../../src/errors.ts";
import { changeTable, dropTable } from "../../doubles/bigquery/change-world.ts";
import { dataset, project } from "../bigquery/bigquery-world.ts";
import {
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

const sixHoursMs = 6 * 3_600_000;
const rows = (count: number, event = "view") =>
  `SELECT '${event}' AS event_name, i::BIGINT AS event_timestamp, [{key: 'a', value: {string_value: repeat(i::VARCHAR, 20)}}] AS event_params FROM range(${count}) AS rows(i)`;

/** 2,000 rows in 20 batches. */
async function openWorld(changes: WorldChanges = {}): Promise<ReadWorld> {
  const world = await createReadWorld({
    ...changes,
    read: { rowsPerBatch: 100, maxStreams: 4, ...changes.read },
  });
  await world.writeQuery(table, rows(2_000));
  return world;
}

const reads = ({ read }: ReadWorld) => read.log.filter(({ method }) => method === "ReadRows");

test("streams that break after every batch are gone on with where they stopped, and no row comes twice", async () => {
  const clock = createFakeClock();
  const world = await openWorld({ clock, read: { cutEveryBytes: 1 } });

  const { outcome } = await lift(world.engine("storage-read"), {
    shard: await open(world.source),
    prefix: "a/",
  });

  expect(reportOf(outcome).balance).toMatchObject({ source: 2_000, written: 2_000 });
  // Each of four streams has five batches, and one call more to hear that it has ended.
  const offsets = reads(world)
    .map(({ name, offset }) => `${name.at(-1)} ${offset}`)
    .toSorted();
  const all = ["0", "1", "2", "3"].flatMap((stream) =>
    [0, 100, 200, 300, 400, 500].map((offset) => `${stream} ${offset}`),
  );
  expect(offsets).toEqual(all.toSorted());
  expect(clock.sleptMs).toBe(0);
});

test("columns, snapshot and packing are asked for, and no row is filtered away", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  const before = world.clock.now();
  reportOf((await lift(world.engine("storage-read"), { shard, prefix: "a/" })).outcome);

  const [session] = world.read.sessions;
  expect(session).toMatchObject({
    table: `projects/${project}/datasets/${dataset}/tables/${table}`,
    columns: ["event_name", "event_timestamp", "event_params"],
    codec: "ZSTD",
    rows: 2_000,
    snapshotMs: before,
  });
  expect(world.read.sessions.length).toBe(1);
});

test("a session whose six hours are over is begun again as of the same moment, whatever became of the table", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  let isOver = false;
  world.read.onBatch = async (_stream, batches) => {
    if (isOver || batches < 3) return;
    isOver = true;
    await world.writeQuery(table, rows(2_000, "restated"));
    changeTable(world.double.world, { project, dataset, table }, {});
    for (const session of world.read.sessions) session.createdMs -= sixHoursMs;
  };

  const { outcome, steps } = await lift(world.engine("storage-read"), { shard, prefix: "a/" });

  expect(reportOf(outcome).balance).toMatchObject({ source: 2_000, written: 2_000 });
  expect(steps).toEqual([`${table}: the read's six hours are over; it begins again, as of the same moment`]);
  const { sessions } = world.read;
  expect(sessions.length).toBe(2);
  expect(sessions[1]?.snapshotMs).toBe(sessions[0]?.snapshotMs);
  const path = world.store.localPath(reportOf(outcome).files[0]!.key)!;
  const events = await readEvents(path);
  expect(events).toEqual(["view"]);
});

async function readEvents(path: string): Promise<unknown[]> {
  const { openDatabase } = await import("../../../src/adapters/duckdb/database.ts");
  const database = await openDatabase({ threads: 1 });
  const found = await database.rows(
    `SELECT DISTINCT event_name FROM read_parquet('${path}', hive_partitioning = false)`,
  );
  database.close();
  return found.map(({ event_name }) => event_name);
}

test("a token that ends during a read is followed by another", async () => {
  const world = await openWorld({ read: { cutEveryBytes: 1 } });
  let revoked = 0;
  world.read.onBatch = () => {
    if (revoked++ === 2) world.double.tokens.revokeAll();
  };

  const { outcome } = await lift(world.engine("storage-read"), {
    shard: await open(world.source),
    prefix: "a/",
  });

  expect(reportOf(outcome).balance.written).toBe(2_000);
  expect(reads(world).some(({ code }) => code === 16)).toBe(true);
});

test("a quota that is used up for ten minutes is waited for, with waits that grow", async () => {
  const clock = createFakeClock();
  const world = await openWorld({ clock });
  const details = "Quota exceeded for quota metric 'CreateReadSession'";
  world.read.faults.push({ method: "CreateReadSession", code: 8, details, times: 12 });

  const engine = world.engine("storage-read", { attempts: 15 });
  const { outcome } = await lift(engine, { shard: await open(world.source), prefix: "a/" });

  expect(reportOf(outcome).balance.written).toBe(2_000);
  expect(clock.sleptMs).toBeGreaterThan(600_000);
});

test("a quota that stays used up ends in a message, and nothing is left", async () => {
  const world = await openWorld();
  const details = "Quota exceeded for quota metric 'Concurrent ReadRows streams'";
  world.read.faults.push({ method: "ReadRows", code: 8, details, times: 1_000 });

  const { outcome } = await lift(world.engine("storage-read"), {
    shard: await open(world.source),
    prefix: "a/",
  });

  expect(errorOf(outcome)).toMatchObject({
    code: "outside",
    retryable: true,
    parts: {
      failed: `The rows of ${project}.${dataset}.${table} cannot be read.`,
      rule: "the Storage Read API has room for another read: streams, bytes and requests have quotas",
      received: `${details} (gRPC 8)`,
      remedy: expect.stringContaining("IAM & Admin > Quotas"),
    },
  });
  expect(await readdir(world.spill)).toEqual([]);
  expect(await listKeys(world)).toEqual([]);
});

async function listKeys({ store }: ReadWorld): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys;
}

test.each([
  [
    "bigquery.readsessions.create",
    '"BigQuery Read Session User" (roles/bigquery.readSessionUser) on the project shop-prod',
  ],
  ["bigquery.tables.getData", '"BigQuery Data Viewer" (roles/bigquery.dataViewer) on the dataset'],
])("without %s it says what to grant, and where", async (permission, grant) => {
  const world = await openWorld();
  const shard = await open(world.source);
  world.double.world.denied.add(permission);

  const { outcome } = await lift(world.engine("storage-read"), { shard, prefix: "a/" });

  const { code, parts } = errorOf(outcome) as ShardliftError;
  expect([code, parts.rule]).toEqual(["config", `this needs the permission ${permission}`]);
  expect(parts.remedy).toContain(`grant shardlift@shop-prod.iam.gserviceaccount.com ${grant}`);
  expect(world.read.log.length).toBe(1);
});

test("a project to be billed that is not there is named, with where it stands", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  const engine = world.engine("storage-read", { config: { project: "shop-prd" } });

  const { outcome } = await lift(engine, { shard, prefix: "a/" });

  expect(errorOf(outcome)).toMatchObject({
    code: "config",
    parts: {
      rule: "the project shop-prd exists and has BigQuery",
      remedy: expect.stringMatching(/^correct source\.project in the environment/),
    },
  });
});

test("a table that was deleted meanwhile is no fault of the network", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  dropTable(world.double.world, { project, dataset, table });

  const { outcome } = await lift(world.engine("storage-read"), { shard, prefix: "a/" });

  expect(errorOf(outcome)).toMatchObject({
    code: "data",
    parts: { received: expect.stringContaining("Not found: Table"), rule: "a table stays while it is read" },
  });
});

test("this machine's clock may be ahead or behind: the table is read as of its last change", async () => {
  const modifiedMs = (world: ReadWorld) =>
    world.double.world.datasets.get(`${project}:${dataset}`)!.tables.get(table)!.modifiedMs;
  for (const [offMs, told] of [
    [86_400_000, 1],
    [-86_400_000, 0],
  ] as const) {
    const world = await openWorld({ clock: createFakeClock(Date.now() + offMs) });
    const deadlineMs = Date.now() + 2 * 86_400_000;
    const shard = await open(world.source);
    const { outcome, steps } = await lift(world.engine("storage-read"), { shard, prefix: "a/", deadlineMs });
    expect(reportOf(outcome).balance.written).toBe(2_000);
    expect(world.read.sessions.at(-1)?.snapshotMs).toBe(modifiedMs(world) + 1_000);
    expect(steps.filter((step) => step.includes("clock is ahead")).length).toBe(told);
  }
});

test("buffers that are packed by LZ4, which nobody asked for, are refused and not guessed at", async () => {
  const world = await openWorld({ read: { codec: "LZ4_FRAME" } });

  const { outcome } = await lift(world.engine("storage-read"), {
    shard: await open(world.source),
    prefix: "a/",
  });

  expect(errorOf(outcome)).toMatchObject({
    code: "outside",
    retryable: false,
    parts: { received: "buffers packed by LZ4, where zstd was asked for" },
  });
});

test("plain buffers are taken as they are", async () => {
  const world = await openWorld({ read: { codec: "COMPRESSION_UNSPECIFIED" } });

  const { outcome } = await lift(world.engine("storage-read"), {
    shard: await open(world.source),
    prefix: "a/",
  });

  expect(reportOf(outcome).balance.written).toBe(2_000);
});

test("rows are told as they come, and go on where the engine begins", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  const { rows: told } = await lift(world.engine("storage-read"), { shard, prefix: "a/" });

  const { bytes } = shard.version;
  expect(told.slice(0, 20).map(({ rows: so }) => so)).toEqual(
    Array.from({ length: 20 }, (_, at) => (at + 1) * 100),
  );
  expect(told[19]).toEqual({ rows: 2_000, bytes: Math.round(bytes / 2) });
  expect(told.at(-1)).toEqual({ rows: 2_000, bytes });
});

test("fewer rows than the table has are none: a daily shard is whole, a provisional one may have more", async () => {
  const world = await openWorld();
  const shard = await open(world.source);
  const lied = (kind: "daily" | "intraday", counted: number) => ({
    ...shard,
    version: { ...shard.version, kind, rows: counted },
  });
  const end = async (...of: Parameters<typeof lied>) => {
    const { outcome } = await lift(world.engine("storage-read"), { shard: lied(...of), prefix: "a/" });
    return "error" in outcome
      ? (outcome.error as ShardliftError).parts.received
      : outcome.report.balance.source;
  };
  expect([await end("daily", 1_999), await end("intraday", 1_999), await end("intraday", 2_001)]).toEqual([
    "2000 rows, where BigQuery counts 1999",
    2_000,
    "2000 rows, where BigQuery counts 2001",
  ]);
});

test("an interrupt ends all streams, and leaves nothing", async () => {
  const world = await openWorld();
  const controller = new AbortController();
  const reason = new Error("told to stop");
  world.read.onBatch = () => controller.abort(reason);

  const shard = await open(world.source);
  const { outcome } = await lift(world.engine("storage-read"), { shard, prefix: "a/" }, controller.signal);

  expect(errorOf(outcome)).toBe(reason);
  expect(await readdir(world.spill)).toEqual([]);
});

test("a session that may be made and not read is told by the permission that streams name", async () => {
  const world = await openWorld();
  const details =
    "there was an error operating on 'projects/p/locations/eu/sessions/s/streams/t': the user does not have 'bigquery.readsessions.getData' permission for 'projects/p/locations/eu/sessions/s/streams/t'";
  world.read.faults.push({ method: "ReadRows", code: 7, details, times: 1_000 });

  const { outcome } = await lift(world.engine("storage-read"), {
    shard: await open(world.source),
    prefix: "a/",
  });

  expect(errorOf(outcome)).toMatchObject({
    code: "config",
    parts: {
      rule: "this needs the permission bigquery.readsessions.getData",
      remedy: expect.stringContaining("roles/bigquery.readSessionUser"),
    },
  });
});
