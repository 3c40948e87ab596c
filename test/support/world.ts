import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createDuckDbEngine } from "../../src/adapters/duckdb/engine.ts";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import { createDuckDbWarehouse } from "../../src/adapters/duckdb/warehouse.ts";
import { createFilesSource } from "../../src/adapters/files/source.ts";
import { createFolderStore } from "../../src/adapters/folder/folder-store.ts";
import type { Environment, Pipeline } from "../../src/config/types.ts";
import { families } from "../../src/days/families.ts";
import { renderShard } from "../../src/days/shards.ts";
import type { DaySelection } from "../../src/days/window.ts";
import type { ShardWish } from "../../src/generate/shard-spec.ts";
import type { Clock, Ports, Warehouse } from "../../src/ports.ts";
import type { DayResult, RunChoices, TaskContext } from "../../src/tasks/context.ts";
import { runPlan } from "../../src/tasks/plan.ts";
import { runReconcile } from "../../src/tasks/reconcile.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { buildPipeline, day, instant } from "./builders.ts";
import { plainOrchestration } from "./orchestration.ts";

/** A clock that stands still unless a test moves it; sleeping moves it. */
export interface TestClock extends Clock {
  set(instantText: string): void;
}

export function createTestClock(start: string): TestClock {
  let nowMs = instant(start);
  return {
    now: () => nowMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      nowMs += ms;
    },
    set(text) {
      nowMs = instant(text);
    },
  };
}

/** Calls by name, as `source.readVersion` or `warehouse.transact`. */
export type Calls = Record<string, number>;

/** A world has a warehouse; a test may take it away. */
export type WorldPorts = Ports & { warehouse: Warehouse };

export interface World {
  folder: string;
  clock: TestClock;
  pipeline: Pipeline;
  ports: WorldPorts;
  calls: Calls;
  /** Puts a shard into the source; `on` is its day. */
  arrive(on: string, wish?: Partial<ShardWish>): Promise<void>;
  /** Takes a shard away, as Google does with intraday tables. */
  vanish(on: string, kind?: "daily" | "fresh" | "intraday"): Promise<void>;
  context(changes?: Partial<TaskContext> & { choose?: Partial<RunChoices> }): TaskContext;
  plan(selection?: DaySelection): ReturnType<typeof runPlan>;
  run(selection?: DaySelection, choose?: Partial<RunChoices>): Promise<DayResult[]>;
  /** Differences that reconcile finds over all days, and the rows it counted in hot and cold. */
  reconcile(): Promise<{ differences: string[]; hot: Record<string, number>; cold: Record<string, number> }>;
  query(sql: string): Promise<Record<string, string | null>[]>;
}

/** A pipeline of one GA4 property on real adapters in a folder of its own, at noon of 2026-11-23 in Berlin. */
export async function createWorld(changes: Partial<Pipeline> = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-world-"));
  const clock = createTestClock("2026-11-23T11:00:00Z");
  const calls: Calls = {};
  const ports = countCalls(buildPorts(folder, clock), calls);
  onTestFinished(async () => {
    await ports.warehouse.close();
    await rm(folder, { recursive: true, force: true });
  });
  const pipeline = buildPipeline(changes);
  const target = { root: join(folder, "source"), dataset: pipeline.property.dataset };
  const family = pipeline.families[0]!.family;
  const world: World = {
    folder,
    clock,
    pipeline,
    ports,
    calls,
    async arrive(on, wish = {}) {
      await generateShard(
        { family, day: day(on), rows: 60, timeZone: pipeline.property.timeZone, ...wish },
        target,
      );
    },
    async vanish(on, kind = "daily") {
      const table = renderShard(families[family], kind, day(on));
      await rm(join(target.root, target.dataset, `${table}.parquet`));
    },
    context: ({ choose, ...more } = {}) => ({
      pipeline,
      environment: buildEnvironment(folder),
      ports,
      selection: { select: "lookback" },
      choices: { accept: false, again: false, goOn: false, distrust: false, only: "all", ...choose },
      signal: new AbortController().signal,
      report: () => {},
      ...more,
    }),
    plan: (selection) => runPlan(world.context(selection ? { selection } : {})),
    async run(selection, choose = {}) {
      const context = world.context({ ...(selection ? { selection } : {}), choose });
      return (await runPipeline(context)).results;
    },
    reconcile: () => reconcileWorld(world),
    query: (sql) => queryRows(ports, sql),
  };
  return world;
}

function buildPorts(folder: string, clock: Clock): WorldPorts {
  const store = createFolderStore({ root: join(folder, "lake") });
  let ids = 0;
  const randomHex = (length: number) => (++ids).toString(16).padStart(length, "0");
  return {
    source: createFilesSource({ root: join(folder, "source") }),
    store,
    engine: createDuckDbEngine({
      memoryBytes: 500_000_000,
      threads: 1,
      fileBytes: 400_000_000,
      spill: join(folder, "spill"),
      store,
      clock,
      randomHex,
      readHashKey: async () => new TextEncoder().encode("a key for tests"),
    }),
    catalog: null,
    warehouse: createDuckDbWarehouse({ path: join(folder, "warehouse.duckdb"), waitMs: 5000, store, clock }),
    clock,
    randomHex,
  };
}

export function buildEnvironment(folder: string): Environment {
  return {
    name: "test",
    production: false,
    source: { type: "files", root: join(folder, "source"), s3: null },
    lake: { type: "folder", root: join(folder, "lake") },
    engine: { type: "duckdb", memoryBytes: 500_000_000, threads: 1, fileBytes: 400_000_000, spill: null },
    catalog: { type: "none" },
    warehouse: { type: "duckdb", path: join(folder, "warehouse.duckdb"), waitMs: 5000 },
    secrets: { hashKey: null },
    retry: { attempts: 3, maxWaitMs: 1000 },
    keepMs: 24 * 3_600_000,
    teams: [],
    orchestration: plainOrchestration,
    file: "environments/test.yaml",
  };
}

/** Counts every call of source, store and warehouse; puts are told apart by what they write. */
function countCalls(ports: WorldPorts, calls: Calls): WorldPorts {
  return {
    ...ports,
    source: countPort("source", ports.source, calls),
    store: countPort("store", ports.store, calls),
    warehouse: countPort("warehouse", ports.warehouse, calls),
  };
}

function countPort<Port extends object>(name: string, port: Port, calls: Calls): Port {
  const counted = Object.entries(port).map(([method, value]) => {
    if (typeof value !== "function") return [method, value];
    const call = (...input: unknown[]) => {
      calls[`${name}.${method}`] = (calls[`${name}.${method}`] ?? 0) + 1;
      return value(...input);
    };
    return [method, call];
  });
  return Object.fromEntries(counted) as Port;
}

async function reconcileWorld(world: World) {
  const { days } = await runReconcile(world.context({ selection: { select: "all" } }));
  const count = (place: "hot" | "cold") =>
    Object.fromEntries(
      days.filter((one) => one.rows[place] !== null).map((one) => [one.day, one.rows[place]!]),
    );
  const differences = days.flatMap((one) => one.differences.map((text) => `${one.day}: ${text}`));
  return { differences, hot: count("hot"), cold: count("cold") };
}

async function queryRows({ warehouse }: WorldPorts, sql: string): Promise<Record<string, string | null>[]> {
  const { columns, rows } = await warehouse.query(sql);
  const found: Record<string, string | null>[] = [];
  for await (const row of rows)
    found.push(Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])));
  return found;
}
