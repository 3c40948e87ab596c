import {
  appendFile,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { createFilesSource } from "../../../src/adapters/files/source.ts";
import type { Field } from "../../../src/days/schema.ts";
import { isSameVersion } from "../../../src/days/shards.ts";
import { type ErrorCode, isShardliftError } from "../../../src/errors.ts";
import { buildContractRow, contractSchema } from "../../contracts/source.ts";
import { makeFolder, writePart } from "./write-shard.ts";

const table = "events_20201101";
const dataset = "analytics_1";
const note: Field[] = [{ name: "event_name", type: "STRING", mode: "NULLABLE" }];

async function makeSource() {
  const root = await makeFolder();
  const folder = join(root, dataset);
  await mkdir(folder);
  const source = createFilesSource({ root });
  return {
    root,
    folder,
    source,
    open: () => source.openShard(dataset, table, "daily"),
    version: (known: Parameters<typeof source.readVersion>[3] = null) =>
      source.readVersion(dataset, table, "daily", known),
  };
}

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => new Error("it did not fail"),
    (reason) => reason,
  );
  if (!isShardliftError(error)) throw error;
  const { code, parts } = error;
  return { code, text: `${parts.failed} | ${parts.received} | ${parts.remedy}` };
}

async function expectFailure(promise: Promise<unknown>, code: ErrorCode, words: readonly string[]) {
  const found = await failure(promise);
  expect(found.code).toBe(code);
  for (const word of words) expect(found.text).toContain(word);
}

/** Same size, same modification time (whole seconds: `utimes` knows no nanoseconds), other content or not. */
async function rewrite(path: string, from: string, to: string, seconds: number) {
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replaceAll(from, to));
  await utimes(path, seconds, seconds);
}

test("only data files of a table are listed; temporary files, checksums and schema files alone are not", async () => {
  const { folder, source } = await makeSource();
  await writePart(folder, table, "jsonl", note, []);
  const others = [
    "events_20201102.schema.json",
    ".events_20201103.parquet.tmp",
    "events_20201104.parquet.crc",
    "x",
  ];
  for (const name of [...others, "events_20201105.avro"]) await writeFile(join(folder, name), "");
  expect(await source.listTables(dataset)).toEqual([table, "events_20201105"]);
});

test("an untouched shard gives back the known version and opens no file", async () => {
  const { folder, open, version } = await makeSource();
  const path = await writePart(folder, table, "jsonl", note, [{ event_name: "a" }]);
  await utimes(path, 1_000_000_000, 1_000_000_000);
  const known = (await open())!.version;
  await rewrite(path, '"a"', '"b"', 1_000_000_000);
  expect(await version(known)).toBe(known);
});

test.each(["parquet", "jsonl"] as const)(
  "a %s shard that was only touched stays the same by its content",
  async (format) => {
    const { folder, open, version } = await makeSource();
    const path = await writePart(folder, table, format, contractSchema, [buildContractRow(1)]);
    const known = (await open())!.version;
    await utimes(path, 1_000_000_000, 1_000_000_000);
    const touched = (await version(known))!;
    expect(touched).toEqual({ ...known, modified: touched.modified });
    expect(touched.modified).not.toBe(known.modified);
    expect(isSameVersion(known, touched)).toBe(true);
  },
);

test("other content of the same size is another version once the time moved", async () => {
  const { folder, open, version } = await makeSource();
  const path = await writePart(folder, table, "jsonl", note, [{ event_name: "a" }]);
  const known = (await open())!.version;
  await rewrite(path, '"a"', '"b"', 1_000_000_000);
  const moved = (await version(known))!;
  expect(isSameVersion(known, moved)).toBe(false);
  expect(moved.content).toMatch(/^[0-9a-f]{64}$/);
});

test("a nanosecond in a modification time is seen", async () => {
  const { folder, version } = await makeSource();
  const path = await writePart(folder, table, "jsonl", note, [{ event_name: "a" }]);
  await utimes(path, 1_000_000_000.000001, 1_000_000_000.000001);
  const first = await version();
  await utimes(path, 1_000_000_000.000002, 1_000_000_000.000002);
  expect((await version())!.modified).not.toBe(first!.modified);
});

