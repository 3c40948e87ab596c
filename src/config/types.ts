import type { Day } from "../days/day.ts";
import type { DuplicateMode, FamilyName, ShardKind } from "../days/families.ts";

/** A warehouse table as declared, `analytics.web_shop_events`; checked, not yet quoted. */
export interface TableName {
  schema: string;
  table: string;
}

/** One family of a pipeline, into its own table. */
export interface PipelineFamily {
  family: FamilyName;
  table: TableName;
  /** Kinds that may stand for a day, best first. */
  shards: ShardKind[];
  duplicates: DuplicateMode;
  /** Whether removed rows are kept in `_duplicates/`. */
  keepDuplicates: boolean;
}

/**
 * `user_properties.email` is the key `email` of a key-value column (the rest of the text verbatim, dots
 * included); `device.vendor_id` a member of a struct; `user_id` a column. Which, the schema decides.
 */
export interface ColumnPath {
  column: string;
  /** Text after the first dot; null for a whole column. */
  rest: string | null;
}

export type FilterTest =
  | { test: "equals"; value: FilterValue }
  | { test: "in"; values: FilterValue[] }
  | { test: "not_in"; values: FilterValue[] }
  | { test: "exists"; exists: boolean }
  | { test: "starts_with"; prefix: string };

export type FilterValue = string | bigint | boolean;

/** A declared condition; a row stays where all conditions of the pipeline hold. */
export type FilterCondition = { path: ColumnPath } & FilterTest;

/** A pipeline file, checked and normalised: all defaults applied, durations in ms or days, sizes in bytes. */
export interface Pipeline {
  name: string;
  owner: string;
  property: {
    dataset: string;
    project: string | null;
    /** IANA name. */
    timeZone: string;
    /** Days before it are ignored; null: from the first shard on. */
    start: Day | null;
  };
  families: PipelineFamily[];
  /** Cron text, used by Airflow only. */
  schedule: string | null;
  lookbackDays: number;
  /** After the day's end in the property's zone. */
  lateAfterMs: number;
  /** Days that stay hot; null: all. */
  retentionDays: number | null;
  schema: "evolve" | "freeze";
  columns: { drop: ColumnPath[]; hash: ColumnPath[] };
  filter: FilterCondition[];
  /** A run that would read more shows its plan and stops: so many ordinary runs (lookback windows), or bytes. */
  maxRead: { ordinaryRuns: number } | { bytes: number };
  /** Where it was read from, for messages. */
  file: string;
}

/** Names a secret by where it is; resolved where it is used, never stored. */
export type SecretReference =
  | { from: "env"; name: string }
  | { from: "file"; path: string }
  | { from: "aws-secret"; arn: string };

/** Part of a bucket, and how it is reached. */
export interface S3Place {
  bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  prefix: string;
  region: string;
  /** Account that must own the bucket, so that a name that somebody else took is not written to. */
  bucketOwner: string | null;
  /** null: AWS. */
  endpoint: string | null;
  /** `host/bucket/key` instead of `bucket.host/key`. */
  pathStyle: boolean;
}

/** Shards as files, in a folder or on S3. */
export interface FilesSource {
  type: "files";
  /** Absolute folder, or `s3://bucket/prefix/`. */
  root: string;
  /** The same place where it is on S3. */
  s3: S3Place | null;
}

/** Exports where Google writes them. */
export interface BigQuerySource {
  type: "bigquery";
  /** Jobs run in it and are billed to it; it has the datasets of pipelines that name no project. */
  project: string;
  /** Where datasets must lie; null: anywhere. */
  location: string | null;
  auth:
    | { type: "workload_identity"; audience: string; region: string }
    | { type: "service_account"; key: SecretReference }
    | { type: "default" };
  /** Service account to act as; null: nobody else. */
  impersonate: string | null;
  /** Where extract jobs put rows on their way here; null: rows come by the Storage Read API. */
  extracts: { bucket: string; prefix: string } | null;
  /** null: Google's own. */
  endpoint: string | null;
  storageEndpoint: string | null;
  readEndpoint: string | null;
  tokenEndpoint: string | null;
}

export interface FolderLake {
  type: "folder";
  root: string;
}

export interface S3Lake extends S3Place {
  type: "s3";
  /** ARN; null: as the bucket encrypts by itself. */
  kmsKey: string | null;
}

export interface DuckDbEngine {
  type: "duckdb";
  memoryBytes: number;
  threads: number | null;
  fileBytes: number;
  spill: string | null;
}

