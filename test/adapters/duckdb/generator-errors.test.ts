import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateShard } from "../../../src/adapters/duckdb/generator.ts";
import { checkDataset, guardFolder } from "../../../src/adapters/duckdb/generator-errors.ts";
import { removeTable } from "../../../src/adapters/duckdb/generator-files.ts";
import type { Day } from "../../../src/days/day.ts";
import { makeRoot } from "./generator-world.ts";

const wish = { family: "ga4_users", day: "2026-11-20" as Day, rows: 3 } as const;

test.each(["", "..", "../other", "a/b", "a'b", "a;b", "anаlytics_1", "a\0"])(
  "the dataset %j is refused and nothing is written",
  async (dataset) => {
    const root = await makeRoot();
    const refused = { code: "usage", parts: { received: JSON.stringify(dataset) } };
    await expect(generateShard(wish, { root, dataset })).rejects.toMatchObject(refused);
    await expect(removeTable({ root, dataset }, "users_20261120")).rejects.toMatchObject(refused);
    expect(await readdir(root)).toEqual([]);
  },
);

test("a name as BigQuery has it passes", () => {
  expect(() => checkDataset("analytics_123456789")).not.toThrow();
});

test("a file in the folder's place is a message, not a crash", async () => {
  const root = await makeRoot();
  await writeFile(join(root, "analytics_1"), "");
  await expect(generateShard(wish, { root, dataset: "analytics_1" })).rejects.toMatchObject({
    code: "outside",
    parts: {
      failed: `Shards could not be written to the folder ${join(root, "analytics_1")}.`,
      received: expect.stringContaining("EEXIST"),
      remedy: expect.any(String),
    },
  });
});

test.skipIf(process.getuid?.() === 0)(
  "a folder without the right to write is a message (skipped for root)",
  async () => {
    const root = await makeRoot();
    await mkdir(join(root, "analytics_1"));
    await chmod(join(root, "analytics_1"), 0o500);
    await expect(generateShard(wish, { root, dataset: "analytics_1" })).rejects.toMatchObject({
      code: "outside",
    });
  },
);

test("DuckDB's own words about disk and memory are refusals, about our SQL they are bugs", async () => {
  const fail = (message: string) => guardFolder("here", () => Promise.reject(new Error(message)));
  await expect(fail("IO Error: Could not write all bytes to file")).rejects.toMatchObject({
    code: "outside",
  });
  await expect(fail("Out of Memory Error: could not allocate\nmore")).rejects.toMatchObject({
    parts: { received: "Out of Memory Error: could not allocate" },
  });
  await expect(fail("Binder Error: no such column")).rejects.toThrow(/^Binder Error/);
});