test("a changed schema file is another version of a JSON shard, and nothing to a Parquet shard", async () => {
  const { folder, open, version } = await makeSource();
  await writePart(folder, table, "jsonl", note, [{ event_name: "a" }]);
  const json = (await open())!.version;
  await writeFile(join(folder, `${table}.schema.json`), JSON.stringify([{ ...note[0], type: "BYTES" }]));
  expect(isSameVersion(json, (await version(json))!)).toBe(false);
  await rm(join(folder, `${table}.jsonl`));
  await writePart(folder, table, "parquet", note, [{ event_name: "a" }]);
  const parquet = (await open())!.version;
  await writeFile(join(folder, `${table}.schema.json`), "{}");
  expect(await version(parquet)).toBe(parquet);
});

test("parts of one shard are read in the order of their numbers and counted together", async () => {
  const { folder, open, source, version } = await makeSource();
  for (const part of [10, 2, 0, 1, 3, 4, 5, 6, 7, 8, 9]) {
    const rows = Array.from({ length: part + 1 }, () => ({ event_name: "a" }));
    await writePart(folder, `${table}-${part}`, "parquet", note, rows);
  }
  expect(await source.listTables(dataset)).toEqual([table]);
  const shard = (await open())!;
  const numbers = Array.from({ length: 11 }, (_, index) => index);
  expect(shard.parts.map((part) => part.path)).toEqual(
    numbers.map((part) => join(folder, `${table}-${part}.parquet`)),
  );
  expect(shard.version.rows).toBe(66);
  expect(shard.version.bytes).toBe(shard.parts.reduce((sum, part) => sum + part.bytes, 0));
  expect((await version())?.rows).toBe(66);
});

test("a new part makes another version, in a folder that was listed before", async () => {
  const { folder, source, version } = await makeSource();
  await writePart(folder, `${table}-000`, "parquet", note, [{ event_name: "a" }]);
  await utimes(folder, 1_000_000_000, 1_000_000_000);
  await source.listTables(dataset);
  const known = await version();
  expect(await version(known)).toBe(known);
  await writePart(folder, `${table}-001`, "parquet", note, [{ event_name: "b" }]);
  expect(await version(known)).toMatchObject({ rows: 2 });
});

test.each([
  [
    "an Avro file",
    ["events_20201101.avro"],
    ["events_20201101.avro", "Parquet", "Avro reader is a download"],
  ],
  ["a CSV file", ["events_20201101-000.csv"], ["events_20201101-000.csv", "nested columns"]],
  [
    "two formats",
    ["events_20201101-000.parquet", "events_20201101-001.jsonl"],
    ["-000.parquet and", "-001.jsonl"],
  ],
  ["a file beside parts", ["events_20201101.parquet", "events_20201101-000.parquet"], ["count up from 0"]],
  ["a gap", ["events_20201101-000.parquet", "events_20201101-002.parquet"], ["-002.parquet as part 1"]],
  ["no first part", ["events_20201101-001.parquet"], ["-001.parquet as part 0"]],
  ["a part twice", ["events_20201101-0.parquet", "events_20201101-00.parquet"], ["as part 1"]],
  [
    "JSON without schema",
    ["events_20201101.jsonl.gz"],
    ["without a schema file", "events_20201101.schema.json"],
  ],
  ["empty Parquet", ["events_20201101.parquet"], ["events_20201101.parquet cannot be read as Parquet"]],
] as const)("%s is refused when the shard is opened, and planning goes on", async (_, names, words) => {
  const { folder, open, version } = await makeSource();
  for (const name of names) await writeFile(join(folder, name), "");
  await expectFailure(open(), "data", words);
  expect(await version()).toMatchObject({ table, rows: null, content: null });
});

test("truncated Parquet is an error that names the file, and a version all the same", async () => {
  const { folder, open, version } = await makeSource();
  const path = await writePart(folder, table, "parquet", note, [{ event_name: "a" }]);
  const known = (await open())!.version;
  await truncate(path, 100);
  await expectFailure(open(), "data", [path, "magic bytes", "extract the shard again"]);
  expect(isSameVersion(known, (await version(known))!)).toBe(false);
});

