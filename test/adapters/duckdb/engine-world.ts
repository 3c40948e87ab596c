import { mkdtemp, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import type { DuckDbEngineOptions } from "../../../src/adapters/duckdb/engine-options.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import type { FilterCondition } from "../../../src/config/types.ts";
import { type DuplicateMode, type FamilyName, families, type ShardKind } from "../../../src/days/families.ts";
import type { Field } from "../../../src/days/schema.ts";
import type { DayExtract, DayOutcome, GenerationReport, ObjectStore, ShardPart } from "../../../src/ports.ts";
import { buildRecipe } from "../../../src/sql/build-recipe.ts";
import type { Rules } from "../../../src/sql/hash-rules.ts";
import { identifier, literal } from "../../../src/sql/render.ts";
import { renderType } from "../../../src/sql/types.ts";
import { type Json, renderJsonText } from "../../sql/json-text.ts";
import { day } from "../../support/builders.ts";

export type SourceRow = Record<string, Json>;
export type LakeRow = Record<string, unknown>;

export interface EngineWorld {
  root: string;
  store: ObjectStore;
}

export async function createEngineWorld(): Promise<EngineWorld> {
  const root = await mkdtemp(join(tmpdir(), "shardlift-engine-test-"));
  return { root, store: createFolderStore({ root: join(root, "lake") }) };
}

/** Writes rows as newline JSON; lists of rows become files of one shard. */
export async function writeJson(
  world: EngineWorld,
  name: string,
  rows: readonly SourceRow[] | string,
  format: "jsonl" | "jsonl.gz" = "jsonl",
): Promise<ShardPart> {
  const path = join(world.root, `${name}.${format}`);
  const text = typeof rows === "string" ? rows : rows.map((row) => `${renderJsonText(row)}\n`).join("");
  await writeFile(path, format === "jsonl" ? text : gzipSync(text));
  return { path, format, bytes: (await stat(path)).size };
}

/** Writes rows as Parquet with the declared types, by DuckDB's own reader of JSON. */
export async function writeParquet(
  world: EngineWorld,
  name: string,
  schema: readonly Field[],
  rows: readonly SourceRow[],
): Promise<ShardPart> {
  const from = await writeJson(world, `${name}-rows`, rows);
  const path = join(world.root, `${name}.parquet`);
  const types = schema.map((field) => `${identifier(field.name).sql}: ${literal(renderType(field)).sql}`);
  const database = await openDatabase();
  await database.run(
    `COPY (FROM read_json(${literal(from.path).sql}, format = 'newline_delimited', columns = {${types.join(", ")}})) TO ${literal(path).sql} (FORMAT parquet)`,
  );
  database.close();
  return { path, format: "parquet", bytes: (await stat(path)).size };
}

export interface RunInput {
  schema: Field[];
  parts: ShardPart[];
  family?: FamilyName;
  kind?: ShardKind;
  duplicates?: DuplicateMode;
  columns?: Rules["columns"];
  filter?: FilterCondition[];
  keepDuplicates?: boolean;
  deadlineMs?: number;
  signal?: AbortSignal;
  onNote?: (text: string) => void;
  options?: Partial<DuckDbEngineOptions>;
}

export const nowMs = Date.parse("2026-11-21T10:15:00.123Z");

export function buildExtract(input: RunInput): DayExtract {
  const family = families[input.family ?? "ga4_events"];
  const columns = input.columns ?? { drop: [], hash: [] };
  const duplicates = input.duplicates ?? family.duplicates;
  const recipe = buildRecipe({
    family,
    pipelineFamily: { duplicates },
    columns,
    filter: input.filter ?? [],
    schema: input.schema,
  });
  const kind = input.kind ?? "daily";
  const version = {
    table: "events_20261120",
    kind,
    modified: "1",
    rows: null,
    bytes: 1,
    etag: null,
    content: null,
  };
  return {
    pipeline: "web-shop",
    family: family.name,
    day: day("2026-11-20"),
    shard: { version, schema: input.schema, parts: input.parts },
    recipe: JSON.parse(JSON.stringify(recipe)),
    prefix: `web-shop/${family.name}/day=2026-11-20/`,
    duplicatesPrefix: input.keepDuplicates ? `web-shop/${family.name}/_duplicates/day=2026-11-20/` : null,
    deadlineMs: input.deadlineMs ?? nowMs + 3_600_000,
  };
}

let runs = 0;

/** Runs one day and gives its outcome, whatever it is. */
export async function runEngine(world: EngineWorld, input: RunInput): Promise<DayOutcome> {
  runs += 1;
  const id = runs.toString(16).padStart(12, "0");
  const engine = createDuckDbEngine({
    memoryBytes: 1_000_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: join(world.root, "spill"),
    store: world.store,
    clock: { now: () => nowMs, sleep: async () => {} },
    randomHex: (length) => id.slice(-length),
    readHashKey: async () => Buffer.from("a secret of ours"),
    ...input.options,
  });
  const signal = input.signal ?? new AbortController().signal;
  const context = { signal, onRows: () => {}, ...(input.onNote && { onNote: input.onNote }) };
  for await (const outcome of engine.extract([buildExtract(input)], context)) return outcome;
  throw new Error("no outcome");
}

/** Runs one day that must succeed. */
export async function extract(world: EngineWorld, input: RunInput): Promise<GenerationReport> {
  const outcome = await runEngine(world, input);
  if ("error" in outcome) throw outcome.error;
  return outcome.report;
}

/** Runs one day that must fail. */
export async function extractError(world: EngineWorld, input: RunInput): Promise<unknown> {
  const outcome = await runEngine(world, input);
  if ("error" in outcome) return outcome.error;
  throw new Error(`no error: ${outcome.report.generation}`);
}

/** Rows of lake files, sorted by their ids' text. */
export async function readLake(
  world: EngineWorld,
  files: readonly { key: string }[],
  select = "*",
): Promise<LakeRow[]> {
  const paths = files.map(({ key }) => literal(world.store.localPath(key)!).sql);
  const database = await openDatabase();
  const rows = await database.rows(
    `SELECT ${select} FROM read_parquet([${paths.join(", ")}], hive_partitioning = false) ORDER BY ALL`,
  );
  database.close();
  return rows;
}
