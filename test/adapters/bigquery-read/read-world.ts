import { mkdir, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createBigQueryCalls } from "../../../src/adapters/bigquery/client.ts";
import type { BigQueryOptions } from "../../../src/adapters/bigquery/options.ts";
import { createExtract } from "../../../src/adapters/bigquery/read/extract/create-extract.ts";
import { withFetchedRows } from "../../../src/adapters/bigquery/read/fetching-engine.ts";
import { createStorageRead } from "../../../src/adapters/bigquery/read/storage-read/create-storage-read.ts";
import { createBigQuerySource } from "../../../src/adapters/bigquery/source.ts";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import type { BigQuerySource } from "../../../src/config/types.ts";
import { type FamilyName, families, type ShardKind } from "../../../src/days/families.ts";
import type { Field } from "../../../src/days/schema.ts";
import type {
  Clock,
  DayExtract,
  DayOutcome,
  Engine,
  ObjectStore,
  OpenShard,
  Source,
} from "../../../src/ports.ts";
import { buildRecipe } from "../../../src/sql/build-recipe.ts";
import { retry } from "../../../src/tasks/retry.ts";
import type { BigQueryDouble } from "../../doubles/bigquery/double.ts";
import { loadFolder } from "../../doubles/bigquery/load-folder.ts";
import {
  type ReadDouble,
  type ReadSettings,
  startReadDouble,
} from "../../doubles/bigquery/read/read-double.ts";
import { day } from "../../support/builders.ts";
import { buildOptions, dataset, project, startDouble } from "../bigquery/bigquery-world.ts";
import { copyToParquet, writePart } from "../files/write-shard.ts";

export const bucket = "shop-prod-extracts";
export const table = "events_20261120";
const shardDay = day("2026-11-20");

export type TransportName = "extract" | "storage-read";

export interface ReadWorld {
  double: BigQueryDouble;
  read: ReadDouble;
  /** Folder with the dataset's files: what a files source reads. */
  root: string;
  store: ObjectStore;
  /** Folder for downloads; empty when nothing is under way. */
  spill: string;
  clock: Clock;
  source: Source;
  /** Bare DuckDB, and the same behind a transport. */
  plain: Engine;
  engine(transport: TransportName, changes?: EngineChanges): Engine;
  /** The same for an engine of another lake. */
  engineOver(engine: Engine, transport: TransportName, changes?: EngineChanges): Engine;
  write(name: string, schema: readonly Field[], rows: readonly object[]): Promise<void>;
  /** Rows of any query, as the table's only file. */
  writeQuery(name: string, query: string): Promise<void>;
  load(): Promise<void>;
}

export interface EngineChanges {
  partBytes?: number;
  clock?: Clock;
  config?: Partial<BigQuerySource>;
  attempts?: number;
  env?: Record<string, string>;
}

export interface WorldChanges {
  read?: Partial<ReadSettings>;
  clock?: Clock;
}

const anHourMs = 3_600_000;

/** Time that passes only where somebody waits for it. */
export function createFakeClock(startMs = Date.now()): Clock & { sleptMs: number } {
  const clock = {
    sleptMs: 0,
    now: () => startMs + clock.sleptMs,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      clock.sleptMs += ms;
    },
  };
  return clock;
}

