import { type Day, dayEnd } from "../days/day.ts";
import type { DemoPlan, DemoProperty, DemoShard } from "./demo-types.ts";
import { type ShardSpec, tableOf } from "./shard-spec.ts";

export const demoApp = {
  name: "puzzle-app",
  title: "a mobile game (Firebase)",
  dataset: "analytics_987654321",
  family: "firebase_events",
  timeZone: "America/Los_Angeles",
} as const satisfies DemoProperty;

const hourMs = 3_600_000;

/** Events a day, oldest first. */
const rowsOfDay = [7_900, 8_300, 8_100, 7_700, 8_600, 9_100, 9_300, 7_800, 8_000, 8_200];

/** Two days in each schema. */
const eras = ["v1", "v2", "v3", "v4", "v5"];

/** @param days at least ten; an eleventh is under way and, without streaming, has no table. */
export function buildAppPlan(days: readonly Day[]): DemoPlan {
  const table = (number: number) =>
    tableOf({ family: demoApp.family, kind: "daily", day: days[number - 1]! });
  const special: Record<number, Partial<ShardSpec>> = {
    1: { format: "jsonl.gz" },
    3: { duplicates: 0.02, conflicts: 0.005 },
  };
  const shards = rowsOfDay.map((_, index) => buildShard(days[index]!, index, 8, special[index + 1] ?? {}));
  return {
    shards: [...shards, buildShard(days[5]!, 5, 60, { revision: 2 })],
    removed: [],
    notes: [
      [
        `${table(1)} is newline JSON, the later ones are Parquet; the schema changes every second day, four times in all.`,
        `${table(3)} holds rows twice and rows that conflict; the parameter level is text until the day after and a number from then on.`,
      ],
      [`${table(6)} was written again within its three days: other attribution, more rows.`],
    ],
  };
}

function buildShard(day: Day, index: number, hours: number, wish: Partial<ShardSpec>): DemoShard {
  return {
    dataset: demoApp.dataset,
    modifiedMs: dayEnd(day, demoApp.timeZone) + hours * hourMs,
    wish: {
      family: demoApp.family,
      day,
      timeZone: demoApp.timeZone,
      seed: 30,
      rows: rowsOfDay[index]!,
      era: eras[Math.floor(index / 2)]!,
      duplicates: 0.002,
      conflicts: 0,
      ...wish,
    },
  };
}
