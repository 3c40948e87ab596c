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
  /** Of an object in a store: whoever reads it asks for this version and no other. */
  etag?: string;
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
  /** Set where the rules are only tried: so many source rows are read, and what they become is written apart. */
  sampleRows?: number;
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
  /**
   * Where the writer may have begun before the caller did, and others may follow it too (a run elsewhere): when it
   * began, ms by the store's clock. null: the caller's own writer, begun after it. No part of the manifest.
   */
  startedAtMs: number | null;
  /** Where it was written by a run of a job. */
  run?: RunCost;
}

/** A run's bill, which all its days share. */
export interface RunCost {
  id: string;
  days: number;
  dpuSeconds: number | null;
  usd: number | null;
}

export type DayOutcome =
  | { day: Day; family: FamilyName; report: GenerationReport }
  | { day: Day; family: FamilyName; error: unknown; generation: string | null };

export interface EngineContext {
  signal: AbortSignal;
  /** Called as rows pass; `rows` and `bytes` are totals of the day so far. */
  onRows(day: Day, family: FamilyName, rows: number, bytes: number): void;
  /** Called where a day goes on otherwise than asked for, in words for people. */
  onNote?(text: string): void;
  /** Called where something that takes long begins or ends as it should, in words for people. */
  onStep?(text: string): void;
}

/** Turns shards into generations. Yields each day as it ends; one failing day does not fail the others. */
export interface Engine {
  readonly name: string;
  /** Days that one call makes good use of: 1 where they run one after another. */
  readonly daysAtOnce: number;
  extract(days: readonly DayExtract[], context: EngineContext): AsyncIterable<DayOutcome>;
}

/** What a job service is told of a run: only what it needs itself and where the rest is. Never a secret. */
export interface JobStart {
  runKey: string;
  /** Lake key of the run's spec. */
  specKey: string;
  /** Whose rows it may touch. */
  pipeline: string;
  /** Source bytes, for the choice of workers. */
  bytes: number;
  /** Instant (ms) at which the run must have ended; the service ends it where it has not. */
  deadlineMs: number;
  /** Set where its days are only tried, on so many rows each. */
  sampleRows?: number;
}

export type JobRunState =
  | "waiting" // accepted, nothing runs yet
  | "running"
  | "stopping"
  | "succeeded"
  | "failed"
  | "stopped"
  | "timed out";

export interface JobRun {
  id: string;
  /** As it was started with; null where somebody started it by hand. */
  runKey: string | null;
  state: JobRunState;
  /** When the service accepted it, ms by the service's clock. */
  startedAtMs: number;
  /** Set where the state is one of the last four: nothing of the run is alive any more. */
  endedAtMs: number | null;
  /** Why it ended, in the service's words; null where it says nothing. */
  message: string | null;
  /** How long it has run, s. */
  seconds: number;
  /** What it is billed by; null where the service does not tell. */
  dpuSeconds: number | null;
}

/**
 * A service that runs the engine's script elsewhere. There is no client token: a start that rejects with code
 * `outside`, retryable, may have begun a run all the same, or may still do so.
 */
export interface JobRuns {
  /** For messages: `job shardlift-prod`. */
  readonly location: string;
  /** @returns the run's id. Rejects with `not-ready`, retryable, where as many runs are on as may be: none was begun. */
  start(start: JobStart): Promise<string>;
  /** Recent runs, newest first, paged as they are asked for. May lag behind `start`. */
  list(): AsyncIterable<JobRun>;
  /** @returns null where the service knows no such run (any more). */
  read(id: string): Promise<JobRun | null>;
  /** Asks for an end and does not wait for it; no error where the run has ended or is not known. */
  stop(id: string): Promise<void>;
  /** Why a run ended otherwise than it should have, and what to do about it. Never rejects for want of a log. */
  explain(run: JobRun): Promise<RunExplanation>;
}

export interface RunExplanation {
  /** Last lines of its log, oldest first; no secret is in them. */
  lines: string[];
  /** Where the rest of the log is. */
  place: string;
  remedy: string;
}

/** The script of the engine as this release has it. */
export interface Script {
  /** Hash over all that it consists of. */
  digest: string;
  /** All files by their names below `_scripts/<digest>/`. Rejects with `config` where modules are not at hand. */
  readFiles(): Promise<ScriptFile[]>;
}

export interface ScriptFile {
  name: string;
  /** What the job service makes of it. */
  role: "script" | "archive" | "wheel";
  body: Uint8Array;
}

/** The job whose runs extract days elsewhere; what push-script and ensure-job keep as it should be. */
export interface Job {
  readonly location: string;
  readScript(): Promise<Script>;
  /** What differs from what it should be with the pushed script of this digest; `config` where none was pushed. */
  compare(digest: string): Promise<JobDifference>;
  /** Creates it, or replaces all of it, and its tags. May be done twice. */
  apply(digest: string): Promise<void>;
}

export interface JobDifference {
  exists: boolean;
  /** Whether somebody else has changed it since it was last applied. */
  isEdited: boolean;
  fields: FieldDifference[];
  tags: FieldDifference[];
}

/** null: not there. */
export interface FieldDifference {
  name: string;
  is: string | null;
  ought: string | null;
}

/** The table format's view of days (Glue Data Catalog). A reader changes generation in one call. */
export interface Catalog {
  readonly location: string;
  /**
   * Creates the table, or grows its columns; never takes one away, however late a call is done. Rejects with `data`
   * where a type cannot be widened in place.
   * @param prefix lake prefix of all the table's days
   */
  prepare(table: TableName, columns: readonly Column[], prefix: string): Promise<void>;
  /**
   * Points days' partitions at folders of the lake, made where missing; any number at once, in as many requests as
   * it takes. Whoever comes last wins: what keeps a slow run from moving a partition back is src/tasks/point-days.
   * @returns days that failed; retryable `outside` (here as where it rejects) means that the outcome is unknown
   */
  point(table: TableName, partitions: readonly Partition[]): Promise<PartitionFault[]>;
  /** Folders as they were given to `point`; only days that have one, none where the table is not known. */
  readPartitions(table: TableName, days: readonly Day[] | "all"): Promise<Map<Day, string>>;
  /**
   * Days whose partitions lack members of columns that the table has gained since they were pointed; pointing them
   * anew, wherever, gives them these. Only `point` may: a partition that is written is moved.
   */
  readOutgrown(table: TableName): Promise<Day[]>;
  /** null where none is asked for. */
  crawler: Crawler | null;
}

/** One day's place in the catalog: the lake prefix of a generation's folder. */
export interface Partition {
  day: Day;
  prefix: string;
}

export interface PartitionFault {
  day: Day;
  error: unknown;
}

/** Looks through a table's folders by itself; may run twice. */
export interface Crawler {
  /**
   * Looks through the folders that the days' partitions point at. Resolves when a crawl that began after the call has
   * ended.
   */
  run(table: TableName, days: readonly Day[], signal: AbortSignal): Promise<CrawlReport>;
}

export interface CrawlReport {
  /** Where the crawler reads files otherwise than they were declared. */
  differences: TypeDifference[];
}

/** Types as the catalog writes them, a struct without its members; null: it has no such column. */
export interface TypeDifference {
  /** Or a member of one: `device.browser` */
  column: string;
  ours: string | null;
  crawlers: string | null;
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
  /** null: nobody asks for one; the lake is read as it is, or through the catalog. */
  warehouse: Warehouse | null;
  clock: Clock;
  randomHex: RandomHex;
  /** Where the engine runs elsewhere, as runs of a job. */
  job?: Job;
}
