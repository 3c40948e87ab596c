/** The whole of it on this machine: Glue's double, the real script in Spark, a lake in a stand-in for S3. */
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { createGlueJob } from "../../../src/adapters/glue/job.ts";
import { createGlueJobRuns } from "../../../src/adapters/glue/job-runs.ts";
import type { S3Place } from "../../../src/config/types.ts";
import type { Clock, ObjectStore } from "../../../src/ports.ts";
import { createRunsEngine } from "../../../src/runs/runs-engine.ts";
import type { RunsEngineOptions } from "../../../src/runs/types.ts";
import type { TaskContext, TaskOutput } from "../../../src/tasks/context.ts";
import { taskRunners } from "../../../src/tasks/run-task.ts";
import { type GlueDouble, startGlueDouble } from "../../doubles/glue/double.ts";
import { buildSparkCommand, spawnScript } from "../../doubles/glue/jobs/spawn-script.ts";
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
}

/** The script has the machine's clock; looks are often, since nobody pays for them here. */
export const clock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => pause(Math.min(ms, 500), undefined, signal ? { signal } : {}),
};

/** @param place of a lake in which nothing is yet */
export async function createSparkWorld(place: S3Place): Promise<SparkWorld> {
  const world = await createWorld();
  const store = openStore(place);
  const root = `s3://${place.bucket}/${place.prefix}/`;
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
  });
  const double = await startGlueDouble({ execute, jobs: { startMs: 0, stopMs: 0 } });
  onTestFinished(() => double.close());
  const options = buildGlueOptions({
    engine: buildGlueEngine({ endpoint: double.endpoint, taskMemoryBytes: 500e6 }),
    lake: buildS3Lake(place),
    logsEndpoint: double.endpoint,
    clock,
  });
  const job = createGlueJob({ ...options, store, folders: await copyScripts() });
  const { digest: scriptDigest } = await job.readScript();
  const jobRuns = createGlueJobRuns({ ...options, store, scriptDigest });
  const engineOptions: RunsEngineOptions = {
    name: "glue",
    store,
    jobRuns,
    clock,
    scriptDigest,
    limits: { daysPerRun: 10, bytesPerRun: 1e12, daysAtOnce: 20 },
    maxRunMs: 12 * 3_600_000,
    listLagMs: 1_000,
    dpuHourUsd: 0.44,
    onAbort: "leave",
  };
  const run: SparkWorld["run"] = (task, over = {}, signal) => {
    const engine = createRunsEngine({ ...engineOptions, ...over });
    const ports: TaskContext["ports"] = { ...world.ports, clock, store, engine, job };
    return taskRunners[task]!(world.context({ ports, ...(signal ? { signal } : {}) }));
  };
  return { world, double, store, run };
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
