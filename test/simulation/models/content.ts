import type { Day } from "../../../src/days/day.ts";
import type { ShardKind } from "../../../src/days/families.ts";
import type { DayMeasure } from "../../../src/ports.ts";

/** One row: what identifies it, and what it says (a shard rewritten with the same rows says something else). */
export interface ModelRow {
  /** 32 hex digits. */
  id: string;
  value: string;
}

/** What a lake file of the simulation holds, as JSON: rows, and what they are rows of. */
export interface ModelFile {
  day: Day;
  generation: string;
  shardKind: ShardKind;
  /** Digest of the rules its rows were made with. */
  rulesDigest: string;
  /** Columns that have a value in every row; others are null. */
  columns: string[];
  rows: ModelRow[];
}

export function renderModelFile(file: ModelFile): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(file));
}

export function parseModelFile(body: Uint8Array): ModelFile {
  return JSON.parse(new TextDecoder().decode(body)) as ModelFile;
}

/** Sum over rows of the first 12 hex digits of the id, as decimal text: the product's checksum. */
export function sumChecksum(rows: readonly ModelRow[]): string {
  return String(rows.reduce((sum, { id }) => sum + BigInt(`0x${id.slice(0, 12)}`), 0n));
}

/** Rows of one file as a table holds them: `columns` are those that are not null there. */
export type Batch = Pick<ModelFile, "day" | "generation" | "columns" | "rows">;

/** Counts batches per day and generation, ordered by both, as every warehouse does. Days without rows are not there. */
export function measureBatches(batches: readonly Batch[]): DayMeasure[] {
  const byKey = new Map<string, Batch[]>();
  for (const batch of batches) {
    if (batch.rows.length === 0) continue;
    const key = `${batch.day} ${batch.generation}`;
    byKey.set(key, [...(byKey.get(key) ?? []), batch]);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => measureOne(own));
}

function measureOne(batches: readonly Batch[]): DayMeasure {
  const { day, generation } = batches[0]!;
  const rows = batches.flatMap((batch) => batch.rows);
  const nonNull: Record<string, number> = {};
  for (const { columns, rows: own } of batches) {
    for (const column of columns) nonNull[column] = (nonNull[column] ?? 0) + own.length;
  }
  return { day, generation, rows: rows.length, checksum: sumChecksum(rows), nonNull };
}
