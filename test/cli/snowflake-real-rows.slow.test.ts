import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSnowflakeWorld, type SnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { missingData } from "../real-rows/data-files.ts";
import { type DataSet, dataSets } from "../real-rows/data-sets.ts";
import { compareRelation, createCompared, readTranslation } from "./compare-warehouses.ts";
import { createSnowflakeSite } from "./snowflake-site.ts";

const table = "real_rows";
const now = ["--now", "2026-11-20T12:00:00Z", "--progress", "none"];
const views = ["", "_cold", "_all", "_days", "_ledger"];

let world: SnowflakeWorld;

beforeEach(async () => {
  world = await createSnowflakeWorld();
});
afterEach(() => world.end());

/** All of the Parquet rows; of the five JSON rows a day, which show the same, a month. */
const sets: (DataSet & { take: number })[] = [
  { ...dataSets.ga4Parquet, take: dataSets.ga4Parquet.days },
  { ...dataSets.ga4Json, take: 31 },
];

/** Real exports through both warehouses by the command line. */
async function lift(set: (typeof sets)[number]) {
  const tables = (await set.write(join(world.folder, "source"))).slice(0, set.take);
  const [start, last] = [tables[0]!.day, tables.at(-1)!.day];
  const { family, dataset } = set;
  const families = [{ family, table }];
  const pipeline = { name: "real", dataset, timeZone: "America/Los_Angeles", start, families };
  const site = await createSnowflakeSite(world, [pipeline]);
  for (const environment of ["duck", "snow"] as const) {
    const said = await site.say(environment, ["run", "--days", `${start}..${last}`, "--yes", ...now]);
    expect(said.exitCode, said.stdout + said.stderr).toBe(0);
  }
  const rows = tables.reduce((sum, one) => sum + one.rows.length, 0);
  return { pair: { path: site.path, snowflake: world.warehouse }, rows };
}

describe.skipIf(missingData !== null)(`real rows in Snowflake and in DuckDB${missingData ?? ""}`, () => {
  test.each(sets)("$title, $take days: rows are equal in both, value by value", async (set) => {
    const { pair, rows } = await lift(set);
    const compared = createCompared();
    const translation = await readTranslation(pair, table);
    for (const view of views) await compareRelation(pair, `${table}${view}`, translation, compared);
    expect(compared.differences.slice(0, 20)).toEqual([]);
    console.info(
      `${set.title}: compared ${compared.rows.toLocaleString("en")} rows and ${compared.values.toLocaleString("en")} values`,
    );
    expect(compared.rows).toBe(3 * rows + 2 * set.take);
  });
});
