import type { DoubleClock } from "../../snowflake/clock.ts";
import type { TagStore } from "../jobs/tags.ts";

export interface ColumnRecord {
  Name: string;
  Type?: string;
  Comment?: string;
}

export interface Storage {
  Columns?: ColumnRecord[];
  Location?: string;
  [member: string]: unknown;
}

/** What was sent, with `Name` folded. */
export interface TableRecord {
  input: {
    Name: string;
    StorageDescriptor?: Storage;
    PartitionKeys?: ColumnRecord[];
    [member: string]: unknown;
  };
  version: number;
  createdMs: number;
  updatedMs: number;
  /** By their values as JSON. */
  partitions: Map<string, PartitionRecord>;
}

export interface PartitionRecord {
  Values: string[];
  StorageDescriptor?: Storage;
  createdMs: number;
  [member: string]: unknown;
}

export interface DatabaseRecord {
  input: { Name: string; [member: string]: unknown };
  tables: Map<string, TableRecord>;
}

export interface CrawlerRecord {
  definition: Record<string, unknown>;
  state: "READY" | "RUNNING" | "STOPPING";
  last: { Status: string; startedMs: number; ErrorMessage?: string; MessagePrefix: string } | null;
  /** Forgets the end of the crawl that is on. */
  forgetEnd: () => void;
  startedMs: number;
}

export interface CatalogModel {
  clock: DoubleClock;
  account: string;
  region: string;
  tags: TagStore;
  databases: Map<string, DatabaseRecord>;
  crawlers: Map<string, CrawlerRecord>;
  /** Partitions of a page, whatever is asked for beyond that. */
  pageSize: number;
  /** What BatchGetPartition does with keys that there are none of: both are told of it. */
  absentKeys: "omitted" | "unprocessed";
  /** Partition values that every write of theirs fails for, with this error in the batch's answer. */
  refused: Map<string, { code: string; message: string }>;
  /** How long a crawl takes, and a stop, ms. */
  crawlMs: number;
  stopMs: number;
  /** What becomes of the next crawls instead of what should; first come, first served. */
  fates: CrawlFate[];
  /** Files below an `s3://…/` folder, as paths of this machine. */
  listFiles(uri: string): Promise<string[]>;
}

export type CrawlFate =
  /** As it should; for the crawls before one that does not. */
  | { fate: "succeeds" }
  | { fate: "fails"; message: string }
  | { fate: "never ends" }
  | { fate: "writes elsewhere" };
