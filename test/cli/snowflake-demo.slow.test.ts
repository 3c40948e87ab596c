import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { createSnowflakeWorld, type SnowflakeWorld } from "../adapters/snowflake/snowflake-world.ts";
import { parseExact, renderExact } from "../real-rows/exact-json.ts";
import { readLine } from "../support/command.ts";
import {
  type Compared,
  compareRelation,
  createCompared,
  type Pair,
  readDuckDb,
  readTranslation,
} from "./compare-warehouses.ts";
import { demoPhases, demoPipelines, demoTables, writePhase } from "./snowflake-demo-world.ts";
import { oddEvents } from "./snowflake-odd-rows.ts";
import { createSnowflakeSite, type SnowflakeSite } from "./snowflake-site.ts";

const environments = ["duck", "snow"] as const;

/** Four days after the second run, four more days leave the hot tables. */
const pruneMs = demoPhases[1]!.nowMs + 4 * 86_400_000;

let world: SnowflakeWorld;
let site: SnowflakeSite;
let pair: Pair;

beforeAll(async () => {
  world = await createSnowflakeWorld();
  site = await createSnowflakeSite(world, demoPipelines);
  pair = { path: site.path, snowflake: world.warehouse };
});
afterAll(() => world.end());

/** One command for each pipeline, in both environments, which must say the same. @returns the lines by pipeline */
async function runAll(args: string[], nowMs: number): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for (const { name } of demoPipelines) {
    const at = ["--pipeline", name, "--now", new Date(nowMs).toISOString()];
    const [duck, snow] = [await site.say("duck", [...args, ...at]), await site.say("snow", [...args, ...at])];
    const line = { ...readLine(duck), exitCode: duck.exitCode };
    expect({ ...readLine(snow), exitCode: snow.exitCode }).toEqual({ ...line, environment: "snow" });
    lines.push(line);
  }
  return lines;
}

async function compareAll(): Promise<Record<string, Compared>> {
  const found: Record<string, Compared> = {};
  for (const table of demoTables) {
    const translation = await readTranslation(pair, table);
    for (const view of ["", "_cold", "_all", "_days", "_ledger"]) {
      found[view] ??= createCompared();
      await compareRelation(pair, `${table}${view}`, translation, found[view]);
    }
  }
  return found;
}

function sum(found: Record<string, Compared>, of: "rows" | "values" | "notYetThere"): number {
  return Object.values(found).reduce((total, compared) => total + compared[of], 0);
}

/** Counts for whoever reads the log; @returns rows by relation */
function expectEqual(found: Record<string, Compared>): Record<string, number> {
  const differences = Object.values(found).flatMap((compared) => compared.differences);
  expect(differences.slice(0, 20)).toEqual([]);
  const rows = Object.fromEntries(Object.entries(found).map(([view, compared]) => [view, compared.rows]));
  const counts = (["rows", "values", "notYetThere"] as const).map((of) =>
    sum(found, of).toLocaleString("en"),
  );
  console.info(
    `compared ${counts[0]} rows and ${counts[1]} values, ${differences.length} differences; ` +
      `${counts[2]} members of later schemas are null in DuckDB and absent in Snowflake; ${JSON.stringify(rows)}`,
  );
  return rows;
}

describe("the demo and the families it leaves out, in Snowflake and in DuckDB", () => {
  let afterRuns: Record<string, number>;

  test("two runs three days apart: hot, cold, _all, _days and ledger are equal, value by value", async () => {
    const root = join(world.folder, "source");
    for (const [index, { nowMs }] of demoPhases.entries()) {
      expect(await writePhase(root, index)).toBeGreaterThan(4_000);
      const lines = await runAll(["run", "--json", "--progress", "none"], nowMs);
      // The other families have days that never come.
      expect(lines.map(({ exitCode }) => exitCode)).toEqual([0, 0, 75, 75, 75]);
    }
    const found = await compareAll();
    afterRuns = expectEqual(found);
    expect(sum(found, "values")).toBeGreaterThan(2_000_000);
    expect(afterRuns[""]).toBeLessThan(afterRuns._cold!);
    expect(afterRuns._all).toBe(afterRuns._cold);
  });

  test("a third run has nothing to do", async () => {
    const lines = await runAll(["run", "--json", "--progress", "none"], demoPhases[1]!.nowMs);
    expect(lines.map(({ rows }) => rows)).toEqual([0, 0, 0, 0, 0]);
    const nothing = ["nothing to do", "nothing to do", "not ready", "not ready", "not ready"];
    expect(lines.map(({ outcome }) => outcome)).toEqual(nothing);
  });

  test("prune takes the same days out of both, and leaves the others as they are", async () => {
    const lines = await runAll(["prune", "--all"], pruneMs);
    expect(lines.map(({ days }) => days)).toMatchObject([{ done: 4 }, { done: 4 }, {}, {}, {}]);
    const rows = expectEqual(await compareAll());
    expect(rows[""]).toBeLessThan(afterRuns[""]!);
    expect({ ...rows, "": 0 }).toEqual({ ...afterRuns, "": 0 });
  });

  test("reconcile balances every day in both", async () => {
    const lines = await runAll(["reconcile", "--all", "--json"], pruneMs);
    expect(lines).toMatchObject(
      demoPipelines.map(() => ({ exitCode: 0, outcome: "all balance", differences: 0 })),
    );
    expect(lines.map(({ days }) => days)).toEqual([11, 10, 4, 8, 1]);
  });

  test.each(oddEvents)("$name: event_params hold $text", async ({ name, text }) => {
    const sql = (json: string) =>
      `SELECT ${json}(event_params) AS params FROM analytics.odd_events_all WHERE event_name = '${name}'`;
    const ask = async (environment: (typeof environments)[number], json: string) => {
      const { stdout } = await site.say(environment, ["query", "--json", sql(json)]);
      return String(Object.values(JSON.parse(stdout)).join());
    };
    expect(parseExact(await ask("duck", "to_json"))).toEqual(parseExact(text));
    expect(parseExact(await ask("snow", "TO_JSON"))).toEqual(parseExact(text));
  });

  test("the comparison sees one digit, a null for a missing key, and a missing row", async () => {
    const path = join(world.folder, "spoilt.duckdb");
    await copyFile(site.path, path);
    const database = await openDatabase({ path, threads: 1 });
    for (const statement of spoil) await database.run(statement);
    database.close();
    const compared = createCompared();
    const translation = await readTranslation(pair, "odd_events");
    await compareRelation({ ...pair, path }, "odd_events", translation, compared);
    const { rows } = await readDuckDb(site.path, "odd_events");
    const idOf = (name: string) => rows.find((row) => row.event_name === name)!.event_id;
    const lost = rows.find((row) => row.event_name === "two_slots")!;
    expect(compared.differences.map((text) => text.slice(0, 100)).sort()).toEqual(
      [
        `odd_events ${idOf("beyond_2_53")} .event_params.batch: 9218924040658817652 became 9218924040658817653`,
        `odd_events ${idOf("no_params")} .event_params.ghost: null became absent`,
        `odd_events ${lost.event_id} : absent became ${renderExact(lost)}`,
      ]
        .map((text) => text.slice(0, 100))
        .sort(),
    );
  });
});

const spoil = [
  "UPDATE analytics.odd_events SET event_params = replace(event_params, '9218924040658817653', '9218924040658817652') WHERE event_name = 'beyond_2_53'",
  "UPDATE analytics.odd_events SET event_params = '{\"ghost\":null}' WHERE event_name = 'no_params'",
  "DELETE FROM analytics.odd_events WHERE event_name = 'two_slots'",
];
