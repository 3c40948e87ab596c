import { addDays, type Day, dayEnd } from "../../src/days/day.ts";
import { demoApp } from "../../src/generate/demo-app.ts";
import { buildDemoScenario } from "../../src/generate/demo-scenario.ts";
import type { DemoPhase, DemoProperty, DemoShard } from "../../src/generate/demo-types.ts";

/** The demo's world, cut into more instants than `npm run demo` looks at. */
export interface Evenings {
  properties: DemoProperty[];
  /** Each as the difference to the one before, like the phases of the demo. */
  evenings: DemoPhase[];
  /** Days before those that scheduled runs look at: a backfill's. */
  history: { first: Day; last: Day };
}

const hourMs = 3_600_000;
const historyDays = 12;
const historyRows = 8_000;

/** Evenings by days after the first, and what is told of each. */
const plan = [
  { after: 5, notes: ["web-shop: the shard of 2026-11-14 should be there and is not: late."] },
  { after: 6, notes: ["web-shop: the shard of 2026-11-14 has not come within late_after: missing."] },
  {
    after: 7,
    notes: [
      "web-shop: a fresh shard stands in for 2026-11-16; 2026-11-17 is under way, an intraday shard grows.",
    ],
  },
  {
    after: 10,
    notes: [
      "web-shop: 2026-11-17 has its daily shard, the intraday one is gone; 2026-11-14 has come after all.",
      "web-shop: 2026-11-13 was written again, and so was 2026-11-15 of puzzle-app.",
    ],
  },
] as const;

/**
 * The demo's shards by the evening on which they are there first, at 20:00 UTC.
 * @param startDay 2026-11-10, since the notes name days
 */
export function buildEvenings(startDay: Day): Evenings {
  const { properties, phases } = buildDemoScenario(startDay);
  const history = { first: addDays(startDay, -historyDays), last: addDays(startDay, -1) };
  const shards = [...buildHistory(history.first), ...phases.flatMap((phase) => phase.shards)];
  const removed = phases.flatMap((phase) => phase.removed);
  const instants = plan.map(({ after }) => Date.parse(`${addDays(startDay, after)}T20:00:00Z`));
  const evenings = plan.map(({ notes }, index) => ({
    nowMs: instants[index]!,
    shards: shards.filter(
      ({ modifiedMs }) =>
        modifiedMs <= instants[index]! && modifiedMs > (instants[index - 1] ?? Number.NEGATIVE_INFINITY),
    ),
    removed: index === plan.length - 1 ? removed : [],
    notes: [...notes],
  }));
  return { properties, evenings, history };
}

/** Days of the game before the demo's first one, in its oldest schema. */
function buildHistory(first: Day): DemoShard[] {
  const { dataset, family, timeZone } = demoApp;
  return Array.from({ length: historyDays }, (_, index) => {
    const day = addDays(first, index);
    const wish = { family, day, timeZone, seed: 30, rows: historyRows, era: "v1", duplicates: 0.002 };
    return { dataset, modifiedMs: dayEnd(day, timeZone) + 8 * hourMs, wish };
  });
}
