import type { Day, DayRange } from "../../days/day.ts";
import type { ShardKind } from "../../days/families.ts";
import type { LedgerRow } from "../../ports.ts";
import type { Relations } from "./names.ts";
import type { Session } from "./session.ts";
import { type NamedGeneration, renderDayCondition, renderSnowflakeSql } from "./sql.ts";
import type { Row } from "./statement.ts";

export async function readLedgerRows(
  session: Session,
  { ledger }: Relations,
  days: readonly Day[] | DayRange | "all",
): Promise<LedgerRow[]> {
  const sql = renderSnowflakeSql("read-ledger", { ledger, condition: renderDayCondition('"DAY"', days) });
  const rows = await session.run(sql, { failed: `The ledger ${ledger.sql} cannot be read.` });
  return rows.map(parseLedgerRow);
}

/** Inserts or replaces by day; nothing where there is no row. */
export async function mergeLedgerRows(
  session: Session,
  { ledger }: Relations,
  rows: readonly LedgerRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await session.run(renderSnowflakeSql("merge-ledger", { ledger }), {
    binds: [JSON.stringify(rows.map(buildStoredRow))],
    failed: `The ledger ${ledger.sql} cannot be written.`,
  });
}

/** Which one of the generations is called cold by the ledger; null: none. */
export async function findCold(
  session: Session,
  { ledger }: Relations,
  generations: readonly NamedGeneration[],
): Promise<{ day: string; generation: string } | null> {
  const [row] = await session.run(renderSnowflakeSql("find-cold", { ledger }), {
    binds: [JSON.stringify(generations.map(({ day, generation }) => ({ day, generation })))],
    failed: `The ledger ${ledger.sql} cannot be read.`,
  });
  return row === undefined ? null : { day: row.DAY ?? "", generation: row.GENERATION ?? "" };
}

function parseLedgerRow(row: Row): LedgerRow {
  return {
    day: row.DAY as Day,
    hotGeneration: row.HOT_GENERATION ?? null,
    coldGeneration: row.COLD_GENERATION ?? null,
    hotSequence: parseCount(row.HOT_SEQUENCE),
    coldSequence: parseCount(row.COLD_SEQUENCE),
    shardKind: row.SHARD_KIND as ShardKind,
    finalAtMs: parseCount(row.FINAL_AT_MS),
    rows: Number(row.ROWS),
    duplicates: Number(row.DUPLICATES),
    filtered: Number(row.FILTERED),
    checksum: row.CHECKSUM ?? "",
    loadedAtMs: parseCount(row.LOADED_AT_MS),
  };
}

function parseCount(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
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
