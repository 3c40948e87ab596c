import { describe, expect, test } from "vitest";
import type { LedgerRow, Warehouse, WarehouseTransaction } from "../../../src/ports.ts";
import { buildGenerationFiles } from "../../../src/tasks/reader-target.ts";
import { buildLedgerRow, copyGenerations, g1, g2, table } from "../../contracts/warehouse-world.ts";
import type { Process } from "../kernel/types.ts";
import { createQuietWorld, fillTable, orderFault, runSideBySide, seeds } from "./warehouse-world.ts";

const minuteMs = 60_000;
const lost = { error: expect.objectContaining({ code: "outside", retryable: true }) };

/** Does the step, then holds its transaction open for ten minutes. */
const hold =
  (step: (transaction: WarehouseTransaction) => Promise<void>) => (warehouse: Warehouse, process: Process) =>
    warehouse.transact(table, async (transaction) => {
      await step(transaction);
      await process.clock.sleep(10 * minuteMs);
    });

/** Begins its step a minute later. @returns how long all of it took, ms */
const follow =
  (step: (transaction: WarehouseTransaction) => Promise<void>) =>
  async (warehouse: Warehouse, process: Process) => {
    await process.clock.sleep(minuteMs);
    const startMs = process.clock.now();
    await warehouse.transact(table, step);
    return process.clock.now() - startMs;
  };

describe("locks", () => {
  test("a DELETE that waited sees the rows from before its wait, or from after it", async () => {
    const left = new Set<string>();
    for (const seed of seeds) {
      const world = createQuietWorld({ seed });
      await fillTable(world, g1);
      const second = await world.write(g2);
      await runSideBySide(
        world,
        hold(async (transaction) => {
          await transaction.copy(buildGenerationFiles(second));
          await transaction.deleteHot(second.day, { only: "g1" });
        }),
        follow((transaction) => transaction.deleteHot(second.day, { all: true })),
      );
      const hot = world.model.hot(table).map(({ generation }) => generation);
      const [name] = [...world.kernel.struck.keys()];
      left.add(`${name}: ${hot.join()}`);
    }
    expect([...left].sort()).toEqual(["waited, sees after: ", "waited, sees before: g2"]);
  });

  test("are not for COPY, which neither takes them nor waits", async () => {
    const world = createQuietWorld();
    const [first] = await fillTable(world, g1);
    const second = await world.write(g2);
    const [holding, copying] = await runSideBySide(
      world,
      hold((transaction) => transaction.deleteHot(first!.day, { all: true })),
      follow((transaction) => transaction.copy(buildGenerationFiles(second))),
    );
    expect(holding!.end).toEqual({ answer: undefined });
    expect((copying!.end as { answer: number }).answer).toBeLessThan(minuteMs);
    expect(world.model.hot(table).map(({ generation }) => generation)).toEqual(["g2"]);
  });

  test("are waited for half an hour at most", async () => {
    const world = createQuietWorld();
    await fillTable(world);
    const lock = (transaction: WarehouseTransaction) => transaction.lock();
    const holding = (warehouse: Warehouse, process: Process) =>
      warehouse.transact(table, async (transaction) => {
        await transaction.lock();
        await process.clock.sleep(60 * minuteMs);
      });
    const [, waiting] = await runSideBySide(world, holding, follow(lock));
    expect(waiting!.end).toEqual(lost);
  });

  test("refuse a statement where too many wait; its session lives", async () => {
    const world = createQuietWorld(orderFault("too many waiters", 4));
    await fillTable(world);
    const [process] = await runSideBySide(world, (warehouse) =>
      warehouse.transact(table, async (transaction) => {
        await expect(transaction.lock()).rejects.toMatchObject({ code: "outside", retryable: true });
        await transaction.lock();
      }),
    );
    expect(process!.end).toEqual({ answer: undefined });
    expect(world.kernel.struck.get("too many waiters")).toBe(1);
  });
});

