import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "snowflake-sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, destroy, execute, type Row } from "./driver.ts";
import { buildRows, createDoubleWorld, type DoubleWorld, folderOf, hot, render } from "./test-world.ts";
import { day, hotColumns, scenarios, unconfirmed } from "./witness/scenarios.ts";
import { python, startFakesnow, type Witness } from "./witness/start-fakesnow.ts";

/** Where they differ by what is known: other words for a success, where a stage's files lie. */
function normalise(rows: Row[]): Row[] {
  return rows.map((row) => {
    const { status, file, ...rest } = row;
    const path = file === undefined ? {} : { file: String(file).slice(String(file).indexOf("shop/")) };
    return status === undefined || status === "LOADED" ? { ...row, ...path } : { ...rest, ...path };
  });
}

const ask = async (connection: Connection, sql: string, binds: string[] = []) =>
  normalise((await execute(connection, sql, { binds })).rows);

const title = python
  ? "fakesnow says the same of"
  : "fakesnow says the same (skipped: no Python 3 with pip to install it with)";

describe.skipIf(!python)(title, () => {
  let folder: string;
  let world: DoubleWorld;
  let witness: Witness;
  let mine: Connection;
  let theirs: Connection;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "shardlift-witness-"));
    world = await createDoubleWorld({ mounts: [{ url: "s3://lake/", folder }], folder });
    for (const name of ["a", "b"])
      await world.write(`${folderOf(day, "g1")}${name}.parquet`, buildRows(day, "g1", 3));
    witness = await startFakesnow();
    const password = { account: "acct", username: "x", password: "y", accessUrl: witness.url };
    theirs = await connect({ ...password, database: "db", schema: "public" });
    await ask(theirs, 'CREATE SCHEMA IF NOT EXISTS "DB"."PUBLIC"');
    await ask(theirs, `CREATE TABLE ${hot} (${hotColumns})`);
    await ask(theirs, `CREATE STAGE "DB"."PUBLIC"."LAKE" URL = 'file://${folder}/'`);
    mine = await connect(world.options());
    const columns = hotColumns.replace(/,|$/g, " COMMENT ''$&");
    await ask(mine, render("create-hot", { hot, columns, clustering: "" }));
  }, 60_000);
  afterAll(async () => {
    if (theirs) await destroy(theirs);
    if (mine) await destroy(mine);
    await witness?.close();
    await world?.end();
    await rm(folder, { recursive: true, force: true });
  });

  // Each goes on where the one before stopped.
  test.each(scenarios)(
    "$title",
    async ({ steps }) => {
      for (const { sql, binds, told } of steps) {
        const answer = await ask(mine, sql, binds);
        expect(answer, sql).toEqual(await ask(theirs, told));
      }
    },
    60_000,
  );

  test.each(unconfirmed)(
    "nothing, since it refuses it: $title",
    async ({ statement, says }) => {
      await expect(ask(theirs, statement)).rejects.toThrow(says);
    },
    60_000,
  );
});
