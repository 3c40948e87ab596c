import { describe, expect, test } from "vitest";
import { intentFreshMs, intentLifeMs } from "../../src/days/request-life.ts";
import type { Column } from "../../src/days/schema.ts";
import { ShardliftError } from "../../src/errors.ts";
import { headKey, manifestKey } from "../../src/lake/keys.ts";
import { declareIntent } from "../../src/lake/transitions.ts";
import type { Catalog, TypeDifference } from "../../src/ports.ts";
import type { ProgressEvent } from "../../src/tasks/context.ts";
import { crawlDays } from "../../src/tasks/crawl.ts";
import { runPlan } from "../../src/tasks/plan.ts";
import { storeHead } from "../lake/build.ts";
import { day } from "../support/builders.ts";
import {
  type CrawlWorld,
  createCrawlWorld,
  hourMs,
  listLastDays,
  minuteMs,
  on,
  once,
  withHooks,
} from "./crawl-world.ts";

const cutShort = "a run that was pointing the catalog was cut short";

function buildUnanswered(): ShardliftError {
  return new ShardliftError("outside", { failed: "The catalog did not answer." }, { retryable: true });
}

/** Where the day stands: what the catalog shows, what the head says of it, how many intents are left. */
async function readStand(world: CrawlWorld, of = on) {
  const { generation, reached, pointing } = await world.readHead(of);
  return {
    shown: await world.shown(of),
    head: generation,
    reached: reached.catalog?.generation ?? null,
    intents: pointing.length,
  };
}

const settledAt = (generation: string) => ({
  shown: generation,
  head: generation,
  reached: generation,
  intents: 0,
});

/** Another run's intent in the head, of an age. */
async function leaveIntent(world: CrawlWorld, ageMs: number, id = "of another run"): Promise<void> {
  const head = declareIntent(await world.readHead(), { id, sinceMs: world.clock.ms - ageMs });
  await storeHead(world.ports.store, head);
}

const readIntents = async (world: CrawlWorld) => (await world.readHead()).pointing.map(({ id }) => id);