test("parts with different columns are an error that names both files", async () => {
  const { folder, open } = await makeSource();
  const first = await writePart(folder, `${table}-000`, "parquet", note, []);
  const other = await writePart(folder, `${table}-001`, "parquet", contractSchema, []);
  await expectFailure(open(), "data", [first, other]);
});

test.each([
  ["no JSON", "{", "schema.json cannot be used"],
  ["no list", "{}", "not a list of fields"],
  ["an unknown type", '[{"name":"a","type":"GEOGRAPHY"}]', 'a has the type "GEOGRAPHY"'],
])("a schema file with %s is refused by its name", async (_, text, words) => {
  const { folder, open } = await makeSource();
  await writePart(folder, table, "jsonl", note, []);
  await writeFile(join(folder, `${table}.schema.json`), text);
  await expectFailure(open(), "data", [join(folder, `${table}.schema.json`), words]);
});

test("a folder in a part's place and a link to nothing are refused", async () => {
  const { folder, open, source, version } = await makeSource();
  await mkdir(join(folder, `${table}.parquet`));
  await expectFailure(open(), "data", [join(folder, `${table}.parquet`), "no file"]);
  await symlink(join(folder, "nothing"), join(folder, "events_20201102.parquet"));
  await expectFailure(source.openShard(dataset, "events_20201102", "daily"), "data", ["no file"]);
  expect(await version()).toMatchObject({ rows: null });
});

test("a missing source folder, a missing dataset and a file in its place are told apart", async () => {
  const { root, source } = await makeSource();
  const elsewhere = createFilesSource({ root: join(root, "nowhere") });
  await expectFailure(elsewhere.listTables(dataset), "config", [`source folder ${join(root, "nowhere")}`]);
  await expectFailure(source.listTables("analytics_2"), "config", [
    "dataset analytics_2",
    join(root, "analytics_2"),
  ]);
  await writeFile(join(root, "analytics_3"), "");
  await expectFailure(source.listTables("analytics_3"), "config", [join(root, "analytics_3"), "ENOTDIR"]);
});

test("a root with characters that mean something to a glob is a plain folder", async () => {
  const { root } = await makeSource();
  const odd = join(root, "a[1]*?'; DROP");
  await writePart(join(odd, dataset), table, "parquet", note, [{ event_name: "a" }]);
  const shard = await createFilesSource({ root: odd }).openShard(dataset, table, "daily");
  expect(shard).toMatchObject({ schema: note, version: { rows: 1 } });
});

test("a relative root gives absolute paths", async () => {
  const { open, folder, root } = await makeSource();
  await writePart(folder, table, "parquet", note, []);
  const fromHere = createFilesSource({ root: relative(process.cwd(), root) });
  expect((await fromHere.openShard(dataset, table, "daily"))?.parts).toEqual((await open())?.parts);
});

test("a shard that is being written while it is opened is asked for again, never told from two states", async () => {
  const { folder, open, version } = await makeSource();
  const path = await writePart(folder, table, "jsonl", note, [{ event_name: "a".repeat(16_000_000) }]);
  let written = false;
  const opening = failure(open()).finally(() => {
    written = true;
  });
  while (!written) await appendFile(path, '{"event_name":"b"}\n');
  expect((await opening).code).toBe("not-ready");
  const opened = (await open())!.version;
  expect(await version(opened)).toBe(opened);
});

test("a shard that is replaced by one with fewer parts while versions are read is no error", async () => {
  const { folder, version } = await makeSource();
  await writePart(folder, `${table}-000`, "parquet", note, [{ event_name: "a" }]);
  const second = await writePart(folder, `${table}-001`, "parquet", note, [{ event_name: "b" }]);
  const known = (await version())!;
  const [during] = await Promise.all([version(), rename(second, `${second}.tmp`)]);
  expect([1, 2, null]).toContain(during?.rows);
  expect(isSameVersion(known, (await version(known))!)).toBe(false);
});
