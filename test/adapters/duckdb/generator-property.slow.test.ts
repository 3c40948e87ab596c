import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createShardGenerator } from "../../../src/adapters/duckdb/generator.ts";
import { removeTable } from "../../../src/adapters/duckdb/generator-files.ts";
import {
  type GenerateProgress,
  generateProperty,
  generateShards,
  type PropertyOptions,
} from "../../../src/adapters/duckdb/generator-property.ts";
import type { Day } from "../../../src/days/day.ts";
import { buildDemoScenario } from "../../../src/generate/demo-scenario.ts";
import { makeRoot, query } from "./generator-world.ts";

async function makeOptions(more: Partial<PropertyOptions> = {}): Promise<PropertyOptions> {
  return {
    family: "ga4_users",
    root: await makeRoot(),
    dataset: "analytics_1",
    timeZone: "Europe/Berlin",
    days: { first: "2026-10-24" as Day, last: "2026-10-26" as Day },
    rowsPerDay: 20,
    seed: 4,
    duplicates: 0.1,
    conflicts: 0,
    ...more,
  };
}

test("one shard a day, each told as it stands", async () => {
  const told: GenerateProgress[] = [];
  const options = await makeOptions({ onProgress: (progress) => told.push(progress) });
  const shards = await generateProperty(options);
  expect((await readdir(join(options.root, "analytics_1"))).sort()).toEqual([
    "users_20261024.parquet",
    "users_20261025.parquet",
    "users_20261026.parquet",
  ]);
  expect(shards.map(({ table }) => table)).toEqual(["users_20261024", "users_20261025", "users_20261026"]);
  expect(told.map(({ shardsDone, shardsTotal, rowsDone }) => [shardsDone, shardsTotal, rowsDone])).toEqual([
    [1, 3, 22],
    [2, 3, 44],
    [3, 3, 66],
  ]);
  expect(told.at(-1)?.bytesDone).toBe(shards.reduce((sum, { bytes }) => sum + bytes, 0));
});

test("a long history has the schema of each day's time", async () => {
  const shards = await generateProperty(
    await makeOptions({
      family: "ga360_sessions",
      days: { first: "2017-06-30" as Day, last: "2017-07-01" as Day },
    }),
  );
  expect(
    shards.map(({ spec, schema }) => [spec.era, schema.some(({ name }) => name === "clientId")]),
  ).toEqual([
    ["2016-08", false],
    ["2017-07", true],
  ]);
});

test("a range without days makes nothing", async () => {
  const days = { first: "2026-10-26" as Day, last: "2026-10-24" as Day };
  expect(await generateProperty(await makeOptions({ days }))).toEqual([]);
});

test("an abort ends it; shards that stand stay whole", async () => {
  const abort = new AbortController();
  const options = await makeOptions({
    days: { first: "2026-10-01" as Day, last: "2026-10-30" as Day },
    signal: abort.signal,
    onProgress: ({ shardsDone }) => shardsDone === 2 && abort.abort(new Error("enough")),
  });
  await expect(generateProperty(options)).rejects.toThrow("enough");
  const names = await readdir(join(options.root, "analytics_1"));
  expect(names.length).toBeGreaterThanOrEqual(2);
  expect(names.length).toBeLessThan(5);
  expect(names.filter((name) => !/^users_202610\d\d\.parquet$/.test(name))).toEqual([]);
});

test("an abort does not wait for a long shard, and leaves nothing of it", async () => {
  const abort = new AbortController();
  const target = { root: await makeRoot(), dataset: "analytics_1" };
  const order = (day: string, rows: number) => ({
    wish: { family: "ga4_events", day: day as Day, rows, parts: 3 } as const,
    target,
  });
  const generator = await createShardGenerator({ lanes: 4 });
  try {
    // Ten million rows would take minutes.
    const orders = [order("2026-10-01", 10_000_000), order("2026-10-02", 10)];
    const stop = () => abort.abort(new Error("enough"));
    await expect(generateShards(generator, orders, stop, abort.signal)).rejects.toThrow("enough");
  } finally {
    generator.close();
  }
  expect((await readdir(join(target.root, "analytics_1"))).sort()).toEqual([
    "events_20261002-000.parquet",
    "events_20261002-001.parquet",
    "events_20261002-002.parquet",
  ]);
});

test("a shard that cannot be made stops the rest", async () => {
  const options = await makeOptions();
  const target = { root: options.root, dataset: "analytics_1" };
  const order = (day: string, era: string) => ({
    wish: { family: "ga4_users", day: day as Day, rows: 5, era } as const,
    target,
  });
  const generator = await createShardGenerator({ lanes: 1 });
  try {
    const orders = [order("2026-10-01", "2026"), order("2026-10-02", "v9"), order("2026-10-03", "2026")];
    await expect(generateShards(generator, orders)).rejects.toMatchObject({ code: "usage" });
  } finally {
    generator.close();
  }
  expect(await readdir(join(options.root, "analytics_1"))).toEqual(["users_20261001.parquet"]);
});

test("the demo's source has what the demo promises, table by table", async () => {
  const root = await makeRoot();
  const scenario = buildDemoScenario("2026-11-11" as Day);
  const generator = await createShardGenerator();
  const standing = new Map<string, Awaited<ReturnType<typeof generateShards>>[number]>();
  for (const { shards, removed } of scenario.phases) {
    const orders = shards.map(({ dataset, wish, modifiedMs }) => ({
      // A twentieth of the rows is enough to see each speciality.
      wish: { ...wish, rows: Math.round(wish.rows! / 20) },
      target: { root, dataset, modifiedMs },
    }));
    const made = await generateShards(generator, orders);
    for (const [index, shard] of made.entries()) {
      standing.set(`${shards[index]!.dataset}.${shard.table}`, shard);
    }
    for (const { dataset, table } of removed) {
      await removeTable({ root, dataset }, table);
      standing.delete(`${dataset}.${table}`);
    }
  }
  generator.close();
  expect(standing.size).toBe(22);
  const files = [...standing.values()].flatMap(({ files: list }) => list.map(({ path }) => path));
  const folders = await Promise.all(
    scenario.properties.map(async ({ dataset }) =>
      (await readdir(join(root, dataset))).map((name) => join(root, dataset, name)),
    ),
  );
  const rowFiles = folders.flat().filter((path) => !path.endsWith(".schema.json"));
  expect(rowFiles.sort()).toEqual(files.sort());
  for (const shard of standing.values()) {
    expect(await query({ shard }, "SELECT count(*)::INTEGER AS n FROM $shard")).toEqual([
      { n: shard.rows.total },
    ]);
  }
});
