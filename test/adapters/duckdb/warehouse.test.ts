import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { createDuckDbWarehouse } from "../../../src/adapters/duckdb/warehouse.ts";
import { createSessions } from "../../../src/adapters/duckdb/warehouse-session.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import { createMemoryStore } from "../../../src/adapters/memory/memory-store.ts";
import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import type { LedgerRow, Warehouse } from "../../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../../src/tasks/reader-target.ts";
import {
  baseColumns,
  buildRows,
  type GenerationSpec,
  grownColumns,
  writeGeneration,
} from "../../contracts/warehouse-lake.ts";
import { measureOf, readAll } from "../../contracts/warehouse-world.ts";
import { createDuckDbWorld, createTestClock, type DuckDbWorld, waitMs } from "./warehouse-world.ts";

const table = { schema: "analytics", table: "web_shop" };
const g1: GenerationSpec = { day: "2026-11-20", generation: "g1", sequence: 1, rows: buildRows("g1", 5) };
const g2: GenerationSpec = { day: "2026-11-20", generation: "g2", sequence: 2, rows: buildRows("g2", 4) };

let world: DuckDbWorld;
let children: ChildProcess[];

beforeEach(() => {
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await world.end();
});

function startChild(...input: string[]): ChildProcess {
  const script = fileURLToPath(new URL("warehouse-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, ...input], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  return child;
}

async function holdFile(path: string): Promise<ChildProcess> {
  const child = startChild("hold", path);
  await once(child.stdout!, "data");
  return child;
}

const columnOf = (name: string, type: Column["type"]): Column => ({ name, type, mode: "NULLABLE" });

async function moveCold(warehouse: Warehouse, ...targets: ReaderTarget[]): Promise<void> {
  await warehouse.registerCold(table, targets.map(buildGenerationFiles));
  await warehouse.transact(table, (transaction) => transaction.writeLedger(targets.map(coldRow)));
}

function coldRow({ day, head, manifest }: ReaderTarget): LedgerRow {
  return {
    day,
    hotGeneration: null,
    coldGeneration: head.generation,
    hotSequence: null,
    coldSequence: head.sequence,
    shardKind: "daily",
    finalAtMs: null,
    rows: manifest.balance.written,
    duplicates: 0,
    filtered: 0,
    checksum: manifest.checksum,
    loadedAtMs: null,
  };
}

describe("a file that another process holds", () => {
  test("is waited for, and then said to be held by whom", async () => {
    world = await createDuckDbWorld();
    const holder = await holdFile(world.path);
    const startMs = world.clock.now();
    await expect(world.warehouse.prepare(table, baseColumns)).rejects.toMatchObject({
      code: "not-ready",
      retryable: true,
      message: expect.stringContaining(`process ${holder.pid} `),
    });
    expect(world.clock.now() - startMs).toBe(waitMs);
  });

  test("is waited for by readers too", async () => {
    world = await createDuckDbWorld();
    await world.warehouse.prepare(table, baseColumns);
    const holder = await holdFile(world.path);
    const held = { code: "not-ready", message: expect.stringContaining(`process ${holder.pid} `) };
    await expect(world.warehouse.readLedger(table, "all")).rejects.toMatchObject(held);
    await expect(world.warehouse.query("SELECT 1")).rejects.toMatchObject(held);
  });

  test("is opened as soon as it is let go", async () => {
    let holder: ChildProcess | null = null;
    let sleeps = 0;
    const clock = createTestClock(async () => {
      if (++sleeps !== 3) return;
      holder!.stdin!.write("let go\n");
      await once(holder!, "exit");
    });
    world = await createDuckDbWorld({ clock });
    holder = await holdFile(world.path);
    await world.warehouse.prepare(table, baseColumns);
    expect(sleeps).toBe(3);
  });

  test("is not waited for any longer once the run is ended", async () => {
    world = await createDuckDbWorld();
    const ending = new AbortController();
    const clock = createTestClock(async () => ending.abort(new Error("ended")));
    const options = { path: world.path, waitMs, clock, store: world.store, signal: ending.signal };
    await holdFile(world.path);
    await expect(createDuckDbWarehouse(options).prepare(table, baseColumns)).rejects.toThrow("ended");
  });
});

test("a statement that runs is ended with the run, and the file is free again", async () => {
  world = await createDuckDbWorld();
  const { path, clock } = world;
  const ending = new AbortController();
  const sessions = createSessions({ path, waitMs: 0, clock, signal: ending.signal });
  const endless = sessions.run("write", (database) => {
    setImmediate(() => ending.abort(new Error("ended")));
    return database.run("CREATE TABLE endless AS SELECT count(*) FROM range(1000000000000)");
  });
  await expect(endless).rejects.toThrow("ended");
  expect(await readAll(world.warehouse, "SELECT count(*) FROM duckdb_tables()")).toEqual([["0"]]);
});

describe("calls of one process", () => {
  test("queue, also those of another warehouse on the same file", async () => {
    world = await createDuckDbWorld();
    const { path, clock, store, warehouse } = world;
    const other = createDuckDbWarehouse({ path, waitMs: 0, clock, store });
    await warehouse.prepare(table, baseColumns);
    const target = await world.write(g1);
    const steps: string[] = [];
    const writing = warehouse.transact(table, async (transaction) => {
      steps.push("begin");
      await transaction.copy(buildGenerationFiles(target));
      steps.push("end");
    });
    const reading = other.measureHot(table, "all").then((measures) => {
      steps.push("read");
      return measures;
    });
    await writing;
    expect(await reading).toEqual([measureOf(target)]);
    expect(steps).toEqual(["begin", "end", "read"]);
  });

  test("go on after one that failed, and after a query that was left early", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    await warehouse.prepare(table, baseColumns);
    await expect(warehouse.transact(table, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const { rows } = await warehouse.query("SELECT range FROM range(100000)");
    for await (const row of rows) {
      expect(row).toEqual(["0"]);
      break;
    }
    expect(await warehouse.readLedger(table, "all")).toEqual([]);
  });

  test("go on after close() ended a query nobody read", async () => {
    world = await createDuckDbWorld();
    await world.warehouse.prepare(table, baseColumns);
    await world.warehouse.query("SELECT 1");
    await world.warehouse.close();
    expect(await world.warehouse.readLedger(table, "all")).toEqual([]);
  });
});

describe("kill -9 in a transaction", () => {
  test("leaves what was there before it", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    await warehouse.prepare(table, baseColumns);
    const [before, torn] = [await world.write(g1), await world.write(g2)];
    await warehouse.transact(table, (transaction) => transaction.copy(buildGenerationFiles(before)));
    const files = JSON.stringify(buildGenerationFiles(torn));
    const child = startChild("torn", world.path, join(world.folder, "lake"), files);
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(before)]);
    await warehouse.transact(table, (transaction) => transaction.copy(buildGenerationFiles(torn)));
    expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(before), measureOf(torn)]);
  });
});

