import { addDays, type Day } from "../days/day.ts";
import { buildAppPlan, demoApp } from "./demo-app.ts";
import { buildShopPlan, demoShop } from "./demo-shop.ts";
import type { DemoScenario } from "./demo-types.ts";

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