describe("crawl", () => {
  test("points the days at their heads, tells the heads, and a second time does nothing", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    await world.commit("g9", { day: day("2026-11-19") });
    expect(await world.planReason()).toBe("the catalog lacks generation g1");
    expect(await world.crawl()).toEqual({
      exitCode: 0,
      task: "crawl",
      pipeline: "web-shop",
      environment: "test",
      outcome: "done",
      days: { done: 2 },
      rows: 14,
      notable: [],
    });
    expect(await readStand(world)).toEqual(settledAt("g1"));
    expect(await readStand(world, day("2026-11-19"))).toEqual(settledAt("g9"));
    expect(await world.crawl()).toMatchObject({ exitCode: 99, days: {} });
    expect(world.moves).toHaveLength(2);
  });

  test("moves a day to its next generation", async () => {
    const world = createCrawlWorld();
    for (const generation of ["g1", "g2"]) {
      await world.commit(generation);
      await world.crawl();
      expect(await readStand(world)).toEqual(settledAt(generation));
    }
    expect(await world.planReason()).toBeNull();
  });

  test("tells progress day by day", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const events: string[] = [];
    await world.crawl({
      report: (event) => {
        events.push(
          event.event === "day" ? `${event.event} ${event.task} ${event.result.outcome}` : event.event,
        );
      },
    });
    expect(events).toEqual(["task", "day crawl done"]);
  });

  test("has nothing to do where the environment has no catalog", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const ports = { ...world.ports, catalog: null };
    expect(await world.crawl({ ports })).toMatchObject({
      exitCode: 99,
      reason: "the environment has no catalog",
    });
    expect((await world.readHead()).pointing).toEqual([]);
  });

  test("points a hundred days a call, each with its intent in its head by then", async () => {
    const world = createCrawlWorld({ lookbackDays: 300 });
    const days = listLastDays(250);
    for (const of of days) await world.commit("g1", { day: of });
    const calls: number[] = [];
    const catalog = {
      ...world.catalog,
      async point(...[table, partitions]: Parameters<typeof world.catalog.point>) {
        calls.push(partitions.length);
        for (const partition of partitions) {
          expect((await world.readHead(partition.day)).pointing).toHaveLength(1);
        }
        return world.catalog.point(table, partitions);
      },
    };
    expect(await world.crawl({ catalog })).toMatchObject({ exitCode: 0, days: { done: 250 } });
    expect(calls).toEqual([100, 100, 50]);
    for (const of of days) expect(await readStand(world, of)).toEqual(settledAt("g1"));
  });

  test("asks for each schema once, and a day with an impossible one fails alone", async () => {
    const world = createCrawlWorld();
    const [first, second, third] = listLastDays(3);
    const text = { name: "value", type: "STRING", mode: "NULLABLE" } as const;
    await world.commit("g1", { day: third!, columns: [text] });
    await world.commit("g1", { day: second!, columns: [text] });
    await world.commit("g1", { day: first!, columns: [{ ...text, type: "INTEGER" }] });
    let asked = 0;
    const catalog = withHooks(world.catalog, {
      beforePrepare: () => {
        asked += 1;
      },
    });
    expect(await world.crawl({ catalog })).toMatchObject({
      exitCode: 65,
      days: { done: 2, failed: 1 },
      notable: [{ day: first, reason: "A column of analytics.web_shop_events changed its type." }],
    });
    expect(asked).toBe(2);
    expect(world.readColumns({ schema: "analytics", table: "web_shop_events" })).toEqual(["value"]);
  });

  test("a day without its manifest fails alone", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    await world.commit("g1", { day: day("2026-11-19") });
    await world.ports.store.remove([manifestKey("web-shop", "ga4_events", on, "g1")]);
    expect(await world.crawl()).toMatchObject({ exitCode: 65, days: { done: 1, failed: 1 } });
  });

  test("a day whose head is removed meanwhile fails with what to do", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const catalog = withHooks(world.catalog, {
      beforePoint: () => world.ports.store.remove([headKey("web-shop", "ga4_events", on)]),
    });
    expect(await world.crawl({ catalog })).toMatchObject({
      exitCode: 65,
      notable: [{ reason: "The head of 2026-11-20 is gone." }],
    });
  });

  test("leaves a day to the run that pointed it since it was planned", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const { days } = await runPlan(world.context(), { from: "heads" });
    await world.crawl();
    expect(await crawlDays(world.context(), days)).toMatchObject([
      { outcome: "already", exitCode: 99, rows: 7 },
    ]);
    expect(world.moves).toHaveLength(1);
    expect(await readStand(world)).toEqual(settledAt("g1"));
  });
});

describe("a sweep that does not believe the heads", () => {
  test("brings back a partition that somebody moved by hand", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    await world.commit("g2");
    await world.crawl();
    const { table } = world.context().pipeline.families[0]!;
    const prefix = "web-shop/ga4_events/day=2026-11-20/generation=g1/";
    await world.catalog.point(table, [{ day: on, prefix }]);
    expect(await world.crawl()).toMatchObject({ exitCode: 99 });
    const choices = { ...world.context().choices, distrust: true };
    const ports = { ...world.ports, warehouse: { ...world.ports.warehouse, readLedger: async () => [] } };
    expect(await world.crawl({ choices, ports })).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(await readStand(world)).toEqual(settledAt("g2"));
  });
});

describe("a slow run that read the head earlier", () => {
  /** It was about to point at g1; g2 comes and another run points it; then its request arrives. */
  async function createLateWorld(then: () => void) {
    const world = createCrawlWorld();
    await world.commit("g1");
    const catalog = withHooks(world.catalog, {
      beforePoint: once(async () => {
        await world.commit("g2");
        expect(await world.crawl()).toMatchObject({ exitCode: 0 });
        expect(await world.shown()).toBe("g2");
      }),
      afterPoint: once(then),
    });
    const output = await world.crawl({ catalog });
    return { world, output };
  }

  test("goes on until the head stands still, and nothing is left behind", async () => {
    const { world, output } = await createLateWorld(() => {});
    expect(output).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(world.moves.map((move) => move.slice(-3))).toEqual(["g2/", "g1/", "g2/"]);
    expect(await readStand(world)).toEqual(settledAt("g2"));
  });

  test("and dies has moved the partition back, and the first run after its intent outlived itself heals it", async () => {
    const { world, output } = await createLateWorld(() => {
      throw new Error("died");
    });
    expect(output).toMatchObject({ exitCode: 70 });
    expect(await readStand(world)).toEqual({ shown: "g1", head: "g2", reached: "g2", intents: 1 });
    world.clock.ms += intentLifeMs - 1;
    expect(await world.planReason()).toBeNull();
    world.clock.ms += 1;
    expect(await world.planReason()).toBe(cutShort);
    expect(await world.crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(await readStand(world)).toEqual(settledAt("g2"));
    expect(await world.planReason()).toBeNull();
  });

  test("is noticed across a rollback to the generation it points at, too", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const catalog = withHooks(world.catalog, {
      afterPoint: once(async () => {
        await world.commit("g2");
        await world.crawl();
        await world.commit("g1");
      }),
    });
    await world.crawl({ catalog });
    expect(await readStand(world)).toEqual(settledAt("g1"));
  });
});

