import { afterEach, describe, expect, test } from "vitest";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import { exitCodes, isShardliftError } from "../../../src/errors.ts";
import { baseColumns, grownColumns } from "../../contracts/warehouse-lake.ts";
import {
  copyGenerations,
  g1,
  measureOf,
  moveToCold,
  table,
  withType,
} from "../../contracts/warehouse-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld, type WorldChoices } from "./snowflake-world.ts";

let world: SnowflakeWorld;
afterEach(() => world.end());

const [byUser, byStaff] = ["SECURITY.POLICIES.MASK_USER", "SECURITY.POLICIES.MASK_STAFF"];
const begin = async (config: WorldChoices["config"] = {}) => {
  world = await createSnowflakeWorld({ config, double: { maskingPolicies: [byUser, byStaff] } });
};
const masked = (column: string, policy: string) => ({ masking: [{ column, policy }] });

/** The same account by a command that reads another environment file. */
async function prepareAs(config: WorldChoices["config"], columns = baseColumns): Promise<string[]> {
  const from = world.double.queries().length;
  const other = createSnowflakeWarehouse({
    ...world.options,
    config: { ...world.options.config, masking: [], ...config },
  });
  await other.prepare(table, columns).finally(() => other.close());
  return world.double
    .queries()
    .slice(from)
    .map(({ sql }) => /^(?:ALTER TABLE|CREATE OR REPLACE VIEW) \S+/.exec(sql)?.[0] ?? "")
    .filter((text) => text !== "");
}

const findHot = () => world.double.world.catalog.find(["LAKE", "ANALYTICS", "WEB_SHOP"], "table")!;
const policyOf = (name: string) => findHot().columns.find((column) => column.name === name)?.policy;
const coldNames = () =>
  /\((.*)\) COPY GRANTS/.exec(
    world.double.queries().findLast(({ sql }) => /^CREATE OR REPLACE VIEW .*_COLD"/.test(sql))!.sql,
  )![1];

describe("a masking policy", () => {
  test("is on its column from its beginning, in hot and in the view of cold, and rows fit", async () => {
    await begin(masked("event_name", byUser));
    await world.warehouse.prepare(table, baseColumns);
    expect(policyOf("EVENT_NAME")).toBe(byUser);
    expect(coldNames()).toContain('"EVENT_NAME" WITH MASKING POLICY "SECURITY"."POLICIES"."MASK_USER"');
    const target = await world.write(g1);
    await copyGenerations(world.warehouse, target);
    await moveToCold(world.warehouse, target);
    expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
    expect(await world.warehouse.measureCold(table, "all")).toEqual([measureOf(target)]);
  });

  test("that is there is put there once", async () => {
    await begin();
    await prepareAs(masked("event_name", byUser));
    expect(await prepareAs(masked("event_name", byUser))).toEqual([]);
  });

  test("of a column that comes later is there with it", async () => {
    await begin();
    await prepareAs(masked("platform", byUser));
    await prepareAs(masked("platform", byUser), grownColumns);
    expect(policyOf("PLATFORM")).toBe(byUser);
  });

  test("that the environment names later, or another one, comes onto columns that are there", async () => {
    await begin();
    await prepareAs({});
    expect(policyOf("EVENT_NAME")).toBeNull();
    const alter = 'ALTER TABLE "LAKE"."ANALYTICS"."WEB_SHOP"';
    const view = 'CREATE OR REPLACE VIEW "LAKE"."ANALYTICS"."WEB_SHOP_COLD"';
    expect(await prepareAs(masked("event_name", byUser))).toEqual([alter, view]);
    expect(policyOf("EVENT_NAME")).toBe(byUser);
    expect(await prepareAs(masked("event_name", byStaff))).toEqual([alter, view]);
    expect(policyOf("EVENT_NAME")).toBe(byStaff);
    expect(await prepareAs(masked("event_name", byStaff))).toEqual([]);
  });

  test("is not taken away by an environment that names none", async () => {
    await begin();
    await prepareAs(masked("event_name", byUser));
    await prepareAs({});
    expect(policyOf("EVENT_NAME")).toBe(byUser);
  });

  test("stays while its column is widened", async () => {
    await begin();
    await prepareAs(masked("value", byUser));
    const twins = () => findHot().columns.filter(({ name }) => name.startsWith("VALUE"));
    world.double.faults.add({ do: "lose session", sql: /RENAME COLUMN "VALUE" TO/ });
    await expect(prepareAs(masked("value", byUser), withType("NUMERIC"))).rejects.toMatchObject({
      retryable: true,
    });
    expect(twins().map(({ name, policy }) => `${name} ${policy}`)).toEqual([
      `VALUE ${byUser}`,
      `VALUE__WIDE ${byUser}`,
    ]);
    await prepareAs(masked("value", byUser), withType("NUMERIC"));
    expect(twins().map(({ name, type, policy }) => [name, type.printed, policy])).toEqual([
      ["VALUE", "NUMBER(38,9)", byUser],
    ]);
  });

  test.each(["before the table is there", "after it"])(
    "that is missing stops with what to grant: %s",
    async (when) => {
      await begin();
      if (when === "after it") await prepareAs({});
      const error = await prepareAs(masked("event_name", "SECURITY.POLICIES.GONE")).catch(
        (reason: unknown) => reason,
      );
      if (!isShardliftError(error)) throw error;
      expect(Object.values(error.parts).filter((part) => part !== "")).toHaveLength(4);
      expect({ exit: exitCodes[error.code], retryable: error.retryable }).toEqual({
        exit: 64,
        retryable: false,
      });
      expect(error.message).toMatch(
        /SECURITY\.POLICIES\.GONE[\s\S]*GRANT APPLY ON that MASKING POLICY TO ROLE LOADER/,
      );
      // Nothing of it stands in the way of the next run.
      await prepareAs(masked("event_name", byUser));
      expect(policyOf("EVENT_NAME")).toBe(byUser);
    },
  );
});

test("a table is clustered by day where the environment says so, once", async () => {
  await begin({ clusterByDay: true });
  await world.warehouse.prepare(table, baseColumns);
  expect(findHot().clusteredBy).toEqual(["_DAY"]);
  expect(await prepareAs({ clusterByDay: true })).toEqual([]);
  const target = await world.write(g1);
  await copyGenerations(world.warehouse, target);
  expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
});

test("a table is not clustered where nobody asks for it", async () => {
  await begin();
  await world.warehouse.prepare(table, baseColumns);
  expect(findHot().clusteredBy).toEqual([]);
});
