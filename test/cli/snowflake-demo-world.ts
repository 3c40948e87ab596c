import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createShardGenerator } from "../../src/adapters/duckdb/generator.ts";
import { generateShards } from "../../src/adapters/duckdb/generator-property.ts";
import { addDays, type Day } from "../../src/days/day.ts";
import type { FamilyName } from "../../src/days/families.ts";
import { buildDemoScenario } from "../../src/generate/demo-scenario.ts";
import type { DemoPhase } from "../../src/generate/demo-types.ts";
import { writeOddShard } from "./snowflake-odd-rows.ts";
import type { SitePipeline } from "./snowflake-site.ts";

const startDay = "2026-11-10" as Day;

/** The demo has some 9,000 events a day; a share of them is enough to hold each kind of odd pair. */
const share = 0.05;

const scenario = buildDemoScenario(startDay);

export const demoPhases: readonly DemoPhase[] = scenario.phases;

/** The demo's two pipelines as they are, and one for each family that the demo leaves out. */
export const demoPipelines: SitePipeline[] = [
  ...scenario.properties.map(({ name, dataset, family, timeZone }) => ({
    name,
    dataset,
    timeZone,
    start: startDay,
    families: [{ family, table: `${name.replace("-", "_")}_events` }],
    more: "lookback: 10 days\nlate_after: 36 hours\nretention: 10 days\n",
  })),
  {
    name: "old-shop",
    dataset: "ga360",
    timeZone: "Europe/Berlin",
    start: startDay,
    families: [{ family: "ga360_sessions", table: "old_shop_sessions" }],
    more: "lookback: 10 days\nretention: 10 days\n",
  },
  {
    name: "people",
    dataset: "people",
    timeZone: "Europe/Berlin",
    start: startDay,
    families: [
      { family: "ga4_users", table: "people_users" },
      { family: "ga4_pseudonymous_users", table: "people_pseudonymous" },
    ],
    more: "lookback: 10 days\nretention: 10 days\n",
  },
  {
    name: "odd",
    dataset: "odd",
    timeZone: "Europe/Berlin",
    start: startDay,
    families: [{ family: "ga4_events", table: "odd_events" }],
    more: "lookback: 10 days\nretention: 10 days\n",
  },
];

export const demoTables = demoPipelines.flatMap(({ families }) => families.map(({ table }) => table));

/** Shards of the other families: two days in each phase, the first of which leaves retention in the second. */
function buildOthers(phase: number): { family: FamilyName; dataset: string; day: Day }[] {
  const days = [addDays(startDay, phase * 2), addDays(startDay, phase * 2 + 1)];
  return days.flatMap((day) => [
    { family: "ga360_sessions" as const, dataset: "ga360", day },
    { family: "ga4_users" as const, dataset: "people", day },
    { family: "ga4_pseudonymous_users" as const, dataset: "people", day },
  ]);
}

/** The source as Google would leave it by then. @returns its rows */
export async function writePhase(root: string, index: number): Promise<number> {
  const { shards, removed } = demoPhases[index]!;
  const orders = shards.map(({ dataset, wish, modifiedMs }) => ({
    wish: { ...wish, rows: Math.round(wish.rows! * share) },
    target: { root, dataset, modifiedMs },
  }));
  const others = buildOthers(index).map(({ dataset, ...wish }) => ({
    wish: { ...wish, rows: 120, conflicts: 0 },
    target: { root, dataset, modifiedMs: Date.parse(`${wish.day}T23:00:00Z`) + 12 * 3_600_000 },
  }));
  const generator = await createShardGenerator();
  try {
    const made = await generateShards(generator, [...orders, ...others]);
    if (index === 0) await writeOddShard(join(root, "odd"), addDays(startDay, 5));
    for (const { dataset, table } of removed) await removeTable(join(root, dataset), table);
    return made.reduce((sum, { rows }) => sum + rows.total, 0);
  } finally {
    generator.close();
  }
}

async function removeTable(folder: string, table: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${table}.`));
  if (names.length === 0) throw new Error(`${table} was never there`);
  for (const name of names) await rm(join(folder, name));
}
