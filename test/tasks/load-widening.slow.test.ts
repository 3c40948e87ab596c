import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSnowflakeWarehouse } from "../../src/adapters/snowflake/warehouse.ts";
import type { Column } from "../../src/days/schema.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { Warehouse } from "../../src/ports.ts";
import { createTestClock } from "../adapters/duckdb/warehouse-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { baseColumns, buildRows, type GenerationSpec, grownColumns } from "../contracts/warehouse-lake.ts";
import { measureOf, readAll, withType } from "../contracts/warehouse-world.ts";
import type { Fault } from "../doubles/snowflake/faults.ts";
import { changeSteps, createReaders, createReaderWorld, type Readers, table } from "./reader-world.ts";

const value = "9218924040658817653";
const g1: GenerationSpec = {
  day: "2026-11-20",
  generation: "g1",
  sequence: 1,
  rows: buildRows("g1", 5, { value }),
};
const next: GenerationSpec = { day: "2026-11-21", generation: "n1", sequence: 2, rows: buildRows("n1", 3) };

interface Gate {
  /** Settled when a statement stands before it. */
  reached: Promise<void>;
  open(): void;
}

function createSwitch(): { settled: Promise<void>; settle: () => void } {
  let settle = () => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { settled, settle };
}

describe("a load in Snowflake, while another run widens a column", () => {
  let world: SnowflakeWorld;
  let readers: Readers;
  let other: Warehouse;

  beforeEach(async () => {
    world = await createSnowflakeWorld();
    readers = createReaders({ ...world, clock: createTestClock() });
    other = createSnowflakeWarehouse(world.options);
    await world.warehouse.prepare(table, baseColumns);
  });
  afterEach(async () => {
    await other.close();
    await world.end();
  });

  /** Holds the next such statement until the gate is opened. */
  function holdNext(sql: RegExp): Gate {
    const [reached, opened] = [createSwitch(), createSwitch()];
    const fault: Fault = {
      do: "hold",
      sql,
      get until() {
        reached.settle();
        return opened.settled;
      },
    };
    world.double.faults.add(fault);
    return { reached: reached.settled, open: opened.settle };
  }

  const countPrepared = () => {
    const asked: (readonly Column[])[] = [];
    const warehouse: Warehouse = {
      ...world.warehouse,
      prepare: (name, columns) => {
        asked.push(columns);
        return world.warehouse.prepare(name, columns);
      },
    };
    return { asked, warehouse };
  };

  const readValues = async () => {
    const rows = await readAll(world.warehouse, "SELECT DISTINCT value FROM analytics.web_shop ORDER BY 1");
    return rows.map(([text]) => text!.replace(/\.?0+$/, ""));
  };

  test("prepares again and goes on where the column was away for a moment", async () => {
    const target = await readers.commit(g1);
    const { warehouse, asked } = countPrepared();
    const begin = holdNext(/^BEGIN/);
    const loading = readers.load([target], { ports: { warehouse } });
    await begin.reached;
    const rename = holdNext(/RENAME COLUMN "VALUE__WIDE"/);
    const widening = other.prepare(table, withType("NUMERIC"));
    await rename.reached;
    const waiting = holdNext(/^UPDATE .*_LOCK"/);
    begin.open();
    // The load meets a table without the column, prepares anew, and waits for who widens it.
    await Promise.race([waiting.reached, loading]);
    waiting.open();
    rename.open();
    await widening;
    expect(await loading).toMatchObject([{ day: g1.day, outcome: "done", rows: 5 }]);
    expect(asked).toEqual([baseColumns, baseColumns]);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
    expect(await readValues()).toEqual([value]);
    expect(world.double.faults.left()).toEqual([]);
  });

  test("brings its rows again where they were copied into the column that went away", async () => {
    const [target, second] = [await readers.commit(g1), await readers.commit(next)];
    const { warehouse, asked } = countPrepared();
    const lock = holdNext(/^UPDATE .*_LOCK"/);
    const loading = readers.load([target, second], { ports: { warehouse } });
    await lock.reached;
    await other.prepare(table, withType("NUMERIC"));
    lock.open();
    expect(await loading).toMatchObject([
      { day: g1.day, outcome: "done" },
      { day: next.day, outcome: "done" },
    ]);
    expect(asked.length).toBeGreaterThan(1);
    const measures = [target, second].map((one) => measureOf(one));
    expect(await world.warehouse.measureHot(table, "all")).toEqual(measures);
    expect(await readValues()).toEqual(["0", "1", "2", value]);
  });

  test("goes on where a column was added between its look and its rows", async () => {
    const target = await readers.commit(g1);
    const begin = holdNext(/^BEGIN/);
    const loading = readers.load([target]);
    await begin.reached;
    await other.prepare(table, grownColumns);
    begin.open();
    expect(await loading).toMatchObject([{ day: g1.day, outcome: "done" }]);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([
      measureOf(target, { platform: 0, items: 0 }),
    ]);
  });
});

describe("a day that fails by its data", () => {
  const damage = () =>
    new ShardliftError("data", { failed: "The generation g1 cannot be copied.", remedy: "look" });

  test("goes once more, after the table was prepared anew, and then fails alone", async () => {
    const world = await createReaderWorld();
    const targets = [await world.commit(g1), await world.commit(next)];
    const steps: string[] = [];
    const failing = changeSteps(world.warehouse, (step, _, input) => {
      if (step !== "copy") return;
      const [{ generation }] = input as unknown as [{ generation: string }];
      steps.push(`copy ${generation}`);
      if (generation === "g1") throw damage();
    });
    const warehouse: Warehouse = {
      ...failing,
      prepare: (name, columns) => {
        steps.push("prepare");
        return world.warehouse.prepare(name, columns);
      },
    };
    const results = await world.load(targets, { ports: { warehouse } });
    expect(results).toMatchObject([
      { day: g1.day, outcome: "failed", error: { code: "data" } },
      { day: next.day, outcome: "done" },
    ]);
    expect(steps).toEqual(["prepare", "copy g1", "copy n1", "prepare", "copy g1"]);
    await world.end();
  });

  test("is no reason to prepare again where the outside failed", async () => {
    const world = await createReaderWorld();
    const target = await world.commit(g1);
    let prepared = 0;
    const failing = changeSteps(world.warehouse, (step) => {
      if (step === "copy") throw new ShardliftError("outside", { failed: "Nobody answers." });
    });
    const warehouse: Warehouse = {
      ...failing,
      prepare: (name, columns) => {
        prepared += 1;
        return world.warehouse.prepare(name, columns);
      },
    };
    expect(await world.load([target], { ports: { warehouse } })).toMatchObject([{ outcome: "failed" }]);
    expect(prepared).toBe(1);
    await world.end();
  });
});
