import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type { Day } from "../../src/days/day.ts";
import { ShardliftError } from "../../src/errors.ts";
import { applyRollback } from "../../src/lake/apply-rollback.ts";
import { readHead } from "../../src/lake/heads.ts";
import type { DayPlan } from "../../src/plan/types.ts";
import type { DayExtract, DayOutcome, Engine, ObjectStore, Source } from "../../src/ports.ts";
import { createRunsEngine } from "../../src/runs/runs-engine.ts";
import type { DayResult, TaskContext } from "../../src/tasks/context.ts";
import { extractDays } from "../../src/tasks/extract.ts";
import { createRunsWorld } from "../runs/world.ts";
import { eventSchema } from "../sql/schemas.ts";
import { buildFamily, buildPipeline, buildVersion, day } from "../support/builders.ts";
import { buildEnvironment, createTestClock } from "../support/world.ts";

const [first, second, third] = ["2026-11-20", "2026-11-19", "2026-11-18"].map(day) as [Day, Day, Day];

interface ExtractWorld {
  context: TaskContext;
  store: ObjectStore;
  /** Modification per table; a missing one is 1. */
  modified: Map<string, number>;
  /** Days of each call of the engine. */
  calls: Day[][];
  /** Calls of store and source, as `head 2026-11-20` or `open events_20261120`. */
  looks: string[];
  /** What the engine does with a day instead of writing it. */
  onDay: (extract: DayExtract) => void;
  rows: number;
  /** What reports say about when their writer began. */
  startedAtMs: number | null;
}

function createWorld(daysAtOnce: number, over: Partial<TaskContext["ports"]> = {}): ExtractWorld {
  const clock = createTestClock("2026-11-23T11:00:00Z");
  const inner = createMemoryStore({ nowMs: clock.now });
  const looks: string[] = [];
  const store: ObjectStore = {
    ...inner,
    get: async (key) => {
      const head = /_heads\/(.*)\.json$/.exec(key);
      if (head) looks.push(`head ${head[1]}`);
      return inner.get(key);
    },
  };
  const modified = new Map<string, number>();
  const world: ExtractWorld = {
    store,
    modified,
    calls: [],
    looks,
    onDay: () => {},
    rows: 1000,
    startedAtMs: null,
    context: {
      pipeline: buildPipeline(),
      environment: buildEnvironment("unused"),
      ports: {
        source: buildSource(modified, looks),
        store,
        engine: null as unknown as Engine,
        catalog: null,
        warehouse: null as unknown as TaskContext["ports"]["warehouse"],
        clock,
        randomHex: (length) => "a".repeat(length),
        ...over,
      },
      selection: { select: "lookback" },
      choices: { accept: false, again: false, goOn: false, distrust: false, only: "all" },
      signal: new AbortController().signal,
      report: () => {},
    },
  };
  if (over.engine === undefined) world.context.ports.engine = createEngine(world, daysAtOnce);
  return world;
}

function buildSource(modified: Map<string, number>, looks: string[]): Source {
  const readVersion = (table: string) => {
    const on = day(`${table.slice(-8, -4)}-${table.slice(-4, -2)}-${table.slice(-2)}`);
    return buildVersion(on, { modified: String(modified.get(table) ?? 1) });
  };
  return {
    location: "a source of this test",
    listTables: async () => [],
    readVersion: async (_, table) => readVersion(table),
    openShard: async (_, table) => {
      looks.push(`open ${table}`);
      return { version: readVersion(table), schema: eventSchema, parts: [] };
    },
  };
}

/** Writes one file a day; the last day asked for comes first. */
function createEngine(world: ExtractWorld, daysAtOnce: number): Engine {
  let attempts = 0;
  return {
    name: "of this test",
    daysAtOnce,
    async *extract(days): AsyncGenerator<DayOutcome> {
      world.calls.push(days.map((extract) => extract.day));
      for (const extract of [...days].reverse()) {
        const { day, family } = extract;
        const generation = `g${++attempts}`;
        try {
          world.onDay(extract);
          yield { day, family, report: await writeDay(world, extract, generation) };
        } catch (error) {
          yield { day, family, error, generation };
        }
      }
    },
  };
}

