import type { Pipeline } from "../config/types.ts";
import { type Day, dayAt } from "../days/day.ts";
import { type FamilyName, families } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { parseShard } from "../days/shards.ts";
import { type ErrorCode, exitCodes, isShardliftError, ShardliftError } from "../errors.ts";
import { formatPlural } from "../plan/format.ts";
import type { DayExtract, Job, ObjectStore, Ports } from "../ports.ts";
import { buildRecipe } from "../sql/build-recipe.ts";
import { renderDifference } from "./ensure-job.ts";

/** One step of an examination: what was tried and what came of it. */
export interface DoctorStep {
  step: "source" | "lake" | "engine" | "warehouse" | "secrets";
  ok: boolean;
  /** Where it was tried and what was seen; the failure's message in full where it failed. */
  detail: string;
  /** Of the failure; absent where the step is well or was not tried. */
  code?: ErrorCode;
}

export interface DoctorInput {
  pipeline: Pipeline;
  ports: Ports;
  signal: AbortSignal;
  /** A file with `probeRow` as one line of JSON, readable by the engine. */
  probePath: string;
  /** Its size. */
  probeBytes: number;
  /** Resolves the environment's hash key; null where the pipeline hashes nothing. */
  readSecret: (() => Promise<unknown>) | null;
  /** Why the warehouse need not be asked; null: it is asked. */
  warehouseFault: string | null;
}

/** Tries an environment step by step; every step is tried, whatever became of the others. */
export async function* examine(input: DoctorInput): AsyncGenerator<DoctorStep> {
  yield await tryStep("source", () => trySource(input));
  const lake = await tryStep("lake", () => tryLake(input.ports));
  yield lake;
  // The engine writes into the lake: on a sick one it can only fail too, and less clearly.
  const { job } = input.ports;
  if (job !== undefined) yield await tryStep("engine", () => tryJob(job));
  else if (lake.ok) yield await tryStep("engine", () => tryEngine(input));
  else yield { step: "engine", ok: false, detail: "not tried, since it writes into the lake" };
  if (input.warehouseFault === null) yield await tryStep("warehouse", () => tryWarehouse(input));
  else yield { step: "warehouse", ok: false, detail: input.warehouseFault };
  if (input.readSecret !== null) yield await tryStep("secrets", async () => trySecret(input));
}

async function tryStep(step: DoctorStep["step"], work: () => Promise<string>): Promise<DoctorStep> {
  try {
    return { step, ok: true, detail: await work() };
  } catch (error) {
    if (!isShardliftError(error)) throw error;
    return { step, ok: false, detail: error.message, code: error.code };
  }
}

/** 69 where all that failed is of the outside and may be well again by itself, 64 where a person has to mend something. */
export function chooseExitCode(steps: readonly Pick<DoctorStep, "ok" | "code">[]): number {
  if (steps.every(({ ok }) => ok)) return exitCodes.done;
  const codes = steps.flatMap(({ code }) => (code === undefined ? [] : [code]));
  return codes.every((code) => code === "outside") ? exitCodes.outside : exitCodes.config;
}

/** Lists the property's tables and counts those that are shards of the pipeline's families. */
async function trySource({ pipeline, ports }: DoctorInput): Promise<string> {
  const { dataset } = pipeline.property;
  const tables = await ports.source.listTables(dataset);
  const counts = pipeline.families.map((own) => {
    const shards = tables.map((table) => parseShard(families[own.family], table));
    const allowed = shards.filter((shard) => shard !== null && own.shards.includes(shard.kind));
    return { family: own.family, shards: allowed.length };
  });
  const empty = counts.filter(({ shards }) => shards === 0).map(({ family }) => family);
  if (empty.length > 0) throw buildNoShardsError(ports.source.location, dataset, empty);
  const seen = counts.map(({ family, shards }) => `${formatPlural(shards, "shard")} of ${family}`);
  return `${ports.source.location}, dataset ${dataset}: ${seen.join(", ")}`;
}

/** Everything the commit protocol relies on: create only, compare-and-swap, listing, removal, a clock. */
async function tryLake({ store, randomHex }: Pick<Ports, "store" | "randomHex">): Promise<string> {
  const key = `_doctor/${randomHex(16)}.json`;
  try {
    await tryWrites(store, key);
  } catch (error) {
    // Who may not write may not remove either; the first of the two says more.
    await store.remove([key]).catch(() => {});
    throw error;
  }
  await store.remove([key]);
  if ((await store.get(key)) !== null) throw buildLakeError(store, "a removed object is still there");
  await store.now();
  return `${store.location}: create-only, compare-and-swap, list and remove work`;
}

