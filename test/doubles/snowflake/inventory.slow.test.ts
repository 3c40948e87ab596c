import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buildRows,
  createDoubleWorld,
  createTables,
  type DoubleWorld,
  type DriverClient,
  files,
  folderOf,
  render,
} from "./test-world.ts";

let world: DoubleWorld;
let client: DriverClient;
beforeEach(async () => {
  world = await createDoubleWorld();
  client = await world.open({ representNullAsStringNull: false });
  await createTables(client);
});
afterEach(() => world.end());

const [day, other] = ["2026-11-20", "2026-11-21"];
const write = (date: string, generation: string, name: string, query = buildRows(date, generation, 2)) =>
  world.write(folderOf(date, generation) + name, query);
const refresh = (path: string) => client.run(render("refresh-files", { files, path: `'${path}'` }));
const table = '\'"DB"."PUBLIC"."HOT_FILES"\'';
const list = async (condition = "TRUE") =>
  (await client.run(render("list-files", { database: '"DB"', table, condition }))).map(
    ({ FILE_NAME }) => FILE_NAME,
  );
const count = () =>
  client.run(`SELECT "FILE_DAY"::VARCHAR AS d, "FILE_GENERATION" AS g, COUNT(*) AS n, SUM(files.VALUE:"params":n::NUMBER) AS s
    FROM ${files} AS files GROUP BY 1, 2 ORDER BY 1, 2`);

test("REFRESH of a path registers what is there, and nothing else; partitions are told by names", async () => {
  await write(day, "g1", "a.parquet");
  await write(other, "n1", "b.parquet");
  expect(await list()).toEqual([]);
  const file = `s3://lake/${folderOf(day, "g1")}a.parquet`;
  expect(await refresh(folderOf(day, "g1"))).toEqual([
    { file, status: "REGISTERED_NEW", description: "File registered successfully." },
  ]);
  expect(await count()).toMatchObject([{ D: day, G: "g1", N: 2 }]);
});

test("REFRESH follows a folder: changed files and lost ones, those of its path alone", async () => {
  for (const name of ["a.parquet", "b.parquet"]) await write(day, "g1", name);
  await write(other, "n1", "c.parquet");
  await refresh("shop/");
  await write(day, "g1", "a.parquet", buildRows(day, "g1", 5));
  await world.remove(`${folderOf(day, "g1")}b.parquet`);
  await world.remove(`${folderOf(other, "n1")}c.parquet`);
  const answer = await refresh(folderOf(day, "g1"));
  expect(answer.map(({ status }) => status)).toEqual(["REGISTERED_UPDATE", "UNREGISTERED"]);
  expect(await list()).toEqual([`${folderOf(day, "g1")}a.parquet`, `${folderOf(other, "n1")}c.parquet`]);
});

test.each([
  ["nothing", []],
  ["REGISTER_SKIPPED", ["REGISTER_SKIPPED"]],
] as const)(
  "REFRESH says %s of a file that has not changed: nobody could tell which",
  async (choice, statuses) => {
    world.double.world.choices.refreshUnchanged = choice;
    await write(day, "g1", "a.parquet");
    await refresh("shop/");
    expect((await refresh("shop/")).map(({ status }) => status)).toEqual(statuses);
  },
);

test("files are listed below the bucket or below the location: nobody could tell which", async () => {
  await world.end();
  world = await createDoubleWorld({ stages: [{ name: "DB.PUBLIC.LAKE", url: "s3://lake/inner/" }] });
  client = await world.open();
  await createTables(client);
  await world.write(`inner/${folderOf(day, "g1")}a.parquet`, buildRows(day, "g1", 1));
  await refresh("shop/");
  expect(await list()).toEqual([`inner/${folderOf(day, "g1")}a.parquet`]);
  world.double.world.choices.fileNames = "location";
  expect(await list(`CONTAINS(FILE_NAME, '/day=${day}/')`)).toEqual([`${folderOf(day, "g1")}a.parquet`]);
  expect(await list("CONTAINS(FILE_NAME, '/day=2026-11-22/')")).toEqual([]);
});

test("files that do not fit the pattern are not registered", async () => {
  await write(day, "g1", "a.parquet");
  await world.writeText("shop/events/_heads/2026-11-20.json", "{}");
  await refresh("shop/");
  expect(await list()).toEqual([`${folderOf(day, "g1")}a.parquet`]);
});

test("a registered file that is gone fails whoever reads it, until it is taken out", async () => {
  await write(day, "g1", "a.parquet");
  await refresh("shop/");
  await world.remove(`${folderOf(day, "g1")}a.parquet`);
  await expect(count()).rejects.toMatchObject({ code: "091016" });
  await client.run(
    render("remove-files", { files, paths: `'${folderOf(day, "g1")}a.parquet', 'not/there.parquet'` }),
  );
  expect(await count()).toEqual([]);
});

test("REFRESH is DDL: it commits what is open", async () => {
  await client.run(render("begin"));
  await client.run(render("merge-ledger", { ledger: '"DB"."PUBLIC"."HOT_LEDGER"' }), [
    JSON.stringify([{ day, shard_kind: "daily", rows: 1, duplicates: 0, filtered: 0, checksum: "1" }]),
  ]);
  await refresh("shop/");
  await client.run(render("rollback"));
  expect(await client.run("SELECT COUNT(*) AS n FROM hot_ledger")).toEqual([{ N: 1 }]);
});

test("files of several schemas stand side by side; what one lacks is NULL, and letters of names count", async () => {
  await write(day, "g1", "a.parquet", "SELECT 1 AS a, {'x': 1} AS s");
  await write(day, "g1", "b.parquet", `SELECT 'two' AS a, {'x': 1, 'y': 2} AS s, TRUE AS more`);
  await refresh("shop/");
  const sql = `SELECT f.VALUE:a::VARCHAR AS a, f.VALUE:s.y::NUMBER AS y, f.VALUE:more::BOOLEAN AS more, f.VALUE:A::VARCHAR AS upper FROM ${files} AS f ORDER BY 1`;
  expect(await client.run(sql)).toEqual([
    { A: "1", Y: null, MORE: null, UPPER: null },
    { A: "two", Y: 2, MORE: true, UPPER: null },
  ]);
});

test("INFER_SCHEMA tells the columns that files really have", async () => {
  await write(day, "g1", "a.parquet", "SELECT 1::BIGINT AS n, {'x': 1} AS s, 'x' AS t");
  await write(day, "g1", "b.parquet", "SELECT 1.5::DOUBLE AS n, now() AS at");
  const places = {
    location: `'@"DB"."PUBLIC"."LAKE"/${folderOf(day, "g1")}'`,
    files: "'a.parquet', 'b.parquet'",
  };
  const rows = await client.run(
    render("infer-columns", { ...places, format: '\'"DB"."PUBLIC"."PARQUET"\'' }),
  );
  expect(rows).toEqual([
    { COLUMN_NAME: "n", TYPE: "VARIANT" },
    { COLUMN_NAME: "s", TYPE: "VARIANT" },
    { COLUMN_NAME: "t", TYPE: "TEXT" },
    { COLUMN_NAME: "at", TYPE: "TIMESTAMP_LTZ" },
  ]);
  await expect(
    client.run(render("infer-columns", { ...places, format: '\'"DB"."PUBLIC"."CSV"\'' })),
  ).rejects.toMatchObject({ code: "002003" });
});
