import type { DuckDBConnection } from "@duckdb/node-api";
import { SnowflakeError } from "../errors.ts";
import type { Table } from "./catalog.ts";
import { quote } from "./names.ts";

/**
 * Looks whether rows may stand in a table.
 * @param rows a query or a table of DuckDB's; all of its columns are read, so that every cast is made
 * @returns how many there are
 * @throws SnowflakeError where a NULL is where none may be, or a value is too large
 */
export async function checkRows(
  connection: DuckDBConnection,
  table: Table,
  rows: string,
  maxValueBytes: number,
): Promise<number> {
  const [found] = (await connection.runAndReadAll(renderCheck(table, rows))).getRows();
  const [count = 0, nulls = 0, bytes = 0] = (found ?? []).map(Number);
  if (nulls > 0) {
    const names = table.columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
    throw new SnowflakeError(
      "null refused",
      `NULL result in a non-nullable column: one of ${names.join(", ")}`,
    );
  }
  if (bytes <= maxValueBytes) return count;
  const text = `Max LOB size (${maxValueBytes}) exceeded, actual size of parsed column is ${bytes}`;
  throw new SnowflakeError("value too large", text);
}

/** Rows, NULLs where none may be, the longest value in bytes. */
function renderCheck({ columns }: Table, rows: string): string {
  const nulls = columns.filter(({ nullable }) => !nullable).map(({ name }) => `${quote(name)} IS NULL`);
  const texts = columns
    .filter(({ type }) => ["VARCHAR", "JSON"].includes(type.duckdb))
    .map(({ name }) => `max(strlen(${quote(name)}))`);
  const longest = texts.length === 0 ? "0" : `coalesce(greatest(${texts.join(", ")}, 0), 0)`;
  return `SELECT count(*), count(*) FILTER (WHERE ${nulls.join(" OR ") || "false"}), ${longest}, max(hash(checked)) FROM ${rows} AS checked`;
}
