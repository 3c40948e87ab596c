import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createShardGenerator, generateShard } from "../../../src/adapters/duckdb/generator.ts";
import {
  listShardFiles,
  removeTable,
  replaceTable,
  type ShardTarget,
} from "../../../src/adapters/duckdb/generator-files.ts";
import { parseFileName } from "../../../src/adapters/files/file-name.ts";
import type { Day } from "../../../src/days/day.ts";
import type { ShardWish } from "../../../src/generate/shard-spec.ts";
import { makeRoot } from "./generator-world.ts";

const schema = [{ name: "a", type: "STRING", mode: "NULLABLE" }] as const;
const wish = { family: "ga4_users", day: "2026-11-20" as Day, rows: 10 } as const satisfies ShardWish;

async function makeTarget(): Promise<ShardTarget & { folder: string }> {
  const root = await makeRoot();
  return { root, dataset: "analytics_1", folder: join(root, "analytics_1") };
}

async function listFolder(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort();
}

test("files are named as the file source reads them", () => {
  expect(listShardFiles("events_20261120", "parquet", 1)).toEqual(["events_20261120.parquet"]);
  const names = listShardFiles("events_20261120", "jsonl.gz", 2);
  expect(names.map(parseFileName)).toEqual([
    {
      name: "events_20261120-000.jsonl.gz",
      table: "events_20261120",
      holds: "rows",
      format: "jsonl.gz",
      part: 0,
    },
    {
      name: "events_20261120-001.jsonl.gz",
      table: "events_20261120",
      holds: "rows",
      format: "jsonl.gz",
      part: 1,
    },
  ]);
});

test("nothing stands under a final name before all files are whole", async () => {
  const target = await makeTarget();
  const files = listShardFiles("events_20261120", "jsonl", 2);
  const seen: string[][] = [];
  await replaceTable(target, "events_20261120", files, schema.slice(), async (part, path) => {
    await writeFile(path, `${part}\n`);
    seen.push((await listFolder(target.folder)).filter((name) => parseFileName(name) !== null));
  });
  expect(seen).toEqual([[], []]);
  expect(await listFolder(target.folder)).toEqual([
    "events_20261120-000.jsonl",
    "events_20261120-001.jsonl",
    "events_20261120.schema.json",
  ]);
});

test("a write that fails leaves the former shard, and nothing half done", async () => {
  const target = await makeTarget();
  await generateShard(wish, target);
  const before = await readFile(join(target.folder, "users_20261120.parquet"));
  const files = listShardFiles("users_20261120", "jsonl", 2);
  await expect(
    replaceTable(target, "users_20261120", files, schema.slice(), async (part, path) => {
      await writeFile(path, "half");
      if (part === 0) throw new Error("disk full");
    }),
  ).rejects.toThrow("disk full");
  expect(await listFolder(target.folder)).toEqual(["users_20261120.parquet"]);
  expect(await readFile(join(target.folder, "users_20261120.parquet"))).toEqual(before);
});

test("a shard written again leaves no file of its former format or number", async () => {
  const target = await makeTarget();
  const generator = await createShardGenerator({ lanes: 1 });
  const listings: string[][] = [];
  for (const next of [{ parts: 3 }, { format: "jsonl" }, { parts: 2 }, {}] as const) {
    await generator.generate({ ...wish, ...next }, target);
    listings.push(await listFolder(target.folder));
  }
  generator.close();
  expect(listings).toEqual([
    ["users_20261120-000.parquet", "users_20261120-001.parquet", "users_20261120-002.parquet"],
    ["users_20261120.jsonl", "users_20261120.schema.json"],
    ["users_20261120-000.parquet", "users_20261120-001.parquet"],
    ["users_20261120.parquet"],
  ]);
});

test("all files of a shard bear the time asked for", async () => {
  const target = { ...(await makeTarget()), modifiedMs: Date.parse("2026-11-21T07:30:00Z") };
  await generateShard({ ...wish, format: "jsonl.gz", parts: 2 }, target);
  const names = await listFolder(target.folder);
  expect(names).toHaveLength(3);
  for (const name of names) expect((await stat(join(target.folder, name))).mtimeMs).toBe(target.modifiedMs);
});

test("a removed table takes its own files only", async () => {
  const target = await makeTarget();
  await mkdir(target.folder, { recursive: true });
  const others = [
    "events_20261120.parquet",
    "events_intraday_202611201.parquet",
    "events_intraday_20261120.parquet.md5",
    "notes.txt",
  ];
  const own = [
    "events_intraday_20261120-000.jsonl.gz",
    "events_intraday_20261120-1000.parquet",
    "events_intraday_20261120.schema.json",
  ];
  for (const name of [...others, ...own]) await writeFile(join(target.folder, name), "");
  await removeTable(target, "events_intraday_20261120");
  expect(await listFolder(target.folder)).toEqual([...others].sort());
});

test("removing what is not there is no error", async () => {
  const target = await makeTarget();
  await removeTable(target, "events_20261120");
  await expect(readdir(target.folder)).rejects.toMatchObject({ code: "ENOENT" });
});
