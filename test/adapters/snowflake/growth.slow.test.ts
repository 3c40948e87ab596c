import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nameRelations } from "../../../src/adapters/snowflake/names.ts";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import type { Column } from "../../../src/days/schema.ts";
import { baseColumns, buildRows, grownColumns } from "../../contracts/warehouse-lake.ts";
import {
  copyGenerations,
  g1,
  measureOf,
  moveToCold,
  next,
  readAll,
  table,
  withType,
} from "../../contracts/warehouse-world.ts";
import type { Fault } from "../../doubles/snowflake/faults.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "./snowflake-world.ts";

let world: SnowflakeWorld;
beforeEach(async () => {
  world = await createSnowflakeWorld();
});
afterEach(() => world.end());

/** Statements of one kind that were begun since. */
const begun = (form: RegExp, from = 0) =>
  world.double
    .queries()
    .slice(from)
    .filter(({ sql }) => form.test(sql));

/** Runs until nothing is lost any more, as somebody does who runs the command again. */
async function prepareAgain(columns: readonly Column[]): Promise<void> {
  await expect(world.warehouse.prepare(table, columns)).rejects.toMatchObject({
    code: "outside",
    retryable: true,
  });
  expect(world.double.faults.left()).toEqual([]);
  await world.warehouse.prepare(table, columns);
}

describe("a table that is made", () => {
  test("twice at once is made once", async () => {
    const other = createSnowflakeWarehouse(world.options);
    await Promise.all([world.warehouse.prepare(table, baseColumns), other.prepare(table, grownColumns)]);
    await other.close();
    const grown = await world.write({ ...next, columns: grownColumns });
    await copyGenerations(world.warehouse, grown);
    expect(await world.warehouse.measureHot(table, "all")).toMatchObject([{ generation: "n1", rows: 3 }]);
    // Nothing is unique in Snowflake: there may be two lock rows then, and whoever takes the lock takes both.
    await world.warehouse.transact(table, (transaction) => transaction.lock());
    const left = await readAll(
      world.warehouse,
      "SELECT COUNT(*) FROM analytics.web_shop_lock WHERE locked_at IS NULL",
    );
    expect(left).toEqual([["0"]]);
  });

  test.each<[string, RegExp]>([
    ["the ledger", /^CREATE TABLE .*_LEDGER"/],
    ["the lock row", /^INSERT/],
    ["the inventory", /^CREATE EXTERNAL TABLE/],
    ["the hot table", /^CREATE TABLE .*"WEB_SHOP" \(/],
    ["the cold view", /^CREATE OR REPLACE VIEW .*_COLD"/],
    ["the last view", /^CREATE OR REPLACE VIEW .*_DAYS"/],
  ])("by a run that was lost at %s is made whole by the next", async (_, sql) => {
    for (const fault of ["lose session", "lose session after"] as const) {
      world.double.faults.add({ do: fault, sql } as Fault);
      await expect(world.warehouse.prepare(table, baseColumns)).rejects.toMatchObject({ retryable: true });
    }
    await world.warehouse.prepare(table, baseColumns);
    const target = await world.write(g1);
    await copyGenerations(world.warehouse, target);
    await moveToCold(world.warehouse, target);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
    expect(await world.warehouse.measureCold(table, "all")).toEqual([measureOf(target)]);
  });

  test("where somebody else's table is, is refused", async () => {
    await world.warehouse.prepare(table, baseColumns);
    const { ledger } = nameRelations("lake", table);
    world.double.world.account.hidden.add(ledger.sql.replaceAll('"', ""));
    const refused = world.warehouse.prepare(table, baseColumns);
    await expect(refused).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("not ours"),
    });
  });
});

describe("a table that is prepared again", () => {
  beforeEach(() => world.warehouse.prepare(table, baseColumns));

  test("for the same columns is looked at, and left as it is", async () => {
    const from = world.double.queries().length;
    await world.warehouse.prepare(table, baseColumns);
    expect(begun(/^(CREATE|ALTER|UPDATE|INSERT|BEGIN)/, from)).toEqual([]);
  });

  test("for new columns and members never makes the inventory anew", async () => {
    const from = world.double.queries().length;
    await world.warehouse.prepare(table, grownColumns);
    expect(begun(/EXTERNAL TABLE/, from)).toEqual([]);
    expect(begun(/ADD COLUMN/, from).map(({ sql }) => /"(\w+)" (VARCHAR|ARRAY)/.exec(sql)?.slice(1))).toEqual(
      [
        ["PLATFORM", "VARCHAR"],
        ["ITEMS", "ARRAY"],
      ],
    );
  });

  test("tells a column's comment again where somebody changed it", async () => {
    const from = world.double.queries().length;
    await world.warehouse.prepare(table, baseColumns);
    expect(begun(/COMMENT/, from)).toEqual([]);
    world.double.faults.clear();
    const column = world.double.world.catalog
      .find(["LAKE", "ANALYTICS", "WEB_SHOP"], "table")
      ?.columns.find(({ name }) => name === "EVENT_PARAMS");
    column!.comment = "what the page told";
    await world.warehouse.prepare(table, baseColumns);
    expect(begun(/ALTER COLUMN "EVENT_PARAMS" COMMENT/, from)).toHaveLength(1);
    const target = await world.write(g1);
    await copyGenerations(world.warehouse, target);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
  });
});

describe("a widening that was lost", () => {
  const wide = withType("NUMERIC");

  test.each<[string, RegExp]>([
    ["before the twin", /ADD COLUMN .*"VALUE__WIDE"/],
    ["before its values", /^UPDATE .* SET "VALUE__WIDE"/],
    ["before the narrow one stepped aside", /RENAME COLUMN "VALUE" TO/],
    ["before the wide one took its name", /RENAME COLUMN "VALUE__WIDE"/],
    ["before the narrow one went", /DROP COLUMN/],
  ])("%s is gone on with, and no value is lost", async (_, sql) => {
    await world.warehouse.prepare(table, baseColumns);
    const old = await world.write({ ...g1, rows: buildRows("g1", 5, { value: "9218924040658817653" }) });
    await copyGenerations(world.warehouse, old);
    world.double.faults.add({ do: "lose session", sql });
    await prepareAgain(wide);
    const target = await world.write({ ...next, columns: wide, rows: buildRows("n1", 1, { value: "0.5" }) });
    await copyGenerations(world.warehouse, target);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(old), measureOf(target)]);
    const values = await readAll(world.warehouse, "SELECT DISTINCT value FROM analytics.web_shop ORDER BY 1");
    expect(values.map(([text]) => text!.replace(/\.?0+$/, ""))).toEqual(["0.5", "9218924040658817653"]);
    const { columns: names } = await world.warehouse.query("SELECT * FROM analytics.web_shop");
    expect(names.filter((name) => /__/.test(name))).toEqual([]);
  });
});
