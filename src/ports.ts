/**
 * The outside as types. An adapter is a factory that returns one of these records; tasks know nothing else of
 * the outside. Every call may reject with a `ShardliftError` whose `retryable` says whether asking again helps.
 */
import type { TableName } from "./config/types.ts";
import type { Day, DayRange } from "./days/day.ts";
import type { FamilyName, ShardKind } from "./days/families.ts";
import type { Column, Field } from "./days/schema.ts";
import type { SourceVersion } from "./days/shards.ts";
import type { Recipe } from "./sql/recipe.ts";

/** Time and chance are ports too: nothing in `days`, `plan`, `lake` or `tasks` reads a real clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** @returns `length` random lower-case hex digits. */
export type RandomHex = (length: number) => string;

/** What planning and reading ask of the place where the exports land. */
export interface Source {
  /** For messages: `folder /data/source`. */
  readonly location: string;
  /** Names of all tables of a dataset; one call (a few pages). Rejects where the dataset is missing. */
  listTables(dataset: string): Promise<string[]>;
  /**
   * One metadata get. `known` is the version a head holds: a source that hashes content compares with it.
   * @returns null where the table is gone.
   */
  readVersion(
    dataset: string,
    table: string,
    kind: ShardKind,
    known: SourceVersion | null,
  ): Promise<SourceVersion | null>;
  /** What an engine needs to read the shard; null where it is gone. Reads no rows. */
  openShard(dataset: string, table: string, kind: ShardKind): Promise<OpenShard | null>;
}

/** A shard ready to be read: its version at this moment, its schema, and where its rows are. */
export interface OpenShard {
  version: SourceVersion;
  schema: Field[];
  parts: ShardPart[];
}

/** One file of a shard. */
export interface ShardPart {
  /** Absolute path, or a URI the engine understands. */
  path: string;
  format: "parquet" | "jsonl" | "jsonl.gz";
  bytes: number;
}

/** Result of a conditional put: refused means that the condition did not hold, for certain. */
export type PutResult = { put: true; etag: string } | { put: false };

export type PutCondition = { ifAbsent: true } | { ifMatch: string };

export interface StoredObject {
  key: string;
  bytes: number;
  etag: string;
  /** Milliseconds since the epoch, by the store's clock. */
  modifiedMs: number;
}

/**
 * The lake's storage. A put that rejects has an unknown outcome (the answer may have been lost); only
 * `{ put: false }` is a refusal. Keys use `/` and never begin with it.
 */
export interface ObjectStore {
  readonly location: string;
  put(key: string, body: Uint8Array, condition: PutCondition): Promise<PutResult>;
  /** Create-only upload of a local file, streamed. */
  putFile(key: string, path: string): Promise<PutResult>;
  get(key: string): Promise<{ body: Uint8Array; etag: string } | null>;
  /** All objects below a prefix, by key. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Missing keys are no error. */
  remove(keys: readonly string[]): Promise<void>;
  /** The store's own clock, ms since the epoch. */
  now(): Promise<number>;
  /**
   * Absolute path of an object where objects are plain files, else null: engines in this process then write in
   * place, and readers in this process read in place.
   */
  localPath(key: string): string | null;
}

/** One day to be extracted, complete in itself: the engine holds no rule and no configuration of a pipeline. */
export interface DayExtract {
  pipeline: string;
  family: FamilyName;
  day: Day;
  shard: OpenShard;
  recipe: Recipe;
  /** Lake prefix of the day, `web-shop/ga4_events/day=2026-11-20/`; the writer adds `generation=<id>/`. */
  prefix: string;
  /** Lake prefix for removed rows, where they are kept; else null. */
  duplicatesPrefix: string | null;
  /** Instant (ms) after which the attempt must have ended. */
  deadlineMs: number;
}

export interface LakeFile {
  /** Full lake key. */
  key: string;
  bytes: number;
  rows: number;
}

/** Source rows = written + duplicates + filtered; kept per day. */
export interface RowBalance {
  source: number;
  written: number;
  duplicates: { exact: number; conflicting: number };
  filtered: number;
}

/** What a writer says it wrote; believed only after the lake was looked at (design, section 5, rule 2). */
export interface GenerationReport {
  generation: string;
  files: LakeFile[];
  duplicatesFiles: LakeFile[];
  balance: RowBalance;
  /** Sum over rows of the first 12 hex digits of `event_id`, as decimal text. */
  checksum: string;
  /** Per top-level column of the lake files. */
  nonNull: Record<string, number>;
  columns: Column[];
  engine: { name: string; version: string };
}

export type DayOutcome =
  | { day: Day; family: FamilyName; report: GenerationReport }
  | { day: Day; family: FamilyName; error: unknown; generation: string | null };

export interface EngineContext {
  signal: AbortSignal;
  /** Called as rows pass; `rows` and `bytes` are totals of the day so far. */
  onRows(day: Day, family: FamilyName, rows: number, bytes: number): void;
}

