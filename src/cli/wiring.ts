import { randomBytes } from "node:crypto";
import type { QueryTag, SnowflakeOptions } from "../adapters/snowflake/options.ts";
import type { Environment, SecretReference, SnowflakeWarehouse } from "../config/types.ts";
import { ShardliftError } from "../errors.ts";
import type { Catalog, Clock, ObjectStore, Ports, RandomHex, Source, Warehouse } from "../ports.ts";
import {
  type Retrying,
  retry,
  withCatalogRetries,
  withSourceRetries,
  withStoreRetries,
  withWarehouseRetries,
} from "../tasks/retry.ts";
import type { BigQuery } from "./build-bigquery.ts";
import { boundMemory, readMachineMemory } from "./machine-memory.ts";
import { readReference, readSecret } from "./read-secret.ts";

export interface WiringInput {
  environment: Environment;
  clock: Clock;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  /** Project that holds the pipeline's dataset; left out: the one that is billed. */
  project?: string | null;
  /** Who is asking, for a warehouse that keeps a history. */
  tag?: Omit<QueryTag, "run">;
}

export interface OpenPorts {
  ports: Ports;
  close(): Promise<void>;
}

/** Builds the adapters an environment names; each is imported only where it is used. */
export async function buildPorts(asked: WiringInput): Promise<OpenPorts> {
  const input = withinMachine(asked);
  const { environment, clock } = input;
  const again = createAgain(input);
  const store = await buildStore(environment, again);
  const google = await findBigQuery(input);
  const source = await buildSource(input, google, again);
  const warehouse = await buildWarehouse(input, store, again);
  const catalog = await buildCatalog(input, again);
  const work = await buildEngine(input, { store, google, again });
  return {
    ports: { source, store, ...work, catalog, warehouse, clock, randomHex },
    close: async () => warehouse?.close(),
  };
}

/** The warehouse alone, for whoever only asks it. */
export async function openWarehouse(asked: WiringInput): Promise<Warehouse> {
  const input = withinMachine(asked);
  const again = createAgain(input);
  const warehouse = await buildWarehouse(input, await buildStore(input.environment, again), again);
  if (warehouse !== null) return warehouse;
  throw new ShardliftError("config", {
    failed: "There is no warehouse to ask.",
    rule: "only a warehouse of type duckdb or snowflake answers queries",
    received: `${input.environment.file}: warehouse of type none`,
    remedy: "ask the lake where its readers do: Athena, where the environment has a catalog",
  });
}

function withinMachine(input: WiringInput): WiringInput {
  return { ...input, environment: boundMemory(input.environment, readMachineMemory()) };
}

export function createAgain({
  environment,
  clock,
  signal,
}: Pick<WiringInput, "environment" | "clock" | "signal">): Retrying {
  return (work) => retry(work, { policy: environment.retry, clock, signal });
}

export const randomHex: RandomHex = (length) =>
  randomBytes(Math.ceil(length / 2))
    .toString("hex")
    .slice(0, length);

/** The lake alone, for whoever asks nothing else. */
export async function buildStore({ lake }: Environment, again: Retrying): Promise<ObjectStore> {
  if (lake.type === "s3") {
    const { createS3Store } = await import("../adapters/s3/s3-store.ts");
    return withStoreRetries(createS3Store({ ...lake, again, randomHex }), again);
  }
  const { createFolderStore } = await import("../adapters/folder/folder-store.ts");
  return withStoreRetries(createFolderStore({ root: lake.root }), again);
}

/** null: exports are files. */
async function findBigQuery(input: WiringInput): Promise<BigQuery | null> {
  const { source: config } = input.environment;
  if (config.type !== "bigquery") return null;
  const { openBigQuery } = await import("./build-bigquery.ts");
  return openBigQuery({ ...input, config });
}

