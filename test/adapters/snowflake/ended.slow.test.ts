import { afterEach, describe, expect, test, vi } from "vitest";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import type { WarehouseTransaction } from "../../../src/ports.ts";
import { loadDays } from "../../../src/tasks/load-transaction.ts";
import type { ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { transactSettled } from "../../../src/tasks/settle.ts";
import { baseColumns } from "../../contracts/warehouse-lake.ts";
import { g1, g2, measureOf, table } from "../../contracts/warehouse-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "./snowflake-world.ts";

let world: SnowflakeWorld;
afterEach(() => world.end());

const policy = { isHotDay: () => true, finalAtMs: () => 1 };
const minuteMs = 60_000;

/** A load as the task does it; `pause` comes before each step that it names. */
function load(
  target: ReaderTarget,
  warehouse = world.warehouse,
  pause: (step: keyof WarehouseTransaction) => Promise<void> = async () => {},
) {
  return transactSettled(warehouse, table, (transaction) =>
    loadDays(slow(transaction, pause), [target], policy, 1, (_, step) => step()),
  );
}

function slow(transaction: WarehouseTransaction, pause: (step: keyof WarehouseTransaction) => Promise<void>) {
  const steps = Object.entries(transaction).map(([name, step]) => [
    name,
    async (...given: unknown[]) => {
      await pause(name as keyof WarehouseTransaction);
      return (step as (...all: unknown[]) => Promise<unknown>)(...given);
    },
  ]);
  return Object.fromEntries(steps) as WarehouseTransaction;
}

/** g1's load stands still for six minutes, and meanwhile a load of g2 takes the lock row from it. */
async function overtake(newer: ReaderTarget): Promise<void> {
  const other = createSnowflakeWarehouse(world.options);
  const overtaking = load(newer, other);
  const waits = () => world.double.world.locks.waiting("LAKE.ANALYTICS.WEB_SHOP_LOCK");
  await vi.waitFor(() => expect(waits()).toBe(1));
  world.double.clock.advance(6 * minuteMs);
  await overtaking;
  await other.close();
}

async function look() {
  const other = createSnowflakeWarehouse(world.options);
  const ledger = await other.readLedger(table, "all");
  const hot = await other.measureHot(table, "all");
  await other.close();
  return { hot, ledger: ledger.map(({ day, hotGeneration }) => `${day} ${hotGeneration}`) };
}

/** Two generations of a day, of which the older one is being loaded. */
async function begin(afterAbort: "refuse" | "autocommit") {
  world = await createSnowflakeWorld();
  world.double.world.choices.afterAbort = afterAbort;
  await world.warehouse.prepare(table, baseColumns);
  return { older: await world.write(g1), newer: await world.write(g2) };
}

const loaded = (target: ReaderTarget) => ({
  hot: [measureOf(target)],
  ledger: [`${target.day} ${target.head.generation}`],
});

describe.each(["refuse", "autocommit"] as const)(
  "a transaction that Snowflake ends while others wait; its next statement: %s",
  (afterAbort) => {
    test.each(["readLedger", "deleteHot", "writeLedger", "measureHot"] as const)(
      "changes nothing any more, at %s",
      async (where) => {
        const { older, newer } = await begin(afterAbort);
        let pauses = 0;
        const failing = load(older, world.warehouse, async (step) => {
          // Of the two looks at the ledger the second one is under the lock row.
          if (step !== where || ++pauses !== (where === "readLedger" ? 2 : 1)) return;
          await overtake(newer);
        });
        // Who looks at the ledger after that may find the newer generation there, and has nothing to do.
        const end = await failing.catch((error: unknown) => error);
        const overtaken = [{ outcome: "newer" }];
        expect(end).toMatchObject(Array.isArray(end) ? overtaken : { code: "outside", retryable: true });
        expect(await look()).toEqual(loaded(newer));
        expect(world.double.world.locks.held()).toEqual([]);
      },
    );

    test("is not taken for done where COMMIT came too late", async () => {
      const { older, newer } = await begin(afterAbort);
      let go = () => {};
      const until = new Promise<void>((resolve) => {
        go = resolve;
      });
      world.double.faults.add({ do: "hold", until, sql: /^COMMIT/ });
      const late = load(older);
      const asked = () => world.double.log.some(({ sql }) => /^COMMIT/.test(sql ?? ""));
      await vi.waitFor(() => expect(asked()).toBe(true));
      await overtake(newer);
      go();
      expect(await late).toMatchObject([{ outcome: "newer" }]);
      expect(await look()).toEqual(loaded(newer));
    });

    test("is loaded when it is asked for again", async () => {
      const { older, newer } = await begin(afterAbort);
      let isFirst = true;
      await load(newer, world.warehouse, async (step) => {
        if (step !== "measureHot" || !isFirst) return;
        isFirst = false;
        await overtake(older);
      }).catch(() => {});
      expect(await look()).toEqual(loaded(older));
      await load(newer);
      expect(await look()).toEqual(loaded(newer));
    });
  },
);

test("what a session of a transaction changes is gone with it, without a BEGIN too", async () => {
  world = await createSnowflakeWorld();
  await world.warehouse.prepare(table, baseColumns);
  const target = await world.write(g1);
  const { connect, execute } = await import("../../doubles/snowflake/driver.ts");
  const { buildConnectionOptions } = await import("../../../src/adapters/snowflake/connect.ts");
  const connection = await connect((await buildConnectionOptions(world.options))!);
  await execute(connection, "ALTER SESSION SET AUTOCOMMIT = FALSE");
  await execute(connection, `DELETE FROM "LAKE"."ANALYTICS"."WEB_SHOP" WHERE "_DAY" = :1::DATE`, {
    binds: [target.day],
  });
  const { rows } = await execute(connection, 'SELECT CURRENT_TRANSACTION() AS "TRANSACTION"');
  expect(rows).toEqual([{ TRANSACTION: expect.stringMatching(/^\d+$/) }]);
  await execute(connection, "ROLLBACK");
});
