/** What every catalog must do; each adapter's own tests call it with a way to make a fresh, empty one. */
import { beforeEach, describe, expect, test as runner } from "vitest";
import type { TableName } from "../../src/config/types.ts";
import { addDays, type Day } from "../../src/days/day.ts";
import type { Column } from "../../src/days/schema.ts";
import type { Catalog } from "../../src/ports.ts";

export interface CatalogWorld {
  catalog: Catalog;
  /** Columns and members of a table by path, sorted, as whoever asks the catalog sees them. */
  readColumns(table: TableName): Promise<string[]>;
  /** From now on the catalog refuses to point this day. */
  refuse(day: Day): void;
}

const table: TableName = { schema: "analytics", table: "web_shop_events" };
const other: TableName = { schema: "analytics", table: "web_shop_users" };
const prefix = "web-shop/ga4_events/";
const first = "2026-11-20" as Day;
const second = "2026-11-21" as Day;

const id: Column = { name: "event_id", type: "STRING", mode: "NULLABLE" };
const value: Column = { name: "value", type: "INTEGER", mode: "NULLABLE" };

function buildDevice(...members: string[]): Column {
  const fields = members.map((name): Column => ({ name, type: "STRING", mode: "NULLABLE" }));
  return { name: "device", type: "RECORD", mode: "NULLABLE", fields };
}

const folder = (day: Day, generation: string) => `${prefix}day=${day}/generation=${generation}/`;

