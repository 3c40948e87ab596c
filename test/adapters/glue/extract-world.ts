/** A pipeline whose days are extracted by runs of a Glue job on the double; its script writes one small file a day. */
import { onTestFinished } from "vitest";
import { createGlueJob } from "../../../src/adapters/glue/job.ts";
import { createGlueJobRuns } from "../../../src/adapters/glue/job-runs.ts";
import { createMemoryStore } from "../../../src/adapters/memory/memory-store.ts";
import type { GlueEngine } from "../../../src/config/types.ts";
import type { Clock, ObjectStore, Source, Warehouse } from "../../../src/ports.ts";
import { createRunsEngine } from "../../../src/runs/runs-engine.ts";
import type { RunsEngineOptions } from "../../../src/runs/types.ts";
import type { TaskContext, TaskOutput } from "../../../src/tasks/context.ts";
import { runRepair } from "../../../src/tasks/repair.ts";
import { taskRunners } from "../../../src/tasks/run-task.ts";
import { type GlueDouble, startGlueDouble } from "../../doubles/glue/double.ts";
import { type ExecutionInput, executeInProcess } from "../../doubles/glue/jobs/execution.ts";
import { createDoubleClock } from "../../doubles/snowflake/clock.ts";
import { hourMs, runScript, type ScriptWorld, startMs } from "../../runs/world.ts";
import { eventSchema } from "../../sql/schemas.ts";
import { buildPipeline, buildVersion, day } from "../../support/builders.ts";
import { buildEnvironment } from "../../support/world.ts";
import { buildGlueEngine, buildGlueOptions, writeScriptFolder } from "./glue-world.ts";

/** The script's own work, the way it is killed, and what it may do instead. */
export type Script = (work: () => Promise<void>, print: (line: string) => void) => Promise<void>;

export interface ExtractWorld extends ScriptWorld {
  double: GlueDouble;
  clock: Clock;
  /** By default it works. */
  script: Script;
  signal: AbortController;
  notes: string[];
  /** A task in a process of its own: its engine knows nothing of former ones. */
  run(task: string, over?: Partial<RunsEngineOptions>): Promise<TaskOutput>;
  /** Lets keep pass, repairs, and lists all that is left of days and runs. */
  repair(): Promise<string[]>;
  /** Run that wrote a day's current generation, by day. */
  readCurrent(): Promise<Record<string, string>>;
  count(operation: string): number;
  /** Resolves when so much time of the world has passed. */
  wait(ms: number): Promise<void>;
  /** Ids of all runs, oldest first; of two of one instant the lower id. */
  runIds(): string[];
}

export const days = ["2026-11-20", "2026-11-19"].map(day);

export async function createExtractWorld(engine: Partial<GlueEngine> = {}): Promise<ExtractWorld> {
  const doubleClock = createDoubleClock(() => startMs);
  const clock: Clock = {
    now: doubleClock.now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      doubleClock.advance(ms);
      // Scripts get as far as they come.
      for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const store = createMemoryStore({ nowMs: clock.now });
  const execute = executeInProcess((input) =>
    world.script(() => runScript(world, readInput(input)), input.print),
  );
  const double = await startGlueDouble({ clock: doubleClock, execute });
  onTestFinished(() => double.close());
  const folders = await writeScriptFolder();
  const options = buildGlueOptions({
    engine: buildGlueEngine({ endpoint: double.endpoint, maxConcurrentRuns: 3, ...engine }),
    logsEndpoint: double.endpoint,
    clock,
  });
  const job = createGlueJob({ ...options, store, folders });
  const { digest: scriptDigest } = await job.readScript();
  const runsOptions: RunsEngineOptions = {
    name: "glue",
    store,
    jobRuns: createGlueJobRuns({ ...options, store, scriptDigest }),
    clock,
    scriptDigest,
    limits: { daysPerRun: 10, bytesPerRun: 1e12, daysAtOnce: 20 },
    maxRunMs: 12 * hourMs,
    listLagMs: 60_000,
    dpuHourUsd: 0.44,
    onAbort: "leave",
  };
  const world: ExtractWorld = {
    double,
    clock,
    store,
    onDay: () => "write",
    ran: [],
    script: (work) => work(),
    signal: new AbortController(),
    notes: [],
    run: (task, over = {}) => taskRunners[task]!(buildContext(world, { ...runsOptions, ...over }, job)),
    async repair() {
      doubleClock.advance(25 * hourMs);
      await runRepair(buildContext(world, runsOptions, job), "apply");
      return listKeys(store, ["web-shop/ga4_events/day=", "_runs/"]);
    },
    readCurrent: () => readCurrent(store),
    count: (operation) => double.log.filter((entry) => entry.operation === operation).length,
    wait: (ms) => new Promise((resolve) => void doubleClock.at(clock.now() + ms, resolve)),
    runIds() {
      const runs = [...double.world.jobs.values()].flatMap((one) => one.runs);
      return runs.sort((a, b) => a.startedMs - b.startedMs || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
    },
  };
  await world.run("push-script");
  await world.run("ensure-job");
  return world;
}

function buildContext(
  world: ExtractWorld,
  options: RunsEngineOptions,
  job: ReturnType<typeof createGlueJob>,
) {
  const { store, clock } = world;
  const unused = {
    location: "unused",
    readLedger: async () => [],
    unregisterCold: async () => {},
  } as unknown as Warehouse;
  const context: TaskContext = {
    pipeline: buildPipeline(),
    environment: buildEnvironment("unused"),
    ports: {
      source: buildSource(),
      store,
      engine: createRunsEngine(options),
      catalog: null,
      warehouse: unused,
      clock,
      randomHex: (length) => "a".repeat(length),
      job,
    },
    selection: { select: "range", range: { first: days[1]!, last: days[0]! } },
    choices: { accept: false, again: false, goOn: true, distrust: false, only: "all" },
    signal: world.signal.signal,
    report: (event) => void (event.event === "note" && world.notes.push(`${event.level} ${event.text}`)),
  };
  return context;
}

function buildSource(): Source {
  const versions = new Map(days.map((on) => [buildVersion(on).table, buildVersion(on, { rows: 7 })]));
  return {
    location: "a source of this test",
    listTables: async () => [...versions.keys()],
    readVersion: async (_, table) => versions.get(table) ?? null,
    openShard: async (_, table) => {
      const part = { path: `s3://exports/ga4/${table}.parquet`, format: "parquet" as const, bytes: 1000 };
      return { version: versions.get(table)!, schema: eventSchema, parts: [part] };
    },
  };
}

function readInput({ runId, arguments: given }: ExecutionInput) {
  const [runKey, specKey] = [given["--shardlift_run_key"]!, given["--spec"]!];
  const deadlineMs = Number(given["--attempt_deadline_ms"]);
  return { id: runId, runKey, specKey, pipeline: "web-shop", bytes: 0, deadlineMs };
}

async function listKeys(store: ObjectStore, prefixes: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of prefixes) for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

async function readCurrent(store: ObjectStore): Promise<Record<string, string>> {
  const current: Record<string, string> = {};
  for (const key of await listKeys(store, ["web-shop/ga4_events/_heads/"])) {
    const head = JSON.parse(Buffer.from((await store.get(key))!.body).toString());
    current[head.day] = head.generation.replace(/_\d{4}-\d\d-\d\d$/, "");
  }
  return current;
}