describe("intents", () => {
  test("of others are left alone while young, and taken away once they outlived themselves", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    await leaveIntent(world, intentLifeMs - 1, "young");
    await leaveIntent(world, intentLifeMs, "old");
    await world.crawl();
    expect(await readIntents(world)).toEqual(["young"]);
  });

  test("that outlived themselves only after ours was written stay: their request may have come after ours", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    await leaveIntent(world, intentLifeMs - minuteMs, "nearly over");
    const catalog = withHooks(world.catalog, {
      afterPoint: () => {
        world.clock.ms += 2 * minuteMs;
      },
    });
    await world.crawl({ catalog });
    expect(await readIntents(world)).toEqual(["nearly over"]);
    expect(await world.planReason()).toBe(cutShort);
    await world.crawl();
    expect(await readIntents(world)).toEqual([]);
  });

  test("are written anew before anything is sent under an old one", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const ages: number[] = [];
    const catalog = withHooks(world.catalog, {
      beforePrepare: () => {
        world.clock.ms += intentFreshMs;
      },
      beforePoint: async () => {
        ages.push(...(await world.readHead()).pointing.map(({ sinceMs }) => world.clock.ms - sinceMs));
      },
    });
    expect(await world.crawl({ catalog })).toMatchObject({ exitCode: 0 });
    expect(ages).toEqual([0]);
    expect(await readStand(world)).toEqual(settledAt("g1"));
  });

  test("are written anew with the head read anew: what came meanwhile is pointed at", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const catalog = withHooks(world.catalog, {
      beforePrepare: once(async () => {
        await world.commit("g2");
        world.clock.ms += intentFreshMs;
      }),
    });
    await world.crawl({ catalog });
    expect(world.moves.map((move) => move.slice(-3))).toEqual(["g2/"]);
  });

  test("taken away by others, who thought us dead, are written again", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const left: number[] = [];
    const settleWithoutUs = once(async () => {
      await world.commit("g2");
      world.clock.ms += intentLifeMs;
      await world.crawl();
      expect(await readStand(world)).toEqual(settledAt("g2"));
    });
    const catalog = withHooks(world.catalog, {
      beforePoint: async () => {
        left.push((await readIntents(world)).length);
        await settleWithoutUs();
      },
    });
    await world.crawl({ catalog });
    expect(left).toEqual([1, 1]);
    expect(world.moves.map((move) => move.slice(-3))).toEqual(["g2/", "g1/", "g2/"]);
    expect(await readStand(world)).toEqual(settledAt("g2"));
  });

  test("survive a new generation", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    await leaveIntent(world, 0);
    await world.commit("g2");
    expect(await readIntents(world)).toEqual(["of another run"]);
  });

  test("of a day that fails for ever do not pile up", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    world.refuse(on);
    for (let run = 0; run < 20; run += 1) {
      expect(await world.crawl()).toMatchObject({ exitCode: 65, days: { failed: 1 } });
      world.clock.ms += hourMs;
    }
    expect((await readIntents(world)).length).toBeLessThanOrEqual(3);
    expect(await world.planReason()).toBe("the catalog lacks generation g1");
  });
});

