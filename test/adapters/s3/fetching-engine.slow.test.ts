import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import { createS3FilesSource } from "../../../src/adapters/files/s3-source.ts";
import { createFilesSource } from "../../../src/adapters/files/source.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import { withFetchedParts } from "../../../src/adapters/s3/fetching-engine.ts";
import { families } from "../../../src/days/families.ts";
import type { DayExtract, DayOutcome, Engine, ObjectStore, OpenShard, Source } from "../../../src/ports.ts";
import { buildRecipe } from "../../../src/sql/build-recipe.ts";
import { buildContractRow, contractSchema } from "../../contracts/source.ts";
import { type AwsProxy, startAwsProxy } from "../../support/aws-proxy.ts";
import { type AwsServer, findServer, neededServer, startMinistack } from "../../support/aws-servers.ts";
import { day } from "../../support/builders.ts";
import { writePart } from "../files/write-shard.ts";
import {
  again,
  hastyClock,
  makeBucket,
  newPlace,
  randomHex,
  rawClient,
  useStandInCredentials,
} from "./s3-world.ts";

const Bucket = "shop-exports";
const dataset = "analytics_1";
const table = "events_20261120";

interface World {
  engine: Engine;
  local: { engine: Engine; source: Source };
  source: Source;
  store: ObjectStore;
  spill: string;
  /** Puts bytes in a part's place. */
  replace(name: string, body: Uint8Array): Promise<void>;
}

function buildExtract(shard: OpenShard, prefix: string): DayExtract {
  const recipe = buildRecipe({
    family: families.ga4_events,
    pipelineFamily: { duplicates: "event_id" },
    schema: shard.schema,
    columns: { drop: [], hash: [] },
    filter: [],
  });
  const deadlineMs = Date.now() + 600_000;
  return {
    pipeline: "shop",
    family: "ga4_events",
    day: day("2026-11-20"),
    shard,
    recipe,
    prefix,
    duplicatesPrefix: null,
    deadlineMs,
  };
}

async function extract(engine: Engine, shard: OpenShard, prefix: string): Promise<DayOutcome> {
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of engine.extract([buildExtract(shard, prefix)], context)) return outcome;
  throw new Error("no outcome");
}