describe("what stands in the files", () => {
  test("parameters are JSON, asked for by key", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    await warehouse.prepare(table, baseColumns);
    const target = await world.write({ ...g1, rows: buildRows("g1", 1) });
    await warehouse.transact(table, (transaction) => transaction.copy(buildGenerationFiles(target)));
    await moveCold(warehouse, target);
    for (const name of ["web_shop", "web_shop_cold"]) {
      const sql = `SELECT event_params->>'page_location', device.web_info.browser FROM analytics.${name}`;
      expect(await readAll(warehouse, sql)).toEqual([["https://example.com/0", "Firefox"]]);
    }
  });

  test("members that the manifest does not name stop the copy instead of vanishing", async () => {
    world = await createDuckDbWorld();
    await world.warehouse.prepare(table, baseColumns);
    const device = { category: "mobile", language: "de" };
    const written = await world.write({
      ...g1,
      rows: buildRows("g1", 1, { device }),
      columns: grownColumns,
      claim: { columns: baseColumns },
    });
    const copying = world.warehouse.transact(table, (transaction) =>
      transaction.copy(buildGenerationFiles(written)),
    );
    await expect(copying).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("not in both: device STRUCT"),
    });
  });

  test("folders named like columns hide no column", async () => {
    world = await createDuckDbWorld({ lake: "event_name=purchase" });
    const { warehouse } = world;
    await warehouse.prepare(table, baseColumns);
    const target = await world.write({ ...g1, rows: buildRows("g1", 1) });
    await moveCold(warehouse, target);
    await warehouse.transact(table, (transaction) => transaction.copy(buildGenerationFiles(target)));
    for (const name of ["web_shop", "web_shop_cold"]) {
      expect(await readAll(warehouse, `SELECT event_name FROM analytics.${name}`)).toEqual([["g1 0"]]);
    }
  });

  test("a source column called day is its own, beside the day of the folder", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    const columns = [...baseColumns, columnOf("day", "STRING")];
    await warehouse.prepare(table, columns);
    await moveCold(
      warehouse,
      await world.write({ ...g1, rows: buildRows("g1", 1, { day: "Friday" }), columns }),
    );
    const sql = "SELECT _day, day FROM analytics.web_shop_cold WHERE _day = '2026-11-20'";
    expect(await readAll(warehouse, sql)).toEqual([["2026-11-20", "Friday"]]);
  });

  test.each([
    ["it's [a] lake * ?", "it's a lake x y"],
    ["see {{paths}} $1", "see paths"],
  ])("a lake in a folder called %s is that folder, and not %s", async (lake, neighbour) => {
    world = await createDuckDbWorld({ lake });
    const { warehouse } = world;
    await writeGeneration(createFolderStore({ root: join(world.folder, neighbour) }), {
      ...g1,
      rows: g2.rows,
    });
    await warehouse.prepare(table, baseColumns);
    const target = await world.write(g1);
    await moveCold(warehouse, target);
    await warehouse.transact(table, (transaction) => transaction.copy(buildGenerationFiles(target)));
    expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
    expect(await warehouse.measureCold(table, "all")).toEqual([measureOf(target)]);
  });
});

