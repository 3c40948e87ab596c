import type { Day } from "../days/day.ts";
import type { LedgerRow } from "../ports.ts";
import type { HeadPosition, ReaderTarget } from "./reader-target.ts";

/** What the ledger says to a target: go on, or why not. */
export type Verdict = "move" | "already" | "newer" | "cold";

/**
 * Whether hot may be brought to the target. Never backwards: neither for who reads hot nor, where the day is not
 * hot yet, for who reads `_all` and sees cold so far.
 */
export function judgeHot(row: LedgerRow | undefined, { head }: ReaderTarget, isHotDay: boolean): Verdict {
  const verdict = compareSequences(row?.hotSequence, row?.hotGeneration, head);
  if (verdict !== "move") return verdict;
  if ((row?.coldSequence ?? -1) > head.sequence) return "newer";
  return isHotDay ? "move" : "cold";
}

/** Whether cold may be brought to the target. */
export function judgeCold(row: LedgerRow | undefined, { head }: ReaderTarget): Exclude<Verdict, "cold"> {
  return compareSequences(row?.coldSequence, row?.coldGeneration, head);
}

function compareSequences(
  sequence: number | null | undefined,
  generation: string | null | undefined,
  head: HeadPosition,
): Exclude<Verdict, "cold"> {
  if ((sequence ?? -1) < head.sequence) return "move";
  return generation === head.generation ? "already" : "newer";
}

/** How to fill the columns that the manifest does not know. */
export interface MoveFacts {
  finalAtMs: number | null;
  nowMs: number;
}

/** The ledger's row after hot came to the target. */
export function buildHotRow(row: LedgerRow | undefined, target: ReaderTarget, facts: MoveFacts): LedgerRow {
  const { generation, sequence } = target.head;
  return {
    ...describeTarget(target, facts),
    hotGeneration: generation,
    hotSequence: sequence,
    coldGeneration: row?.coldGeneration ?? null,
    coldSequence: row?.coldSequence ?? null,
  };
}

/** The ledger's row after cold came to the target; what it tells of the day stays where hot is ahead. */
export function buildColdRow(row: LedgerRow | undefined, target: ReaderTarget, facts: MoveFacts): LedgerRow {
  const isHotAhead = (row?.hotSequence ?? -1) > target.head.sequence;
  return {
    ...(row !== undefined && isHotAhead ? row : describeTarget(target, facts)),
    hotGeneration: row?.hotGeneration ?? null,
    hotSequence: row?.hotSequence ?? null,
    coldGeneration: target.head.generation,
    coldSequence: target.head.sequence,
  };
}

/** The ledger's row after the day left hot. */
export function buildPrunedRow(row: LedgerRow): LedgerRow {
  return { ...row, hotGeneration: null, hotSequence: null };
}

type Described = Omit<LedgerRow, "hotGeneration" | "hotSequence" | "coldGeneration" | "coldSequence">;

function describeTarget({ day, manifest }: ReaderTarget, facts: MoveFacts): Described {
  const { balance } = manifest;
  return {
    day,
    shardKind: manifest.source.kind,
    finalAtMs: facts.finalAtMs,
    rows: balance.written,
    duplicates: balance.duplicates.exact + balance.duplicates.conflicting,
    filtered: balance.filtered,
    checksum: manifest.checksum,
    loadedAtMs: facts.nowMs,
  };
}

export function indexByDay<T extends { day: Day }>(rows: readonly T[]): Map<Day, T> {
  return new Map(rows.map((row) => [row.day, row]));
}
