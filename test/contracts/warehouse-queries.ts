import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Warehouse } from "../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../src/tasks/reader-target.ts";
import { baseColumns, buildRows } from "./warehouse-lake.ts";
import {
  buildLedgerRow,
  collect,
  copyGenerations,
  g1,
  g2,
  measureOf,
  moveToCold,
  next,
  readAll,
  table,
  type WarehouseWorld,
  withType,
} from "./warehouse-world.ts";

/** What people ask in SQL: every warehouse that they can ask passes this. `createWorld` begins empty each time. */
export function describeWarehouseQueries(name: string, createWorld: () => Promise<WarehouseWorld>): void {
  describe(`people who ask ${name}`, () => {
    let world: WarehouseWorld;
    let warehouse: Warehouse;

    beforeEach(async () => {
      world = await createWorld();
      warehouse = world.warehouse;
      await warehouse.prepare(table, baseColumns);
    });
    afterEach(() => world.end());

    const copy = (...targets: ReaderTarget[]) => copyGenerations(warehouse, ...targets);
    const moveCold = (...targets: ReaderTarget[]) => moveToCold(warehouse, ...targets);

    test("lose no digit where a column is widened", async () => {
      const value = "9218924040658817653";
      await copy(await world.write({ ...g1, rows: buildRows("g1", 1, { value }) }));
      await warehouse.prepare(table, withType("NUMERIC"));
      const decimal = { ...next, rows: buildRows("n1", 1, { value: "0.5" }), columns: withType("NUMERIC") };
      await copy(await world.write(decimal));
      const answer = await readAll(warehouse, "SELECT value FROM analytics.web_shop ORDER BY value DESC");
      expect(answer.map(([text]) => text!.replace(/\.?0+$/, ""))).toEqual([value, "0.5"]);
    });

    test("read each day once in _all: hot where the ledger says hot, else cold", async () => {
      const [hot, cold, both] = [
        await world.write(g1),
        await world.write(next),
        await world.write({ ...g2, day: "2026-11-22" }),
      ];
      await moveCold(cold, both);
      await warehouse.transact(table, async (transaction) => {
        for (const target of [hot, both]) await transaction.copy(buildGenerationFiles(target));
        await transaction.lock();
        await transaction.writeLedger([
          buildLedgerRow(hot, "hot"),
          { ...buildLedgerRow(both, "hot"), coldGeneration: "g2", coldSequence: 2 },
        ]);
      });
      const sql = `SELECT CAST(_day AS VARCHAR), _generation, COUNT(*), COUNT(DISTINCT event_id)
          FROM analytics.web_shop_all GROUP BY _day, _generation ORDER BY _day`;
      expect(await readAll(warehouse, sql)).toEqual([
        ["2026-11-20", "g1", "5", "5"],
        ["2026-11-21", "n1", "3", "3"],
        ["2026-11-22", "g2", "4", "4"],
      ]);
    });

    test("read one row a day in _days", async () => {
      const [hot, cold] = [await world.write(g1), await world.write({ ...next, kind: "intraday" })];
      await moveCold(cold);
      await warehouse.transact(table, (transaction) => transaction.writeLedger([buildLedgerRow(hot, "hot")]));
      const sql = `SELECT CAST(day AS VARCHAR), shard_kind, is_final, is_hot, "rows", duplicates, filtered, checksum,
          generation FROM analytics.web_shop_days ORDER BY day`;
      expect(await readAll(warehouse, sql)).toEqual([
        ["2026-11-20", "daily", "true", "true", "5", "2", "1", hot.manifest.checksum, "g1"],
        ["2026-11-21", "intraday", "false", "false", "3", "2", "1", cold.manifest.checksum, "n1"],
      ]);
    });

    test("get values as text, null as null, with the columns' names", async () => {
      await copy(await world.write({ ...g1, rows: buildRows("g1", 1, { value: null }) }));
      const result = await warehouse.query("SELECT event_name, value, 1 + 1 AS two FROM analytics.web_shop");
      expect(result.columns.map((column) => column.toLowerCase())).toEqual(["event_name", "value", "two"]);
      expect(await collect(result.rows)).toEqual([["g1 0", null, "2"]]);
    });

    test("change nothing by a query", async () => {
      const target = await world.write(g1);
      await copy(target);
      await expect(readAll(warehouse, "DELETE FROM analytics.web_shop")).rejects.toMatchObject({
        code: "usage",
      });
      expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
    });

    test("are told of a mistake in a query", async () => {
      const wrong = readAll(warehouse, "SELECT no_such_column FROM analytics.web_shop");
      await expect(wrong).rejects.toMatchObject({
        code: "usage",
        message: expect.stringMatching(/no_such_column/i),
      });
    });
  });
}