/** AWS Glue jobs, one for each pipeline so that costs can be told apart. The version of Glue is the code's. */
export interface GlueEngine {
  type: "glue";
  /** Jobs are named `<job>-<pipeline>`. */
  job: string;
  /** ARN of the role that runs have, narrowed for each run to one pipeline's prefixes. */
  role: string;
  region: string;
  endpoint: string | null;
  workerType: "G.1X" | "G.2X" | "G.4X" | "G.8X";
  /** Bounds of a run's number of workers, the driver among them; its bytes decide between them. */
  workers: { min: number; max: number };
  /** Upper limit of a run; one that begins late has less, since its attempt must end in time. */
  timeoutMs: number;
  executionClass: "standard" | "flex";
  /** Of one job; further runs wait. */
  maxConcurrentRuns: number;
  daysPerRun: number;
  bytesPerRun: number;
  fileBytes: number;
  /** Of DuckDB in one Spark task; null: what the worker type leaves to each. */
  taskMemoryBytes: number | null;
  /** What happens to runs when the command is ended: the next one joins them, or they are stopped. */
  onAbort: "leave" | "stop";
  /** For the estimate of a run's cost. */
  dpuHourUsd: number;
  /** Besides `pipeline` and `environment`, which jobs get by themselves. */
  tags: Record<string, string>;
}

export interface GlueCatalog {
  type: "glue";
  region: string;
  endpoint: string | null;
  /** A schema's tables are in the database `<prefix><schema>`. */
  databasePrefix: string;
  /** null: no crawler. */
  crawler: { role: string } | null;
  tags: Record<string, string>;
}

/** One DuckDB file. */
export interface DuckDbWarehouse {
  type: "duckdb";
  path: string;
  waitMs: number;
}

/** Names are as declared; dotted ones are database, schema and name. */
export interface SnowflakeWarehouse {
  type: "snowflake";
  account: string;
  user: string;
  auth: { type: "workload_identity" } | { type: "key_pair"; privateKey: SecretReference };
  role: string;
  /** The virtual warehouse. */
  warehouse: string;
  database: string;
  stage: string;
  fileFormat: string;
  integration: string;
  /** `s3://bucket/prefix/` */
  lakeUrl: string;
  statementTimeoutMs: number;
  clusterByDay: boolean;
  masking: { column: string; policy: string }[];
  /** null: the account's own, by https. */
  endpoint: { protocol: "http" | "https"; host: string; port: number } | null;
}

/** Who may write where. */
export interface Team {
  /** As `owner` of its pipelines says. */
  owner: string;
  /** Schemas of the warehouse; case is no matter. */
  schemas: string[];
}

/** How a scheduler runs a command. `config` is what SHARDLIFT_CONFIG is set to; null: left as it is there. */
export type Runner = BashRunner | EcsRunner;

export interface BashRunner {
  type: "bash";
  /** Words that the command's own follow; no shell reads them. */
  command: string[];
  config: string | null;
}

export interface EcsRunner {
  type: "ecs";
  cluster: string;
  taskDefinition: string;
  container: string;
  subnets: string[];
  securityGroups: string[];
  logGroup: string;
  logPrefix: string;
  region: string;
  config: string | null;
}

/** Whom a scheduler tells of failures and of missing days. */
export type Alerts =
  | { type: "none" }
  | { type: "webhook"; url: SecretReference }
  | { type: "sns"; topic: string };

export interface AirflowSettings {
  /** Cron text, in UTC. */
  sweep: string;
  pool: string;
  retries: number;
  retryDelayMs: number;
  pokeMs: number;
  /** Where DAG files are deployed to, `s3://bucket/prefix/`; null: nowhere. */
  dags: string | null;
  /** Of the buckets that `deploy` writes to; null where nothing names one. */
  region: string | null;
}

/** What `shardlift compile` alone reads of an environment. */
export interface Orchestration {
  runner: Runner;
  alerts: Alerts;
  airflow: AirflowSettings;
}

/** An environment file, checked and normalised. Adapters read their own part; paths are absolute. */
export interface Environment {
  name: string;
  /** `--now` and `--yes` guards are looser where false. */
  production: boolean;
  source: FilesSource | BigQuerySource;
  lake: FolderLake | S3Lake;
  engine: DuckDbEngine | GlueEngine;
  catalog: { type: "none" } | GlueCatalog;
  warehouse: { type: "none" } | DuckDbWarehouse | SnowflakeWarehouse;
  secrets: { hashKey: SecretReference | null };
  retry: { attempts: number; maxWaitMs: number };
  /** How long a generation stays after it was swapped away; attempts end after half of it. */
  keepMs: number;
  /** Empty: whoever has a pipeline may write to any schema. */
  teams: Team[];
  /** For schedulers; commands themselves do not read it. */
  orchestration: Orchestration;
  file: string;
}
