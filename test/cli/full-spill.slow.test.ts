import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { literal } from "../../src/sql/render.ts";
import { renderType } from "../../src/sql/types.ts";
import { eventParams, field } from "../sql/schemas.ts";
import { command } from "../support/command.ts";
import { arrive, countRows, expectRefusal, now, openSite } from "../support/shop.ts";
import type { Site } from "../support/site.ts";
import { mountSmallDisk } from "../support/small-disk.ts";

const run = ["run", "--progress", "none", ...now];
const noDisk = "no small file system can be mounted here: that needs root";
const diskBytes = 8_000_000;
const manyRows = 9_000_000;

/** A site whose engine has a folder of its own for what does not fit into memory. */
async function openSpillSite(memory: string): Promise<Site & { spill: string }> {
  const site = await openSite();
  const file = join(site.folder, "environments", "local.yaml");
  const text = readFileSync(file, "utf8").replace("memory: 500 MB", `memory: ${memory}, spill: ./spill`);
  writeFileSync(file, text);
  expect(text).toContain("spill: ./spill");
  return { ...site, spill: join(site.folder, "spill") };
}

/** Puts a shard of short rows in place; of many, telling duplicates takes more than the memory there is. */
async function arriveShort(site: Site, rows: number): Promise<void> {
  const path = join(site.folder, "source", "analytics_1", "events_20261122.parquet");
  const schema = [field("event_name"), field("event_timestamp", "INTEGER"), eventParams];
  const values = { event_name: "'e'", event_timestamp: "range", event_params: "[]" };
  const columns = schema.map((column) => {
    const name = column.name as keyof typeof values;
    return `${values[name]}::${renderType(column)} AS ${name}`;
  });
  const database = await openDatabase({ threads: 2 });
  await database.run(`COPY (SELECT ${columns.join(", ")} FROM range(${rows})) TO ${literal(path).sql}`);
  database.close();
}

test("a disk that is full while the engine spills: the day keeps its former rows, and the disk is free again", async ({
  skip,
}) => {
  const site = await openSpillSite("500 MB");
  const disk = await mountSmallDisk(site.spill, diskBytes);
  if (disk === null) return skip(noDisk);
  await arriveShort(site, 50);
  expect(await command(site, run)).toMatchObject({ exitCode: 0 });
  await arriveShort(site, manyRows);

  const said = await command(site, run);

  expectRefusal(said, 69, "A disk is full", "engine.spill", "rule:", "received:");
  expect(await countRows(site)).toBe("50");
  expect(readdirSync(site.spill)).toEqual([]);
  expect(disk.readUsedBytes()).toBe(0);
  disk.remove();
  expect(await command(site, run)).toMatchObject({ exitCode: 0 });
  expect(await countRows(site)).toBe(String(manyRows));
});

test("a disk that is full while newline JSON is staged: the same", async ({ skip }) => {
  const site = await openSpillSite("500 MB");
  const disk = await mountSmallDisk(site.spill, 1_000_000);
  if (disk === null) return skip(noDisk);
  await arrive(site);
  expect(await command(site, run)).toMatchObject({ exitCode: 0 });
  await arrive(site, { format: "jsonl", rows: 20_000 });

  const said = await command(site, run);

  expectRefusal(said, 69, "A disk is full", "No space left on device", "engine.spill", "rule:");
  expect(await countRows(site)).toBe("50");
  expect(readdirSync(site.spill)).toEqual([]);
  expect(disk.readUsedBytes()).toBe(0);
});