describe("a call that was not answered", () => {
  test("is asked again, and the day is done; but its intent stays, for the first request may still come", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const lose = once(() => {
      throw buildUnanswered();
    });
    const catalog = withHooks(world.catalog, { beforePoint: lose });
    expect(await world.crawl({ catalog })).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(await readStand(world)).toEqual({ ...settledAt("g1"), intents: 1 });
    expect(await world.crawl()).toMatchObject({ exitCode: 99 });
    world.clock.ms += intentLifeMs;
    expect(await world.crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(await readStand(world)).toEqual(settledAt("g1"));
  });

  test("for some of the days holds up only these", async () => {
    const world = createCrawlWorld();
    const other = day("2026-11-19");
    await world.commit("g1");
    await world.commit("g1", { day: other });
    let calls = 0;
    const catalog = {
      ...world.catalog,
      async point(...[table, partitions]: Parameters<typeof world.catalog.point>) {
        if (++calls > 1) return world.catalog.point(table, partitions);
        await world.catalog.point(
          table,
          partitions.filter((one) => one.day === other),
        );
        return [{ day: on, error: buildUnanswered() }];
      },
    };
    expect(await world.crawl({ catalog })).toMatchObject({ exitCode: 0, days: { done: 2 } });
    expect(world.moves).toHaveLength(2);
    expect([await readStand(world), await readStand(world, other)]).toEqual([
      { ...settledAt("g1"), intents: 1 },
      settledAt("g1"),
    ]);
  });

  test("is given up after the attempts of the policy, waiting between them", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const startMs = world.clock.ms;
    let calls = 0;
    const catalog = withHooks(world.catalog, {
      beforePoint: () => {
        calls += 1;
        throw buildUnanswered();
      },
    });
    expect(await world.crawl({ catalog })).toMatchObject({
      exitCode: 69,
      days: { failed: 1 },
      notable: [{ reason: "The catalog did not answer." }],
    });
    expect([calls, world.clock.ms - startMs]).toEqual([3, 1500]);
    expect(await readStand(world)).toMatchObject({ reached: null, intents: 1 });
    expect(await world.crawl()).toMatchObject({ exitCode: 0, days: { done: 1 } });
  });

  test("points again at what the head names by then", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const catalog = withHooks(world.catalog, {
      beforePoint: once(async () => {
        await world.commit("g2");
        throw buildUnanswered();
      }),
    });
    await world.crawl({ catalog });
    expect(world.moves.map((move) => move.slice(-3))).toEqual(["g2/"]);
  });
});

describe("two runs at once", () => {
  test("end with every partition at its head, and no intents", async () => {
    const world = createCrawlWorld({ lookbackDays: 40 });
    const days = listLastDays(30);
    for (const of of days) await world.commit("g1", { day: of });
    const outputs = await Promise.all([world.crawl(), world.crawl()]);
    expect(outputs.map(({ exitCode }) => [0, 99].includes(Number(exitCode)))).toEqual([true, true]);
    for (const of of days) expect(await readStand(world, of)).toEqual(settledAt("g1"));
  });

  test("while generations come", async () => {
    const world = createCrawlWorld({ lookbackDays: 20 });
    const days = listLastDays(10);
    const commitAll = async (generation: string) => {
      for (const of of days) await world.commit(generation, { day: of });
    };
    await commitAll("g1");
    await Promise.all([world.crawl(), commitAll("g2"), world.crawl()]);
    await world.crawl();
    for (const of of days) expect(await readStand(world, of)).toEqual(settledAt("g2"));
  });
});

describe("a signal", () => {
  test.each(["beforePrepare", "beforePoint", "afterPoint"] as const)(
    "%s ends it with its reason",
    async (when) => {
      const world = createCrawlWorld();
      await world.commit("g1");
      const controller = new AbortController();
      const stop = new ShardliftError("terminated", { failed: "SIGTERM" });
      const catalog = withHooks(world.catalog, { [when]: () => controller.abort(stop) });
      await expect(world.crawl({ catalog, signal: controller.signal })).rejects.toBe(stop);
      expect(await readIntents(world)).toHaveLength(1);
      expect(await world.crawl()).toMatchObject({ exitCode: 0 });
      expect(await world.shown()).toBe("g1");
    },
  );

  test.each([buildUnanswered(), new Error("aborted")])(
    "ends it where a call fails for it: %o",
    async (error) => {
      const world = createCrawlWorld();
      await world.commit("g1");
      const controller = new AbortController();
      const stop = new ShardliftError("interrupted", { failed: "SIGINT" });
      const catalog = withHooks(world.catalog, {
        beforePoint: () => {
          controller.abort(stop);
          throw error;
        },
      });
      await expect(world.crawl({ catalog, signal: controller.signal })).rejects.toBe(stop);
    },
  );
});

