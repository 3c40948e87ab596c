import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type GlueOptions, parseRoleArn } from "../adapters/glue/options.ts";
import type { Environment, GlueEngine, S3Lake } from "../config/types.ts";
import { ShardliftError } from "../errors.ts";
import type { Clock, Engine, Job, ObjectStore } from "../ports.ts";
import { createRunsEngine } from "../runs/runs-engine.ts";

export interface GlueWiring {
  environment: Environment;
  engine: GlueEngine;
  /** Whose job it is. */
  pipeline: string;
  store: ObjectStore;
  clock: Clock;
  env: NodeJS.ProcessEnv;
}

/** How long Glue's list of runs may leave out one that has begun. */
const listLagMs = 60_000;

/** The engine whose runs are a Glue job's, and that job; AWS is asked when they are used. */
export async function buildGlue(wiring: GlueWiring): Promise<{ engine: Engine; job: Job }> {
  const { environment, engine, store, clock } = wiring;
  const { createGlueJob } = await import("../adapters/glue/job.ts");
  const { createGlueJobRuns } = await import("../adapters/glue/job-runs.ts");
  const options = buildGlueOptions(wiring);
  const job = createGlueJob({ ...options, store, folders: findScriptFolders(wiring.env) });
  const { digest: scriptDigest } = await job.readScript();
  const runs = createRunsEngine({
    name: "glue",
    store,
    jobRuns: createGlueJobRuns({ ...options, store, scriptDigest }),
    clock,
    scriptDigest,
    limits: {
      daysPerRun: engine.daysPerRun,
      bytesPerRun: engine.bytesPerRun,
      daysAtOnce: engine.daysPerRun * engine.maxConcurrentRuns,
    },
    maxRunMs: environment.keepMs / 2,
    listLagMs,
    dpuHourUsd: engine.dpuHourUsd,
    onAbort: engine.onAbort,
  });
  return { engine: runs, job };
}

export function buildGlueOptions({ environment, engine, pipeline, clock }: GlueWiring): GlueOptions {
  return {
    environment: environment.name,
    pipeline,
    engine,
    lake: requireS3(environment),
    sourceArns: listSourceArns(environment.source, parseRoleArn(engine.role).partition),
    sourcePlace: environment.source.type === "bigquery" ? null : environment.source.s3,
    hashKey: environment.secrets.hashKey,
    google: environment.source.type === "bigquery" ? environment.source : null,
    clock,
    logsEndpoint: null,
    credentials: null,
  };
}

/** Scripts are beside `src` and `dist`, as `sql` is; wheels are fetched by whoever pushes them. */
export function findScriptFolders(env: NodeJS.ProcessEnv) {
  const scripts = fileURLToPath(new URL("../../glue-scripts/", import.meta.url));
  return { scripts, wheels: resolve(env.SHARDLIFT_WHEELS ?? ".shardlift/wheels") };
}

/** Shards in a folder are read by workers that have it too, on this machine in trials: no right of S3 is needed. */
function listSourceArns(source: Environment["source"], partition: string): string[] {
  if (source.type === "bigquery" || source.s3 === null) return [];
  const { bucket, prefix } = source.s3;
  return [`arn:${partition}:s3:::${bucket}/${prefix === "" ? "" : `${prefix}/`}*`];
}

function requireS3({ lake, file }: Environment): S3Lake {
  if (lake.type === "s3") return lake;
  throw new ShardliftError("config", {
    failed: "Glue cannot reach the lake.",
    rule: "engine.type: glue needs lake.type: s3",
    received: `${file}: lake.type: ${lake.type}`,
    remedy: "put the lake on S3, or use engine.type: duckdb",
  });
}
