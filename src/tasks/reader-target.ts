import type { TableName } from "../config/types.ts";
import type { Day } from "../days/day.ts";
import type { ShardKind } from "../days/families.ts";
import type { Manifest } from "../lake/types.ts";
import type { Clock, GenerationFiles, Warehouse } from "../ports.ts";

/** What a head says of its day: which generation, and the sequence that orders them. */
export interface HeadPosition {
  generation: string;
  sequence: number;
}

/** One day that a reader of the warehouse is to be brought to. */
export interface ReaderTarget {
  day: Day;
  head: HeadPosition;
  /** The manifest of the head's generation. */
  manifest: Manifest;
}

/** What became of one day. */
export type ReaderResult =
  | {
      day: Day;
      /** `newer`: the ledger is ahead of the head we knew; `cold`: policy does not keep the day hot. */
      outcome: "done" | "already" | "newer" | "cold";
      head: HeadPosition;
      /** In words, for people. */
      reason: string;
      rows: number;
    }
  | FailedResult;

export interface FailedResult {
  day: Day;
  outcome: "failed";
  reason: string;
  error: unknown;
}

/** How much goes into one transaction. */
export interface BatchLimits {
  maxFiles: number;
  maxBytes: number;
}

/** A thousand names is the most that one COPY of Snowflake takes. */
export const defaultBatchLimits: BatchLimits = { maxFiles: 1000, maxBytes: 20_000_000_000 };

/** The outside of `load`, `refresh` and `prune`. */
export interface ReaderPorts {
  warehouse: Warehouse;
  clock: Clock;
  /** The head as it is now; null where the day has none. */
  readHead(day: Day): Promise<HeadPosition | null>;
  readManifest(day: Day, generation: string): Promise<Manifest>;
  /**
   * Writes into the head how far this reader has come; null: it does not hold the day any more.
   * @returns the head as it is then, moved or not; null where the day has none
   */
  markReached(day: Day, reached: HeadPosition | null): Promise<HeadPosition | null>;
  /** Repeats work on retryable faults (see retry.ts); the work given to it may always be repeated. */
  again<T>(work: () => Promise<T>): Promise<T>;
}

/** What was declared and what the caller wants to know. */
export interface ReaderContext {
  /** Whether policy keeps the day hot, at this moment. */
  isHotDay(day: Day): boolean;
  /** Instant (ms) from which a day of this kind is final; null: never. */
  finalAtMs(day: Day, kind: ShardKind): number | null;
  limits: BatchLimits;
  signal: AbortSignal;
  /** Called once a day, when nothing more will become of it. */
  onResult(result: ReaderResult): void;
}

export interface ReaderInput {
  table: TableName;
  targets: readonly ReaderTarget[];
}

/** The files of a target, as the warehouse takes them. */
export function buildGenerationFiles({ day, manifest }: ReaderTarget): GenerationFiles {
  return { day, generation: manifest.generation, files: manifest.files, columns: manifest.columns };
}

export function buildFailedResult(day: Day, error: unknown): FailedResult {
  const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return { day, outcome: "failed", reason, error };
}
