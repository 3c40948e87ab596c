import { type Day, parseCompactDay, renderCompactDay } from "./day.ts";
import type { Family, ShardKind } from "./families.ts";
import { shardKinds } from "./families.ts";

/** One date-sharded table of a family. */
export interface Shard {
  kind: ShardKind;
  day: Day;
  /** Name of the table, `events_intraday_20261120`. */
  table: string;
}

/**
 * What tells that a shard changed. `modified` is opaque and only compared for equality; `content` is set by
 * sources that hash where a time moved (files) and then decides alone.
 */
export interface SourceVersion {
  table: string;
  kind: ShardKind;
  modified: string;
  /** null where the source cannot tell without reading the shard (newline JSON). */
  rows: number | null;
  bytes: number;
  etag: string | null;
  content: string | null;
}

/** @returns the shard a table name stands for in this family, or null. Exact match, never a prefix. */
export function parseShard(family: Family, table: string): Shard | null {
  const day = parseCompactDay(table.slice(-8));
  if (day === null) return null;
  const prefix = table.slice(0, -8);
  const kind = shardKinds.find((candidate) => family.shards[candidate] === prefix);
  return kind === undefined ? null : { kind, day, table };
}

/** @returns the table's name, or null where the family has no shard of this kind. */
export function renderShard(family: Family, kind: ShardKind, day: Day): string | null {
  const prefix = family.shards[kind];
  return prefix === undefined ? null : `${prefix}${renderCompactDay(day)}`;
}

/** Higher stands before lower. */
export function rankShardKind(kind: ShardKind): number {
  return shardKinds.length - shardKinds.indexOf(kind);
}

/** Whether both describe the same rows: a moved modification time means another version, unless content proves equal. */
export function isSameVersion(a: SourceVersion, b: SourceVersion): boolean {
  if (a.table !== b.table) return false;
  if (a.content !== null && b.content !== null) return a.content === b.content;
  return a.modified === b.modified && a.rows === b.rows && a.bytes === b.bytes && a.etag === b.etag;
}
