import { expect, test } from "vitest";
import { parseDays } from "../../src/days/window.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { Catalog } from "../../src/ports.ts";
import type { DayResult } from "../../src/tasks/context.ts";
import { runReconcile } from "../../src/tasks/reconcile.ts";
import { runRollback } from "../../src/tasks/rollback.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { day } from "../support/builders.ts";
import { createMemoryCatalog } from "../support/memory-catalog.ts";
import { createWorld } from "../support/world.ts";

const on = day("2026-11-22");

/** A world with a catalog beside the warehouse. */
async function createCatalogWorld(options: Parameters<typeof createMemoryCatalog>[0] = { crawler: "none" }) {
  const world = await createWorld();
  const memory = createMemoryCatalog(options);
  const { table } = world.pipeline.families[0]!;
  const context = (catalog: Catalog = memory.catalog) =>
    world.context({ ports: { ...world.ports, catalog } });
  return {
    ...world,
    ...memory,
    context,
    readFolder: async () => (await memory.catalog.readPartitions(table, [on])).get(on) ?? null,
    moveByHand: (prefix: string) => memory.catalog.point(table, [{ day: on, prefix }]),
  };
}

const tell = (results: readonly DayResult[]) => results.map(({ task, outcome }) => `${task} ${outcome}`);

test("a run points the catalog between extract and load, and a second one does nothing", async () => {
  const world = await createCatalogWorld({ crawler: "runs" });
  await world.arrive(on);
  const first = await runPipeline(world.context());
  expect(tell(first.results)).toEqual(["extract done", "crawl done", "load done", "refresh done"]);
  expect(await world.readFolder()).toMatch(/^web-shop\/ga4_events\/day=2026-11-22\/generation=[^/]+\/$/);
  expect((await runPipeline(world.context())).results).toEqual([]);
  expect([world.moves.length, world.crawls]).toEqual([
    1,
    [{ table: "analytics.web_shop_events", days: [on] }],
  ]);
});

test("a day whose extract failed is not pointed for the extract's sake", async () => {
  const world = await createCatalogWorld();
  await world.arrive(on);
  const engine = {
    name: "broken",
    daysAtOnce: 1,
    async *extract() {
      yield* [];
      throw new ShardliftError("data", { failed: "The shard cannot be read." });
    },
  };
  const context = { ...world.context(), ports: { ...world.context().ports, engine } };
  expect(tell((await runPipeline(context)).results)).toEqual(["extract failed"]);
  expect(world.moves).toEqual([]);
});

test("a catalog that fails holds up neither hot nor cold, and the next run makes up for it", async () => {
  const world = await createCatalogWorld();
  await world.arrive(on);
  const point = async () => {
    throw new ShardliftError("outside", { failed: "The catalog is away." });
  };
  const failed = await runPipeline(world.context({ ...world.catalog, point }));
  expect([tell(failed.results), failed.output.exitCode]).toEqual([
    ["extract done", "crawl failed", "load done", "refresh done"],
    69,
  ]);
  expect(tell((await runPipeline(world.context())).results)).toEqual(["crawl done"]);
});

test("a crawler that fails counts for the run, once, and leaves its days done", async () => {
  const world = await createCatalogWorld();
  await world.arrive(on);
  const run = async () => {
    throw new ShardliftError("outside", { failed: "The crawler failed." });
  };
  const { output, results } = await runPipeline(world.context({ ...world.catalog, crawler: { run } }));
  expect(tell(results)).toEqual(["extract done", "crawl done", "load done", "refresh done"]);
  expect(output).toMatchObject({
    exitCode: 69,
    line: {
      outcome: "outside system failed",
      days: { done: 1 },
      crawler: [{ table: "analytics.web_shop_events", reason: "The crawler failed." }],
    },
  });
});

test("a rollback takes the catalog back, too", async () => {
  const world = await createCatalogWorld({ crawler: "runs" });
  await world.arrive(on);
  await runPipeline(world.context());
  const before = await world.readFolder();
  await world.arrive(on, { seed: 2 });
  await runPipeline(world.context());
  expect(await world.readFolder()).not.toBe(before);
  const wish = { target: { to: "previous" }, reason: "wrong consent" } as const;
  const { results } = await runRollback(world.context(), parseDays(on), wish);
  expect(tell(results)).toEqual(["crawl done", "load done", "refresh done"]);
  expect(await world.readFolder()).toBe(before);
  expect(world.crawls).toHaveLength(3);
});

test("reconcile says where the catalog points elsewhere", async () => {
  const world = await createCatalogWorld();
  await world.arrive(on);
  await runPipeline(world.context());
  expect((await runReconcile(world.context())).days[0]?.differences).toEqual([]);
  const folder = await world.readFolder();
  const generation = /generation=([^/]+)/.exec(folder!)![1];
  await world.moveByHand("web-shop/ga4_events/day=2026-11-22/generation=other/");
  const { days, output } = await runReconcile(world.context());
  expect(days[0]?.differences).toEqual([`the catalog points at other, the head names ${generation}`]);
  expect(output.exitCode).toBe(65);
});
