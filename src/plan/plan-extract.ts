import { isSameVersion, type Shard, type SourceVersion } from "../days/shards.ts";
import type { Head } from "../lake/types.ts";
import { formatBytes, formatCount } from "./format.ts";
import type { Action, DayFacts, DayState, ExtractCause } from "./types.ts";

export interface ExtractInput {
  facts: DayFacts;
  state: DayState;
  rulesDigest: string;
  accept: boolean;
  again: boolean;
}

/** Whether the day is to be read (again), waits, or stays; with the reason in words. */
export function planExtract({ facts, state, rulesDigest, accept, again }: ExtractInput): Action {
  const { head, version } = facts;
  if (state === "held") return { action: "none", reason: renderHeld(facts) };
  if (state === "source gone") return { action: "none", reason: renderGone(facts) };
  if (version === null) return planWithoutShard(state);
  const cause = findCause(head, version, rulesDigest) ?? (again ? "again" : null);
  if (cause === null) return { action: "none", reason: "unchanged" };
  if (head && hasShrunk(head, version) && !accept) {
    return { action: "wait", reason: renderShrunk(head, version), needs: "accept" };
  }
  const shard: Shard = { kind: version.kind, day: facts.day, table: version.table };
  return { action: "extract", reason: renderReason(cause, head, version), cause, shard, version };
}

function planWithoutShard(state: DayState): Action {
  if (state === "not over") return { action: "none", reason: "the day is not over, nothing exported yet" };
  const reason =
    state === "missing"
      ? "no shard, and late_after has passed: missing"
      : "no shard yet, late data is waited for";
  return { action: "wait", reason, needs: "shard" };
}

function findCause(head: Head | null, version: SourceVersion, rulesDigest: string): ExtractCause | null {
  if (head === null) return "new";
  if (head.source.kind !== version.kind) return "replaced";
  if (!isSameVersion(head.source, version)) return "changed";
  return head.rulesDigest === rulesDigest ? null : "outdated";
}

/** Less than half of the loaded rows is a fault of the export more often than a correction. */
export function hasShrunk(head: Head, version: { rows: number | null }): boolean {
  return version.rows !== null && version.rows * 2 < head.rows.source;
}

function renderReason(cause: ExtractCause, head: Head | null, version: SourceVersion): string {
  const size = renderSize(version);
  if (head === null || cause === "new") return `new ${version.kind} shard: ${size}`;
  if (cause === "replaced") return `${version.kind} shard replaces ${head.source.kind}: ${size}`;
  if (cause === "again") return "asked for again";
  if (cause === "outdated") return "row rules changed since it was extracted";
  if (version.rows === null) return `shard changed: ${size}`;
  const before = head.rows.source;
  if (version.rows === before) return `shard changed: rewritten with the same ${formatCount(before)} rows`;
  return `shard changed: ${formatCount(version.rows)} rows where the loaded one had ${formatCount(before)}`;
}

function renderSize({ rows, bytes }: SourceVersion): string {
  return rows === null ? formatBytes(bytes) : `${formatCount(rows)} rows, ${formatBytes(bytes)}`;
}

function renderShrunk(head: Head, version: SourceVersion): string {
  const now = formatCount(version.rows ?? 0);
  return `shard shrank to ${now} rows where the loaded one had ${formatCount(head.rows.source)}: waits for --accept`;
}

function renderHeld({ head, version }: DayFacts): string {
  const newer = head && version && !isSameVersion(head.source, version) ? "; a newer shard waits" : "";
  return `held by rollback (${head?.hold?.reason ?? ""})${newer}: rollback --release ends it`;
}

function renderGone({ head, version }: DayFacts): string {
  const what = version === null ? "the shard vanished" : `only the ${version.kind} shard is left`;
  return `source gone: ${what}, the ${head?.source.kind ?? ""} rows stay`;
}
