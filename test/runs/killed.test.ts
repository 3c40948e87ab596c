import { describe, expect, test } from "vitest";
import type { DayOutcome } from "../../src/ports.ts";
import { createRunsEngine } from "../../src/runs/runs-engine.ts";
import type { RunsEngineOptions } from "../../src/runs/types.ts";
import { buildDay, count, createRunsWorld, extractAll, type RunsWorld } from "./world.ts";

const days = ["2026-11-16", "2026-11-17", "2026-11-18"].map((on) => buildDay(on));
const limits = { daysPerRun: 2, bytesPerRun: 1_000_000, daysAtOnce: 9 };

/** Ports of a process that dies around its n-th call: from then on nothing it does reaches the outside. */
function createDying(world: RunsWorld, at: number, when: "before" | "after") {
  const calls: string[] = [];
  let dead = false;
  const call = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error("dead");
    const isLast = calls.push(name) - 1 === at;
    dead = isLast;
    if (isLast && when === "before") throw new Error("dead");
    const done = await work();
    if (isLast) throw new Error("dead");
    return done;
  };
  const { store, jobRuns, clock } = world;
  const options: RunsEngineOptions = {
    ...world.options({ limits }),
    clock: { now: clock.now, sleep: (ms, signal) => call("sleep", () => clock.sleep(ms, signal)) },
    store: {
      ...store,
      put: (...input) => call("put", () => store.put(...input)),
      get: (key) => call("get", () => store.get(key)),
    },
    jobRuns: {
      ...jobRuns,
      start: (start) => call("start", () => jobRuns.start(start)),
      read: (id) => call("read", () => jobRuns.read(id)),
      stop: (id) => call("stop", () => jobRuns.stop(id)),
      async *list() {
        yield* await call("list", () => collect(jobRuns.list()));
      },
    },
  };
  return { engine: createRunsEngine(options), calls, isDead: () => dead };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A generator that is never asked again is what a killed process leaves. */
async function runUntilDead(world: RunsWorld, at: number, when: "before" | "after"): Promise<string[]> {
  const dying = createDying(world, at, when);
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const _ of dying.engine.extract(days, context)) if (dying.isDead()) break;
  return dying.calls;
}

const isWritten = (outcome: DayOutcome) => "report" in outcome;

describe.each(["before", "after"] as const)("a process that is killed %s any call", (when) => {
  test("leaves what the next one brings to its end, without a start too many", async () => {
    const calls = await runUntilDead(createRunsWorld(), -1, when);
    expect(new Set(calls)).toEqual(new Set(["list", "get", "put", "start", "read", "sleep"]));
    for (const [at, name] of calls.entries()) {
      const world = createRunsWorld();
      await runUntilDead(world, at, when);
      const live = (await world.jobRuns.readAll()).filter(({ endedAtMs }) => endedAtMs === null).length;
      const before = count(world, "start");

      const outcomes = await extractAll(createRunsEngine(world.options({ limits })), days);
      expect(
        outcomes
          .filter(isWritten)
          .map(({ day }) => day)
          .sort(),
        `${at} ${name}`,
      ).toEqual(days.map(({ day }) => day));
      expect(count(world, "start") - before, `${at} ${name}`).toBe(2 - live);
    }
  });
});