describe.skipIf(findServer("ministack") === null)(`shards on S3${neededServer("ministack")}`, () => {
  let server: AwsServer;
  let proxy: AwsProxy;

  beforeAll(async () => {
    useStandInCredentials();
    server = await startMinistack();
    await makeBucket(server.endpoint, Bucket);
    proxy = await startAwsProxy(server.endpoint);
  });

  beforeEach(() => proxy.reset());

  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  /** A shard of two Parquet parts in a folder and the same in a bucket, an engine for each, one lake. */
  async function makeWorld(): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-fetch-"));
    const [root, spill] = [join(folder, "source"), join(folder, "spill")];
    const place = newPlace(proxy.endpoint, Bucket);
    const replace = async (name: string, Body: Uint8Array) => {
      const Key = `${place.prefix}/${dataset}/${name}`;
      await rawClient(server.endpoint).send(new PutObjectCommand({ Bucket, Key, Body }));
    };
    for (const part of [0, 1]) {
      const rows = Array.from({ length: 100 }, (_, index) => buildContractRow(part * 100 + index));
      const path = await writePart(
        join(root, dataset),
        `${table}-00${part}`,
        "parquet",
        contractSchema,
        rows,
      );
      await replace(`${table}-00${part}.parquet`, await readFile(path));
    }
    const store = createFolderStore({ root: join(folder, "lake") });
    const options = { memoryBytes: 300_000_000, threads: 1, fileBytes: 4e8, spill, store };
    const readHashKey = async () => new Uint8Array();
    const engine = createDuckDbEngine({ ...options, clock: hastyClock, randomHex, readHashKey });
    const limits = { callMs: 5000, transferMs: 5000 };
    return {
      engine: withFetchedParts(engine, { place, again, spill, limits }),
      local: { engine, source: createFilesSource({ root }) },
      source: createS3FilesSource({ ...place, again, limits }),
      store,
      spill,
      replace,
    };
  }

  test("become the same rows as in a folder, and nothing stays of their copies", async () => {
    const { engine, local, source, spill } = await makeWorld();
    const shard = (await source.openShard(dataset, table, "daily"))!;
    const here = (await local.source.openShard(dataset, table, "daily"))!;
    expect(shard.schema).toEqual(here.schema);
    expect(shard.parts.map(({ path, bytes }) => [path.split("/").at(-1), bytes])).toEqual(
      here.parts.map(({ path, bytes }) => [path.split("/").at(-1), bytes]),
    );
    const outcomes = [await extract(engine, shard, "s3/"), await extract(local.engine, here, "folder/")];
    const [far, near] = outcomes.map((outcome) => {
      if ("error" in outcome) throw outcome.error;
      const { balance, checksum, nonNull, columns } = outcome.report;
      return { balance, checksum, nonNull, columns };
    });
    expect(far).toEqual(near);
    expect(far?.balance.written).toBe(200);
    expect(await readdir(spill)).toEqual([]);
  });

  test("cost one call to see that nothing moved, and their footers' ends to open", async () => {
    const { source } = await makeWorld();
    const { version } = (await source.openShard(dataset, table, "daily"))!;
    const get = (call: string) => call.startsWith("GetObject");
    expect([proxy.calls.filter(get).length, proxy.calls.length]).toEqual([2, 4]);
    proxy.reset();
    expect(await source.readVersion(dataset, table, "daily", version)).toEqual(version);
    expect(proxy.calls).toEqual([expect.stringMatching(/^ListObjectsV2 .*\/analytics_1\/events_20261120$/)]);
  });

  test("that were written again with the same bytes are the same version of content", async () => {
    const { source, replace, local } = await makeWorld();
    const { version } = (await source.openShard(dataset, table, "daily"))!;
    const here = (await local.source.openShard(dataset, table, "daily"))!;
    await replace(`${table}-000.parquet`, await readFile(here.parts[0]!.path));
    const seen = (await source.readVersion(dataset, table, "daily", version))!;
    expect({ rows: seen.rows, content: seen.content }).toEqual({
      rows: version.rows,
      content: version.content,
    });
  });

  test("whose downloads break off are asked for again, range by range", async () => {
    const { engine, source } = await makeWorld();
    const shard = (await source.openShard(dataset, table, "daily"))!;
    proxy.inject({ fault: "cut", operation: "GetObject", times: 1 });
    proxy.inject({
      fault: "answer",
      status: 503,
      code: "SlowDown",
      operation: "GetObject",
      times: 1,
      after: 1,
    });
    const outcome = await extract(engine, shard, "s3/");
    expect("error" in outcome ? outcome.error : outcome.report.balance.written).toBe(200);
  });

  test("that moved since they were opened are not read as a mixture, and can be asked for again", async () => {
    const { engine, source, replace, spill, store } = await makeWorld();
    const shard = (await source.openShard(dataset, table, "daily"))!;
    await replace(`${table}-001.parquet`, new Uint8Array(shard.parts[1]!.bytes));
    const outcome = await extract(engine, shard, "s3/");
    expect(outcome).toMatchObject({ generation: null, error: { code: "outside", retryable: true } });
    expect(await readdir(spill)).toEqual([]);
    for await (const { key } of store.list("")) throw new Error(`written all the same: ${key}`);
  });

  test("that are broken are told by their own names, not by those of their copies", async () => {
    const { engine, source, replace } = await makeWorld();
    const shard = (await source.openShard(dataset, table, "daily"))!;
    const broken = new Uint8Array(shard.parts[1]!.bytes).fill(7);
    await replace(`${table}-001.parquet`, broken);
    const listed = await source.openShard(dataset, table, "daily").catch((error) => error);
    expect(listed).toMatchObject({
      code: "data",
      parts: { failed: expect.stringContaining(`s3://${Bucket}/`) },
    });
    const part = { path: shard.parts[1]!.path, format: "parquet" as const, bytes: broken.length };
    const outcome = await extract(engine, { ...shard, parts: [part] }, "s3/");
    expect(outcome).toMatchObject({
      error: { code: "data", parts: { failed: expect.stringContaining(part.path) } },
    });
    expect(JSON.stringify(outcome)).not.toContain("shardlift-engine-");
  });

  test("are not downloaded once the command is to end", async () => {
    const { engine, source } = await makeWorld();
    const shard = (await source.openShard(dataset, table, "daily"))!;
    proxy.reset();
    const stop = new Error("to end");
    const context = { signal: AbortSignal.abort(stop), onRows: () => {} };
    for await (const outcome of engine.extract([buildExtract(shard, "s3/")], context)) {
      expect(outcome).toMatchObject({ error: stop });
    }
    expect(proxy.calls).toEqual([]);
  });
});