/** Turns shards into generations. Yields each day as it ends; one failing day does not fail the others. */
export interface Engine {
  readonly name: string;
  extract(days: readonly DayExtract[], context: EngineContext): AsyncIterable<DayOutcome>;
}

/** The table format's view of days (Glue Data Catalog). A reader changes generation in one call. */
export interface Catalog {
  readonly location: string;
  /** Creates or updates the table; grows columns. */
  prepare(table: TableName, columns: readonly Column[], prefix: string): Promise<void>;
  /** Points the day's partition at the folder. */
  point(table: TableName, day: Day, prefix: string): Promise<void>;
  readPartitions(table: TableName, days: readonly Day[] | "all"): Promise<Map<Day, string>>;
}

/** One row per day of a hot table's ledger. Sequences are bigint: they are ms clocks, but Snowflake calls them NUMBER. */
export interface LedgerRow {
  day: Day;
  hotGeneration: string | null;
  coldGeneration: string | null;
  hotSequence: number | null;
  coldSequence: number | null;
  shardKind: ShardKind;
  /** ms since the epoch from which on the day is final (may lie ahead); null where its kind is never final. */
  finalAtMs: number | null;
  rows: number;
  duplicates: number;
  filtered: number;
  checksum: string;
  loadedAtMs: number | null;
}

/** Counted, not remembered: what a table holds of a day. */
export interface DayMeasure {
  day: Day;
  generation: string;
  rows: number;
  checksum: string;
  nonNull: Record<string, number>;
}

/** Files of one generation, for COPY and for the external table's inventory. */
export interface GenerationFiles {
  day: Day;
  generation: string;
  files: LakeFile[];
  columns: Column[];
}

/**
 * Primitive steps of one warehouse transaction; the protocol that orders them is ours and written once
 * (src/tasks/load). Every step rejects with `retryable` where the session was lost.
 */
export interface WarehouseTransaction {
  /** COPY of exactly these files; rejects unless every file arrived whole. Takes no lock. */
  copy(generation: GenerationFiles): Promise<void>;
  /** Takes the table's own lock row; from here on others wait. */
  lock(): Promise<void>;
  readLedger(days: readonly Day[]): Promise<LedgerRow[]>;
  /** Inserts or replaces by day. */
  writeLedger(rows: readonly LedgerRow[]): Promise<void>;
  /** Deletes hot rows of the day: all, or of every generation but one, or of one alone. */
  deleteHot(day: Day, which: { all: true } | { except: string } | { only: string }): Promise<void>;
  /** Rows, checksum and generation(s) of the days as this transaction sees them; one row per generation found. */
  measureHot(days: readonly Day[]): Promise<DayMeasure[]>;
  /** The same of cold, for the named generations, whatever the ledger says. */
  measureCold(generations: readonly { day: Day; generation: string }[]): Promise<DayMeasure[]>;
}

/** What a warehouse is asked. One `transact` is one transaction in one session. */
export interface Warehouse {
  readonly location: string;
  /** Creates or grows schema, hot table, ledger, lock, inventory and views. DDL: never inside a transaction of ours. */
  prepare(table: TableName, columns: readonly Column[]): Promise<void>;
  /**
   * Runs `work` between BEGIN and COMMIT; ROLLBACK where it rejects. Rejects with code `outside`, retryable, where
   * the outcome is unknown: the caller settles it by reading the ledger under the lock in a new session.
   */
  transact<T>(table: TableName, work: (transaction: WarehouseTransaction) => Promise<T>): Promise<T>;
  /** Puts generations' folders into the cold inventory; readers do not see them before the ledger says so. */
  registerCold(table: TableName, generations: readonly GenerationFiles[]): Promise<void>;
  /** Takes folders out of the inventory; rejects (`data`) where the ledger still calls one of them cold. */
  unregisterCold(table: TableName, generations: readonly { day: Day; generation: string }[]): Promise<void>;
  /** The whole ledger or a range of it; empty where the table was never prepared. */
  readLedger(table: TableName, days: DayRange | "all"): Promise<LedgerRow[]>;
  /** Counts hot per day and generation; only what is there. */
  measureHot(table: TableName, days: DayRange | "all"): Promise<DayMeasure[]>;
  /** Counts what `<table>_cold` shows per day. */
  measureCold(table: TableName, days: DayRange | "all"): Promise<DayMeasure[]>;
  /** Read-only; streams rows as arrays of texts. */
  query(sql: string): Promise<QueryResult>;
  /** Ends sessions; the process must be able to exit. */
  close(): Promise<void>;
}

export interface QueryResult {
  columns: string[];
  /** Values as text; null stays null. */
  rows: AsyncIterable<(string | null)[]>;
}

/** What a task is given of the outside. */
export interface Ports {
  source: Source;
  store: ObjectStore;
  engine: Engine;
  catalog: Catalog | null;
  warehouse: Warehouse;
  clock: Clock;
  randomHex: RandomHex;
}