describe("the crawler", () => {
  const withCrawler = (
    world: CrawlWorld,
    work: () => Promise<void>,
    differences: TypeDifference[] = [],
  ): Catalog => ({
    ...world.catalog,
    crawler: {
      async run() {
        await work();
        return { differences };
      },
    },
  });

  test("runs once after all days, where a partition moved", async () => {
    const world = createCrawlWorld({ crawler: "runs", lookbackDays: 130 });
    for (const of of listLastDays(120)) await world.commit("g1", { day: of });
    await world.crawl();
    expect(world.crawls).toEqual([{ table: "analytics.web_shop_events", days: listLastDays(120).reverse() }]);
    await world.crawl();
    expect(world.crawls).toHaveLength(1);
  });

  test("is asked again after a fault", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    let calls = 0;
    const catalog = withCrawler(world, async () => {
      if (++calls === 1) throw buildUnanswered();
    });
    expect(await world.crawl({ catalog })).toMatchObject({ exitCode: 0 });
    expect(calls).toBe(2);
  });

  test("that fails is a result of its own: the days stay done", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const notes: string[] = [];
    const catalog = withCrawler(world, async () => {
      const remedy = "let its role read the lake";
      throw new ShardliftError("outside", { failed: "The crawler has no right to read the lake.", remedy });
    });
    const report = (event: { event: string; text?: string }) => void (event.text && notes.push(event.text));
    expect(await world.crawl({ catalog, report })).toMatchObject({
      exitCode: 69,
      outcome: "outside system failed",
      days: { done: 1 },
      notable: [],
      crawler: [
        {
          table: "analytics.web_shop_events",
          reason: "The crawler has no right to read the lake.",
          remedy: "let its role read the lake",
        },
      ],
    });
    expect(notes).toEqual([
      "crawler of analytics.web_shop_events: The crawler has no right to read the lake. | let its role read the lake",
    ]);
    expect(await readStand(world)).toEqual(settledAt("g1"));
  });

  test("is given only the days that moved", async () => {
    const world = createCrawlWorld({ crawler: "runs" });
    for (const of of listLastDays(3)) await world.commit("g1", { day: of });
    await world.crawl();
    await world.commit("g2");
    await world.crawl();
    expect(world.crawls.at(-1)).toEqual({ table: "analytics.web_shop_events", days: [on] });
  });

  test("that reads types otherwise is quoted, and nothing fails", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const notes: unknown[] = [];
    const difference = { column: "event_id", ours: "string", crawlers: "binary" };
    const catalog = withCrawler(world, async () => {}, [
      difference,
      { column: "extra", ours: null, crawlers: "int" },
    ]);
    const report = (event: ProgressEvent) => void (event.event === "note" && notes.push(event.text));
    expect(await world.crawl({ catalog, report })).toMatchObject({
      exitCode: 0,
      outcome: "done",
      crawler_types: [
        { table: "analytics.web_shop_events", ...difference },
        { table: "analytics.web_shop_events", column: "extra", ours: null, crawlers: "int" },
      ],
    });
    expect(notes).toEqual([
      "crawler of analytics.web_shop_events: the files have other types than the table: event_id is string in the table, binary in the files; extra is missing in the table, int in the files. Athena fails on columns of another type, and does not show those that the table lacks. The days are pointed all the same; run backfill --again for them, and report it if it stays so",
    ]);
  });

  test("that reads many types otherwise is quoted with the first, and with how many more there are", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const notes: string[] = [];
    const columns = ["device.a", "device.b", "device.c", "items.d", "items.e"];
    const differences = columns.map((column) => ({ column, ours: "string", crawlers: "bigint" }));
    const catalog = withCrawler(world, async () => {}, differences);
    const report = (event: ProgressEvent) => void (event.event === "note" && notes.push(event.text));
    expect(await world.crawl({ catalog, report })).toMatchObject({
      crawler_types: differences.map((one) => ({ table: "analytics.web_shop_events", ...one })),
    });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/device\.c is string in the table, bigint in the files; and 2 more\. /);
    expect(notes[0]).not.toContain("items.d");
  });

  test("is left where a signal comes", async () => {
    const world = createCrawlWorld();
    await world.commit("g1");
    const controller = new AbortController();
    const stop = new ShardliftError("terminated", { failed: "SIGTERM" });
    const catalog = withCrawler(world, async () => {
      controller.abort(stop);
      throw new Error("aborted");
    });
    await expect(world.crawl({ catalog, signal: controller.signal })).rejects.toBe(stop);
  });
});

