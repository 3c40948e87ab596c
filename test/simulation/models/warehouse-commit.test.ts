import { describe, expect, test } from "vitest";
import type { Warehouse, WarehouseTransaction } from "../../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { transactSettled } from "../../../src/tasks/settle.ts";
import { buildLedgerRow, copyGenerations, g1, table } from "../../contracts/warehouse-world.ts";
import type { FaultName } from "../kernel/faults.ts";
import type { Process } from "../kernel/types.ts";
import { createQuietWorld, fillTable, orderFault, runSideBySide, seeds } from "./warehouse-world.ts";

const minuteMs = 60_000;
const lost = { error: expect.objectContaining({ code: "outside", retryable: true }) };

/** Calls of a load's transaction in a world whose table was prepared with no rows: prepare, BEGIN, COMMIT come first. */
const atBegin = 3;
const atCommit = atBegin + 4;

const loadSteps = async (transaction: WarehouseTransaction, target: ReaderTarget) => {
  await transaction.copy(buildGenerationFiles(target));
  await transaction.lock();
  await transaction.writeLedger([buildLedgerRow(target, "hot")]);
};

/** A load that meets the fault at the call, and somebody who waits for the lock meanwhile. */
async function load(seed: number, fault: FaultName, atCall: number) {
  const world = createQuietWorld({ seed, ...orderFault(fault, atCall) });
  await fillTable(world);
  const target = await world.write(g1);
  let waitedMs = 0;
  const [loading, waiting] = await runSideBySide(
    world,
    (warehouse) => warehouse.transact(table, (transaction) => loadSteps(transaction, target)),
    async (warehouse, process) => {
      await process.clock.sleep(10_000);
      const startMs = process.clock.now();
      await warehouse.transact(table, (transaction) => transaction.lock());
      waitedMs = process.clock.now() - startMs;
    },
  );
  expect(world.kernel.struck.get(fault)).toBe(1);
  expect(waiting!.end).toEqual({ answer: undefined });
  const rows = world.model.ledger(table).length;
  expect(world.model.hot(table)).toHaveLength(rows);
  return { end: loading!.end, rows, waitedMs };
}

const loads = async (fault: FaultName, atCall: number) =>
  Promise.all(seeds.map((seed) => load(seed, fault, atCall)));

const isLong = ({ waitedMs }: { waitedMs: number }) => waitedMs > minuteMs;

describe("a client that hears an error", () => {
  test("of COMMIT may have committed", async () => {
    const found = await load(1, "commit unheard", atCommit);
    expect(found).toMatchObject({ end: lost, rows: 1 });
  });

  test("of COMMIT has not, where the session was lost before", async () => {
    const found = await load(1, "session lost", atCommit);
    expect(found).toMatchObject({ end: lost, rows: 0 });
  });

  test("of COMMIT may commit within minutes; its locks are held until then", async () => {
    const found = await loads("commit late", atCommit);
    expect(new Set(found.map(({ rows }) => rows))).toEqual(new Set([1]));
    expect(found.map(({ end }) => end)).toEqual(found.map(() => lost));
    expect(new Set(found.map(isLong))).toEqual(new Set([true, false]));
    for (const { waitedMs } of found) expect(waitedMs).toBeGreaterThan(10_000);
    for (const { waitedMs } of found) expect(waitedMs).toBeLessThan(5 * minuteMs);
  });

  test("of any statement may leave a transaction that holds its locks for minutes", async () => {
    const found = await loads("session lingers", atCommit - 1);
    expect(found).toEqual(found.map(({ waitedMs }) => ({ end: lost, rows: 0, waitedMs })));
    expect(new Set(found.map(isLong))).toEqual(new Set([true, false]));
    for (const { waitedMs } of found) expect(waitedMs).toBeGreaterThan(10_000);
    for (const { waitedMs } of found) expect(waitedMs).toBeLessThan(5 * minuteMs);
  });

  test.each(["commit unheard", "commit late", "session lost", "session lingers"] as const)(
    "settles it under the lock: %s",
    async (fault) => {
      const world = createQuietWorld(orderFault(fault, atCommit));
      await fillTable(world);
      const target = await world.write(g1);
      const [process] = await runSideBySide(world, (warehouse) =>
        transactSettled(warehouse, table, async (transaction) => {
          await loadSteps(transaction, target);
          return { value: "loaded", days: [target.day], isThere: (ledger) => ledger.has(target.day) };
        }),
      );
      expect(process!.end).toEqual({ answer: "loaded" });
      expect(world.model.ledger(table)).toHaveLength(1);
      expect(world.model.hot(table)).toHaveLength(1);
    },
  );
});