/** A source on S3 asks again call by call, since one look at a shard is many calls. */
async function buildSource(
  { environment: { source } }: WiringInput,
  google: BigQuery | null,
  again: Retrying,
): Promise<Source> {
  if (google !== null) {
    const { buildBigQuerySource } = await import("./build-bigquery.ts");
    return withSourceRetries(await buildBigQuerySource(google), again);
  }
  if (source.type === "bigquery") throw new Error("a source in BigQuery that nobody has opened");
  if (source.s3 !== null) {
    const { createS3FilesSource } = await import("../adapters/files/s3-source.ts");
    return createS3FilesSource({ ...source.s3, again });
  }
  const { createFilesSource } = await import("../adapters/files/source.ts");
  return withSourceRetries(createFilesSource({ root: source.root }), again);
}

async function buildWarehouse(
  input: WiringInput,
  store: ObjectStore,
  again: Retrying,
): Promise<Warehouse | null> {
  const warehouse = await createWarehouse(input, store);
  return warehouse === null ? null : withWarehouseRetries(warehouse, again);
}

async function createWarehouse(input: WiringInput, store: ObjectStore): Promise<Warehouse | null> {
  const { environment, clock, signal } = input;
  const { warehouse, engine } = environment;
  if (warehouse.type === "none") return null;
  if (warehouse.type === "snowflake") {
    const { createSnowflakeWarehouse } = await import("../adapters/snowflake/warehouse.ts");
    return createSnowflakeWarehouse(buildSnowflakeOptions(input, warehouse));
  }
  // A DuckDB file goes with a lake in a folder only, and Glue with one on S3 only.
  if (engine.type !== "duckdb") throw new Error("a DuckDB warehouse beside an engine elsewhere");
  const { createDuckDbWarehouse } = await import("../adapters/duckdb/warehouse.ts");
  const { path, waitMs } = warehouse;
  const { memoryBytes, threads } = engine;
  return createDuckDbWarehouse({ path, waitMs, store, clock, signal, memoryBytes, threads });
}

async function buildCatalog(input: WiringInput, again: Retrying): Promise<Catalog | null> {
  const { environment, clock, signal } = input;
  const { catalog: config, lake, name } = environment;
  if (config.type === "none") return null;
  if (lake.type !== "s3") throw new Error("a Glue catalog over a lake that is not on S3");
  const { createGlueCatalog } = await import("../adapters/glue-catalog/catalog.ts");
  return withCatalogRetries(createGlueCatalog({ config, lake, environment: name, clock, signal }), again);
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

/** Where the engine runs elsewhere, its job comes with it: one of each pipeline. */
async function buildEngine(
  input: WiringInput,
  { store, google, again }: { store: ObjectStore; google: BigQuery | null; again: Retrying },
): Promise<Pick<Ports, "engine" | "job">> {
  const { environment, clock, env, tag } = input;
  const { engine: config, source } = environment;
  if (config.type === "glue") {
    if (tag?.pipeline === undefined)
      throw new Error("runs of Glue belong to a pipeline: tag.pipeline is needed");
    const { buildGlue } = await import("./build-glue.ts");
    const glue = await buildGlue({ environment, engine: config, pipeline: tag.pipeline, store, clock, env });
    if (google === null) return glue;
    const { withBigQueryExtracts } = await import("./build-bigquery.ts");
    return { ...glue, engine: await withBigQueryExtracts(glue.engine, { google, clock, again }) };
  }
  const { createDuckDbEngine } = await import("../adapters/duckdb/engine.ts");
  const readHashKey = () => readSecret(environment, env);
  const engine = createDuckDbEngine({ ...config, store, clock, randomHex, readHashKey });
  if (google !== null) {
    const { spill, memoryBytes } = config;
    const { withBigQueryRows } = await import("./build-bigquery.ts");
    return { engine: await withBigQueryRows(engine, { google, clock, again, spill, memoryBytes }) };
  }
  if (source.type !== "files" || source.s3 === null) return { engine };
  const { withFetchedParts } = await import("../adapters/s3/fetching-engine.ts");
  return { engine: withFetchedParts(engine, { place: source.s3, again, spill: config.spill }) };
}