describe("the ledger", () => {
  const buildRow = async (): Promise<LedgerRow> => buildLedgerRow(await createQuietWorld().write(g1), "hot");

  const countRows = async (step: (transaction: WarehouseTransaction, row: LedgerRow) => Promise<void>) => {
    const row = await buildRow();
    const counts = new Set<number>();
    for (const seed of seeds) {
      const world = createQuietWorld({ seed });
      await fillTable(world);
      const write = (transaction: WarehouseTransaction) => step(transaction, row);
      await runSideBySide(world, hold(write), follow(write));
      counts.add(world.model.ledger(table).length);
    }
    return counts;
  };

  test("has two rows of a day where two wrote it without the lock", async () => {
    const counts = await countRows((transaction, row) => transaction.writeLedger([row]));
    expect(counts).toEqual(new Set([1, 2]));
  });

  test("has one row of a day where both held the lock row", async () => {
    const counts = await countRows(async (transaction, row) => {
      await transaction.lock();
      await transaction.writeLedger([row]);
    });
    expect(counts).toEqual(new Set([1]));
  });

  test("lets the operator delete a row, but not while a transaction writes", async () => {
    const row = await buildRow();
    const world = createQuietWorld();
    await fillTable(world);
    const write = (transaction: WarehouseTransaction) => transaction.writeLedger([row]);
    await runSideBySide(world, (warehouse) => warehouse.transact(table, write));
    const answers: boolean[] = [];
    await runSideBySide(world, hold(write), async (_, process) => {
      for (const _ of [1, 2]) {
        await process.clock.sleep(6 * minuteMs);
        answers.push(world.model.deleteLedgerRow(table, row.day));
      }
    });
    expect(answers).toEqual([false, true]);
    expect(world.model.ledger(table)).toEqual([]);
  });
});

test("a statement whose session was lost leaves nothing, and none after it is heard", async () => {
  const world = createQuietWorld(orderFault("session lost", 5));
  await fillTable(world);
  const target = await world.write(g1);
  const [process] = await runSideBySide(world, (warehouse) =>
    warehouse.transact(table, async (transaction) => {
      await transaction.copy(buildGenerationFiles(target));
      for (const _ of [1, 2]) {
        await expect(transaction.lock()).rejects.toMatchObject({ code: "outside", retryable: true });
      }
    }),
  );
  expect(process!.end).toEqual(lost);
  expect(world.model.hot(table)).toEqual([]);
});

test("a throttled COMMIT or ROLLBACK leaves no transaction open", async () => {
  for (const work of [async () => {}, () => Promise.reject(new Error("stop here"))]) {
    const world = createQuietWorld(orderFault("throttled", 5));
    await fillTable(world);
    const [broken, next] = await runSideBySide(
      world,
      async (warehouse, process) => {
        const failing = warehouse.transact(table, async (transaction) => {
          await transaction.lock();
          await work();
        });
        await expect(failing).rejects.toThrow();
        // While it lives: its end would end the transaction as well.
        await process.clock.sleep(60 * minuteMs);
      },
      async (warehouse, process) => {
        await process.clock.sleep(6 * minuteMs);
        await warehouse.transact(table, (transaction) => transaction.lock());
        return world.kernel.struck.get("throttled");
      },
    );
    expect(broken!.end).toEqual({ answer: undefined });
    expect(next!.end).toEqual({ answer: 1 });
  }
});

test("what a SELECT counts is what was committed, and its own", async () => {
  const world = createQuietWorld();
  const [first] = await fillTable(world, g1);
  const second = await world.write(g2);
  const count = async (measures: Promise<{ generation: string }[]>) =>
    (await measures).map(({ generation }) => generation);
  const seen: string[][] = [];
  await runSideBySide(
    world,
    (warehouse, process) =>
      warehouse.transact(table, async (transaction) => {
        await transaction.deleteHot(first!.day, { all: true });
        seen.push(await count(transaction.measureHot([first!.day])));
        await process.clock.sleep(10 * minuteMs);
        seen.push(await count(transaction.measureHot([first!.day])));
      }),
    async (warehouse, process) => {
      await process.clock.sleep(minuteMs);
      seen.push(await count(warehouse.measureHot(table, "all")));
      await copyGenerations(warehouse, second);
    },
  );
  expect(seen).toEqual([[], ["g1"], ["g2"]]);
});
