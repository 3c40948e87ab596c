import { createHash } from "node:crypto";
import type { DoubleClock } from "../snowflake/clock.ts";
import type { ApiErrorProto, ApiField, ApiJob } from "./api-types.ts";
import { missDataset, missTable } from "./errors.ts";

/** One table; its rows are Parquet files of this machine. */
export interface TableState {
  id: string;
  type: "TABLE" | "VIEW" | "EXTERNAL" | "MATERIALIZED_VIEW" | "SNAPSHOT";
  schema: ApiField[];
  /** Absolute paths, in the order of rows. */
  files: string[];
  rows: bigint;
  bytes: bigint;
  createdMs: number;
  modifiedMs: number;
  expiresMs: number | null;
  labels: Record<string, string>;
  /** Rows that were streamed in and are in no file yet; null: none. */
  streaming: { rows: bigint; bytes: bigint; oldestMs: number } | null;
}

export interface DatasetState {
  project: string;
  id: string;
  /** `EU`, `europe-west3` */
  location: string;
  tables: Map<string, TableState>;
}

export interface BucketState {
  location: string;
  objects: Map<string, { body: Buffer; createdMs: number; generation: number }>;
}

/** How the next extract of a table that fits goes. */
export interface JobFate {
  table: RegExp;
  error: ApiErrorProto;
  /** Refused at once (jobs.insert fails), or accepted and failed later. */
  at: "insert" | "run";
  times: number;
}

export interface BigQueryWorld {
  clock: DoubleClock;
  /** By `project:dataset`. */
  datasets: Map<string, DatasetState>;
  /** Projects that are there; requests that name another one are refused. */
  projects: Set<string>;
  buckets: Map<string, BucketState>;
  /** By `project:location.id`. */
  jobs: Map<string, { job: ApiJob; doneAtMs: number }>;
  fates: JobFate[];
  /** How long a job runs at least, ms of the double's clock. */
  jobMs: number;
  /** Rows that an extract puts into one file; the real limit is 1 GB. */
  rowsPerFile: number;
  /** Most tables on one page of a list, whatever was asked for. */
  maxPage: number;
  /** Permissions that nobody has, as `bigquery.tables.get`, or `bigquery.tables.get shop-prod:analytics_1`. */
  denied: Set<string>;
}

export function createWorld(clock: DoubleClock): BigQueryWorld {
  return {
    clock,
    datasets: new Map(),
    projects: new Set(),
    buckets: new Map(),
    jobs: new Map(),
    fates: [],
    jobMs: 0,
    rowsPerFile: 1_000_000,
    maxPage: 1_000,
    denied: new Set(),
  };
}

/** @throws ApiFault 404 */
export function findDataset(world: BigQueryWorld, project: string, dataset: string): DatasetState {
  const found = world.datasets.get(`${project}:${dataset}`);
  if (found === undefined) throw missDataset(project, dataset);
  return found;
}

/** A table whose time has come is gone. @throws ApiFault 404 */
export function findTable(world: BigQueryWorld, project: string, dataset: string, table: string): TableState {
  const found = findDataset(world, project, dataset).tables.get(table);
  if (found === undefined || isExpired(found, world.clock)) throw missTable(project, dataset, table);
  return found;
}

export function isExpired({ expiresMs }: TableState, clock: DoubleClock): boolean {
  return expiresMs !== null && expiresMs <= clock.now();
}

/** Opaque, another one after each change. */
export function buildEtag(...parts: (string | number)[]): string {
  return createHash("md5").update(parts.join("\n")).digest("base64");
}
