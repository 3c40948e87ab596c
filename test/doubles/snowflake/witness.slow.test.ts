import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { connect, destroy, execute, type Row } from "./driver.ts";
import { buildRows, createDoubleWorld, folderOf, hot, lock, render, renderCopy } from "./test-world.ts";
import { python, startFakesnow } from "./witness/start-fakesnow.ts";

const day = "2026-11-20";
const columns = `"_DAY" DATE, "_GENERATION" VARCHAR, "EVENT_ID" VARCHAR, "PARAMS" OBJECT`;
const rows = `SELECT _day::VARCHAR AS d, _generation AS g, COUNT(*) AS n, COUNT(params) AS p FROM ${hot} GROUP BY 1, 2 ORDER BY 1, 2`;
const count = `SELECT COUNT(*) AS n FROM ${lock}`;
const copy = renderCopy(day, "g1", ["a.parquet", "b.parquet"]);

/** One after the other, of which the answers are compared. No binds: fakesnow does not know them as `:1`. */
const statements: string[] = [
  render("create-lock", { lock }),
  render("fill-lock", { lock }),
  render("fill-lock", { lock }),
  count,
  render("take-lock", { lock, transaction: "'1'" }),
  copy,
  rows,
  copy,
  rows,
  render("begin"),
  copy,
  rows,
  render("rollback"),
  rows,
];

/** Where they differ by what is known: other words for a success, where a stage's files lie. */
function normalise(answer: Row[]): Row[] {
  return answer.map((row) => {
    const { status, file, ...rest } = row;
    const path = file === undefined ? {} : { file: String(file).slice(String(file).indexOf("shop/")) };
    return status === undefined || status === "LOADED" ? { ...row, ...path } : { ...rest, ...path };
  });
}

async function runAll(options: Parameters<typeof connect>[0], before: string[]): Promise<Row[][]> {
  const connection = await connect(options);
  const answers: Row[][] = [];
  for (const sql of before) await execute(connection, sql);
  for (const sql of statements) answers.push(normalise((await execute(connection, sql)).rows));
  await destroy(connection);
  return answers;
}

const title = python
  ? "fakesnow says the same"
  : "fakesnow says the same (skipped: FAKESNOW_PYTHON is not set)";

describe.skipIf(!python)(title, () => {
  test("of our COPY, our lock row, and a transaction that is rolled back", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-witness-"));
    const world = await createDoubleWorld({ mounts: [{ url: "s3://lake/", folder }], folder });
    for (const name of ["a", "b"])
      await world.write(`${folderOf(day, "g1")}${name}.parquet`, buildRows(day, "g1", 3));
    const mine = [
      render("create-hot", { hot, columns: columns.replace(/,|$/g, " COMMENT ''$&"), clustering: "" }),
    ];
    const theirs = [
      'CREATE SCHEMA IF NOT EXISTS "DB"."PUBLIC"',
      `CREATE TABLE ${hot} (${columns})`,
      `CREATE STAGE "DB"."PUBLIC"."LAKE" URL = 'file://${folder}/'`,
    ];
    const witness = await startFakesnow();
    try {
      const password = { account: "acct", username: "x", password: "y", accessUrl: witness.url };
      const told = await runAll({ ...password, database: "db", schema: "public" }, theirs);
      expect(await runAll(world.options(), mine)).toEqual(told);
    } finally {
      await witness.close();
      await world.end();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
