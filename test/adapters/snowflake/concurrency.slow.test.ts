import { afterEach, describe, expect, test, vi } from "vitest";
import { buildConnectionOptions } from "../../../src/adapters/snowflake/connect.ts";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import type { Warehouse } from "../../../src/ports.ts";
import { loadDays } from "../../../src/tasks/load-transaction.ts";
import type { ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { transactSettled } from "../../../src/tasks/settle.ts";
import { baseColumns } from "../../contracts/warehouse-lake.ts";
import { buildLedgerRow, g1, g2, measureOf, moveToCold, table } from "../../contracts/warehouse-world.ts";
import { connect, destroy, execute } from "../../doubles/snowflake/driver.ts";
import { render } from "../../doubles/snowflake/test-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "./snowflake-world.ts";

let world: SnowflakeWorld;
afterEach(() => world.end());

const hot = '"LAKE"."ANALYTICS"."WEB_SHOP"';

async function begin() {
  world = await createSnowflakeWorld();
  await world.warehouse.prepare(table, baseColumns);
  return { older: await world.write(g1), newer: await world.write(g2) };
}

/** As the task does it; `beforeLock` comes between its COPY and its lock row. */
function load(target: ReaderTarget, isHotDay = true, beforeLock: () => Promise<unknown> = async () => {}) {
  const policy = { isHotDay: () => isHotDay, finalAtMs: () => 1 };
  return transactSettled(world.warehouse, table, (transaction) => {
    const lock = async () => {
      await beforeLock();
      await transaction.lock();
    };
    return loadDays({ ...transaction, lock }, [target], policy, 1, (_, step) => step());
  });
}

/** What prune does once it has proven the copy, by a command of its own; `meanwhile` while it holds the lock row. */
async function prune(
  target: ReaderTarget,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<void> {
  const other: Warehouse = createSnowflakeWarehouse(world.options);
  await other.transact(table, async (transaction) => {
    await transaction.lock();
    await transaction.deleteHot(target.day, { all: true });
    const { hotGeneration: _, ...row } = buildLedgerRow(target, "cold");
    await transaction.writeLedger([{ ...row, hotGeneration: null }]);
    await meanwhile();
  });
  await other.close();
}

/** Somebody with a client of their own. */
async function alter(sql: string): Promise<void> {
  const connection = await connect((await buildConnectionOptions(world.options))!);
  await execute(connection, sql);
  await destroy(connection);
}

async function look() {
  const ledger = await world.warehouse.readLedger(table, "all");
  return {
    hot: await world.warehouse.measureHot(table, "all"),
    ledger: ledger.map(({ hotGeneration, coldGeneration }) => `${hotGeneration} ${coldGeneration}`),
    locks: world.double.world.locks.held(),
  };
}

describe("a load during a prune", () => {
  const waiting = () => world.double.world.locks.waiting("LAKE.ANALYTICS.WEB_SHOP_LOCK");

  test("waits for it, and brings its newer generation", async () => {
    const { older, newer } = await begin();
    await load(older);
    await moveToCold(world.warehouse, older);
    let loading: Promise<unknown> = Promise.resolve();
    await prune(older, async () => {
      loading = load(newer);
      await vi.waitFor(() => expect(waiting()).toBe(1));
    });
    expect(await loading).toMatchObject([{ outcome: "done" }]);
    expect(await look()).toEqual({ hot: [measureOf(newer)], ledger: ["g2 g1"], locks: [] });
  });

  test("of a day that is not hot any more takes back what it copied", async () => {
    const { older, newer } = await begin();
    await load(older);
    await moveToCold(world.warehouse, older);
    const policy = { isHotDay: vi.fn(() => true), finalAtMs: () => 1 };
    const loading = transactSettled(world.warehouse, table, (transaction) => {
      const lock = async () => {
        policy.isHotDay.mockReturnValue(false);
        await prune(older);
        await transaction.lock();
      };
      return loadDays({ ...transaction, lock }, [newer], policy, 1, (_, step) => step());
    });
    expect(await loading).toMatchObject([{ outcome: "cold" }]);
    expect(await look()).toEqual({ hot: [], ledger: ["null g1"], locks: [] });
  });
});

describe("a load while somebody alters the table", () => {
  test.each<[string, string]>([
    ["drops a column", render("drop-column", { hot, column: '"VALUE"' })],
    ["renames a column", render("rename-column", { hot, column: '"VALUE"', name: '"OTHER"' })],
  ])("who %s says so, leaves nothing, and is whole when it runs again", async (_, sql) => {
    const { older } = await begin();
    const failing = load(older, true, () => alter(sql));
    await expect(failing).rejects.toMatchObject({
      code: "data",
      retryable: false,
      message: expect.stringContaining("look who altered the table"),
    });
    expect(world.double.world.locks.held()).toEqual([]);
    expect(await world.warehouse.readLedger(table, "all")).toEqual([]);
    await world.warehouse.prepare(table, baseColumns);
    await load(older);
    const [measure] = await world.warehouse.measureHot(table, "all");
    expect(measure).toMatchObject(measureOf(older));
  });

  test("who adds a column is not noticed", async () => {
    const { older } = await begin();
    const comment = "'somebody''s'";
    const sql = render("add-column", { hot, column: '"MINE"', type: "VARCHAR", protection: "", comment });
    expect(await load(older, true, () => alter(sql))).toMatchObject([{ outcome: "done" }]);
    expect(await look()).toEqual({ hot: [measureOf(older, { mine: 0 })], ledger: ["g1 null"], locks: [] });
  });
});
