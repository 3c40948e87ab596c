import { rmSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { LakeFile } from "../../../src/ports.ts";
import { loadDays } from "../../../src/tasks/load-transaction.ts";
import type { ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { transactSettled } from "../../../src/tasks/settle.ts";
import { baseColumns, buildRows } from "../../contracts/warehouse-lake.ts";
import { g1, measureOf, table } from "../../contracts/warehouse-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "./snowflake-world.ts";

let world: SnowflakeWorld;
afterEach(() => world.end());

const files = 1_003;

/** A generation of so many files: one with rows, and copies of one without. */
async function writeMany(): Promise<ReaderTarget> {
  const target = await world.write({ ...g1, files: 2, rows: buildRows("g1", 1) });
  const [full, empty] = target.manifest.files as [LakeFile, LakeFile];
  const place = world.store.localPath(empty.key)!;
  const names = Array.from(
    { length: files - 2 },
    (_, part) => `copy-${String(part).padStart(4, "0")}.parquet`,
  );
  for (const name of names) await copyFile(place, join(dirname(place), name));
  const copies = names.map((name) => ({ ...empty, key: `${dirname(empty.key)}/${name}` }));
  // The file with rows is the last one: it is copied by the second statement.
  return { ...target, manifest: { ...target.manifest, files: [empty, ...copies, full] } };
}

const policy = { isHotDay: () => true, finalAtMs: () => 1 };
const load = (target: ReaderTarget) =>
  transactSettled(world.warehouse, table, (transaction) =>
    loadDays(transaction, [target], policy, 1, (_, step) => step()),
  );

const begun = (form: RegExp) =>
  world.double
    .queries()
    .map(({ sql }) => sql)
    .filter((sql) => form.test(sql));
const countNames = (sql: string) => /^FILES = \((.*)\)$/m.exec(sql)![1]!.split(", ").length;

async function begin(): Promise<ReaderTarget> {
  world = await createSnowflakeWorld();
  await world.warehouse.prepare(table, baseColumns);
  return writeMany();
}

test("a day of more than 1,000 files is copied by two statements of one transaction", async () => {
  const target = await begin();
  await load(target);
  expect(begun(/^COPY/).map(countNames)).toEqual([1_000, 3]);
  expect(begun(/^(BEGIN|COMMIT)/)).toEqual(["BEGIN TRANSACTION", "COMMIT"]);
  expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
});

test.each<[string, (path: string) => void]>([
  ["is not there any more", (path) => rmSync(path)],
  ["is broken", (path) => writeFileSync(path, "PAR1 and nothing more")],
])("of which one file of the second statement %s, nothing is loaded", async (_, spoil) => {
  const target = await begin();
  const { key } = target.manifest.files.at(-1)!;
  // When the first COPY is answered: before, INFER_SCHEMA would find it.
  world.double.faults.add({
    do: "rewrite",
    sql: /^COPY/,
    rows(rows) {
      spoil(world.store.localPath(key)!);
      return rows;
    },
  });
  await expect(load(target)).rejects.toMatchObject({ code: "data", retryable: false });
  expect(begun(/^COPY/).map(countNames)).toEqual([1_000, 3]);
  expect(begun(/^(COMMIT|ROLLBACK)/)).toEqual(["ROLLBACK"]);
  expect(await world.warehouse.measureHot(table, "all")).toEqual([]);
  expect(await world.warehouse.readLedger(table, "all")).toEqual([]);
});

test("whose second answer tells of other rows than the manifest is not loaded", async () => {
  const target = await begin();
  world.double.faults.add({
    do: "rewrite",
    sql: /^COPY/,
    skip: 1,
    rows: (rows) => rows.map(([file, status, parsed, , ...rest]) => [file!, status!, parsed!, "7", ...rest]),
  });
  await expect(load(target)).rejects.toMatchObject({
    code: "data",
    message: expect.stringContaining("7 rows where the manifest has"),
  });
  expect(begun(/^COPY/).map(countNames)).toEqual([1_000, 3]);
  expect(await world.warehouse.measureHot(table, "all")).toEqual([]);
});