async function tryWrites(store: ObjectStore, key: string): Promise<void> {
  const body = (text: string) => new TextEncoder().encode(text);
  const created = await store.put(key, body("1"), { ifAbsent: true });
  if (!created.put) throw buildLakeError(store, "a new object could not be created");
  const again = await store.put(key, body("2"), { ifAbsent: true });
  if (again.put) throw buildLakeError(store, "create-only wrote over an object");
  const swapped = await store.put(key, body("3"), { ifMatch: created.etag });
  if (!swapped.put) throw buildLakeError(store, "a swap with the right etag was refused");
  const stale = await store.put(key, body("4"), { ifMatch: created.etag });
  if (stale.put) throw buildLakeError(store, "a swap with an old etag was taken");
  if ((await listKeys(store, "_doctor/")).indexOf(key) < 0)
    throw buildLakeError(store, "the listing lacks a new object");
}

async function listKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** The row that `tryEngine` lifts; whoever calls writes it to a file as one line of JSON. */
export const probeRow = { event_name: "doctor", event_timestamp: 1, event_params: [] };

const probeSchema: Field[] = [
  { name: "event_name", type: "STRING", mode: "NULLABLE" },
  { name: "event_timestamp", type: "INTEGER", mode: "NULLABLE" },
  {
    name: "event_params",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      { name: "key", type: "STRING", mode: "NULLABLE" },
      {
        name: "value",
        type: "RECORD",
        mode: "NULLABLE",
        fields: [{ name: "string_value", type: "STRING", mode: "NULLABLE" }],
      },
    ],
  },
];

/** Looks at it and starts nothing: a run costs a minute of its workers. */
async function tryJob(job: Job): Promise<string> {
  const { digest } = await job.readScript();
  const { exists, fields, tags } = await job.compare(digest);
  const differences = [...fields, ...tags].map(renderDifference);
  if (exists && differences.length === 0)
    return `${job.location}: script, definition and tags are as they should be`;
  throw new ShardliftError("config", {
    failed: exists ? `${job.location} is not as it should be.` : `${job.location} is not there.`,
    rule: "runs are started only of a job that is as release and environment define it",
    ...(exists ? { received: differences.join("; ") } : {}),
    remedy: "shardlift ensure-job",
  });
}

/** A real extract of one row, into a folder of its own that goes again. */
async function tryEngine({ pipeline, ports, signal, probePath, probeBytes }: DoctorInput): Promise<string> {
  const family: FamilyName = "ga4_events";
  const day: Day = dayAt(ports.clock.now(), pipeline.property.timeZone);
  const prefix = `_doctor/${ports.randomHex(16)}/`;
  const rules = { columns: { drop: [], hash: [] }, filter: [] };
  const duplicates = "event_id" as const;
  const recipe = buildRecipe({
    ...rules,
    family: families[family],
    pipelineFamily: { duplicates },
    schema: probeSchema,
  });
  const version = {
    table: "doctor",
    kind: "daily" as const,
    modified: "1",
    rows: 1,
    bytes: probeBytes,
    etag: null,
    content: null,
  };
  const parts = [{ path: probePath, format: "jsonl" as const, bytes: probeBytes }];
  const shard = { version, schema: probeSchema, parts };
  const extract: DayExtract = {
    pipeline: "doctor",
    family,
    day,
    shard,
    recipe,
    prefix,
    duplicatesPrefix: null,
    deadlineMs: ports.clock.now() + 60 * 60_000,
  };
  try {
    for await (const outcome of ports.engine.extract([extract], { signal, onRows: () => {} })) {
      if ("error" in outcome) throw outcome.error;
      const { engine, balance } = outcome.report;
      return `${engine.name} ${engine.version} lifted ${formatPlural(balance.written, "row")} into ${ports.store.location}`;
    }
  } finally {
    await ports.store.remove(await listKeys(ports.store, prefix));
  }
  throw new Error("the engine gave no outcome");
}

async function trySecret({ readSecret }: DoctorInput): Promise<string> {
  await readSecret?.();
  return "the hash key can be read";
}

async function tryWarehouse({ pipeline, ports }: DoctorInput): Promise<string> {
  const seen: string[] = [];
  for (const { table } of pipeline.families) {
    const rows = await ports.warehouse.readLedger(table, "all");
    seen.push(`${table.schema}.${table.table} knows ${formatPlural(rows.length, "day")}`);
  }
  return `${ports.warehouse.location}: ${seen.join(", ")}`;
}

function buildNoShardsError(location: string, dataset: string, empty: readonly string[]): ShardliftError {
  const forms = empty
    .flatMap((family) => Object.values(families[family as FamilyName].shards))
    .map((form) => `${form}YYYYMMDD`);
  return new ShardliftError("config", {
    failed: `The dataset has no shard of ${empty.join(", ")}.`,
    rule: `shards are named ${forms.join(", ")}`,
    received: `${location}, dataset ${dataset}`,
    remedy: "check property.dataset and the families of the pipeline, and whether the export is on",
  });
}

function buildLakeError(store: ObjectStore, failed: string): ShardliftError {
  return new ShardliftError("outside", {
    failed: `The lake does not do what committing a day relies on: ${failed}.`,
    rule: "conditional writes decide which of several runs wins a day",
    received: store.location,
    remedy: "use a local folder (not a network share), or a store with If-None-Match and If-Match",
  });
}
