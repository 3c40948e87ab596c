import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { addDays, type Day } from "../../src/days/day.ts";
import type { Column } from "../../src/days/schema.ts";
import { readHead } from "../../src/lake/heads.ts";
import { generationPrefix, manifestKey } from "../../src/lake/keys.ts";
import { renderManifest } from "../../src/lake/manifest.ts";
import { commitToHead } from "../../src/lake/transitions.ts";
import type { Head } from "../../src/lake/types.ts";
import type { Catalog, Ports, Warehouse } from "../../src/ports.ts";
import type { TaskContext } from "../../src/tasks/context.ts";
import { runPlan } from "../../src/tasks/plan.ts";
import { taskRunners } from "../../src/tasks/run-task.ts";
import { buildManifestOf, storeHead } from "../lake/build.ts";
import { buildPipeline, day, instant } from "../support/builders.ts";
import { createMemoryCatalog, type MemoryCatalog } from "../support/memory-catalog.ts";
import { buildEnvironment } from "../support/world.ts";

export const on = day("2026-11-20");
export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** Columns that every generation has unless a test says otherwise. */
const defaultColumns: Column[] = [{ name: "event_id", type: "STRING", mode: "NULLABLE" }];

/** A lake and a catalog in memory, under one clock; nothing else of the outside may be touched. */
export interface CrawlWorld extends MemoryCatalog {
  ports: Ports & { warehouse: Warehouse };
  clock: { ms: number };
  /** Makes a generation the current one of its day. */
  commit(generation: string, wish?: { day?: Day; columns?: Column[] }): Promise<void>;
  context(changes?: Partial<TaskContext>): TaskContext;
  /** Runs the task by its name; `catalog` stands for what this process sees of the catalog. */
  crawl(changes?: Partial<TaskContext> & { catalog?: Catalog }): Promise<Record<string, unknown>>;
  /** Reason to point a day, as planning finds it; null: none. */
  planReason(of?: Day): Promise<string | null>;
  readHead(of?: Day): Promise<Head>;
  /** Generation that the catalog shows of the day. */
  shown(of?: Day): Promise<string | null>;
}

export interface CrawlOptions {
  crawler?: "runs" | "none";
  lookbackDays?: number;
}

export function createCrawlWorld({ crawler = "none", lookbackDays = 10 }: CrawlOptions = {}): CrawlWorld {
  const clock = { ms: instant("2026-11-23T11:00:00Z") };
  const store = createMemoryStore({ nowMs: () => clock.ms });
  const memory = createMemoryCatalog({ crawler });
  const pipeline = buildPipeline({ lookbackDays });
  const { family, table } = pipeline.families[0]!;
  let ids = 0;
  const ports: CrawlWorld["ports"] = {
    source: untouched("source"),
    engine: untouched("engine"),
    warehouse: untouched("warehouse"),
    store,
    catalog: memory.catalog,
    clock: {
      now: () => clock.ms,
      async sleep(ms, signal) {
        signal?.throwIfAborted();
        clock.ms += ms;
      },
    },
    randomHex: (length) => (++ids).toString(16).padStart(length, "0"),
  };
  const world: CrawlWorld = {
    ...memory,
    ports,
    clock,
    async commit(generation, { day: of = on, columns = defaultColumns } = {}) {
      const manifest = buildManifestOf(generation, { day: of, columns });
      const key = manifestKey(pipeline.name, family, of, generation);
      await store.put(key, renderManifest(manifest), { ifAbsent: true });
      const before = await readHead(store, pipeline.name, family, of);
      await storeHead(store, commitToHead(before?.head ?? null, manifest, clock.ms, true));
    },
    context: (changes = {}) => ({
      pipeline,
      environment: buildEnvironment("/nowhere"),
      ports,
      selection: { select: "lookback" },
      choices: { accept: false, again: false, goOn: false, distrust: false, only: "all" },
      signal: new AbortController().signal,
      report: () => {},
      ...changes,
    }),
    async crawl({ catalog, ...changes } = {}) {
      const seen = { ...(changes.ports ?? ports), ...(catalog === undefined ? {} : { catalog }) };
      const { exitCode, line } = await taskRunners.crawl!(world.context({ ...changes, ports: seen }));
      return { exitCode, ...line };
    },
    async planReason(of = on) {
      const { days } = await runPlan(world.context(), { from: "heads" });
      const actions = days.find((planned) => planned.day === of)?.actions ?? [];
      return actions.find(({ action }) => action === "register")?.reason ?? null;
    },
    readHead: async (of = on) => (await readHead(store, pipeline.name, family, of))!.head,
    async shown(of = on) {
      const location = (await memory.catalog.readPartitions(table, [of])).get(of) ?? null;
      const generations = (await world.readHead(of)).history.map((entry) => entry.generation);
      const isAt = (generation: string) =>
        location === generationPrefix(pipeline.name, family, of, generation);
      return generations.find(isAt) ?? location;
    },
  };
  return world;
}

/** So many days up to the 20th, oldest first. */
export function listLastDays(count: number): Day[] {
  return Array.from({ length: count }, (_, index) => addDays(on, index + 1 - count));
}

/** A port that fails the test where it is called. */
function untouched<Port extends object>(name: string): Port {
  const get = (_: unknown, call: string | symbol) => () => {
    throw new Error(`${name}.${String(call)} was called`);
  };
  return new Proxy({}, { get }) as Port;
}

/** The catalog as one process sees it, with something done before or after its calls to `point`. */
export function withHooks(
  catalog: Catalog,
  hooks: Partial<Record<"beforePrepare" | "beforePoint" | "afterPoint", () => Promise<unknown> | unknown>>,
): Catalog {
  return {
    ...catalog,
    async prepare(...input) {
      await hooks.beforePrepare?.();
      await catalog.prepare(...input);
    },
    async point(...input) {
      await hooks.beforePoint?.();
      const failed = await catalog.point(...input);
      await hooks.afterPoint?.();
      return failed;
    },
  };
}

/** Does its work the first time only. */
export function once(work: () => Promise<unknown> | unknown): () => Promise<unknown> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await work();
  };
}