/** @param skips titles of tests that this one cannot pass, with why: a stand-in of somebody else's */
export function describeCatalog(
  name: string,
  createWorld: () => Promise<CatalogWorld>,
  skips: Readonly<Record<string, string>> = {},
): void {
  const test = (title: string, work: () => Promise<void>) => {
    const reason = skips[title];
    runner.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (skipped: ${reason})`, work);
  };
  describe(`${name} keeps the contract of a catalog`, () => {
    let world: CatalogWorld;
    let catalog: Catalog;

    beforeEach(async () => {
      world = await createWorld();
      catalog = world.catalog;
    });

    const point = (day: Day, generation: string) =>
      catalog.point(table, [{ day, prefix: folder(day, generation) }]);
    const readAll = async () => Object.fromEntries(await catalog.readPartitions(table, "all"));

    describe("columns", () => {
      test("are there once the table was prepared, and as often as it is", async () => {
        for (let time = 0; time < 2; time += 1) {
          await catalog.prepare(table, [id, buildDevice("category")], prefix);
          expect(await world.readColumns(table)).toEqual(["device", "device.category", "event_id"]);
        }
      });

      test("and members grow", async () => {
        await catalog.prepare(table, [id, buildDevice("category")], prefix);
        await catalog.prepare(table, [id, buildDevice("category", "brand"), value], prefix);
        const all = ["device", "device.brand", "device.category", "event_id", "value"];
        expect(await world.readColumns(table)).toEqual(all);
      });

      test("stay where an older schema comes later", async () => {
        await catalog.prepare(table, [id, buildDevice("category", "brand"), value], prefix);
        await catalog.prepare(table, [id, buildDevice("category")], prefix);
        const all = ["device", "device.brand", "device.category", "event_id", "value"];
        expect(await world.readColumns(table)).toEqual(all);
      });

      test("that change their type are refused, and the table stays as it was", async () => {
        await catalog.prepare(table, [id, value], prefix);
        const changed = [id, { ...value, type: "TIMESTAMP" as const }, buildDevice("category")];
        await expect(catalog.prepare(table, changed, prefix)).rejects.toMatchObject({ code: "data" });
        expect(await world.readColumns(table)).toEqual(["event_id", "value"]);
      });

      test("grow without moving a partition", async () => {
        await catalog.prepare(table, [id], prefix);
        await point(first, "g1");
        await catalog.prepare(table, [id, value], prefix);
        expect(await readAll()).toEqual({ [first]: folder(first, "g1") });
      });
    });

    describe("partitions", () => {
      beforeEach(() => catalog.prepare(table, [id], prefix));

      test("are made where they are missing, and moved where they are not", async () => {
        expect(await point(first, "g1")).toEqual([]);
        expect(await readAll()).toEqual({ [first]: folder(first, "g1") });
        expect(await point(first, "g2")).toEqual([]);
        expect(await readAll()).toEqual({ [first]: folder(first, "g2") });
      });

      test("go to an older folder as well: whoever comes last wins", async () => {
        for (const generation of ["g2", "g1"]) await point(first, generation);
        expect(await readAll()).toEqual({ [first]: folder(first, "g1") });
      });

      test("pointed twice at one folder stay there", async () => {
        for (let time = 0; time < 2; time += 1) expect(await point(first, "g1")).toEqual([]);
        expect(await readAll()).toEqual({ [first]: folder(first, "g1") });
      });

      test("move many at once, new ones and old ones", async () => {
        const days = Array.from({ length: 250 }, (_, index) => addDays(first, index));
        await catalog.point(
          table,
          days.slice(0, 120).map((day) => ({ day, prefix: folder(day, "g1") })),
        );
        const wanted = days.map((day) => ({ day, prefix: folder(day, "g2") }));
        expect(await catalog.point(table, wanted)).toEqual([]);
        expect(await readAll()).toEqual(Object.fromEntries(wanted.map((one) => [one.day, one.prefix])));
      });

      test("none at all is no fault", async () => {
        expect(await catalog.point(table, [])).toEqual([]);
        expect(await readAll()).toEqual({});
      });

      test("that fail are named, and do not hold up the others", async () => {
        await point(first, "g1");
        world.refuse(first);
        const failed = await catalog.point(table, [
          { day: first, prefix: folder(first, "g2") },
          { day: second, prefix: folder(second, "g2") },
        ]);
        expect(failed).toEqual([{ day: first, error: expect.any(Error) }]);
        expect(await readAll()).toEqual({ [first]: folder(first, "g1"), [second]: folder(second, "g2") });
      });

      test("are read for the days asked for, those that have none left out", async () => {
        await point(first, "g1");
        await point(second, "g1");
        const asked = await catalog.readPartitions(table, [second, addDays(second, 1)]);
        expect(asked).toEqual(new Map([[second, folder(second, "g1")]]));
        expect(await catalog.readPartitions(table, [])).toEqual(new Map());
      });

      test("belong to one table", async () => {
        await catalog.prepare(other, [id], "web-shop/ga4_users/");
        await point(first, "g1");
        expect(await catalog.readPartitions(other, "all")).toEqual(new Map());
      });
    });

    describe("partitions whose columns have gained members", () => {
      const readOutgrown = () => catalog.readOutgrown(table);

      test("are named until they are pointed anew, wherever", async () => {
        await catalog.prepare(table, [id, buildDevice("category")], prefix);
        for (const day of [first, second]) await point(day, "g1");
        await catalog.prepare(table, [id, buildDevice("category", "brand")], prefix);
        expect(await readOutgrown()).toEqual([first, second]);
        await point(second, "g2");
        expect(await readOutgrown()).toEqual([first]);
        await point(first, "g1");
        for (let time = 0; time < 2; time += 1) expect(await readOutgrown()).toEqual([]);
        expect(await readAll()).toEqual({ [first]: folder(first, "g1"), [second]: folder(second, "g2") });
      });

      test("are not those that lack a column as a whole: it is null there", async () => {
        await catalog.prepare(table, [id], prefix);
        await point(first, "g1");
        await catalog.prepare(table, [id, value, buildDevice("category")], prefix);
        expect(await readOutgrown()).toEqual([]);
      });

      test("are found again after a second growth", async () => {
        await catalog.prepare(table, [buildDevice("category")], prefix);
        await point(first, "g1");
        for (const members of [
          ["category", "brand"],
          ["category", "brand", "model"],
        ]) {
          await catalog.prepare(table, [buildDevice(...members)], prefix);
          expect(await readOutgrown()).toEqual([first]);
          await point(first, "g1");
          expect(await readOutgrown()).toEqual([]);
        }
      });

      test("are none of a table that nobody prepared", async () => {
        expect(await readOutgrown()).toEqual([]);
      });
    });

    test("a table that nobody prepared has no partitions, and takes none", async () => {
      expect(await catalog.readPartitions(table, "all")).toEqual(new Map());
      expect(await catalog.readPartitions(table, [first])).toEqual(new Map());
      await expect(point(first, "g1")).rejects.toThrow();
    });
  });
}
