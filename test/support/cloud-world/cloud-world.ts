/** All that Shardlift meets in the cloud, on this machine: stand-ins, real clients, real Spark. */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createSnowflakeWarehouse } from "../../../src/adapters/snowflake/warehouse.ts";
import { createClock } from "../../../src/cli/clock.ts";
import type { Day } from "../../../src/days/day.ts";
import { buildDemoScenario } from "../../../src/generate/demo-scenario.ts";
import type { DemoPhase, DemoScenario } from "../../../src/generate/demo-types.ts";
import type { Warehouse } from "../../../src/ports.ts";
import { buildConfig } from "../../adapters/snowflake/snowflake-world.ts";
import { createCatalogDouble } from "../../doubles/glue/catalog/catalog.ts";
import { type GlueDouble, startGlueDouble } from "../../doubles/glue/double.ts";
import { buildSparkCommand, spawnScript } from "../../doubles/glue/jobs/spawn-script.ts";
import { type SnowflakeDouble, startSnowflake } from "../../doubles/snowflake/double.ts";
import { sparkPython } from "../../glue/spark-python.ts";
import { startAwsProxy } from "../aws-proxy.ts";
import { account, credentials, startMinistack } from "../aws-servers.ts";
import { type Ended, waitForEnd } from "../site.ts";
import { exportsBucket, exportsPrefix, lakeBucket, lakePrefix, writeCloudConfig } from "./cloud-config.ts";
import { type CloudGoogle, startCloudGoogle } from "./cloud-google.ts";
import { createExportsMirror, type Published, writePhase } from "./cloud-source.ts";
import { createCallCounter, type ServiceCalls } from "./count-calls.ts";
import { fetchWheels } from "./fetch-wheels.ts";

export interface CloudWorld {
  /** Configuration, the environment `local` with all that it has, and the shards as files. */
  folder: string;
  scenario: DemoScenario;
  /** Where commands find the exports, in words. */
  exportsPlace: string;
  glue: GlueDouble;
  /** null: exports are files on S3. */
  google: CloudGoogle | null;
  /** The lake's files, as the stand-in for S3 keeps them. */
  lakeFolder: string;
  /** Brings the source to a phase, in both environments. */
  publish(phase: DemoPhase): Promise<Published>;
  /** Starts a command in a process of its own, as a person would type it; its output goes where `stdio` says. */
  start(args: readonly string[], stdio?: "inherit" | "pipe"): ChildProcess;
  run(args: readonly string[]): Promise<Ended>;
  /** What was asked of each service since this was called last. */
  takeCalls(): ServiceCalls;
  /** Snowflake by the real driver, to look at what is in it. */
  openSnowflake(): Warehouse;
  /** Ends all that was started, and takes the folders away. */
  end(): Promise<void>;
}

export interface CloudWorldOptions {
  /** Share of the demo's rows. */
  share: number;
  /** Cores that Spark takes. */
  cores: number;
  /** Where exports are: as files in a bucket, or as tables of BigQuery. */
  source: "files" | "bigquery";
}

const program = fileURLToPath(new URL("../../../bin/shardlift.mjs", import.meta.url));
/** The demo's own, so that its days are the same. */
const startDay = "2026-11-10" as Day;

