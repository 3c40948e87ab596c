import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Day } from "../../src/days/day.ts";
import type { LedgerRow, Warehouse } from "../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../src/tasks/reader-target.ts";
import { baseColumns, buildRows, grownColumns } from "./warehouse-lake.ts";
import {
  buildLedgerRow,
  copyGenerations,
  g1,
  g2,
  measureOf,
  moveToCold,
  next,
  table,
  type WarehouseWorld,
  withType,
} from "./warehouse-world.ts";

/**
 * The protocol's part of the contract, which every warehouse keeps, one that speaks no SQL included. `createWorld`
 * begins empty each time.
 */
export function describeWarehouse(name: string, createWorld: () => Promise<WarehouseWorld>): void {
  describe(`${name} keeps the contract of a warehouse`, () => {
    let world: WarehouseWorld;
    let warehouse: Warehouse;

    beforeEach(async () => {
      world = await createWorld();
      warehouse = world.warehouse;
    });
    afterEach(() => world.end());

    const copy = (...targets: ReaderTarget[]) => copyGenerations(warehouse, ...targets);
    const moveCold = (...targets: ReaderTarget[]) => moveToCold(warehouse, ...targets);

    describe("before anything was prepared", () => {
      test("it holds nothing", async () => {
        expect(await warehouse.readLedger(table, "all")).toEqual([]);
        expect(await warehouse.measureHot(table, "all")).toEqual([]);
        expect(await warehouse.measureCold(table, "all")).toEqual([]);
      });

      test("a transaction is refused", async () => {
        await expect(warehouse.transact(table, async () => {})).rejects.toMatchObject({ code: "data" });
      });

      test("unregistering is done already", async () => {
        await warehouse.unregisterCold(table, [{ day: "2026-11-20" as Day, generation: "g1" }]);
      });
    });

    describe("hot rows", () => {
      beforeEach(() => warehouse.prepare(table, baseColumns));

      test("are those of the files that are named, counted as the manifest counts them", async () => {
        const target = await world.write({ ...g1, files: 3 });
        await copy(target);
        expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
      });

      test("are seen by their own transaction before it ends", async () => {
        const target = await world.write(g1);
        const seen = await warehouse.transact(table, async (transaction) => {
          await transaction.copy(buildGenerationFiles(target));
          return transaction.measureHot([target.day]);
        });
        expect(seen).toEqual([measureOf(target)]);
      });

      test("are gone with a transaction that fails, the ledger with them", async () => {
        const target = await world.write(g1);
        const failing = warehouse.transact(table, async (transaction) => {
          await transaction.copy(buildGenerationFiles(target));
          await transaction.lock();
          await transaction.writeLedger([buildLedgerRow(target, "hot")]);
          throw new Error("stop here");
        });
        await expect(failing).rejects.toThrow("stop here");
        expect(await warehouse.measureHot(table, "all")).toEqual([]);
        expect(await warehouse.readLedger(table, "all")).toEqual([]);
      });

      test("are copied as often as asked: what is loaded is the ledger's to know", async () => {
        const target = await world.write(g1);
        await copy(target);
        await copy(target);
        expect(await warehouse.measureHot(table, "all")).toMatchObject([{ generation: "g1", rows: 10 }]);
      });

      test("of several generations are counted apart", async () => {
        const targets = [await world.write(g1), await world.write(g2), await world.write(next)];
        await copy(...targets);
        const measures = targets.map((target) => measureOf(target));
        expect(await warehouse.measureHot(table, "all")).toEqual(measures);
        const range = { first: next.day as Day, last: next.day as Day };
        expect(await warehouse.measureHot(table, range)).toEqual(measures.slice(2));
      });

      test.each([
        ["all of a day", { all: true }, ["n1"]],
        ["every generation but one", { except: "g2" }, ["g2", "n1"]],
        ["one generation alone", { only: "g2" }, ["g1", "n1"]],
      ] as const)("can be deleted: %s", async (_, which, left) => {
        await copy(await world.write(g1), await world.write(g2), await world.write(next));
        await warehouse.transact(table, async (transaction) => {
          await transaction.lock();
          await transaction.deleteHot(g1.day as Day, which);
        });
        const measures = await warehouse.measureHot(table, "all");
        expect(measures.map((measure) => measure.generation)).toEqual(left);
      });

      test("a file that is missing fails the copy", async () => {
        const target = await world.write(g1);
        const files = target.manifest.files.map((file) => ({ ...file, key: `${file.key}.gone` }));
        await expect(copy({ ...target, manifest: { ...target.manifest, files } })).rejects.toMatchObject({
          code: "data",
          retryable: false,
        });
        expect(await warehouse.measureHot(table, "all")).toEqual([]);
      });

      test("a file with other rows than its manifest says fails the copy", async () => {
        const target = await world.write(g1);
        const files = target.manifest.files.map((file) => ({ ...file, rows: file.rows + 1 }));
        const failing = copy({ ...target, manifest: { ...target.manifest, files } });
        await expect(failing).rejects.toMatchObject({
          code: "data",
          message: expect.stringContaining("5 rows where the manifest has 6"),
        });
        expect(await warehouse.measureHot(table, "all")).toEqual([]);
      });

      test("an empty day is a day without rows", async () => {
        await copy(await world.write({ ...g1, rows: [] }));
        expect(await warehouse.measureHot(table, "all")).toEqual([]);
      });
    });

    describe("columns", () => {
      test("grow in place, and rows of either schema fit from then on", async () => {
        await warehouse.prepare(table, baseColumns);
        const old = await world.write(g1);
        await copy(old);
        await warehouse.prepare(table, grownColumns);
        const values = { platform: "WEB", items: [{ item_id: "shoe", quantity: 2 }] };
        const grown = await world.write({ ...next, rows: buildRows("n1", 3, values), columns: grownColumns });
        const olderAgain = await world.write({ ...g2, day: "2026-11-22" });
        await copy(grown, olderAgain);
        const widened = (target: ReaderTarget) => measureOf(target, { platform: 0, items: 0 });
        expect(await warehouse.measureHot(table, "all")).toEqual([
          widened(old),
          measureOf(grown),
          widened(olderAgain),
        ]);
      });

      test("prepared twice, or with fewer columns, stay as they are", async () => {
        await warehouse.prepare(table, grownColumns);
        await warehouse.prepare(table, grownColumns);
        await warehouse.prepare(table, baseColumns);
        const target = await world.write({ ...g1, columns: grownColumns });
        await copy(target);
        expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
      });

      test("widen, and rows of either type fit from then on", async () => {
        await warehouse.prepare(table, baseColumns);
        const narrow = await world.write(g1);
        await copy(narrow);
        await warehouse.prepare(table, withType("NUMERIC"));
        const rows = buildRows("n1", 1, { value: "0.5" });
        const wide = await world.write({ ...next, rows, columns: withType("NUMERIC") });
        const narrowAgain = await world.write({ ...g2, day: "2026-11-22" });
        await copy(wide, narrowAgain);
        const measures = [narrow, wide, narrowAgain].map((target) => measureOf(target));
        expect(await warehouse.measureHot(table, "all")).toEqual(measures);
      });

      test("that cannot be brought together are refused with their names, and nothing changes", async () => {
        await warehouse.prepare(table, baseColumns);
        const refused = warehouse.prepare(table, [...withType("FLOAT"), ...grownColumns.slice(-1)]);
        await expect(refused).rejects.toMatchObject({
          code: "refused",
          message: expect.stringContaining("value INTEGER → value FLOAT"),
        });
        const target = await world.write(g1);
        await copy(target);
        expect(await warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
      });
    });

    describe("the ledger", () => {
      beforeEach(() => warehouse.prepare(table, baseColumns));

      const row: LedgerRow = {
        day: "2026-11-20" as Day,
        hotGeneration: "g1",
        coldGeneration: null,
        hotSequence: 1_795_456_429_553,
        coldSequence: null,
        shardKind: "intraday",
        finalAtMs: null,
        rows: 5,
        duplicates: 2,
        filtered: 1,
        checksum: "673543305989994",
        loadedAtMs: 1_795_456_429_553,
      };
      const write = (...rows: LedgerRow[]) =>
        warehouse.transact(table, async (transaction) => {
          await transaction.lock();
          await transaction.writeLedger(rows);
        });

      test("gives back what was written, by day", async () => {
        const later = { ...row, day: "2026-11-22" as Day, finalAtMs: 1_795_000_000_123, loadedAtMs: null };
        await write(later, row);
        expect(await warehouse.readLedger(table, "all")).toEqual([row, later]);
        const first = "2026-11-21" as Day;
        expect(await warehouse.readLedger(table, { first, last: later.day })).toEqual([later]);
        const read = await warehouse.transact(table, (transaction) =>
          transaction.readLedger([row.day, first]),
        );
        expect(read).toEqual([row]);
      });

      test("replaces by day", async () => {
        await write(row);
        await write({ ...row, hotGeneration: "g2", hotSequence: 2, rows: 7 });
        expect(await warehouse.readLedger(table, "all")).toEqual([
          { ...row, hotGeneration: "g2", hotSequence: 2, rows: 7 },
        ]);
      });

      test("is moved by one transaction after the other, each seeing the one before", async () => {
        await write({ ...row, rows: 0 });
        const count = () =>
          warehouse.transact(table, async (transaction) => {
            await transaction.lock();
            const [found] = await transaction.readLedger([row.day]);
            await transaction.writeLedger([{ ...found!, rows: found!.rows + 1 }]);
          });
        await Promise.all([count(), count(), count()]);
        expect(await warehouse.readLedger(table, "all")).toEqual([{ ...row, rows: 3 }]);
      });
    });

    describe("cold", () => {
      beforeEach(() => warehouse.prepare(table, baseColumns));

      test("counts a registered generation before anybody sees it", async () => {
        const target = await world.write({ ...g1, files: 2 });
        await warehouse.registerCold(table, [buildGenerationFiles(target)]);
        const counted = await warehouse.transact(table, (transaction) =>
          transaction.measureCold([
            { day: target.day, generation: "g1" },
            { day: target.day, generation: "not registered" },
          ]),
        );
        expect(counted).toEqual([measureOf(target)]);
        expect(await warehouse.measureCold(table, "all")).toEqual([]);
      });

      test("shows the generation that the ledger calls cold, and no other", async () => {
        const [old, current, other] = [await world.write(g1), await world.write(g2), await world.write(next)];
        await moveCold(old, other);
        expect(await warehouse.measureCold(table, "all")).toEqual([measureOf(old), measureOf(other)]);
        await moveCold(current);
        expect(await warehouse.measureCold(table, "all")).toEqual([measureOf(current), measureOf(other)]);
        const range = { first: other.day, last: other.day };
        expect(await warehouse.measureCold(table, range)).toEqual([measureOf(other)]);
      });

      test("registered twice counts once", async () => {
        const target = await world.write(g1);
        await moveCold(target);
        await moveCold(target);
        expect(await warehouse.measureCold(table, "all")).toEqual([measureOf(target)]);
      });

      test("shows days of different schemas side by side", async () => {
        const old = await world.write(g1);
        await moveCold(old);
        await warehouse.prepare(table, grownColumns);
        const device = {
          category: "tablet",
          web_info: { browser: "Safari", hostname: "example.com" },
          language: "de",
        };
        const rows = buildRows("n1", 1, { device, platform: "WEB" });
        const grown = await world.write({ ...next, rows, columns: grownColumns });
        await moveCold(grown);
        expect(await warehouse.measureCold(table, "all")).toEqual([
          measureOf(old, { platform: 0, items: 0 }),
          measureOf(grown),
        ]);
      });

      test("unregisters what the ledger has passed, and refuses what it calls cold", async () => {
        const [old, current] = [await world.write(g1), await world.write(g2)];
        await moveCold(old);
        await moveCold(current);
        await warehouse.unregisterCold(table, [{ day: old.day, generation: "g1" }]);
        const both = [old, current].map(({ day, head }) => ({ day, generation: head.generation }));
        const left = await warehouse.transact(table, (transaction) => transaction.measureCold(both));
        expect(left).toEqual([measureOf(current)]);
        await expect(warehouse.unregisterCold(table, both)).rejects.toMatchObject({ code: "data" });
        expect(await warehouse.measureCold(table, "all")).toEqual([measureOf(current)]);
      });
    });

    test.each([
      [{ schema: "analytics", table: 'a"b' }],
      [{ schema: 'x"; DROP SCHEMA analytics CASCADE; --', table: "t" }],
      [{ schema: "analytics", table: "it's {{hot}} $1 %s" }],
      [{ schema: "../up", table: "Größe ＇ table" }],
      [{ schema: "select", table: "group" }],
    ])("a hostile name is nothing but a name: %j", async (hostile) => {
      await warehouse.prepare(table, baseColumns);
      await warehouse.prepare(hostile, baseColumns);
      const target = await world.write(g1);
      await warehouse.registerCold(hostile, [buildGenerationFiles(target)]);
      await warehouse.transact(hostile, async (transaction) => {
        await transaction.copy(buildGenerationFiles(target));
        await transaction.lock();
        const both = { ...buildLedgerRow(target, "hot"), coldGeneration: "g1", coldSequence: 1 };
        await transaction.writeLedger([both]);
      });
      expect(await warehouse.measureHot(hostile, "all")).toEqual([measureOf(target)]);
      expect(await warehouse.measureCold(hostile, "all")).toEqual([measureOf(target)]);
      expect(await warehouse.readLedger(hostile, "all")).toMatchObject([{ hotGeneration: "g1" }]);
      expect(await warehouse.readLedger(table, "all")).toEqual([]);
    });

    test("a hostile value is nothing but a value", async () => {
      await warehouse.prepare(table, baseColumns);
      const hostile = "'); DELETE FROM analytics.web_shop; --";
      await copy(await world.write(g1));
      await warehouse.transact(table, async (transaction) => {
        await transaction.deleteHot(g1.day as Day, { only: hostile });
        await transaction.writeLedger([
          { ...buildLedgerRow(await world.write(g1), "hot"), hotGeneration: hostile },
        ]);
      });
      expect(await warehouse.measureHot(table, "all")).toMatchObject([{ rows: 5 }]);
      expect(await warehouse.readLedger(table, "all")).toMatchObject([{ hotGeneration: hostile }]);
    });
  });
}
