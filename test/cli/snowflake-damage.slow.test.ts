import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generateProperty } from "../../src/adapters/duckdb/generator-property.ts";
import { addDays, type Day } from "../../src/days/day.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { readLine } from "../support/command.ts";
import { createSnowflakeSite, type SnowflakeSite } from "./snowflake-site.ts";

const first = "2026-11-01" as Day;
const last = addDays(first, 15);
const at = ["--days", `${first}..${last}`, "--now", "2026-11-20T12:00:00Z"];
const dataset = "analytics_1";

let world: SnowflakeWorld;
let site: SnowflakeSite;

beforeEach(async () => {
  world = await createSnowflakeWorld();
  const families = [{ family: "ga4_events", table: "events" }];
  site = await createSnowflakeSite(world, [
    { name: "shop", dataset, timeZone: "Europe/Berlin", start: first, families },
  ]);
  const root = join(world.folder, "source");
  const days = { first, last };
  await generateProperty({
    family: "ga4_events",
    root,
    dataset,
    timeZone: "Europe/Berlin",
    days,
    rowsPerDay: 20,
  });
  expect(await site.say("snow", ["run", "--json", "--progress", "none", ...at])).toMatchObject({
    exitCode: 0,
  });
});
afterEach(() => world.end());

/** The day's one lake file. */
async function findFile(day: string): Promise<string> {
  const folder = join(world.folder, "shardlift/shop/ga4_events", `day=${day}`);
  const [generation] = await readdir(folder);
  const [file] = await readdir(join(folder, generation!));
  return join(folder, generation!, file!);
}

const isColdCount = (sql: string) => /FROM "LAKE"\."ANALYTICS"\."EVENTS_COLD"/.test(sql);

describe("reconcile in Snowflake", () => {
  test.each([[["2026-11-01"]], [["2026-11-16"]], [["2026-11-04", "2026-11-05", "2026-11-11"]]])(
    "names %j, whose files are gone or broken, and compares the other days",
    async (damaged) => {
      for (const [index, day] of damaged.entries()) {
        const path = await findFile(day);
        await (index % 2 === 0 ? rm(path) : writeFile(path, "no Parquet"));
      }
      const from = world.double.queries().length;
      const said = await site.say("snow", ["reconcile", "--json", ...at]);
      expect(said.exitCode).toBe(65);
      const line = readLine(said);
      expect(line).toMatchObject({
        days: 16,
        rows: 16 * 20,
        differences: damaged.length,
        outcome: "does not balance",
      });
      const named = line.notable as { day: string; differences: string[] }[];
      expect(named.map(({ day }) => day).sort()).toEqual(damaged);
      for (const { day, differences } of named) {
        expect(differences).toEqual([
          expect.stringMatching(/^cold cannot be counted: .*to do: .*backfill --again/),
        ]);
        expect(differences[0]).toContain(`day=${day}`);
      }
      const counts = world.double
        .queries()
        .slice(from)
        .filter(({ sql }) => isColdCount(sql));
      expect(counts.length).toBeGreaterThan(1);
      expect(counts.length).toBeLessThanOrEqual(1 + 2 * Math.log2(16) * damaged.length);
    },
  );

  test("counts cold once where all can be read", async () => {
    const from = world.double.queries().length;
    const said = await site.say("snow", ["reconcile", "--json", ...at]);
    expect(readLine(said)).toMatchObject({ days: 16, differences: 0 });
    const queries = world.double.queries().slice(from);
    expect(queries.filter(({ sql }) => isColdCount(sql))).toHaveLength(1);
  });
});