/** A project with one dataset, a bucket, both doubles, and engines that read from them into one lake. */
export async function createReadWorld(changes: WorldChanges = {}): Promise<ReadWorld> {
  const double = await startDouble();
  const { clock = createFakeClock() } = changes;
  double.world.buckets.set(bucket, { location: "EU", objects: new Map() });
  const read = await startReadDouble(double.world, double.tokens, changes.read);
  onTestFinished(() => read.close());
  const root = await mkdtemp(join(tmpdir(), "shardlift-read-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, "source", dataset);
  const spill = join(root, "spill");
  await Promise.all([mkdir(folder, { recursive: true }), mkdir(spill)]);
  const store = createFolderStore({ root: join(root, "lake") });
  const plain = createPlainEngine(store, spill, clock);
  const load = () => loadFolder(double.world, { root: join(root, "source"), project, dataset });
  const options = (engine: EngineChanges) => buildReadOptions(double, read, engine.clock ?? clock, engine);
  const over: ReadWorld["engineOver"] = (engine, name, wanted = {}) => {
    const transport = createTransport(name, options(wanted), wanted);
    return withFetchedRows(engine, { transport, spill, clock: wanted.clock ?? clock });
  };
  return {
    ...{ double, read, root: join(root, "source"), store, spill, clock, plain, load },
    source: createBigQuerySource(options({})),
    engine: (...input) => over(plain, ...input),
    engineOver: over,
    async write(name, schema, rows) {
      await writePart(folder, name, "parquet", schema, rows);
      await load();
    },
    async writeQuery(name, query) {
      const path = join(folder, `${name}.parquet`);
      await copyToParquet(query, path);
      const then = new Date(Date.now() - anHourMs);
      await utimes(path, then, then);
      await load();
    },
  };
}

function createPlainEngine(store: ObjectStore, spill: string, clock: Clock): Engine {
  let made = 0;
  return createDuckDbEngine({
    ...{ memoryBytes: 600_000_000, threads: 2, fileBytes: 4e8, spill, store, clock },
    randomHex: (length) => String(++made).padStart(length, "0"),
    readHashKey: async () => new Uint8Array(),
  });
}

function buildReadOptions(
  double: BigQueryDouble,
  read: ReadDouble,
  clock: Clock,
  { config, env = {} }: EngineChanges,
): BigQueryOptions {
  return buildOptions(double, { clock, env, config: { readEndpoint: read.endpoint, ...config } });
}

function createTransport(name: TransportName, bigQuery: BigQueryOptions, changes: EngineChanges) {
  const policy = { attempts: changes.attempts ?? 5, maxWaitMs: 120_000 };
  const again = <T>(work: () => Promise<T>) => retry(work, { policy, clock: bigQuery.clock });
  if (name === "storage-read") {
    const { partBytes } = changes;
    return createStorageRead({
      bigQuery,
      again,
      memoryBytes: 1_000_000_000,
      ...(partBytes === undefined ? {} : { partBytes }),
    });
  }
  const place = { bucket, prefix: "shardlift" };
  return createExtract({ bigQuery, ask: createBigQueryCalls(bigQuery), again, place });
}

export interface ExtractInput {
  shard: OpenShard;
  prefix: string;
  family?: FamilyName;
  deadlineMs?: number;
}

export function buildDay({ shard, prefix, family = "ga4_events", deadlineMs }: ExtractInput): DayExtract {
  const recipe = buildRecipe({
    family: families[family],
    pipelineFamily: { duplicates: families[family].duplicates },
    schema: shard.schema,
    columns: { drop: [], hash: [] },
    filter: [],
  });
  return {
    ...{ pipeline: "shop", family, day: shardDay, shard, recipe, prefix, duplicatesPrefix: null },
    deadlineMs: deadlineMs ?? Date.now() + anHourMs,
  };
}

export interface Heard {
  rows: { rows: number; bytes: number }[];
  steps: string[];
  notes: string[];
}

/** Lifts one day. @returns its outcome and what was told meanwhile */
export async function lift(
  engine: Engine,
  input: ExtractInput,
  signal = new AbortController().signal,
): Promise<{ outcome: DayOutcome } & Heard> {
  const heard: Heard = { rows: [], steps: [], notes: [] };
  const context = {
    signal,
    onRows: (_day: unknown, _family: unknown, rows: number, bytes: number) =>
      heard.rows.push({ rows, bytes }),
    onStep: (text: string) => heard.steps.push(text),
    onNote: (text: string) => heard.notes.push(text),
  };
  const outcomes: DayOutcome[] = [];
  for await (const outcome of engine.extract([buildDay(input)], context)) outcomes.push(outcome);
  if (outcomes.length !== 1) throw new Error(`${outcomes.length} outcomes`);
  return { outcome: outcomes[0]!, ...heard };
}

export function reportOf(outcome: DayOutcome) {
  if ("error" in outcome) throw outcome.error;
  return outcome.report;
}

export function errorOf(outcome: DayOutcome): unknown {
  if ("error" in outcome) return outcome.error;
  throw new Error(`no error: ${outcome.report.generation}`);
}

export async function open(source: Source, name = table, kind: ShardKind = "daily"): Promise<OpenShard> {
  return (await source.openShard(dataset, name, kind))!;
}
