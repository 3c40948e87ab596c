import { addDays, type Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { buildAppPlan, demoApp } from "./demo-app.ts";
import { buildShopPlan, demoShop } from "./demo-shop.ts";
import type { ShardWish } from "./shard-spec.ts";

/** One property of the demo. */
export interface DemoProperty {
  /** Name of its pipeline. */
  name: string;
  title: string;
  dataset: string;
  family: FamilyName;
  /** IANA name. */
  timeZone: string;
}

/** A shard that appears, or replaces its former self. */
export interface DemoShard {
  dataset: string;
  wish: ShardWish;
  /** When it was last written, ms since the epoch. */
  modifiedMs: number;
}

/** What happens to one property over both phases. */
export interface DemoPlan {
  shards: DemoShard[];
  /** Tables that Google removes before the second phase. */
  removed: string[];
  /** One sentence per special shard, by phase. */
  notes: [string[], string[]];
}

/** What the source looks like at one instant, as the difference to the phase before. */
export interface DemoPhase {
  nowMs: number;
  /** Written before `nowMs`, and after the phase before. */
  shards: DemoShard[];
  removed: { dataset: string; table: string }[];
  notes: string[];
}

export interface DemoScenario {
  properties: DemoProperty[];
  phases: [DemoPhase, DemoPhase];
}

const phaseGapMs = 72 * 3_600_000;

/**
 * Ten days of two properties from `startDay` on, about 200,000 events in all, with everything the exports are
 * known for; the web shop has an eleventh day under way. The first phase is the evening of day eight, the
 * second one is three days later.
 */
export function buildDemoScenario(startDay: Day): DemoScenario {
  const days = Array.from({ length: 11 }, (_, index) => addDays(startDay, index));
  const firstMs = Date.parse(`${days[7]}T20:00:00Z`);
  const secondMs = firstMs + phaseGapMs;
  const plans = [
    { property: demoShop, plan: buildShopPlan(days, firstMs, secondMs) },
    { property: demoApp, plan: buildAppPlan(days) },
  ];
  const shards = plans.flatMap(({ plan }) => plan.shards);
  const notesOf = (phase: 0 | 1) =>
    plans.flatMap(({ property, plan }) => plan.notes[phase].map((note) => `${property.name}: ${note}`));
  const removed = plans.flatMap(({ property, plan }) =>
    plan.removed.map((table) => ({ dataset: property.dataset, table })),
  );
  return {
    properties: plans.map(({ property }) => property),
    phases: [
      {
        nowMs: firstMs,
        shards: shards.filter(({ modifiedMs }) => modifiedMs <= firstMs),
        removed: [],
        notes: notesOf(0),
      },
      {
        nowMs: secondMs,
        shards: shards.filter(({ modifiedMs }) => modifiedMs > firstMs && modifiedMs <= secondMs),
        removed,
        notes: notesOf(1),
      },
    ],
  };
}
