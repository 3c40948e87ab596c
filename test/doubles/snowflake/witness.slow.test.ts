import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection, ConnectionOptions } from "snowflake-sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, destroy, execute, type Row } from "./driver.ts";
import { buildRows, createDoubleWorld, type DoubleWorld, folderOf, hot, render } from "./test-world.ts";
import { hotColumns, scenarios } from "./witness/scenarios.ts";
import { python, startFakesnow, type Witness } from "./witness/start-fakesnow.ts";

const day = "2026-11-20";

/** What one of them answered: rows, or that it refused. */
type Answer = Row[] | "refused";

async function answer(connection: Connection, sql: string): Promise<Answer> {
  try {
    return normalise((await execute(connection, sql)).rows);
  } catch (error) {
    if (process.env.EXPLORE) console.log(sql.slice(0, 300), String(error).slice(0, 500));
    return "refused";
  }
}

/** Where they differ by what is known: other words for a success, where a stage's files lie. */
function normalise(rows: Row[]): Row[] {
  return rows.map((row) => {
    const { status, file, ...rest } = row;
    const path = file === undefined ? {} : { file: String(file).slice(String(file).indexOf("shop/")) };
    return status === undefined || status === "LOADED" ? { ...row, ...path } : { ...rest, ...path };
  });
}

async function runAll(options: ConnectionOptions, before: string[]): Promise<Answer[][]> {
  const connection = await connect(options);
  try {
    for (const sql of before) await execute(connection, sql);
    const answers: Answer[][] = [];
    for (const { statements } of scenarios) {
      const own: Answer[] = [];
      for (const sql of statements) own.push(await answer(connection, sql));
      answers.push(own);
    }
    return answers;
  } finally {
    await destroy(connection);
  }
}

const title = python
  ? "fakesnow says the same of"
  : "fakesnow says the same (skipped: no Python 3 with pip to install it with)";

describe.skipIf(!python)(title, () => {
  let folder: string;
  let world: DoubleWorld;
  let witness: Witness;
  let theirs: Answer[][];
  let mine: Answer[][];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "shardlift-witness-"));
    world = await createDoubleWorld({ mounts: [{ url: "s3://lake/", folder }], folder });
    for (const name of ["a", "b"])
      await world.write(`${folderOf(day, "g1")}${name}.parquet`, buildRows(day, "g1", 3));
    witness = await startFakesnow();
    const password = { account: "acct", username: "x", password: "y", accessUrl: witness.url };
    theirs = await runAll({ ...password, database: "db", schema: "public" }, [
      'CREATE SCHEMA IF NOT EXISTS "DB"."PUBLIC"',
      `CREATE TABLE ${hot} (${hotColumns})`,
      `CREATE STAGE "DB"."PUBLIC"."LAKE" URL = 'file://${folder}/'`,
    ]);
    const columns = hotColumns.replace(/,|$/g, " COMMENT ''$&");
    mine = await runAll(world.options(), [render("create-hot", { hot, columns, clustering: "" })]);
  });
  afterAll(async () => {
    await witness?.close();
    await world?.end();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(scenarios.map(({ title: name }, index) => [name, index] as const))("%s", (_, index) => {
    expect(theirs[index]).not.toContain("refused");
    expect(mine[index]).toEqual(theirs[index]);
  });
});
