/** A Glue double with a lake in memory, and a pipeline's job on it that runs a tiny script. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createGlueJob } from "../../../src/adapters/glue/job.ts";
import { createGlueJobRuns } from "../../../src/adapters/glue/job-runs.ts";
import type { GlueOptions } from "../../../src/adapters/glue/options.ts";
import type { ScriptFolders } from "../../../src/adapters/glue/read-script.ts";
import { createMemoryStore } from "../../../src/adapters/memory/memory-store.ts";
import type { GlueEngine, S3Lake } from "../../../src/config/types.ts";
import type { Clock, Job, JobRuns, JobStart, ObjectStore } from "../../../src/ports.ts";
import { pushScript } from "../../../src/tasks/push-script.ts";
import {
  doubleAccount,
  doubleCredentials,
  doubleRegion,
  type GlueDouble,
  type GlueDoubleOptions,
  startGlueDouble,
} from "../../doubles/glue/double.ts";

export interface GlueWorld {
  double: GlueDouble;
  store: ObjectStore;
  options: GlueOptions;
  folders: ScriptFolders;
  job: Job;
  digest: string;
  jobRuns: JobRuns;
  /** Starts a run of an hour at most. */
  start(runKey: string, over?: Partial<JobStart>): Promise<string>;
  /** Time passes, and what it brings about is done. */
  pass(ms: number): Promise<void>;
  /** Names of the operations asked for since the last call. */
  takeCalls(): string[];
}

export const jobName = "shardlift-test-web-shop";

export function buildGlueEngine(over: Partial<GlueEngine> = {}): GlueEngine {
  return {
    type: "glue",
    job: "shardlift-test",
    role: `arn:aws:iam::${doubleAccount}:role/shardlift-glue`,
    region: doubleRegion,
    endpoint: null,
    workerType: "G.1X",
    workers: { min: 2, max: 20 },
    timeoutMs: 4 * 3_600_000,
    executionClass: "standard",
    maxConcurrentRuns: 2,
    daysPerRun: 10,
    bytesPerRun: 500e9,
    fileBytes: 400e6,
    taskMemoryBytes: null,
    onAbort: "leave",
    dpuHourUsd: 0.44,
    tags: { team: "growth", cost_centre: "4711" },
    ...over,
  };
}

export function buildS3Lake(over: Partial<S3Lake> = {}): S3Lake {
  const access = { region: doubleRegion, bucketOwner: null, endpoint: null, pathStyle: false };
  return { type: "s3", bucket: "shop-lake", prefix: "shardlift", kmsKey: null, ...access, ...over };
}

export function buildGlueOptions(over: Partial<GlueOptions> = {}): GlueOptions {
  return {
    environment: "test",
    pipeline: "web-shop",
    engine: buildGlueEngine(),
    lake: buildS3Lake(),
    sourceArns: ["arn:aws:s3:::exports/ga4/*"],
    sourcePlace: null,
    google: null,
    hashKey: null,
    clock: { now: Date.now, sleep: async () => {} },
    logsEndpoint: null,
    credentials: doubleCredentials,
    ...over,
  };
}

/** A script of its own, with a package and a wheel, each a few bytes. */
export async function writeScriptFolder(): Promise<ScriptFolders> {
  const root = await mkdtemp(join(tmpdir(), "shardlift-script-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folders = { scripts: root, wheels: join(root, "wheels") };
  const bundle = {
    script: "extract.py",
    package: "tiny",
    archive: "tiny.zip",
    requirements: "requirements.txt",
  };
  const files = {
    "bundle.json": JSON.stringify(bundle),
    "extract.py": "print('extract')\n",
    "requirements.txt": "# pinned\nDuck_DB==1.5.5\n",
    "tiny/__init__.py": "",
    "tiny/sql/keys.sql": "SELECT 1\n",
    "tiny/test_tiny.py": "assert True\n",
    "wheels/duck_db-1.5.5-py3-none-any.whl": "a wheel",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, name, ".."), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return folders;
}

export async function createGlueWorld(
  given: GlueDoubleOptions & {
    engine?: Partial<GlueEngine>;
    lake?: Partial<S3Lake>;
    store?: ObjectStore;
  } = {},
): Promise<GlueWorld> {
  const double = await startGlueDouble(given);
  onTestFinished(() => double.close());
  const clock: Clock = { now: double.clock.now, sleep: async (ms) => double.clock.advance(ms) };
  const store = given.store ?? createMemoryStore({ nowMs: clock.now });
  const engine = buildGlueEngine({ endpoint: double.endpoint, ...given.engine });
  const options = buildGlueOptions({
    engine,
    lake: buildS3Lake(given.lake),
    clock,
    logsEndpoint: double.endpoint,
  });
  const folders = await writeScriptFolder();
  const job = createGlueJob({ ...options, store, folders });
  const script = await job.readScript();
  await pushScript(store, script);
  await job.apply(script.digest);
  const jobRuns = createGlueJobRuns({ ...options, store, scriptDigest: script.digest });
  let seen = double.log.length;
  return {
    double,
    store,
    options,
    folders,
    job,
    digest: script.digest,
    jobRuns,
    start: (runKey, over) =>
      jobRuns.start({
        runKey,
        specKey: `_runs/${runKey}/spec.json`,
        pipeline: "web-shop",
        bytes: 1000,
        deadlineMs: clock.now() + 3_600_000,
        ...over,
      }),
    async pass(ms) {
      double.clock.advance(ms);
      await settle();
    },
    takeCalls() {
      const calls = double.log.slice(seen).map(({ operation }) => operation);
      seen = double.log.length;
      return calls;
    },
  };
}

/** Scripts inside this process have come to where they wait for something. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
