/** The whole of it on this machine: Glue's double, the real script in Spark, a lake in a stand-in for S3. */
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { createGlueJob } from "../../../src/adapters/glue/job.ts";
import { createGlueJobRuns } from "../../../src/adapters/glue/job-runs.ts";
import type { GlueEngine, S3Place } from "../../../src/config/types.ts";
import type { Clock, ObjectStore } from "../../../src/ports.ts";
import { createRunsEngine } from "../../../src/runs/runs-engine.ts";
import type { RunsEngineOptions } from "../../../src/runs/types.ts";
import type { TaskContext, TaskOutput } from "../../../src/tasks/context.ts";
import { taskRunners } from "../../../src/tasks/run-task.ts";
import { type GlueDouble, startGlueDouble } from "../../doubles/glue/double.ts";
import { buildSparkCommand, spawnScript } from "../../doubles/glue/jobs/spawn-script.ts";
import type { RunRecord } from "../../doubles/glue/jobs/types.ts";
import { sparkPython } from "../../glue/spark-python.ts";
import { credentials } from "../../support/aws-servers.ts";
import { createWorld, type World } from "../../support/world.ts";
import { openStore } from "../s3/s3-world.ts";
import { buildGlueEngine, buildGlueOptions, buildS3Lake } from "./glue-world.ts";

export interface SparkWorld {
  world: World;
  double: GlueDouble;
  store: ObjectStore;
  run(task: string, over?: Partial<RunsEngineOptions>, signal?: AbortSignal): Promise<TaskOutput>;
  context(): Promise<TaskContext>;
  /** From now on the environment has this engine; whoever comes next puts the job right. */
  change(engine: Partial<GlueEngine>): void;
}

export interface SparkWorldOptions {
  /** What a worker holds, bytes, by its type. */
  chooseMemory?: (workerType: string) => number;
}

/** The script has the machine's clock; looks are often, since nobody pays for them here. */
export const clock = buildClock(Date.now);

function buildClock(now: () => number): Clock {
  return { now, sleep: (ms, signal) => pause(Math.min(ms, 500), undefined, signal ? { signal } : {}) };
}

/** @param place of a lake in which nothing is yet */
export async function createSparkWorld(place: S3Place, more: SparkWorldOptions = {}): Promise<SparkWorld> {
  const world = await createWorld();
  const store = openStore(place);
  const double = await startSparkDouble(store, `s3://${place.bucket}/${place.prefix}/`, more);
  const folders = await copyScripts();
  let engine = buildGlueEngine({ endpoint: double.endpoint, taskMemoryBytes: 500e6 });
  const build = async (over: Partial<RunsEngineOptions>, signal?: AbortSignal) => {
    // Glue's time, which tests move on.
    const options = buildGlueOptions({
      engine,
      lake: buildS3Lake(place),
      logsEndpoint: double.endpoint,
      clock: buildClock(double.clock.now),
    });
    const job = createGlueJob({ ...options, store, folders });
    const { digest: scriptDigest } = await job.readScript();
    const jobRuns = createGlueJobRuns({ ...options, store, scriptDigest });
    const runs = createRunsEngine({
      ...buildRunsOptions(options.clock),
      store,
      jobRuns,
      scriptDigest,
      ...over,
    });
    const ports: TaskContext["ports"] = {
      ...world.ports,
      clock: options.clock,
      store,
      engine: runs,
      job,
    };
    return world.context({ ports, ...(signal ? { signal } : {}) });
  };
  return {
    world,
    double,
    store,
    run: async (task, over = {}, signal) => taskRunners[task]!(await build(over, signal)),
    context: () => build({}),
    change(over) {
      engine = { ...engine, ...over };
    },
  };
}

function buildRunsOptions(at: Clock): Omit<RunsEngineOptions, "store" | "jobRuns" | "scriptDigest"> {
  return {
    name: "glue",
    clock: at,
    limits: { daysPerRun: 10, bytesPerRun: 1e12, daysAtOnce: 20 },
    maxRunMs: 12 * 3_600_000,
    listLagMs: 1_000,
    dpuHourUsd: 0.44,
    onAbort: "leave",
  };
}

/** @param root of the lake, as scripts are named by */
async function startSparkDouble(
  store: ObjectStore,
  root: string,
  { chooseMemory }: SparkWorldOptions,
): Promise<GlueDouble> {
  const execute = spawnScript({
    async readObject(uri) {
      const found = uri.startsWith(root) ? await store.get(uri.slice(root.length)) : null;
      if (found === null) throw new Error("NoSuchKey");
      return found.body;
    },
    buildCommand: buildSparkCommand({
      sparkSubmit: join(dirname(sparkPython!), "spark-submit"),
      python: sparkPython!,
      cores: 2,
      env: { ...credentials, AWS_DEFAULT_REGION: credentials.AWS_REGION },
    }),
    ...(chooseMemory === undefined ? {} : { chooseMemory }),
  });
  const double = await startGlueDouble({ execute, jobs: { startMs: 0, stopMs: 0 } });
  onTestFinished(() => double.close());
  return double;
}

export function readRuns({ double }: SparkWorld): RunRecord[] {
  return [...double.world.jobs.values()].flatMap(({ runs }) => runs);
}

/** Waits for the last run's end, and for the minute after which it is taken for ended. */
export async function settle(spark: SparkWorld): Promise<void> {
  await expect.poll(() => readRuns(spark).at(-1)?.endedMs ?? null, { timeout: 60_000 }).not.toBeNull();
  spark.double.clock.advance(60_000);
}

/** The real script, with one empty wheel: the interpreter has the modules. */
export async function copyScripts() {
  const scripts = await mkdtemp(join(tmpdir(), "shardlift-scripts-"));
  onTestFinished(() => rm(scripts, { recursive: true, force: true }));
  await cp(fileURLToPath(new URL("../../../glue-scripts", import.meta.url)), scripts, { recursive: true });
  await writeFile(join(scripts, "requirements.txt"), "duckdb==1.5.5\n");
  const wheels = join(scripts, "wheels");
  await mkdir(wheels, { recursive: true });
  await writeFile(join(wheels, "duckdb-1.5.5-cp311-cp311-linux.whl"), "");
  return { scripts, wheels };
}
