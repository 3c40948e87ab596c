import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import type { Column } from "../days/schema.ts";
import type { SourceVersion } from "../days/shards.ts";
import type { LakeFile, RowBalance, RunCost } from "../ports.ts";

/** The immutable account of one generation (design, section 5). */
export interface Manifest {
  /** 2 where it says which run wrote it. */
  formatVersion: 1 | 2;
  pipeline: string;
  family: FamilyName;
  day: Day;
  generation: string;
  source: SourceVersion;
  rulesDigest: string;
  formula: number;
  engine: { name: string; version: string };
  files: LakeFile[];
  duplicatesFiles: LakeFile[];
  balance: RowBalance;
  /** Decimal text; see `GenerationReport`. */
  checksum: string;
  nonNull: Record<string, number>;
  columns: Column[];
  createdAtMs: number;
  run?: RunCost;
}

/** One generation that is or was current. */
export interface HistoryEntry {
  generation: string;
  sequence: number;
  fromMs: number;
  /** null: current. */
  toMs: number | null;
}

/** How far one reader has come, written after it confirmed. */
export interface Reached {
  generation: string;
  sequence: number;
  atMs: number;
}

/**
 * Stands in a head from before a run points the catalog until nothing of that run can point it any more: a catalog
 * has no compare-and-swap, so whoever may move it back is written down beforehand.
 */
export interface PointingIntent {
  id: string;
  /** ms by the store's clock, not later than the swap that wrote it. */
  sinceMs: number;
}

export type Reader = "catalog" | "hot" | "cold";

/** Names a day's current generation; changed by compare-and-swap only. */
export interface Head {
  formatVersion: 1;
  day: Day;
  generation: string;
  /** max(previous + 1, the store's clock in ms); grows with every swap of the generation, rollback included. */
  sequence: number;
  source: SourceVersion;
  rulesDigest: string;
  rows: { source: number; written: number };
  /** Oldest first; the last one is current. */
  history: HistoryEntry[];
  /** null: not there (never loaded, or pruned). */
  reached: Record<Reader, Reached | null>;
  /**
   * Set with a generation that is to be loaded, cleared by prune: a load may have come to be and died before it
   * could say so in `reached`, and the day must leave the hot table all the same.
   */
  mayBeHot: boolean;
  /** Runs that may be pointing the catalog at a generation that was current since; usually none. */
  pointing: PointingIntent[];
  /**
   * Grows whenever repair is about to delete what was never committed, so that a swap that was decided before, by a
   * process that stood still meanwhile, is refused and decided anew.
   */
  fence: number;
  /** Set by rollback: extracts never swap a held head. */
  hold: { sinceMs: number; reason: string } | null;
}

/** A head as read, with what a compare-and-swap needs. */
export interface StoredHead {
  head: Head;
  etag: string;
}
