import type { TableName } from "../../src/config/types.ts";
import type { DayMeasure, LedgerRow, Warehouse } from "../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../src/tasks/reader-target.ts";
import { baseColumns, buildRows, type GenerationSpec } from "./warehouse-lake.ts";

/** A fresh warehouse over a fresh lake. */
export interface WarehouseWorld {
  warehouse: Warehouse;
  /** Writes a generation into the lake. */
  write(spec: GenerationSpec): Promise<ReaderTarget>;
  end(): Promise<void>;
}

export const table: TableName = { schema: "analytics", table: "web_shop" };

/** Two generations of one day, and one of the next. */
export const g1: GenerationSpec = {
  day: "2026-11-20",
  generation: "g1",
  sequence: 1,
  rows: buildRows("g1", 5),
};
export const g2: GenerationSpec = {
  day: "2026-11-20",
  generation: "g2",
  sequence: 2,
  rows: buildRows("g2", 4),
};
export const next: GenerationSpec = {
  day: "2026-11-21",
  generation: "n1",
  sequence: 3,
  rows: buildRows("n1", 3),
};

/** Copies generations in one transaction, and leaves the ledger as it is. */
export async function copyGenerations(warehouse: Warehouse, ...targets: ReaderTarget[]): Promise<void> {
  await warehouse.transact(table, async (transaction) => {
    for (const target of targets) await transaction.copy(buildGenerationFiles(target));
  });
}

/** Registers generations and lets the ledger call them cold. */
export async function moveToCold(warehouse: Warehouse, ...targets: ReaderTarget[]): Promise<void> {
  await warehouse.registerCold(table, targets.map(buildGenerationFiles));
  await warehouse.transact(table, async (transaction) => {
    await transaction.lock();
    await transaction.writeLedger(targets.map((target) => buildLedgerRow(target, "cold")));
  });
}

/** What the warehouse is to count of a generation, by its manifest; `more` for columns the table has besides. */
export function measureOf({ day, manifest }: ReaderTarget, more: Record<string, number> = {}): DayMeasure {
  const { generation, balance, checksum, nonNull } = manifest;
  return { day, generation, rows: balance.written, checksum, nonNull: { ...nonNull, ...more } };
}

/** A ledger row that calls the target hot or cold. */
export function buildLedgerRow({ day, head, manifest }: ReaderTarget, place: "hot" | "cold"): LedgerRow {
  const isHot = place === "hot";
  const { balance, source, checksum } = manifest;
  return {
    day,
    hotGeneration: isHot ? head.generation : null,
    coldGeneration: isHot ? null : head.generation,
    hotSequence: isHot ? head.sequence : null,
    coldSequence: isHot ? null : head.sequence,
    shardKind: source.kind,
    finalAtMs: source.kind === "daily" ? 1 : null,
    rows: balance.written,
    duplicates: 2,
    filtered: balance.filtered,
    checksum,
    loadedAtMs: 1,
  };
}

/** The base columns with another type of `value`. */
export function withType(type: "NUMERIC" | "FLOAT") {
  return baseColumns.map((column) => (column.name === "value" ? { ...column, type } : column));
}

/** All rows that a query answers. */
export async function readAll(warehouse: Warehouse, sql: string): Promise<(string | null)[][]> {
  return collect((await warehouse.query(sql)).rows);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