/** Starts the stand-ins on free ports of 127.0.0.1; Spark comes with each run of the job. */
export async function startCloudWorld({ share, cores, source }: CloudWorldOptions): Promise<CloudWorld> {
  const endings: (() => Promise<unknown>)[] = [];
  // What cannot be ended keeps nothing else alive.
  const end = async () => {
    const faults: unknown[] = [];
    for (const ending of endings.splice(0).reverse()) {
      await ending().catch((error: unknown) => faults.push(error));
    }
    if (faults.length > 0) throw faults[0];
  };
  const keep = <Part>(part: Part, ending: (part: Part) => Promise<unknown>): Part => {
    endings.push(() => ending(part));
    return part;
  };
  try {
    const folder = keep(await mkdtemp(join(tmpdir(), "shardlift-cloud-")), removeFolder);
    const buckets = join(folder, "buckets");
    await mkdir(join(folder, "source"), { recursive: true });
    const ministack = keep(await startMinistack(buckets), (server) => server.stop());
    const proxy = keep(await startAwsProxy(ministack.endpoint), (server) => server.stop());
    const client = keep(openClient(ministack.endpoint), async (one) => one.destroy());
    for (const Bucket of [lakeBucket, exportsBucket]) await makeBucket(client, Bucket);
    const scenario = buildDemoScenario(startDay);
    const datasets = scenario.properties.map(({ dataset }) => dataset);
    const google =
      source === "files" ? null : keep(await startCloudGoogle(datasets), (double) => double.close());
    const spark = { cores, env: { ...credentials, AWS_DEFAULT_REGION: credentials.AWS_REGION } };
    const glue = keep(await startGlue(client, join(buckets, account), spark), (double) => double.close());
    const keys = buildKeys();
    const lake = join(buckets, account, lakeBucket);
    const snowflake = keep(await startSnowflakeDouble(keys.publicKey, lake), (double) => double.close());
    const port = Number(new URL(snowflake.url).port);
    const endpoints = {
      s3: proxy.endpoint,
      glue: glue.endpoint,
      snowflakePort: port,
      google: google === null ? null : { rest: google.bigQuery.endpoint, read: google.read.endpoint },
    };
    await writeCloudConfig(folder, scenario.properties, endpoints);
    // The double of BigQuery makes its tables of Parquet alone.
    const format = google === null ? null : "parquet";
    const mirror = createExportsMirror(client, join(folder, "source"));
    const env = {
      ...credentials,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: glue.endpoint,
      SNOWFLAKE_KEY: keys.privateKey,
      SHARDLIFT_CONFIG: folder,
      SHARDLIFT_WHEELS: fetchWheels(sparkPython!),
    };
    const start: CloudWorld["start"] = (args, stdio = "pipe") =>
      spawn(process.execPath, [program, ...args], {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ["ignore", stdio, stdio],
      });
    return {
      folder,
      scenario,
      exportsPlace: google === null ? `s3://${exportsBucket}/${exportsPrefix}/` : "BigQuery",
      glue,
      google,
      lakeFolder: join(lake, lakePrefix),
      async publish(phase) {
        const published = await writePhase(join(folder, "source"), phase, { share, format });
        await (google === null ? mirror() : google.load(join(folder, "source")));
        return published;
      },
      start,
      run: (args) => waitForEnd(start(args)),
      takeCalls: createCallCounter({ s3: proxy, glue, snowflake, google }),
      openSnowflake: () => openWarehouse(port, keys.privateKey),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

function openClient(endpoint: string): S3Client {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials;
  const region = credentials.AWS_REGION;
  return new S3Client({
    region,
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
}

async function makeBucket(client: S3Client, Bucket: string): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: credentials.AWS_REGION };
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
}

/** Jobs whose runs are real ones, and a catalog whose crawler looks into the buckets' own files. */
function startGlue(
  client: S3Client,
  bucketsRoot: string,
  spark: { cores: number; env: Record<string, string> },
): Promise<GlueDouble> {
  const python = sparkPython!;
  const sparkSubmit = join(dirname(python), "spark-submit");
  return startGlueDouble({
    jobs: { startMs: 0 },
    execute: spawnScript({
      readObject: (uri) => readObject(client, uri),
      buildCommand: buildSparkCommand({ sparkSubmit, python, ...spark }),
    }),
    operations: createCatalogDouble({ bucketsRoot, crawlMs: 500 }).operations,
  });
}

async function readObject(client: S3Client, uri: string): Promise<Uint8Array> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri)!;
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToByteArray();
}

function buildKeys() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

/** What Snowflake sees as the bucket are the very files that the stand-in for S3 keeps. */
function startSnowflakeDouble(publicKey: string, folder: string): Promise<SnowflakeDouble> {
  return startSnowflake({
    users: { SHARDLIFT: { publicKey, roles: ["LOADER"] } },
    mounts: [{ url: `s3://${lakeBucket}/`, folder }],
    databases: ["LAKE"],
    warehouses: ["LOAD_WH"],
    roles: ["LOADER"],
    stages: [{ name: "LAKE.SHARDLIFT.LAKE", url: `s3://${lakeBucket}/${lakePrefix}/` }],
    fileFormats: ["LAKE.SHARDLIFT.PARQUET"],
  });
}

function openWarehouse(port: number, privateKey: string): Warehouse {
  return createSnowflakeWarehouse({
    config: buildConfig({ endpoint: { protocol: "http", host: "127.0.0.1", port } }),
    clock: createClock(null),
    tag: {},
    readSecret: async () => privateKey,
  });
}
