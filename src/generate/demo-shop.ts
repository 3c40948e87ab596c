import { type Day, dayEnd } from "../days/day.ts";
import type { DemoPlan, DemoProperty, DemoShard } from "./demo-types.ts";
import { type ShardSpec, tableOf } from "./shard-spec.ts";

export const demoShop = {
  name: "web-shop",
  title: "a web shop (GA4)",
  dataset: "analytics_123456789",
  family: "ga4_events",
  timeZone: "Europe/Berlin",
} as const satisfies DemoProperty;

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Events a day; weekdays differ, as they do. */
const rowsOfDay = [11_200, 11_900, 10_800, 11_400, 12_300, 9_600, 9_100, 11_700, 11_500, 10_900, 11_300];

interface ShopShard {
  /** From 1. */
  number: number;
  modifiedMs: number;
  wish?: Partial<ShardSpec>;
}

/** @param days eleven of them, the last one under way in the second phase. */
export function buildShopPlan(days: readonly Day[], firstMs: number, secondMs: number): DemoPlan {
  const dayOf = (number: number) => days[number - 1]!;
  const table = (number: number, kind: ShardSpec["kind"] = "daily") =>
    tableOf({ family: demoShop.family, kind, day: dayOf(number) });
  const afterEnd = (number: number, hours: number) =>
    dayEnd(dayOf(number), demoShop.timeZone) + hours * hourMs;
  const shards: ShopShard[] = [
    { number: 1, modifiedMs: afterEnd(1, 8) },
    { number: 2, modifiedMs: afterEnd(2, 8), wish: { duplicates: 0.02 } },
    { number: 3, modifiedMs: afterEnd(3, 8), wish: { conflicts: 0.01 } },
    { number: 4, modifiedMs: afterEnd(4, 8) },
    { number: 4, modifiedMs: afterEnd(4, 100), wish: { revision: 2 } },
    { number: 5, modifiedMs: afterEnd(5, 82) },
    { number: 6, modifiedMs: afterEnd(6, 8) },
    { number: 7, modifiedMs: afterEnd(7, 3), wish: { kind: "fresh" } },
    { number: 7, modifiedMs: afterEnd(7, 30) },
    { number: 8, modifiedMs: firstMs - 5 * minuteMs, wish: { kind: "intraday", portion: 0.8 } },
    { number: 8, modifiedMs: afterEnd(8, 8) },
    { number: 9, modifiedMs: afterEnd(9, 8), wish: { parts: 3 } },
    { number: 10, modifiedMs: afterEnd(10, 8) },
    { number: 11, modifiedMs: secondMs - 5 * minuteMs, wish: { kind: "intraday", portion: 0.8 } },
  ];
  return {
    shards: shards.map((shard) => buildShard(dayOf(shard.number), shard)),
    removed: [table(8, "intraday")],
    notes: [
      [
        `${table(2)} holds many rows twice.`,
        `${table(3)} holds rows that say the same event came from elsewhere.`,
        `${table(5)} is late: it should have been there for a day and a half.`,
        `${table(6)} has a new column and a new nested member.`,
        `${table(7, "fresh")} stands in for its daily shard, which is not there yet.`,
        `${table(8, "intraday")} is the day under way: it grows, and lacks three columns.`,
      ],
      [
        `${table(4)} was written again after its three days: other attribution, more rows.`,
        `${table(5)} has come, three days late.`,
        `${table(7)} has come and stands before ${table(7, "fresh")}, which is still there.`,
        `${table(8)} has come and ${table(8, "intraday")} is gone.`,
        `${table(9)} comes in three files.`,
      ],
    ],
  };
}

function buildShard(day: Day, { number, modifiedMs, wish }: ShopShard): DemoShard {
  return {
    dataset: demoShop.dataset,
    modifiedMs,
    wish: {
      family: demoShop.family,
      day,
      timeZone: demoShop.timeZone,
      seed: 20,
      rows: rowsOfDay[number - 1]!,
      era: number < 6 ? "2025" : "2026",
      duplicates: 0.002,
      conflicts: 0,
      ...wish,
    },
  };
}
