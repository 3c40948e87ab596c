import { DuckDBListValue, DuckDBStructValue } from "@duckdb/node-api";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { literal } from "../../src/sql/render.ts";
import type { Exact } from "./exact-json.ts";
import type { ExactRow } from "./expected-row.ts";

/** Reads Parquet files as the driver hands out their values: int64 as bigint, structs and lists nested, dates as text. */
export async function readParquetRows(paths: readonly string[]): Promise<ExactRow[]> {
  const database = await openDatabase({ threads: 1 });
  try {
    const list = paths.map((path) => literal(path).sql).join(", ");
    const rows = await database.rows(`SELECT * FROM read_parquet([${list}], hive_partitioning = false)`);
    return rows.map(toExactRow);
  } finally {
    database.close();
  }
}

/** A row of the driver in the suite's own values. */
export function toExactRow(row: Record<string, unknown>): ExactRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toExact(value)]));
}

function toExact(value: unknown): Exact {
  if (value instanceof DuckDBStructValue) return toExactRow(value.entries);
  if (value instanceof DuckDBListValue) return value.items.map(toExact);
  if (value === null || ["boolean", "string", "bigint", "number"].includes(typeof value))
    return value as Exact;
  return String(value);
}
