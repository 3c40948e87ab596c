import { randomBytes } from "node:crypto";
import type { QueryTag, SnowflakeOptions } from "../adapters/snowflake/options.ts";
import type { Environment, SecretReference, SnowflakeWarehouse } from "../config/types.ts";
import { ShardliftError } from "../errors.ts";
import type { Clock, Engine, ObjectStore, Ports, RandomHex, Source, Warehouse } from "../ports.ts";
import {
  type Retrying,
  retry,
  withSourceRetries,
  withStoreRetries,
  withWarehouseRetries,
} from "../tasks/retry.ts";
import { readReference, readSecret } from "./read-secret.ts";

export interface WiringInput {
  environment: Environment;
  clock: Clock;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  /** Who is asking, for a warehouse that keeps a history. */
  tag?: Omit<QueryTag, "run">;
}

export interface OpenPorts {
  ports: Ports;
  close(): Promise<void>;
}

/** Builds the adapters an environment names; each is imported only where it is used. */
export async function buildPorts(input: WiringInput): Promise<OpenPorts> {
  const { environment, clock, signal } = input;
  const again = <T>(work: () => Promise<T>) => retry(work, { policy: environment.retry, clock, signal });
  const store = withStoreRetries(await buildStore(environment, again), again);
  const source = await buildSource(environment, again);
  const warehouse = withWarehouseRetries(await buildWarehouse(input, store), again);
  const engine = await buildEngine(input, store, again);
  return {
    ports: { source, store, engine, catalog: null, warehouse, clock, randomHex },
    close: () => warehouse.close(),
  };
}

const randomHex: RandomHex = (length) =>
  randomBytes(Math.ceil(length / 2))
    .toString("hex")
    .slice(0, length);

async function buildStore({ lake }: Environment, again: Retrying): Promise<ObjectStore> {
  if (lake.type === "s3") {
    const { createS3Store } = await import("../adapters/s3/s3-store.ts");
    return createS3Store({ ...lake, again, randomHex });
  }
  const { createFolderStore } = await import("../adapters/folder/folder-store.ts");
  return createFolderStore({ root: lake.root });
}

/** A source on S3 asks again call by call, since one look at a shard is many calls. */
async function buildSource({ source }: Environment, again: Retrying): Promise<Source> {
  if (source.type === "bigquery") throw refuseUnbuilt("source.type: bigquery");
  if (source.s3 !== null) {
    const { createS3FilesSource } = await import("../adapters/files/s3-source.ts");
    return createS3FilesSource({ ...source.s3, again });
  }
  const { createFilesSource } = await import("../adapters/files/source.ts");
  return withSourceRetries(createFilesSource({ root: source.root }), again);
}

async function buildWarehouse(input: WiringInput, store: ObjectStore): Promise<Warehouse> {
  const { environment, clock, signal } = input;
  if (environment.warehouse.type === "snowflake") {
    const { createSnowflakeWarehouse } = await import("../adapters/snowflake/warehouse.ts");
    return createSnowflakeWarehouse(buildSnowflakeOptions(input, environment.warehouse));
  }
  const { createDuckDbWarehouse } = await import("../adapters/duckdb/warehouse.ts");
  const { path, waitMs } = environment.warehouse;
  if (environment.engine.type !== "duckdb") throw refuseUnbuilt("engine.type: glue");
  const { memoryBytes, threads } = environment.engine;
  return createDuckDbWarehouse({ path, waitMs, store, clock, signal, memoryBytes, threads });
}

/** What reaches the environment's Snowflake; nobody signs in before it is used. */
export function buildSnowflakeOptions(
  { clock, signal, env, tag }: Omit<WiringInput, "environment">,
  config: SnowflakeWarehouse,
): SnowflakeOptions {
  const run = randomBytes(8).toString("hex");
  const readSecret = (reference: SecretReference) => readReference(reference, env);
  return { config, clock, signal, tag: { ...tag, run }, readSecret };
}

async function buildEngine(input: WiringInput, store: ObjectStore, again: Retrying): Promise<Engine> {
  const { environment, clock, env } = input;
  const { engine: config, source } = environment;
  if (config.type !== "duckdb") throw refuseUnbuilt("engine.type: glue");
  const { createDuckDbEngine } = await import("../adapters/duckdb/engine.ts");
  const readHashKey = () => readSecret(environment, env);
  const engine = createDuckDbEngine({ ...config, store, clock, randomHex, readHashKey });
  if (source.type === "bigquery" || source.s3 === null) return engine;
  const { withFetchedParts } = await import("../adapters/s3/fetching-engine.ts");
  return withFetchedParts(engine, { place: source.s3, again, spill: config.spill });
}

function refuseUnbuilt(what: string): ShardliftError {
  return new ShardliftError("config", { failed: `${what} is not wired in this version.` });
}