describe("a process that dies", () => {
  test("leaves a transaction that is rolled back, at once or within minutes", async () => {
    const found = await loads("crash before", atCommit);
    expect(found).toEqual(found.map(({ waitedMs }) => ({ end: null, rows: 0, waitedMs })));
    const kinds = found.map(({ waitedMs }) =>
      waitedMs < 1000 ? "free" : waitedMs < minuteMs ? "soon" : "late",
    );
    expect(new Set(kinds)).toEqual(new Set(["free", "soon", "late"]));
  });

  test("while it commits has committed or has not", async () => {
    const found = await loads("crash in the middle", atCommit);
    expect(new Set(found.map(({ rows }) => rows))).toEqual(new Set([0, 1]));
  });

  test("after COMMIT has committed", async () => {
    const found = await load(1, "crash after", atCommit);
    expect(found).toMatchObject({ end: null, rows: 1 });
  });
});

const lockAndSleep = (warehouse: Warehouse, process: Process) =>
  warehouse.transact(table, async (transaction) => {
    await transaction.lock();
    await process.clock.sleep(60 * minuteMs);
  });

test("a process that ends by itself leaves no transaction open", async () => {
  const world = createQuietWorld();
  await fillTable(world);
  const [, waiting] = await runSideBySide(
    world,
    async (warehouse, process) => {
      void lockAndSleep(warehouse, process);
      await process.clock.sleep(minuteMs);
    },
    async (warehouse, process) => {
      await process.clock.sleep(2 * minuteMs);
      await warehouse.transact(table, (transaction) => transaction.lock());
    },
  );
  expect(waiting!.end).toEqual({ answer: undefined });
});

test("close rolls back what is open, and its statements are not heard any more", async () => {
  const world = createQuietWorld();
  await fillTable(world);
  const target = await world.write(g1);
  const [process] = await runSideBySide(world, (warehouse) =>
    warehouse.transact(table, async (transaction) => {
      await transaction.copy(buildGenerationFiles(target));
      await warehouse.close();
    }),
  );
  expect(process!.end).toEqual(lost);
  expect(world.model.hot(table)).toEqual([]);
});

test("close in the middle of anything leaves all of a transaction or nothing, and says which", async () => {
  const found = new Set<string>();
  for (let step = 0; step < 20; step += 1) {
    const world = createQuietWorld({ switches: Array.from({ length: 200 }, (_, index) => index) });
    await fillTable(world);
    const target = await world.write(g1);
    const [process] = await runSideBySide(world, async (warehouse, { clock }) => {
      const loading = warehouse.transact(table, (transaction) => loadSteps(transaction, target));
      await Promise.allSettled([loading, clock.sleep(step * 10).then(() => warehouse.close())]);
      return loading;
    });
    const end = "error" in process!.end! ? "failed" : "done";
    found.add(`${end}: ${world.model.hot(table).length} ${world.model.ledger(table).length}`);
  }
  expect([...found].sort()).toEqual(["done: 1 1", "failed: 0 0"]);
});

test("close does not take back a COMMIT that is under way", async () => {
  const world = createQuietWorld(orderFault("commit late", atCommit));
  await fillTable(world);
  const target = await world.write(g1);
  const [process] = await runSideBySide(world, async (warehouse) => {
    const loading = warehouse.transact(table, (transaction) => loadSteps(transaction, target));
    await loading.finally(() => warehouse.close());
  });
  expect(process!.end).toEqual(lost);
  expect(world.model.hot(table)).toHaveLength(1);
});

test("the answer to BEGIN may be lost without harm", async () => {
  const world = createQuietWorld(orderFault("lost answer", atBegin));
  await fillTable(world);
  const target = await world.write(g1);
  const [process] = await runSideBySide(world, async (warehouse) => {
    await expect(copyGenerations(warehouse, target)).rejects.toMatchObject({ retryable: true });
    await copyGenerations(warehouse, target);
  });
  expect(process!.end).toEqual({ answer: undefined });
  expect(world.model.hot(table)).toHaveLength(1);
});
