import { describe, expect, test } from "vitest";
import type { TaskContext } from "../../src/tasks/context.ts";
import { runPlan } from "../../src/tasks/plan.ts";
import { runReconcile } from "../../src/tasks/reconcile.ts";
import { runRepair } from "../../src/tasks/repair.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { taskRunners } from "../../src/tasks/run-task.ts";
import { createMemoryCatalog } from "../support/memory-catalog.ts";
import { createWorld } from "../support/world.ts";

const days = ["2026-11-21", "2026-11-22"] as const;

/** Two days, a catalog, and no warehouse; whatever asks for one fails. */
async function createLakeWorld() {
  const world = await createWorld({ lookbackDays: 3, retentionDays: 3 });
  const { catalog } = createMemoryCatalog();
  const ports = { ...world.ports, catalog, warehouse: null };
  const begin = (changes: Parameters<typeof world.context>[0] = {}, keepMs?: number): TaskContext => {
    const context = world.context({ ...changes, ports });
    const { environment } = context;
    const none = {
      ...environment,
      warehouse: { type: "none" as const },
      keepMs: keepMs ?? environment.keepMs,
    };
    return { ...context, environment: none };
  };
  for (const on of days) await world.arrive(on);
  return { ...world, ports, catalog, begin };
}

describe("an environment without a warehouse", () => {
  test("has its days extracted and pointed, and a second run finds nothing", async () => {
    const { begin, calls } = await createLakeWorld();
    const { results, output } = await runPipeline(begin());
    const done = results.filter(({ outcome }) => outcome === "done").map(({ task, day }) => `${task} ${day}`);
    expect(done.toSorted()).toEqual([
      "crawl 2026-11-21",
      "crawl 2026-11-22",
      "extract 2026-11-21",
      "extract 2026-11-22",
    ]);
    expect(output.exitCode).toBe(0);
    const again = await runPipeline(begin());
    expect(again.results.filter(({ outcome }) => outcome === "done")).toEqual([]);
    const everyDay = { selection: { select: "all" as const }, choose: { distrust: true } };
    expect((await runPlan(begin(everyDay))).totals.byAction).toMatchObject({ load: 0, refresh: 0, prune: 0 });
    expect(Object.keys(calls).filter((call) => call.startsWith("warehouse."))).toEqual([]);
  });

  test.each(["load", "refresh", "prune"])("has nothing for %s to do, and says why", async (task) => {
    const { begin } = await createLakeWorld();
    await runPipeline(begin());
    const output = await taskRunners[task]!(begin());
    expect(output).toMatchObject({ exitCode: 99, line: { reason: "the environment has no warehouse" } });
  });

  test("tells by crawl what came, for those who follow the table", async () => {
    const { begin } = await createLakeWorld();
    await taskRunners.extract!(begin());
    const { exitCode, line } = await taskRunners.crawl!(begin());
    expect(exitCode).toBe(0);
    expect(line).toMatchObject({
      loaded: { "analytics.web_shop_events": { days: ["2026-11-22", "2026-11-21"], count: 2 } },
    });
  });

  test("balances by source, manifest and catalog, and finds where the catalog is elsewhere", async () => {
    const { begin, catalog, pipeline } = await createLakeWorld();
    await runPipeline(begin());
    const { days: compared, output } = await runReconcile(begin());
    expect(output.exitCode).toBe(0);
    expect(compared.map(({ rows }) => [rows.written === null, rows.hot, rows.cold])).toEqual([
      [false, null, null],
      [false, null, null],
    ]);
    const { table } = pipeline.families[0]!;
    await catalog.point(table, [{ day: compared[0]!.day, prefix: "elsewhere/generation=other/" }]);
    const wrong = await runReconcile(begin());
    expect(wrong.output.exitCode).toBe(65);
    expect(wrong.days[0]?.differences).toEqual([
      expect.stringMatching(/^the catalog points at other, the head names /),
    ]);
  });

  test("lets replaced generations go once the catalog has come past them", async () => {
    const { begin, arrive, ports } = await createLakeWorld();
    await runPipeline(begin());
    const list = async () => {
      const keys: string[] = [];
      for await (const { key } of ports.store.list("")) keys.push(key);
      return keys;
    };
    const before = (await list()).filter((key) => key.includes(`day=${days[1]}/generation=`));
    await arrive(days[1], { revision: 2 });
    await runPipeline(begin());
    const { families } = await runRepair(begin({}, 0), "apply");
    expect(families.map(({ plan, removed }) => [plan.kept, removed])).toEqual([[[], 1]]);
    expect((await list()).filter((key) => before.includes(key))).toEqual([]);
    expect((await runReconcile(begin())).output.exitCode).toBe(0);
  });
});