async function writeDay(world: ExtractWorld, extract: DayExtract, generation: string) {
  const key = `${extract.prefix}generation=${generation}/${generation}-00000.parquet`;
  await world.store.put(key, new TextEncoder().encode("rows"), { ifAbsent: true });
  return {
    generation,
    files: [{ key, bytes: 4, rows: world.rows }],
    duplicatesFiles: [],
    balance: {
      source: world.rows,
      written: world.rows,
      duplicates: { exact: 0, conflicting: 0 },
      filtered: 0,
    },
    checksum: "7",
    nonNull: {},
    columns: extract.recipe.columns,
    engine: { name: "of this test", version: "1" },
    startedAtMs: world.startedAtMs,
  };
}

function buildPlan(on: Day): DayPlan {
  const version = buildVersion(on);
  const shard = { kind: version.kind, day: on, table: version.table };
  return {
    family: buildFamily(),
    day: on,
    state: "open",
    kind: version.kind,
    rows: 1000,
    bytes: 500_000,
    loadedRows: null,
    hot: true,
    actions: [{ action: "extract", reason: "new", cause: "new", shard, version }],
  };
}

const extract = ({ context }: ExtractWorld, days: readonly Day[]) =>
  extractDays(context, days.map(buildPlan));
const tell = (results: readonly DayResult[]) => results.map(({ day, outcome }) => `${day} ${outcome}`);
const readGeneration = async ({ store }: ExtractWorld, on: Day) =>
  (await readHead(store, "web-shop", "ga4_events", on))?.head.generation ?? null;

async function listGenerations({ store }: ExtractWorld): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list("web-shop/ga4_events/day=")) found.push(key.split("/")[3]!);
  return found;
}

describe("an engine", () => {
  test.each([
    [1, [[first], [second], [third]]],
    [2, [[first, second], [third]]],
    [9, [[first, second, third]]],
  ])("that makes good use of %i days is handed as many at once", async (daysAtOnce, calls) => {
    const world = createWorld(daysAtOnce);

    expect(tell(await extract(world, [first, second, third]))).toEqual([
      "2026-11-20 done",
      "2026-11-19 done",
      "2026-11-18 done",
    ]);
    expect(world.calls).toEqual(calls);
  });

  test("tells of each day as it ends, and results keep the plan's order", async () => {
    const world = createWorld(9);
    const told: string[] = [];
    world.context.report = (event) => {
      if (event.event === "day") told.push(event.result.day);
    };

    expect(tell(await extract(world, [first, second]))).toEqual(["2026-11-20 done", "2026-11-19 done"]);
    expect(told).toEqual([second, first]);
  });

  test("that fails a day does not fail the others", async () => {
    const world = createWorld(9);
    world.onDay = ({ day }) => {
      if (day === second) throw new ShardliftError("data", { failed: "a broken file" });
    };

    expect(tell(await extract(world, [first, second]))).toEqual(["2026-11-20 done", "2026-11-19 failed"]);
    expect([await readGeneration(world, first), await readGeneration(world, second)]).toEqual(["g2", null]);
  });

  test("that breaks off has failed the days it has not yielded, and no other", async () => {
    const world = createWorld(9);
    const { engine } = world.context.ports;
    world.context.ports.engine = {
      ...engine,
      async *extract(days, context) {
        yield* engine.extract(days.slice(1), context);
        throw new ShardliftError("outside", { failed: "gone" });
      },
    };
    const results = await extract(world, [first, second]);

    expect(results.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
      "failed gone",
      "done 1,000 read, 1,000 written, 0 duplicates, 0 filtered",
    ]);
  });

  test("that goes on otherwise than asked for is heard", async () => {
    const world = createWorld(9);
    const { engine } = world.context.ports;
    const notes: unknown[] = [];
    world.context.report = (event) => {
      if (event.event === "note") notes.push(event);
    };
    world.context.ports.engine = {
      ...engine,
      async *extract(days, context) {
        context.onNote?.("one thread only");
        yield* engine.extract(days, context);
      },
    };

    expect(tell(await extract(world, [first]))).toEqual(["2026-11-20 done"]);
    expect(notes).toEqual([{ event: "note", level: "warn", text: "one thread only" }]);
  });

  test("that forgets a day has failed it", async () => {
    const world = createWorld(9);
    world.context.ports.engine = { ...world.context.ports.engine, async *extract() {} };

    expect((await extract(world, [first])).map(({ reason }) => reason)).toEqual([
      "the engine of this test gave no outcome for 2026-11-20",
    ]);
  });
});