describe("partitions that lack members which the table gained", () => {
  const device = (...names: string[]): Column => ({
    name: "device",
    type: "RECORD",
    mode: "NULLABLE",
    fields: names.map((name) => ({ name, type: "STRING", mode: "NULLABLE" })),
  });
  const earlier = day("2026-10-01");

  /** A day long past and in step, and one of today whose files have a member more. */
  async function createGrownWorld() {
    const world = createCrawlWorld({ crawler: "runs", lookbackDays: 100 });
    await world.commit("g1", { day: earlier, columns: [device("category")] });
    await world.crawl();
    await world.commit("g1", { columns: [device("category", "brand")] });
    const { table } = world.context().pipeline.families[0]!;
    return { world, readOutgrown: () => world.catalog.readOutgrown(table) };
  }

  test("are pointed again at the generation that their heads name, under an intent", async () => {
    const { world, readOutgrown } = await createGrownWorld();
    const intents: number[] = [];
    const catalog = withHooks(world.catalog, {
      beforePoint: async () => void intents.push((await world.readHead(earlier)).pointing.length),
    });
    const notes: string[] = [];
    const report = (event: ProgressEvent) => void (event.event === "note" && notes.push(event.text));
    expect(await world.crawl({ catalog, report })).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(intents).toEqual([0, 1]);
    expect(notes).toEqual([
      "1 older partitions of analytics.web_shop_events were given members that the table gained",
    ]);
    expect(await readOutgrown()).toEqual([]);
    for (const of of [earlier, on]) expect(await readStand(world, of)).toEqual(settledAt("g1"));
    expect(world.crawls.at(-1)?.days).toEqual([on]);
  });

  test("follow a head that moves meanwhile", async () => {
    const { world, readOutgrown } = await createGrownWorld();
    const catalog = withHooks(world.catalog, {
      beforePoint: once(() => world.commit("g2", { day: earlier, columns: [device("category")] })),
    });
    await world.crawl({ catalog });
    expect(await readOutgrown()).toEqual([]);
    expect(await readStand(world, earlier)).toEqual(settledAt("g2"));
  });

  test("that fail are results of their own, and are found when the next partition moves", async () => {
    const { world, readOutgrown } = await createGrownWorld();
    const point: Catalog["point"] = async (table, partitions) =>
      partitions[0]?.day === earlier
        ? [{ day: earlier, error: new ShardliftError("data", { failed: "The partition was refused." }) }]
        : world.catalog.point(table, partitions);
    expect(await world.crawl({ catalog: { ...world.catalog, point } })).toMatchObject({
      exitCode: 65,
      days: { done: 1, failed: 1 },
      notable: [{ day: earlier, reason: "The partition was refused." }],
    });
    expect(await readOutgrown()).toEqual([earlier]);
    await world.commit("g2", { columns: [device("category", "brand")] });
    expect(await world.crawl()).toMatchObject({ exitCode: 0 });
    expect(await readOutgrown()).toEqual([]);
  });

  test("are not looked for where no partition moved", async () => {
    const { world } = await createGrownWorld();
    await world.crawl();
    const readOutgrown = async () => {
      throw new Error("was asked");
    };
    expect(await world.crawl({ catalog: { ...world.catalog, readOutgrown } })).toMatchObject({
      exitCode: 99,
    });
  });

  test("that cannot be looked for are a warning: today's days are pointed", async () => {
    const { world } = await createGrownWorld();
    const notes: string[] = [];
    const report = (event: ProgressEvent) => void (event.event === "note" && notes.push(event.text));
    const readOutgrown = async () => {
      throw buildUnanswered();
    };
    const catalog = { ...world.catalog, readOutgrown };
    expect(await world.crawl({ catalog, report })).toMatchObject({ exitCode: 0, days: { done: 1 } });
    expect(notes).toEqual([
      "whether older partitions of web_shop_events lack members is not known: The catalog did not answer.",
    ]);
  });
});
