import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { QueryTag, SnowflakeOptions } from "../adapters/snowflake/options.ts";
import { resolveSecret } from "../config/resolve-secret.ts";
import type { Environment, SecretReference, SnowflakeWarehouse } from "../config/types.ts";
import { ShardliftError } from "../errors.ts";
import type { Clock, ObjectStore, Ports, RandomHex, Source, Warehouse } from "../ports.ts";
import { retry, withSourceRetries, withStoreRetries, withWarehouseRetries } from "../tasks/retry.ts";

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
  const store = withStoreRetries(await buildStore(environment), again);
  const source = withSourceRetries(await buildSource(environment), again);
  const warehouse = withWarehouseRetries(await buildWarehouse(input, store), again);
  const randomHex: RandomHex = (length) =>
    randomBytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length);
  const engine = await buildEngine(input, store, randomHex);
  return {
    ports: { source, store, engine, catalog: null, warehouse, clock, randomHex },
    close: () => warehouse.close(),
  };
}

async function buildStore({ lake }: Environment): Promise<ObjectStore> {
  if (lake.type === "s3") throw refuseUnbuilt("lake.type: s3");
  const { createFolderStore } = await import("../adapters/folder/folder-store.ts");
  return createFolderStore({ root: lake.root });
}

async function buildSource({ source }: Environment): Promise<Source> {
  if (source.s3 !== null) throw refuseUnbuilt("a source on S3");
  const { createFilesSource } = await import("../adapters/files/source.ts");
  return createFilesSource({ root: source.root });
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

async function buildEngine(
  { environment, clock, env }: WiringInput,
  store: ObjectStore,
  randomHex: RandomHex,
) {
  const { createDuckDbEngine } = await import("../adapters/duckdb/engine.ts");
  if (environment.engine.type !== "duckdb") throw refuseUnbuilt("engine.type: glue");
  const { memoryBytes, threads, fileBytes, spill } = environment.engine;
  const readHashKey = () => readSecret(environment, env);
  return createDuckDbEngine({ memoryBytes, threads, fileBytes, spill, store, clock, randomHex, readHashKey });
}

/** The hash key, resolved at the moment it is used. */
export async function readSecret(
  { secrets, file }: Environment,
  env: NodeJS.ProcessEnv,
): Promise<Uint8Array> {
  if (secrets.hashKey !== null) {
    return Buffer.from(await readReference(secrets.hashKey, env));
  }
  throw new ShardliftError("config", {
    failed: "A column is to be hashed, and the environment names no key.",
    rule: "columns.hash needs secrets.hash_key in the environment",
    received: file,
    remedy: "add `secrets: { hash_key: env:SHARDLIFT_HASH_KEY }` to the environment file",
  });
}

function readReference(reference: SecretReference, env: NodeJS.ProcessEnv): Promise<string> {
  return resolveSecret(
    reference,
    env,
    (path) => readFile(path, "utf8"),
    async () => {
      throw refuseUnbuilt("aws-secret:");
    },
  );
}

function refuseUnbuilt(what: string): ShardliftError {
  return new ShardliftError("config", { failed: `${what} is not wired in this version.` });
}