describe("a day", () => {
  test("has its head read before its source, whatever other days do", async () => {
    const world = createWorld(9);
    world.onDay = () => expect(world.looks.length).toBe(4);
    await extract(world, [first, second]);

    expect(world.looks.slice(0, 4)).toEqual([
      "head 2026-11-20",
      "open events_20261120",
      "head 2026-11-19",
      "open events_20261119",
    ]);
  });

  test("whose source moved while it was read is attempted again, the others are not", async () => {
    const world = createWorld(9);
    world.onDay = (one) => {
      if (one.day === second && world.calls.length === 1) world.modified.set("events_20261119", 2);
    };

    expect(tell(await extract(world, [first, second]))).toEqual(["2026-11-20 done", "2026-11-19 done"]);
    expect(world.calls).toEqual([[first, second], [second]]);
    expect(await listGenerations(world)).toEqual(["generation=g3", "generation=g2"]);
  });

  test("whose source moves each time waits for the next run after three attempts", async () => {
    const world = createWorld(9);
    world.onDay = (one) => {
      if (one.day === second) world.modified.set("events_20261119", world.calls.length + 1);
    };

    expect(tell(await extract(world, [first, second]))).toEqual(["2026-11-20 done", "2026-11-19 waiting"]);
    expect(world.calls).toEqual([[first, second], [second], [second]]);
  });

  test("that fails while its source moves is attempted again; one whose source stands still has failed", async () => {
    const world = createWorld(9);
    world.onDay = (one) => {
      if (world.calls.length > 1) return;
      if (one.day === second) world.modified.set("events_20261119", 2);
      throw new ShardliftError("data", { failed: "Rows are missing." });
    };

    expect(tell(await extract(world, [first, second]))).toEqual(["2026-11-20 failed", "2026-11-19 done"]);
    expect(world.calls).toEqual([[first, second], [second]]);
  });

  test("whose error is a bug of ours is not attempted again, whatever its source does", async () => {
    const world = createWorld(9);
    world.onDay = () => {
      world.modified.set("events_20261120", world.calls.length + 1);
      throw new TypeError("undefined is no function");
    };

    expect(tell(await extract(world, [first]))).toEqual(["2026-11-20 failed"]);
    expect(world.calls).toEqual([[first]]);
  });

  test("that another run has done meanwhile is not handed to the engine", async () => {
    const world = createWorld(9);
    await extract(world, [second]);

    expect(tell(await extract(world, [first, second]))).toEqual(["2026-11-20 done", "2026-11-19 already"]);
    expect(world.calls).toEqual([[second], [first]]);
  });

  test("that is held is not handed to the engine", async () => {
    const world = createWorld(9);
    await extract(world, [first]);
    await applyRollback({
      store: world.store,
      pipeline: "web-shop",
      family: "ga4_events",
      day: first,
      generation: "g1",
      reason: "a bad release",
      pause: async () => {},
    });
    world.modified.set("events_20261120", 2);

    expect(tell(await extract(world, [first]))).toEqual(["2026-11-20 refused"]);
    expect(world.calls).toEqual([[first]]);
  });

  test.each([
    ["of our own goes", null, ["generation=g1"]],
    ["of a run stays for repair: others may accept it", 1, ["generation=g1", "generation=g2"]],
  ])("that shrank is refused, and what a writer %s", async (_, startedAtMs, left) => {
    const world = createWorld(9);
    await extract(world, [first]);
    Object.assign(world, { rows: 499, startedAtMs });
    world.modified.set("events_20261120", 2);

    expect(tell(await extract(world, [first]))).toEqual(["2026-11-20 refused"]);
    expect(await listGenerations(world)).toEqual(left);
  });
});

test("a signal ends all days, with its reason", async () => {
  const world = createWorld(9);
  const controller = new AbortController();
  world.context.signal = controller.signal;
  world.onDay = () => {
    controller.abort(new Error("stop"));
    throw new Error("interrupted");
  };

  await expect(extract(world, [first, second])).rejects.toThrow("stop");
});

test("two commands that follow one run both end well, and its generations come once", async () => {
  const runs = createRunsWorld();
  const worlds = [1, 2].map(() =>
    createWorld(9, { store: runs.store, clock: runs.clock, engine: createRunsEngine(runs.options()) }),
  );
  const results = await Promise.all(worlds.map((world) => extract(world, [first, second])));

  expect(results.map(tell)).toEqual(Array(2).fill(["2026-11-20 done", "2026-11-19 done"]));
  const { head } = (await readHead(runs.store, "web-shop", "ga4_events", first))!;
  expect(head.history.map(({ generation }) => generation)).toEqual(["jr-1_2026-11-20"]);
});
