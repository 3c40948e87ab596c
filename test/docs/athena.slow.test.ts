import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAthenaWorld, readQueries, translate } from "./athena-world.ts";

const queries = await readQueries();
const runnable = queries.filter(({ text }) => text.startsWith("SELECT"));
const python = process.env.SHARDLIFT_SQLFLUFF;
const missing = python ? "" : " (skipped: no sqlfluff; npm test installs it where there is Python 3)";

test("every query for Athena finds rows in days that were lifted and pointed by a run", async () => {
  const { database, manifests, close } = await createAthenaWorld();
  onTestFinished(close);
  const found: Record<number, number> = {};
  for (const { line, text } of runnable) found[line] = (await database.rows(translate(text))).length;
  expect(Object.values(found).filter((rows) => rows === 0)).toEqual([]);
  expect(Object.keys(found)).toHaveLength(9);

  const proof = runnable.find(({ text }) => text.includes("AS checksum"))!;
  const rows = await database.rows(translate(proof.text));
  expect(rows.map(({ written, checksum }) => ({ written: Number(written), checksum }))).toEqual(
    manifests.map(({ balance, checksum }) => ({ written: balance.written, checksum })),
  );
});

test("every query names its days, so that no other folder is read", () => {
  const unbound = runnable.filter(({ text }) => !/WHERE day (=|BETWEEN) DATE/.test(text));
  expect(unbound.map(({ line }) => line)).toEqual([]);
});

describe.skipIf(missing !== "")(`an independent grammar of Athena${missing}`, () => {
  async function parses(sql: string): Promise<boolean> {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-athena-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "query.sql");
    await writeFile(file, sql);
    const args = ["-m", "sqlfluff", "parse", "--dialect", "athena", "--templater", "raw", "-f", "none", file];
    return spawnSync(python!, args, { stdio: "ignore" }).status === 0;
  }

  test.each(queries.map(({ line, text }) => [line, text] as const))(
    "reads the query of line %i",
    async (_, sql) => {
      expect(await parses(sql)).toBe(true);
    },
  );

  test.each(["SELECT day FROM", "SELEC 1", "SHOW PARTITIONS"])("does not read %s", async (sql) => {
    expect(await parses(sql)).toBe(false);
  });
});
