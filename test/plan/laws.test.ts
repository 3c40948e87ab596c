import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, type Day, listDays } from "../../src/days/day.ts";
import { type ShardKind, shardKinds } from "../../src/days/families.ts";
import type { SourceVersion } from "../../src/days/shards.ts";
import type { Head } from "../../src/lake/types.ts";
import { buildPlan } from "../../src/plan/build-plan.ts";
import type { DayFacts, Plan, PlanInput } from "../../src/plan/types.ts";
import { buildFacts, buildHead, buildPlanInput, buildVersion, day } from "../support/builders.ts";

/** A model of source and lake: what stands for each day, and what a run does to it. */
interface World {
  shards: Map<Day, Map<ShardKind, SourceVersion>>;
  heads: Map<Day, Head>;
}

const today = day("2026-11-23");
const range = { first: day("2026-11-14"), last: today };
const anyDay = fc.integer({ min: -15, max: 3 }).map((offset) => addDays(today, offset));
const anyArrival = fc.record({
  on: anyDay,
  kind: fc.constantFrom(...shardKinds),
  modified: fc.integer({ min: 1, max: 5 }).map(String),
  rows: fc.integer({ min: 800, max: 1500 }),
});

function readFacts(world: World): DayFacts[] {
  const days = new Set([...listDays(range), ...world.shards.keys(), ...world.heads.keys()]);
  return [...days].map((on) => {
    const shards = world.shards.get(on);
    const version = shardKinds.map((kind) => shards?.get(kind)).find((found) => found !== undefined) ?? null;
    return buildFacts(on, { version, head: world.heads.get(on) ?? null });
  });
}

function planWorld(world: World, changes: Partial<PlanInput> = {}): Plan {
  return buildPlan(buildPlanInput(readFacts(world), { range, ...changes }));
}

let lastSequence = 0;

/** Does what the plan says, as the tasks would. */
function applyPlan(world: World, plan: Plan): void {
  for (const planned of plan.days) {
    for (const action of planned.actions) {
      if (action.action === "extract") {
        lastSequence += 1;
        const { version } = action;
        const rows = { source: version.rows ?? 0, written: version.rows ?? 0 };
        const reached = world.heads.get(planned.day)?.reached ?? { catalog: null, hot: null, cold: null };
        const changes = {
          source: version,
          rows,
          reached,
          sequence: lastSequence,
          generation: `g${lastSequence}`,
        };
        world.heads.set(planned.day, buildHead(planned.day, changes));
        continue;
      }
      const head = world.heads.get(planned.day);
      if (head === undefined) continue;
      const reached = { generation: head.generation, sequence: head.sequence, atMs: 0 };
      if (action.action === "load") head.reached = { ...head.reached, hot: reached };
      if (action.action === "refresh") head.reached = { ...head.reached, cold: reached };
      if (action.action === "prune") head.reached = { ...head.reached, hot: null };
    }
  }
}

type Arrival = { on: Day; kind: ShardKind; modified: string; rows: number };

function arrive(world: World, { on, kind, modified, rows }: Arrival): void {
  const shards = world.shards.get(on) ?? new Map();
  world.shards.set(on, shards.set(kind, buildVersion(on, { kind, modified, rows })));
}

function createWorld(): World {
  return { shards: new Map(), heads: new Map() };
}

const quiet = new Set(["none", "wait"]);

describe("the laws of planning", () => {
  test("after a finished run there is nothing to do", () => {
    fc.assert(
      fc.property(
        fc.array(anyArrival, { maxLength: 30 }),
        fc.option(fc.integer({ min: 1, max: 12 })),
        (all, days) => {
          const world = createWorld();
          for (const arrival of all) arrive(world, arrival);
          applyPlan(world, planWorld(world, { retentionDays: days }));
          const left = planWorld(world, { retentionDays: days }).days.flatMap((planned) => planned.actions);
          expect(left.filter((action) => !quiet.has(action.action))).toEqual([]);
        },
      ),
    );
  });

  test("a plan never acts on a day outside the window", () => {
    fc.assert(
      fc.property(fc.array(anyArrival, { maxLength: 30 }), (all) => {
        const world = createWorld();
        for (const arrival of all) arrive(world, arrival);
        const outside = planWorld(world).days.filter(({ day: on }) => on < range.first || on > range.last);
        expect(outside).toEqual([]);
      }),
    );
  });

  test("a day is never read twice in one run", () => {
    fc.assert(
      fc.property(fc.array(anyArrival, { maxLength: 30 }), (all) => {
        const world = createWorld();
        for (const arrival of all) arrive(world, arrival);
        const read = planWorld(world).days.flatMap((planned) =>
          planned.actions.filter((action) => action.action === "extract").map(() => planned.day),
        );
        expect(read).toEqual([...new Set(read)]);
      }),
    );
  });

  test("no order of shard arrivals, with runs in between, leads to another end state than the final shards alone", () => {
    const steps = fc.array(fc.oneof(anyArrival, fc.constant("run" as const)), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (all) => {
        const world = createWorld();
        for (const step of all) {
          if (step === "run") applyPlan(world, planWorld(world));
          else arrive(world, step);
        }
        applyPlan(world, planWorld(world));
        const alone: World = { shards: world.shards, heads: new Map() };
        applyPlan(alone, planWorld(alone));
        expect(endState(world)).toEqual(endState(alone));
      }),
      { numRuns: 500 },
    );
  });

  test("a change of the rules marks every day that still has its source, and nothing else does", () => {
    fc.assert(
      fc.property(fc.array(anyArrival, { minLength: 1, maxLength: 30 }), (all) => {
        const world = createWorld();
        for (const arrival of all) arrive(world, arrival);
        applyPlan(world, planWorld(world));
        const input = buildPlanInput(readFacts(world), { range });
        const families = input.families.map((facts) => ({ ...facts, rulesDigest: "rules-2" }));
        const outdated = buildPlan({ ...input, families, scope: "outdated" });
        expect(outdated.days.map((planned) => planned.day)).toEqual(loadedDays(world));
        const others: Partial<PlanInput> = { lookbackDays: 5, lateAfterMs: 0, maxRead: { bytes: 1 } };
        expect(buildPlan({ ...input, ...others, scope: "outdated" }).days).toEqual([]);
      }),
    );
  });
});

function endState(world: World) {
  return [...world.heads.values()]
    .map((head) => ({
      day: head.day,
      source: head.source,
      hot: head.reached.hot?.generation === head.generation,
      cold: head.reached.cold?.generation === head.generation,
    }))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function loadedDays(world: World): Day[] {
  return [...world.heads.keys()].toSorted().toReversed();
}
