import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compareWarehouses } from "../../../scripts/demo-airflow/compare-warehouses.ts";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";

/** Two warehouse files, each made by its statements. */
async function compare(ours: readonly string[], theirs: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-compared-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const paths = [join(folder, "ours.duckdb"), join(folder, "theirs.duckdb")];
  for (const [index, statements] of [ours, theirs].entries()) {
    const database = await openDatabase({ path: paths[index]! });
    await database.run("CREATE SCHEMA a");
    for (const statement of statements) await database.run(statement);
    database.close();
  }
  return compareWarehouses(paths[0]!, paths[1]!);
}

const rows =
  "CREATE TABLE a.t AS SELECT 1 AS id, {'m': 'x'} AS device, 'g1' AS _generation UNION ALL SELECT 2, {'m': 'y'}, 'g1'";

test("order of rows and columns, and which generation a row is of, are no difference", async () => {
  const other =
    "CREATE TABLE a.t AS SELECT 'g2' AS _generation, {'m': 'y'} AS device, 2 AS id UNION ALL SELECT 'g3', {'m': 'x'}, 1";
  const view = "CREATE VIEW a.t_all AS SELECT * FROM a.t";
  expect(await compare([rows, view], [other, view])).toEqual([
    { table: "a.t", rows: 2, differences: 0 },
    { table: "a.t_all", rows: 2, differences: 0 },
  ]);
});

test.each([
  ["another value inside a nested one", "UPDATE a.t SET device = {'m': 'z'} WHERE id = 2", 2],
  ["a row twice", "INSERT INTO a.t SELECT * FROM a.t WHERE id = 1", 1],
  ["a row of no generation", "UPDATE a.t SET _generation = NULL WHERE id = 1", 2],
  ["a row too few", "DELETE FROM a.t WHERE id = 1", 1],
  ["another column", "ALTER TABLE a.t ADD COLUMN more INT", 2],
  ["no such table", "DROP TABLE a.t", 2],
])("%s is a difference", async (_, statement, differences) => {
  expect(await compare([rows], [rows, statement])).toEqual([{ table: "a.t", rows: 2, differences }]);
});

test("a table that only the other one has is a difference, though it is empty", async () => {
  expect(await compare([], ["CREATE TABLE a.t (id INT)"])).toEqual([
    { table: "a.t", rows: 0, differences: 1 },
  ]);
});

test("bookkeeping that names generations is left out", async () => {
  const tables = (at: string) => [
    `CREATE TABLE a.t_ledger AS SELECT DATE '2026-11-20' AS day, 'g${at}' AS hot_generation, ${at} AS hot_sequence`,
    `CREATE TABLE a.t_files AS SELECT 'g${at}' AS key`,
  ];
  expect(await compare(tables("1"), tables("2"))).toEqual([{ table: "a.t_ledger", rows: 1, differences: 0 }]);
});