describe("the cold view", () => {
  test("opens the files of the days asked for only", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    await warehouse.prepare(table, baseColumns);
    const days = ["2026-11-18", "2026-11-19", "2026-11-20"];
    const targets = await Promise.all(days.map((day) => world.write({ ...g1, day })));
    await moveCold(warehouse, ...targets);
    const sql =
      "EXPLAIN ANALYZE SELECT count(event_name) FROM analytics.web_shop_cold WHERE _day >= '2026-11-20'";
    const plan = (await readAll(warehouse, sql)).flat().join("\n");
    expect(plan).toMatch(/Total Files Read: 1\b/);
  });

  test("finds its files from any folder, and again after the lake has moved and load ran", async () => {
    world = await createDuckDbWorld();
    await world.warehouse.prepare(table, baseColumns);
    const target = await world.write(g1);
    await moveCold(world.warehouse, target);
    const moved = await createDuckDbWorld({ lake: "elsewhere" });
    await rename(world.path, moved.path);
    await rename(join(world.folder, "lake"), join(moved.folder, "elsewhere"));
    await expect(moved.warehouse.measureCold(table, "all")).rejects.toMatchObject({ code: "data" });
    await moved.warehouse.prepare(table, baseColumns);
    expect(await moved.warehouse.measureCold(table, "all")).toEqual([measureOf(target)]);
    await moved.end();
  });

  test("follows a column that became wider", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    const value = "9218924040658817653";
    await warehouse.prepare(table, baseColumns);
    await moveCold(warehouse, await world.write({ ...g1, rows: buildRows("g1", 1, { value }) }));
    const columns = baseColumns.map((each) =>
      each.name === "value" ? columnOf("value", "BIGNUMERIC") : each,
    );
    await warehouse.prepare(table, columns);
    for (const name of ["web_shop_cold", "web_shop_all"]) {
      expect(await readAll(warehouse, `SELECT value FROM analytics.${name}`)).toEqual([[value]]);
    }
  });

  test("is not moved to a generation that was never registered", async () => {
    world = await createDuckDbWorld();
    const { warehouse } = world;
    await warehouse.prepare(table, baseColumns);
    const [old, unknown] = [await world.write(g1), await world.write(g2)];
    await moveCold(warehouse, old);
    const moving = warehouse.transact(table, (transaction) => transaction.writeLedger([coldRow(unknown)]));
    await expect(moving).rejects.toMatchObject({ code: "data" });
    expect(await warehouse.readLedger(table, "all")).toEqual([coldRow(old)]);
  });
});

describe("what cannot be", () => {
  test("a lake that is no folder is refused in words", async () => {
    world = await createDuckDbWorld();
    const { path, clock, write } = world;
    const store = createMemoryStore({ nowMs: () => 0 });
    const warehouse = createDuckDbWarehouse({ path, waitMs: 0, clock, store });
    const files = buildGenerationFiles(await write(g1));
    await warehouse.prepare(table, baseColumns);
    const refused = {
      code: "config",
      message: expect.stringContaining("DuckDB warehouse over a lake that is no folder"),
    };
    await expect(warehouse.registerCold(table, [files])).rejects.toMatchObject(refused);
    const copying = warehouse.transact(table, (transaction) => transaction.copy(files));
    await expect(copying).rejects.toMatchObject(refused);
  });

  test("a table of somebody else is left alone", async () => {
    world = await createDuckDbWorld();
    const database = await openDatabase({ path: world.path });
    await database.run("CREATE SCHEMA analytics");
    await database.run("CREATE TABLE analytics.web_shop AS SELECT 42 AS answer");
    database.close();
    await expect(world.warehouse.prepare(table, baseColumns)).rejects.toMatchObject({ code: "refused" });
    expect(await readAll(world.warehouse, "FROM analytics.web_shop")).toEqual([["42"]]);
  });

  test("a file that is no DuckDB file is named", async () => {
    world = await createDuckDbWorld();
    await mkdir(world.path);
    await expect(world.warehouse.prepare(table, baseColumns)).rejects.toMatchObject({
      code: "outside",
      message: expect.stringContaining(world.path),
    });
  });

  test("a query before the first load says so", async () => {
    world = await createDuckDbWorld();
    await expect(world.warehouse.query("SELECT 1")).rejects.toMatchObject({ code: "config" });
  });

  test("days of a table that was never prepared are no days", async () => {
    world = await createDuckDbWorld();
    await world.warehouse.prepare(table, baseColumns);
    const other = { schema: "analytics", table: "other" };
    expect(await world.warehouse.readLedger(other, "all")).toEqual([]);
    const first = "2026-11-20" as Day;
    expect(await world.warehouse.measureHot(other, { first, last: first })).toEqual([]);
  });
});
