import type { Environment, Pipeline } from "../../src/config/types.ts";
import type { Day } from "../../src/days/day.ts";
import type { Manifest } from "../../src/lake/types.ts";
import type { Ports, RandomHex, Warehouse } from "../../src/ports.ts";
import type { TaskContext } from "../../src/tasks/context.ts";
import { retry, withSourceRetries, withStoreRetries, withWarehouseRetries } from "../../src/tasks/retry.ts";
import { buildFamily, buildPipeline } from "../support/builders.ts";
import { plainOrchestration } from "../support/orchestration.ts";
import { createKernel } from "./kernel/kernel.ts";
import { createRandom, deriveSeed } from "./kernel/random.ts";
import type { Kernel, Process } from "./kernel/types.ts";
import { type CatalogModel, createCatalogModel } from "./models/catalog.ts";
import { createEngineModel } from "./models/engine.ts";
import { createRunsModel, type RunsModel } from "./models/runs.ts";
import { createSourceModel, type SourceModel } from "./models/source.ts";
import { createStoreModel, type StoreModel } from "./models/store.ts";
import { createWarehouseModel, type WarehouseModel } from "./models/warehouse.ts";
import { firstDay, type Scenario } from "./scenario.ts";

/** One committed generation, as it was when a head first named it. */
export interface KnownGeneration {
  day: Day;
  generation: string;
  manifest: Manifest;
  /** Its rows as text; see `renderRows`. */
  rows: string;
}

/** The outside of one schedule, and what was done to it that no run can mend by itself. */
export interface World {
  scenario: Scenario;
  kernel: Kernel;
  store: StoreModel;
  source: SourceModel;
  warehouse: WarehouseModel;
  catalog: CatalogModel | null;
  runs: RunsModel;
  /** By id: all generations that a head ever named, as they were then. */
  known: Map<string, KnownGeneration>;
  /** Days that somebody deleted something of. */
  damaged: Map<Day, string>;
}

const dataset = "analytics_123456789";

export const keepMs = 24 * 3_600_000;

/** Two pipeline files of one pipeline: somebody edits it between two runs. */
export const pipelines: readonly [Pipeline, Pipeline] = [buildRules([]), buildRules(["platform"])];

function buildRules(drop: readonly string[]): Pipeline {
  return buildPipeline({
    property: { dataset, project: null, timeZone: "UTC", start: firstDay },
    families: [buildFamily()],
    lookbackDays: 14,
    columns: { drop: drop.map((column) => ({ column, rest: null })), hash: [] },
  });
}

export const table = pipelines[0].families[0]!.table;

export function createWorld(scenario: Scenario, trace: ((line: string) => void) | null): World {
  const kernel = createKernel(scenario, trace);
  const store = createStoreModel(kernel);
  const source = createSourceModel(kernel, dataset);
  return {
    scenario,
    kernel,
    store,
    source,
    warehouse: createWarehouseModel(kernel, { read: store.read, list: store.keys }),
    catalog: scenario.catalog ? createCatalogModel(kernel) : null,
    runs: createRunsModel({ kernel, store, source }),
    known: new Map(),
    damaged: new Map(),
  };
}

/** The ports of one process, wired as the command line wires them. */
export function connect(world: World, process: Process): Ports & { warehouse: Warehouse } {
  const { kernel, scenario } = world;
  const { clock, controller } = process;
  const policy = environment.retry;
  const again = <T>(work: () => Promise<T>) => retry(work, { policy, clock, signal: controller.signal });
  const dice = createRandom(deriveSeed(scenario.seed, `ids ${process.name}`));
  const randomHex: RandomHex = (length) =>
    Array.from({ length }, () => dice.between(0, 15).toString(16)).join("");
  const store = withStoreRetries(world.store.connect(process), again);
  return {
    source: withSourceRetries(world.source.connect(process), again),
    store,
    engine: scenario.elsewhere
      ? world.runs.createEngine(process, store)
      : createEngineModel({ kernel, store: world.store, source: world.source }, process, randomHex),
    catalog: world.catalog?.connect(process) ?? null,
    warehouse: withWarehouseRetries(world.warehouse.connect(process), again),
    clock,
    randomHex,
  };
}

/** What a command is given of pipeline and outside. */
export function buildContext(
  world: World,
  process: Process,
  rules: 0 | 1,
  changes: Partial<TaskContext> = {},
): TaskContext {
  return {
    pipeline: { ...pipelines[rules], retentionDays: world.scenario.retentionDays },
    environment,
    ports: connect(world, process),
    selection: { select: "lookback" },
    choices: { accept: false, again: false, goOn: true, distrust: false, only: "all" },
    signal: process.controller.signal,
    report: () => {},
    ...changes,
  };
}

/** Only what tasks read of it matters here: how often they ask again, and how long generations stay. */
const environment: Environment = {
  name: "simulation",
  production: false,
  source: { type: "files", root: "/", s3: null },
  lake: { type: "folder", root: "/" },
  engine: { type: "duckdb", memoryBytes: 1, threads: 1, fileBytes: 1, spill: null },
  catalog: { type: "none" },
  warehouse: { type: "duckdb", path: "/", waitMs: 1 },
  secrets: { hashKey: null },
  retry: { attempts: 4, maxWaitMs: 60_000 },
  keepMs,
  teams: [],
  orchestration: plainOrchestration,
  file: "environments/simulation.yaml",
};
