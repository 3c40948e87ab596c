import type { Day, DayRange } from "../../days/day.ts";
import type { ShardKind } from "../../days/families.ts";
import type { LedgerRow } from "../../ports.ts";
import type { Database, Row } from "./database.ts";
import type { Relations } from "./warehouse-names.ts";
import { renderDayCondition, renderWarehouseSql } from "./warehouse-sql.ts";

export async function readLedgerRows(
  database: Database,
  names: Relations,
  days: readonly Day[] | DayRange | "all",
): Promise<LedgerRow[]> {
  const condition = renderDayCondition("day", days);
  const sql = renderWarehouseSql("read-ledger", { ledger: names.ledger, condition });
  return (await database.rows(sql)).map(parseLedgerRow);
}

/** Inserts or replaces by day. */
export async function writeLedgerRows(
  database: Database,
  names: Relations,
  rows: readonly LedgerRow[],
): Promise<void> {
  const { ledger } = names;
  const days = rows.map((row) => row.day);
  await database.run(
    renderWarehouseSql("delete-ledger", { ledger, condition: renderDayCondition("day", days) }),
  );
  const json = JSON.stringify(rows.map(buildStoredRow));
  await database.run(renderWarehouseSql("insert-ledger", { ledger }), { rows: json });
}

function parseLedgerRow(row: Row): LedgerRow {
  return {
    day: String(row.day) as Day,
    hotGeneration: row.hot_generation as string | null,
    coldGeneration: row.cold_generation as string | null,
    hotSequence: parseCount(row.hot_sequence),
    coldSequence: parseCount(row.cold_sequence),
    shardKind: row.shard_kind as ShardKind,
    finalAtMs: parseCount(row.final_at_ms),
    rows: Number(row.rows),
    duplicates: Number(row.duplicates),
    filtered: Number(row.filtered),
    checksum: String(row.checksum),
    loadedAtMs: parseCount(row.loaded_at_ms),
  };
}

function parseCount(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function buildStoredRow(row: LedgerRow): Record<string, unknown> {
  return {
    day: row.day,
    hot_generation: row.hotGeneration,
    cold_generation: row.coldGeneration,
    hot_sequence: row.hotSequence,
    cold_sequence: row.coldSequence,
    shard_kind: row.shardKind,
    final_at: row.finalAtMs,
    rows: row.rows,
    duplicates: row.duplicates,
    filtered: row.filtered,
    checksum: row.checksum,
    loaded_at: row.loadedAtMs,
  };
}
